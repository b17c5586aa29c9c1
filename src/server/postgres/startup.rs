//! How does a connection begin? Protected or not, who it is, with which settings.

use std::net::IpAddr;
use std::sync::Arc;

use pgwire::messages::response::ErrorResponse;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::cancel::Place;
use super::fault::Fault;
use super::message::First;
use super::proof;
use super::settings::Settings;
use super::wire::{Broken, Wire};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::tls::Alpn;

/// Signs of a name that a client gives.
const NAME_MAX: usize = 63 * 3;

/// Who is connected, and to what.
#[derive(Debug, Clone)]
pub(super) struct Login {
    /// who asks
    pub caller: Caller,
    /// the name that the client gave
    pub user: String,
    /// what the client calls the database
    pub database: String,
    /// whether nobody had to say who it is
    pub is_owner: bool,
    /// the machine at the other end
    pub peer: IpAddr,
}

/// How a session begins.
pub(super) struct Start {
    pub(super) login: Login,
    pub(super) settings: Settings,
    pub(super) place: Place,
}

/// Why no session begins.
#[derive(Debug)]
pub(super) enum Refused {
    /// what is told
    Fault(Fault),
    /// the connection is at its end, as it should be or not
    Over(Broken),
    /// it came to cancel another one's question
    Canceled,
}

impl From<Broken> for Refused {
    fn from(broken: Broken) -> Self {
        Self::Over(broken)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads who it is that begins.
pub(super) async fn parameters(
    wire: &mut Wire,
    shared: &Shared,
) -> Result<Vec<(String, String)>, Refused> {
    // TLS and the other protection are asked for once each.
    for _ in 0..3 {
        match (wire.first().await?, &shared.certificates) {
            (First::Tls, Some(certificates)) if !wire.is_encrypted => {
                wire.put_byte(b'S');
                wire.send().await?;
                wire.encrypt(TlsAcceptor::from(certificates.config(Alpn::Any))).await?;
            }
            (First::Tls | First::Gss, _) => {
                wire.put_byte(b'N');
                wire.send().await?;
            }
            (First::Cancel { process, secret }, _) => {
                shared.connections.cancel(process, &secret);
                return Err(Refused::Canceled);
            }
            (First::Start { minor, parameters }, _) => {
                negotiate(wire, minor, &parameters);
                return Ok(parameters);
            }
        }
    }
    Err(Broken::Senseless("a connection begins again and again").into())
}

/// Tells a client of a newer protocol that this one is 3.0, without extensions.
fn negotiate(wire: &mut Wire, minor: u16, parameters: &[(String, String)]) {
    let options = parameters.iter().filter(|(name, _)| name.starts_with("_pq_."));
    let options: Vec<&str> = options.map(|(name, _)| name.as_str()).collect();
    if minor == 0 && options.is_empty() {
        return;
    }
    let mut body = vec![0; 4];
    body.extend(u32::try_from(options.len()).unwrap_or(0).to_be_bytes());
    for option in options {
        body.extend(option.as_bytes());
        body.push(0);
    }
    wire.put_raw(b'v', &body);
}

/// Begins a session for whoever is let in.
pub(super) async fn begin(
    app: &Arc<App>,
    wire: &mut Wire,
    shared: &Shared,
    parameters: &[(String, String)],
    peer: IpAddr,
) -> Result<Start, Refused> {
    let named = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let user = named("user").ok_or_else(|| Fault::fatal("28000", "no user is named"))?;
    let database = named("database").unwrap_or(user);
    if user.len() > NAME_MAX || database.len() > NAME_MAX {
        return Err(Fault::fatal("28000", "a name is too long").into());
    }
    if named("replication").is_some_and(|value| !["false", "off", "no", "0"].contains(&value)) {
        return Err(Fault::fatal("0A000", "there is no replication; ask for rows instead").into());
    }
    let settings = settings(user, parameters)?;
    if !peer.is_loopback() && !wire.is_encrypted {
        let text = "what is said can be read on the way; connect with sslmode=require";
        return Err(Fault::fatal("28000", text).into());
    }
    let is_open = app.is_open().await.map_err(Fault::from)?;
    let caller = match is_open {
        true => Caller::owner(),
        false => proof::proven(app, wire, user, peer).await?,
    };
    let (user, database) = (user.to_owned(), database.to_owned());
    let login = Login { caller, user, database, is_owner: is_open, peer };
    let place = shared.connections.enter();
    let place = place.ok_or_else(|| Fault::fatal("58000", "the system gives no random numbers"))?;
    wire.put_raw(b'R', &0_u32.to_be_bytes());
    let mut key = place.process.to_be_bytes().to_vec();
    key.extend(place.secret);
    wire.put_raw(b'K', &key);
    Ok(Start { login, settings, place })
}

/// The settings that a client begins with.
fn settings(user: &str, parameters: &[(String, String)]) -> Result<Settings, Fault> {
    let mut settings = Settings::new(user);
    let fatal = |fault: Fault| Fault { is_fatal: true, ..fault };
    for (name, value) in parameters {
        match name.as_str() {
            "user" | "database" | "replication" => {}
            name if name.starts_with("_pq_.") => {}
            "options" => {
                for (name, value) in options(value) {
                    settings.set(&name, &value).map_err(fatal)?;
                }
            }
            name => settings.set(name, value).map_err(fatal)?,
        }
    }
    settings.begin();
    Ok(settings)
}

/// Settings as the command line of PostgreSQL has them: `-c name=value --name=value`.
fn options(text: &str) -> Vec<(String, String)> {
    let mut words = vec![String::new()];
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => words.iter_mut().last().into_iter().for_each(|word| word.extend(signs.next())),
            sign if sign.is_whitespace() => words.push(String::new()),
            sign => words.iter_mut().last().into_iter().for_each(|word| word.push(sign)),
        }
    }
    let pairs = words.iter().filter_map(|word| {
        let word = word.strip_prefix("--").or_else(|| word.strip_prefix("-c")).unwrap_or(word);
        let (name, value) = word.split_once('=')?;
        Some((name.replace('-', "_"), value.to_owned()))
    });
    pairs.collect()
}

/// The message with which a connection is refused.
pub(super) fn told(fault: &Fault) -> ErrorResponse {
    Fault { is_fatal: true, ..fault.clone() }.told()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_on_a_command_line() {
        let expected = [("patron.as_of", "41"), ("application_name", "a b")];
        let found = options("-c patron.as_of=41 --application-name=a\\ b -c");
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, expected);
    }
}
