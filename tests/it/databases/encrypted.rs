//! Is the way to a server encrypted where it must be, and whom does Patron believe?

use std::net::Ipv4Addr;

use super::shop::{Shop, Vendor, Way, both};
use crate::support::mariadb::MariaDb;
use crate::support::postgres::Postgres;
use crate::support::proxy::Proxy;
use crate::support::server::Tls;

/// A project that asks the server whether its own connection is encrypted.
fn asking(vendor: &dyn Vendor) -> Shop<'_> {
    let shop = Shop::new(vendor);
    let query = if vendor.kind() == "postgres" {
        "select case when ssl then cipher else '' end as cipher from pg_stat_ssl \
         where pid = pg_backend_pid()"
    } else {
        "select variable_value as cipher from information_schema.session_status \
         where variable_name = 'SSL_CIPHER'"
    };
    let columns = "[columns.cipher]\ntype = \"text\"\n";
    let lines = "mode = \"full\"\ntolerate = { deleted_ratio = 1.0 }\n";
    shop.contract("ways", query, lines, columns);
    for name in ["ca.pem", "other.pem"] {
        let certificate = std::fs::read(vendor.folder().join(name)).unwrap();
        shop.world.write(&format!("certs/{name}"), certificate);
    }
    shop
}

/// The cipher that the server says is in use; empty where none is.
fn cipher(shop: &Shop<'_>, lines: &str) -> String {
    shop.system(&Way { lines, ..shop.way() });
    shop.refreshed();
    shop.world.value("select coalesce(cipher, '') from shop.ways")
}

#[test]
fn a_way_is_encrypted_as_the_system_says() {
    for vendor in both() {
        let shop = asking(vendor);
        assert_eq!(cipher(&shop, ""), "", "the loopback needs no TLS");
        assert_eq!(cipher(&shop, "tls = \"disable\"\n"), "");
        let full = "tls = \"verify-full\"\ntls_ca = \"certs/ca.pem\"\n";
        for lines in ["tls = \"require\"\n", full] {
            let found = cipher(&shop, lines);
            assert!(found.contains("AES") || found.contains("CHACHA"), "{lines}: {found}");
        }
    }
}

#[test]
fn a_server_that_nobody_vouches_for_is_refused() {
    for vendor in both() {
        let shop = asking(vendor);
        // The proxy lies at an address that the certificate does not name.
        let proxy = Proxy::at(Ipv4Addr::new(127, 0, 0, 2), vendor.port());
        let elsewhere = || Way { host: "127.0.0.2", port: proxy.port(), ..shop.way() };
        let ours = "tls = \"verify-full\"\ntls_ca = \"certs/ca.pem\"\n";
        let others = "tls = \"verify-full\"\ntls_ca = \"certs/other.pem\"\n";
        for way in [
            Way { lines: "tls = \"verify-full\"\n", ..shop.way() },
            Way { lines: others, ..shop.way() },
            Way { lines: ours, ..elsewhere() },
        ] {
            shop.system(&way);
            let said = shop.refused();
            assert!(said.contains("`base`"), "{}: {said}", way.lines);
            assert!(said.to_lowercase().contains("certificate"), "{}: {said}", way.lines);
            assert!(said.contains("tls_ca"), "{}: {said}", way.lines);
        }
        assert!(shop.world.home().latest().unwrap().is_none(), "nothing was published");
        shop.system(&Way { lines: "tls = \"require\"\n", ..elsewhere() });
        shop.refreshed();
        let absent = "tls = \"verify-full\"\ntls_ca = \"certs/absent.pem\"\n";
        shop.system(&Way { lines: absent, ..shop.way() });
        let said = shop.refused();
        assert!(said.contains("certs/absent.pem"), "{said}");
    }
}

#[test]
fn a_server_without_tls_is_refused_where_tls_must_be() {
    let (postgres, mariadb) = (Postgres::start(Tls::Absent), MariaDb::start(Tls::Absent));
    let servers: [&dyn Vendor; 2] = [&postgres, &mariadb];
    for vendor in servers {
        let shop = asking(vendor);
        assert_eq!(cipher(&shop, ""), "");
        let full = "tls = \"verify-full\"\ntls_ca = \"certs/ca.pem\"\n";
        for lines in ["tls = \"require\"\n", full] {
            shop.system(&Way { lines, ..shop.way() });
            let said = shop.refused();
            assert!(said.contains("`base`"), "{said}");
            assert!(said.to_lowercase().contains("tls"), "{said}");
            assert_eq!(shop.world.release().number, 1);
        }
    }
}
