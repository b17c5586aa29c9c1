//! What do PostgreSQL's functions come to over the catalogue's own tables?

use super::Surroundings;
use super::tables::PG;

/// A text as SQL writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Functions about the catalogue: a question that names no table but one of these is about it.
const TELLING: &str = "
    array_to_string cardinality col_description current_catalog current_database current_role
    current_schema current_schemas current_setting current_user format_type
    has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege
    has_schema_privilege has_table_privilege obj_description session_user set_config
    shobj_description to_regclass to_regtype txid_current user version
";

/// Whether a function is about the catalogue.
pub(super) fn is_telling(name: &str) -> bool {
    name.starts_with("pg_") || TELLING.split_whitespace().any(|known| known == name)
}

/// The call of a function, in SQLite's words; nothing where it stays as it is. `arguments` are
/// rewritten already.
pub(super) fn call(name: &str, arguments: &[String], around: &Surroundings) -> Option<String> {
    let first = arguments.first().map_or("null", String::as_str);
    let second = arguments.get(1).map_or("null", String::as_str);
    let last = arguments.last().map_or("null", String::as_str);
    Some(match name {
        "version" => quoted(&around.version),
        "current_database" | "current_catalog" => quoted(&around.database),
        "current_schema" => {
            around.path().first().map_or("null".to_owned(), |schema| quoted(schema))
        }
        "current_schemas" => {
            let path = around.path();
            let all: Vec<&str> = [PG].into_iter().chain(path.iter().map(String::as_str)).collect();
            quoted(&serde_json::json!(all).to_string())
        }
        "current_user" | "session_user" | "user" | "current_role" => quoted(&around.user),
        "current_setting" => {
            found("pg_settings", "setting", &[("name", &format!("lower({first})"))])
        }
        "set_config" => second.to_owned(),
        "pg_get_userbyid" => found("pg_roles", "rolname", &[("oid", first)]),
        "pg_table_is_visible" => found("pg_class", &is_visible(around), &[("oid", first)]),
        "format_type" => format_type(first, second),
        "obj_description" => {
            found("pg_description", "description", &[("objoid", first), ("objsubid", "0")])
        }
        "col_description" => {
            found("pg_description", "description", &[("objoid", first), ("objsubid", second)])
        }
        "pg_get_constraintdef" => found("_constraint_texts", "text", &[("oid", first)]),
        "pg_get_indexdef" => match second {
            "null" | "0" => found("_index_texts", "text", &[("oid", first)]),
            _ => found("pg_attribute", "attname", &[("attrelid", first), ("attnum", second)]),
        },
        "to_regclass" => relation(first),
        "to_regtype" => kind(first),
        "pg_encoding_to_char" => "'UTF8'".to_owned(),
        "pg_char_to_encoding" => "6".to_owned(),
        "array_to_string" => {
            format!("(select group_concat(value, {second}) from json_each({first}))")
        }
        "array_length" | "cardinality" | "array_upper" => format!("json_array_length({first})"),
        "array_lower" => "1".to_owned(),
        // Names need no quotes here, and have none.
        "format" => {
            let rest: String = arguments.iter().skip(1).map(|given| format!(", {given}")).collect();
            format!("format(replace(replace({first}, '%I', '%s'), '%L', '%Q'){rest})")
        }
        "array_agg" => format!("json_group_array({first})"),
        "json_build_object" | "jsonb_build_object" => {
            format!("json_object({})", arguments.join(", "))
        }
        "json_build_array" | "jsonb_build_array" => {
            format!("json_array({})", arguments.join(", "))
        }
        "quote_ident" | "regexp_replace" => first.to_owned(),
        "quote_literal" => format!("quote({first})"),
        "pg_size_pretty" => format!("({first} || ' bytes')"),
        "char_length" | "character_length" => format!("length({first})"),
        "strpos" => format!("instr({first}, {second})"),
        "left" => format!("substr({first}, 1, {second})"),
        "greatest" => format!("max({})", arguments.join(", ")),
        "least" => format!("min({})", arguments.join(", ")),
        "bool_or" => format!("max({first})"),
        "bool_and" | "every" => format!("min({first})"),
        "oidvectortypes" => "''".to_owned(),
        "current_time" | "now" => "current_timestamp".to_owned(),
        name => privilege(name, last).or_else(|| constant(name))?.to_owned(),
    })
}

