//! Is a token good for as long and for what it was made, and does nobody learn of others' tokens?

use chrono::{DateTime, Duration, Utc};
use patron::accounts::{Accounts, AccountsError, NewToken, Scope, Via};
use tempfile::TempDir;

use super::callers::{add, now, token};

/// The accounts of a folder of their own: ann, who has the token `one`, and bob, who has none.
fn opened() -> (TempDir, std::sync::Arc<Accounts>, String) {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::open(folder.path()).unwrap();
    add(&accounts, "ann", &["all"], &[("country", "N")]);
    add(&accounts, "bob", &["all"], &[]);
    let secret = token(&accounts, "ann", "one", &[Scope::Read, Scope::Sql]);
    (folder, accounts, secret)
}

fn is_known(accounts: &Accounts, secret: &str, at: DateTime<Utc>) -> bool {
    accounts.caller_by_token(secret, at).unwrap().is_some()
}

#[test]
fn a_token_tells_who_comes_and_when_it_was_used() {
    let (_folder, accounts, secret) = opened();
    let who = accounts.caller_by_token(&secret, now()).unwrap().unwrap();
    assert_eq!(who.account, "ann");
    assert_eq!(who.roles, ["all".to_owned()].into());
    assert_eq!(who.attributes["country"], ["N".to_owned()].into());
    assert_eq!(who.scopes, [Scope::Read, Scope::Sql].into());
    assert!(matches!(&who.via, Via::Token { name, .. } if name == "one"));
    let told = &accounts.tokens("ann").unwrap()[0];
    assert_eq!(told.last_used_on, Some(now().date_naive()));
    assert!(told.is_live(now()) && !told.is_live(now() + Duration::hours(2)));
    assert!(!is_known(&accounts, &secret, now() + Duration::hours(1)));
    for other in ["", "patron_", &secret[..secret.len() - 1], &secret.to_uppercase()] {
        assert!(!is_known(&accounts, other, now()), "{other}");
    }
    assert!(!format!("{accounts:?}").contains(&secret));
}

#[test]
fn a_name_is_free_again_when_its_token_is_revoked() {
    let (_folder, accounts, secret) = opened();
    let new = |name: &str, scopes: &[Scope], hours: i64| NewToken {
        account: "ann".to_owned(),
        name: name.to_owned(),
        scopes: scopes.iter().copied().collect(),
        ends_at: now() + Duration::hours(hours),
    };
    let refused = |new: &NewToken| accounts.create_token(new, now()).unwrap_err();
    let one = new("one", &[Scope::Read], 1);
    assert!(matches!(refused(&one), AccountsError::TokenTaken { .. }));
    assert!(matches!(refused(&new("a.b", &[Scope::Read], 1)), AccountsError::Name(..)));
    assert!(matches!(refused(&new("two", &[], 1)), AccountsError::NoScope));
    assert!(matches!(refused(&new("two", &[Scope::Read], -1)), AccountsError::EndsBefore));
    accounts.revoke_token("ann", "one", now()).unwrap();
    let again = accounts.create_token(&one, now()).unwrap();
    assert!(is_known(&accounts, again.reveal(), now()));
    assert!(!is_known(&accounts, &secret, now()));
    assert!(matches!(
        accounts.revoke_token("bob", "one", now()),
        Err(AccountsError::UnknownToken { .. })
    ));
    assert_eq!(accounts.tokens("ann").unwrap().len(), 2);
}

#[test]
fn whoever_has_no_token_is_challenged_like_whoever_has() {
    let (_folder, accounts, secret) = opened();
    let challenge = |user: &str, at| accounts.scram(user, at).unwrap();
    let begin = now();
    let real = challenge("ann.one", begin);
    assert_eq!(real.who.as_ref().map(|who| who.account.as_str()), Some("ann"));
    assert_eq!(challenge("ann", begin), real, "a single token needs no name");
    for user in ["ann.two", "bob", "bob.one", "eve", "eve.one", "", ".", "ann.one.one"] {
        let told = challenge(user, begin);
        assert!(told.who.is_none(), "{user}");
        assert_eq!(told, challenge(user, begin + Duration::days(1)), "{user}");
        assert_eq!(told.verifier.salt.len(), real.verifier.salt.len());
        assert_eq!(told.verifier.iterations, real.verifier.iterations);
        assert_ne!(told.verifier.stored_key, real.verifier.stored_key);
    }
    // A token that is over has its salt still, and no secret fits it.
    let over = challenge("ann.one", begin + Duration::hours(2));
    assert_eq!(over.verifier.salt, real.verifier.salt);
    assert_ne!(over.verifier.stored_key, real.verifier.stored_key);
    assert!(over.who.is_none());
    accounts.set_disabled("ann", true).unwrap();
    assert!(challenge("ann.one", begin).who.is_none());
    accounts.set_disabled("ann", false).unwrap();
    assert_eq!(challenge("ann.one", begin), real);
    token(&accounts, "ann", "two", &[Scope::Sql]);
    assert!(challenge("ann", begin).who.is_none(), "of two tokens one is named");
    let shown = format!("{real:?}");
    assert!(!shown.contains(&secret) && shown.contains("Verifier(..)"), "{shown}");
}

#[test]
fn two_programs_change_accounts_at_once() {
    let (folder, accounts, _) = opened();
    let other = Accounts::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for (program, accounts) in [("x", &accounts), ("y", &other)] {
            scope.spawn(move || {
                for number in 0..20 {
                    token(accounts, "bob", &format!("{program}{number}"), &[Scope::Read]);
                }
            });
        }
    });
    assert_eq!(accounts.tokens("bob").unwrap().len(), 40);
}
