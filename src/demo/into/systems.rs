//! How does the demo's `systems.toml` say that a department's database lies on a server?

use std::fs;
use std::path::Path;

use super::super::error::{DemoError, at};
use super::column::Server;
use super::target::Target;

/// The file, in a project.
const SYSTEMS: &str = "warehouse/systems.toml";
/// What a section says of where its database lies; all else of it stays.
const KEYS: [&str; 4] = ["kind", "path", "url", "password_env"];

/// The server that a section names; none where it names a file.
///
/// # Errors
/// When the file cannot be read, or names no server that could be.
pub(super) fn target(root: &Path, system: &str) -> Result<Option<Target>, DemoError> {
    let (place, text) = read(root)?;
    let file: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let why = error.message().to_owned();
        DemoError::Systems { place: place.clone(), why }
    })?;
    let entry = |name: &str| file.get(system)?.get(name)?.as_str();
    let server = match entry("kind") {
        Some("postgres") => Server::Postgres,
        Some("mysql") => Server::Mysql,
        _ => return Ok(None),
    };
    let Some(url) = entry("url") else { return Ok(None) };
    let place = format!("{SYSTEMS} [{system}]");
    Target::known(&place, server, url, entry("password_env")).map(Some)
}

/// Makes a section say that its database lies on a server. Comments and all other entries stay.
///
/// # Errors
/// When the file cannot be read or written, or has no such section.
pub(super) fn point(root: &Path, system: &str, target: &Target) -> Result<(), DemoError> {
    let (place, text) = read(root)?;
    let changed = changed(&text, system, target)
        .ok_or_else(|| DemoError::Systems { place, why: format!("no section [{system}]") })?;
    let path = root.join(SYSTEMS);
    fs::write(&path, changed).map_err(at(&path))
}

fn read(root: &Path) -> Result<(String, String), DemoError> {
    let path = root.join(SYSTEMS);
    let text = fs::read_to_string(&path)
        .map_err(|cause| DemoError::Unreadable { path: path.clone(), cause: Box::new(cause) })?;
    Ok((path.display().to_string(), text))
}

fn changed(text: &str, system: &str, target: &Target) -> Option<String> {
    let kind = match target.server {
        Server::Postgres => "postgres",
        Server::Mysql => "mysql",
    };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut entries = format!("kind = {}\nurl = {}\n", quoted(kind), quoted(&target.url));
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
    use super::*;

    #[test]
    fn a_section_is_changed_and_nothing_else() {
        let before = "# all systems\n[one]\nkind = \"sqlite\"\npath = \"a.db\"\n\n# here\n[two]\n\
            description = \"kind = none\"\nkind = \"sqlite\"  # a file\npath = \"b.db\"\n\
            optional = true\n[three]\nkind = \"files\"\npath = \"c\"\n";
        let url = "postgres://me@127.0.0.1:5432/sample";
        let target = Target::known("test", Server::Postgres, url, None).unwrap();
        let after = changed(before, "two", &target).unwrap();
        let expected = "# all systems\n[one]\nkind = \"sqlite\"\npath = \"a.db\"\n\n# here\n[two]\n\
            description = \"kind = none\"\nkind = \"postgres\"\n\
            url = \"postgres://me@127.0.0.1:5432/sample\"\n\
            optional = true\n[three]\nkind = \"files\"\npath = \"c\"\n";
        assert_eq!(after, expected);
        // What is said again is said once.
        assert_eq!(changed(&after, "two", &target).unwrap(), after);
        assert_eq!(changed(before, "four", &target), None);
    }
}