/// Whether the table of a row of `pg_class` is found without its schema.
fn is_visible(around: &Surroundings) -> String {
    let path: Vec<String> = around.path().iter().map(|schema| quoted(schema)).collect();
    format!(
        "relnamespace in (select space.oid from pg_catalog.pg_namespace as space where \
         space.nspname in ('{PG}', {}))",
        if path.is_empty() { "''".to_owned() } else { path.join(", ") }
    )
}

/// What may be done with what is seen: it may be read.
fn privilege(name: &str, last: &str) -> Option<String> {
    (name.starts_with("has_") && name.ends_with("_privilege")).then(|| {
        format!("(lower({last}) in ('select', 'usage', 'connect', 'execute', 'select, usage'))")
    })
}

/// What is the same for every object.
fn constant(name: &str) -> Option<String> {
    let value = match name {
        "pg_is_in_recovery" | "pg_relation_is_publishable" | "pg_my_temp_schema" => "0",
        "pg_is_other_temp_schema" | "pg_backend_pid" | "txid_current" => "0",
        "pg_relation_size" | "pg_total_relation_size" | "pg_table_size" => "0",
        "pg_database_size" | "pg_indexes_size" => "0",
        "pg_has_role" | "row_security_active" => "1",
        "pg_get_function_arguments" | "pg_get_function_identity_arguments" => "''",
        "pg_tablespace_location" => "''",
        name if name.starts_with("pg_") && name.ends_with("_is_visible") => "1",
        // Definitions of what there is none of.
        name if name.starts_with("pg_get_") || name.starts_with("pg_stat_") => "null",
        "shobj_description" | "inet_server_addr" | "inet_server_port" => "null",
        "inet_client_addr" | "inet_client_port" | "pg_postmaster_start_time" => "null",
        "pg_conf_load_time" | "pg_advisory_unlock_all" | "pg_options_to_table" => "null",
        "pg_column_size" | "pg_relation_filenode" | "pg_sequence_last_value" => "null",
        _ => return None,
    };
    Some(value.to_owned())
}

/// What a table of the catalogue shows of its first row with these keys. Its own columns have names
/// in here that no question has, so that each name in a key's value is one of the question.
pub(super) fn found(table: &str, shown: &str, keys: &[(&str, &str)]) -> String {
    let (mut columns, mut tests) = (Vec::new(), Vec::new());
    for (number, (key, value)) in keys.iter().enumerate() {
        columns.push(format!("{key} as _key{number}"));
        tests.push(format!("_key{number} = {value}"));
    }
    let (columns, tests) = (columns.join(", "), tests.join(" and "));
    format!(
        "(select _shown from (select {shown} as _shown, {columns} from pg_catalog.{table}) \
         where {tests} limit 1)"
    )
}

/// The name of a type by its number, with the digits of a decimal.
pub(super) fn format_type(number: &str, modifier: &str) -> String {
    let name = found("_types", "name", &[("oid", number)]);
    format!(
        "(case when {number} = 1700 and {modifier} > 0 then 'numeric(' || \
         (({modifier} - 4) / 65536) || ',' || (({modifier} - 4) % 65536) || ')' else {name} end)"
    )
}

/// The number of the table of a name.
pub(super) fn relation(name: &str) -> String {
    found("_names", "oid", &[("name", &format!("replace({name}, '\"', '')"))])
}

/// The number of the type of a name: its full one, else its short one.
pub(super) fn kind(name: &str) -> String {
    let name = format!("lower({name})");
    let by = |column| found("_types", "oid", &[(column, &name)]);
    format!("coalesce({}, {})", by("name"), by("short"))
}
