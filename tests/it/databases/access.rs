//! Who comes in with which password, and does that password show anywhere?

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use super::shop::{PASSWORD_ENV, Shop, Way, both, files_below, shows_password};
use crate::support::binary;
use crate::support::server::PASSWORD;

#[test]
fn a_user_without_a_password_needs_none() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 7);
        shop.system(&Way { user: "trusted", has_password: false, ..shop.way() });
        let mut command = binary::patron(shop.world.root());
        let output = command.arg("refresh").env_remove(PASSWORD_ENV).output().unwrap();
        assert!(output.status.success(), "{}", binary::said(&output));
        assert_eq!(shop.world.value("select count(*) from shop.orders"), "7");
    }
}

#[test]
fn a_wrong_password_or_none_names_the_system_and_the_fix() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 7);
        let refused = |password: Option<&str>| {
            let mut command = binary::patron(shop.world.root());
            command.arg("refresh").env_remove(PASSWORD_ENV).env("PATRON_LOG", "trace");
            command.envs(password.map(|password| (PASSWORD_ENV, password)));
            let output = command.output().unwrap();
            assert!(!output.status.success());
            binary::said(&output)
        };
        let said = refused(Some("gooseberry-jelly"));
        assert!(said.contains("`base`") && said.contains("reader"), "{said}");
        assert!(!said.contains("gooseberry"), "the wrong password shows: {said}");
        let said = refused(None);
        assert!(said.contains(PASSWORD_ENV) && said.contains("not set"), "{said}");
        shop.system(&Way { has_password: false, ..shop.way() });
        let said = refused(Some(PASSWORD));
        assert!(said.contains("`base`") && said.contains("password"), "{said}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    // A port that was free just now.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 7);
        shop.refreshed();
        for (way, word) in [
            (Way { port: free, ..shop.way() }, free.to_string()),
            (Way { host: "nowhere.invalid", ..shop.way() }, "nowhere.invalid".to_owned()),
            (Way { database: "absent", ..shop.way() }, "absent".to_owned()),
        ] {
            shop.system(&way);
            let said = shop.refused();
            assert!(said.contains("`base`") && said.contains(&word), "{said}");
            assert!(said.contains("the last release stays served"), "{said}");
            assert_eq!(shop.world.release().number, 1);
            assert_eq!(shop.world.value("select count(*) from shop.orders"), "7");
        }
    }
}

#[test]
fn the_password_is_in_no_file_no_error_and_no_log() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 50);
        let refresh = || {
            let mut command = binary::patron(shop.world.root());
            command.arg("refresh").env(PASSWORD_ENV, PASSWORD).env("PATRON_LOG", "trace");
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            assert!(said.len() > 200, "something was logged");
            assert!(!shows_password(&said), "{}", String::from_utf8_lossy(&said));
            output.status.success()
        };
        assert!(refresh());
        shop.sql("insert into orders values (99, 'x', null, null);");
        assert!(refresh());
        shop.sql("drop table orders;");
        assert!(!refresh());
        for line in ["tls = \"verify-full\"\n", "tls = \"require\"\n"] {
            shop.system(&Way { lines: line, ..shop.way() });
            assert!(!refresh(), "the table is gone, whatever the way to it");
        }
        let files = files_below(shop.world.root());
        assert!(files.len() > 5, "{files:?}");
        for file in files {
            assert!(!shows_password(&fs::read(&file).unwrap()), "{}", file.display());
        }
        for arguments in [["releases"].as_slice(), &["verify"], &["check"]] {
            let mut command = binary::patron(shop.world.root());
            let output = command.args(arguments).env(PASSWORD_ENV, PASSWORD).output().unwrap();
            let said = binary::said(&output);
            assert!(!shows_password(said.as_bytes()), "{said}");
        }
    }
}
