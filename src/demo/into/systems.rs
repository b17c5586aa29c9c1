//! How does the demo's `systems.toml` say that a department's database lies on a server?

use std::fs;
use std::path::Path;

use super::super::error::{DemoError, at};
use super::column;
use super::target::Target;

/// The file, in a project.
const SYSTEMS: &str = "warehouse/systems.toml";
/// What a section says of where its database lies; all else of it stays.
const KEYS: [&str; 4] = ["kind", "path", "url", "password_env"];

/// Makes a section say that its database lies on a server. Comments and all other entries stay.
///
/// # Errors
/// When the file cannot be read or written, or has no such section.
pub(super) fn point(root: &Path, system: &str, target: &Target) -> Result<(), DemoError> {
    let path = root.join(SYSTEMS);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let none = || DemoError::NoServer { system: system.to_owned() };
    let changed = changed(&text, system, target).ok_or_else(none)?;
    fs::write(&path, changed).map_err(at(&path))
}

fn changed(text: &str, system: &str, target: &Target) -> Option<String> {
    let kind = match target.kind {
        column::Server::Postgres => "postgres",
        column::Server::Mysql => "mysql",
    };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut entries = format!("kind = {}\nurl = {}\n", quoted(kind), quoted(target.url()));
    if let Some(variable) = &target.variable {
        entries = format!("{entries}password_env = {}\n", quoted(variable));
    }
    let header = format!("[{system}]");
    let mut lines = String::new();
    let mut is_own = false;
    let mut is_found = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            is_own = trimmed == header;
        }
        let key = trimmed.split('=').next().unwrap_or_default().trim();
        if !is_own || !KEYS.contains(&key) {
            lines.push_str(line);
        } else if key == "kind" {
            lines.push_str(&entries);
            is_found = true;
        }
    }
    is_found.then_some(lines)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::source::server::{Address, Server, Tls};

    #[test]
    fn a_section_is_changed_and_nothing_else() {
        let before = "# all systems\n[one]\nkind = \"sqlite\"\npath = \"a.db\"\n\n# here\n[two]\n\
            description = \"kind = none\"\nkind = \"sqlite\"  # a file\npath = \"b.db\"\n\
            optional = true\n[three]\nkind = \"files\"\npath = \"c\"\n";
        let text = "postgres://me@127.0.0.1:5432/sample";
        let server = Server {
            address: Address::parse(text, &["postgres"]).unwrap(),
            password: None,
            tls: Tls::Disable,
            tls_ca: None,
            patience: Duration::from_secs(1),
            connections: 1,
        };
        let target = Target { kind: column::Server::Postgres, server, variable: None };
        let after = changed(before, "two", &target).unwrap();
        let expected = "# all systems\n[one]\nkind = \"sqlite\"\npath = \"a.db\"\n\n# here\n[two]\n\
            description = \"kind = none\"\nkind = \"postgres\"\n\
            url = \"postgres://me@127.0.0.1:5432/sample\"\n\
            optional = true\n[three]\nkind = \"files\"\npath = \"c\"\n";
        assert_eq!(after, expected);
        // What is said again is said once.
        assert_eq!(changed(&after, "two", &target).unwrap(), after);
        assert_eq!(changed(before, "four", &target), None);
        let secret = Target { variable: Some("PGPASSWORD".to_owned()), ..target };
        let after = changed(&after, "two", &secret).unwrap();
        assert!(after.contains("/sample\"\npassword_env = \"PGPASSWORD\"\noptional"), "{after}");
    }
}
