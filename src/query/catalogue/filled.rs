//! What stands in the catalogue's tables, for what a session sees of a release?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tokio_postgres::types::Type;

use super::kinds::{LISTS, TYPES, category, kind_of, member, modifier, size_of, spelled};
use super::seen::{Seen, number, seen};
use super::tables::{PG, STANDARD, TABLES, columns};
use super::{Surroundings, failed, matching};
use crate::engine::session::SCHEMA;

/// The number of the one person.
const OWNER: i64 = 10;
/// The number of the database.
const DATABASE: i64 = 16_384;
/// Tables of the catalogue that PostgreSQL does not have, by which functions are answered.
const OWN: &str = "
    create table pg_catalog._names (oid integer, name text);
    create table pg_catalog._types (oid integer, name text, short text);
    create table pg_catalog._constraint_texts (oid integer, text text);
    create table pg_catalog._index_texts (oid integer, text text);
    create table pg_catalog._keywords (word text, catcode text, barelabel integer, catdesc text,
        baredesc text);
";
/// What is looked up by, once the tables are filled.
const INDEXES: &str = "
    create index pg_catalog._by_name on _names (name);
    create index pg_catalog._by_number on _names (oid);
    create index pg_catalog._by_type on _types (oid);
    create index pg_catalog._by_namespace on pg_namespace (oid);
    create index pg_catalog._by_class on pg_class (oid);
    create index pg_catalog._by_attribute on pg_attribute (attrelid, attnum);
    create index pg_catalog._by_object on pg_description (objoid, objsubid);
    analyze;
";

/// A row, by column; what is not named is null, or what its type has for nothing.
pub(super) type Row<'a> = &'a [(&'a str, Value)];

/// A text.
pub(super) fn text(text: impl AsRef<str>) -> Value {
    Value::Text(text.as_ref().to_owned())
}

/// A whole number.
pub(super) fn int(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

/// A catalogue in memory.
///
/// # Errors
/// When what a session sees cannot be read.
pub(super) async fn filled(
    session: &SessionContext,
    around: &Surroundings,
    has_columns: bool,
) -> Result<Connection, DataFusionError> {
    let seen = seen(session, has_columns).await?;
    let connection = Connection::open_in_memory().map_err(failed)?;
    matching::register(&connection).map_err(failed)?;
    let filling = Filling { connection, around };
    filling.create().map_err(failed)?;
    filling.server().map_err(failed)?;
    filling.types().map_err(failed)?;
    filling.relations(&seen).map_err(failed)?;
    filling.connection.execute_batch(INDEXES).map_err(failed)?;
    Ok(filling.connection)
}

/// A catalogue that is being filled.
pub(super) struct Filling<'a> {
    connection: Connection,
    around: &'a Surroundings,
}

impl Filling<'_> {
    fn create(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(
            "attach ':memory:' as pg_catalog; attach ':memory:' as information_schema;
             pragma case_sensitive_like = on;",
        )?;
        for table in TABLES {
            let columns: Vec<String> = columns(table)
                .map(|(name, kind)| {
                    let kind = match kind {
                        "bool" | "int2" | "int4" | "int8" | "oid" => "integer",
                        "float4" => "real",
                        _ => "text",
                    };
                    format!("\"{name}\" {kind}")
                })
                .collect();
            let (schema, name, _) = table;
            let columns = columns.join(", ");
            self.connection.execute_batch(&format!("create table {schema}.{name} ({columns})"))?;
        }
        self.connection.execute_batch(OWN)
    }

    /// Puts a row into a table.
    pub(super) fn put(&self, schema: &str, name: &str, row: Row<'_>) -> rusqlite::Result<()> {
        let mut names = Vec::new();
        let mut values = Vec::new();
        let known = TABLES.iter().find(|known| known.0 == schema && known.1 == name);
        for (column, kind) in known.into_iter().flat_map(columns) {
            let given = row.iter().find(|(given, _)| *given == column);
            let value = match (given, kind) {
                (Some((_, value)), _) => value.clone(),
                (None, "bool" | "int2" | "int4" | "int8" | "oid") => int(0),
                (None, "char") => text(""),
                (None, "regproc") => text("-"),
                (None, _) => Value::Null,
            };
            names.push(format!("\"{column}\""));
            values.push(value);
        }
        self.insert(&format!("{schema}.{name} ({})", names.join(", ")), values)
    }

    pub(super) fn insert(&self, into: &str, values: Vec<Value>) -> rusqlite::Result<()> {
        let places = vec!["?"; values.len()].join(", ");
        let sql = format!("insert into {into} values ({places})");
        self.connection.prepare_cached(&sql)?.execute(params_from_iter(values)).map(drop)
    }

    /// The server, its one database and one person.
    fn server(&self) -> rusqlite::Result<()> {
        let around = self.around;
        let (user, database) = (text(&around.user), text(&around.database));
        self.put(
            PG,
            "pg_database",
            &[
                ("oid", int(DATABASE)),
                ("datname", database.clone()),
                ("datdba", int(OWNER)),
                ("encoding", int(6)),
                ("datlocprovider", text("c")),
                ("datallowconn", int(1)),
                ("datconnlimit", int(-1)),
                ("dattablespace", int(1_663)),
                ("datcollate", text("C")),
                ("datctype", text("C")),
            ],
        )?;
        let role: Row<'_> = &[
            ("rolname", user.clone()),
            ("rolinherit", int(1)),
            ("rolcanlogin", int(1)),
            ("rolconnlimit", int(-1)),
            ("oid", int(OWNER)),
        ];
        self.put(PG, "pg_roles", role)?;
        self.put(PG, "pg_authid", role)?;
        self.put(PG, "pg_user", &[("usename", user), ("usesysid", int(OWNER))])?;
        let space =
            [("oid", int(1_663)), ("spcname", text("pg_default")), ("spcowner", int(OWNER))];
        self.put(PG, "pg_tablespace", &space)?;
        let method = [("oid", int(2)), ("amname", text("heap")), ("amtype", text("t"))];
        self.put(PG, "pg_am", &method)?;
        let index = [("oid", int(403)), ("amname", text("btree")), ("amtype", text("i"))];
        self.put(PG, "pg_am", &index)?;
        for (number, name) in [(100, "default"), (950, "C"), (951, "POSIX")] {
            self.put(
                PG,
                "pg_collation",
                &[
                    ("oid", int(number)),
                    ("collname", text(name)),
                    ("collnamespace", int(11)),
                    ("collowner", int(OWNER)),
                    ("collprovider", text("c")),
                    ("collisdeterministic", int(1)),
                    ("collencoding", int(-1)),
                ],
            )?;
        }
        for (name, setting) in &around.settings {
            self.put(
                PG,
                "pg_settings",
                &[
                    ("name", text(name)),
                    ("setting", text(setting)),
                    ("context", text("user")),
                    ("vartype", text("string")),
                    ("source", text("session")),
                ],
            )?;
        }
        self.put(STANDARD, "information_schema_catalog_name", &[("catalog_name", database)])
    }

    fn types(&self) -> rusqlite::Result<()> {
        for kind in TYPES.iter().chain(&LISTS) {
            let list = LISTS.iter().find(|list| member(list) == Some(kind));
            let members = member(kind).map_or(0, Type::oid);
            let collation = if category(kind) == 'S' { 100 } else { 0 };
            self.put(
                PG,
                "pg_type",
                &[
                    ("oid", int(kind.oid())),
                    ("typname", text(kind.name())),
                    ("typnamespace", int(11)),
                    ("typowner", int(OWNER)),
                    ("typlen", int(size_of(kind))),
                    ("typbyval", int(i32::from((1..=8).contains(&size_of(kind))))),
                    ("typtype", text(if *kind == Type::VOID { "p" } else { "b" })),
                    ("typcategory", text(category(kind).to_string())),
                    ("typisdefined", int(1)),
                    ("typdelim", text(",")),
                    ("typelem", int(members)),
                    ("typarray", int(list.map_or(0, Type::oid))),
                    ("typinput", text(if members == 0 { "textin" } else { "array_in" })),
                    ("typtypmod", int(-1)),
                    ("typcollation", int(collation)),
                    ("typalign", text("i")),
                    ("typstorage", text("p")),
                ],
            )?;
            let values = vec![int(kind.oid()), text(spelled(kind)), text(kind.name())];
            self.insert("pg_catalog._types", values)?;
        }
        Ok(())
    }

    fn namespace(&self, number: i64, name: &str) -> rusqlite::Result<()> {
        self.put(
            PG,
            "pg_namespace",
            &[("oid", int(number)), ("nspname", text(name)), ("nspowner", int(OWNER))],
        )?;
        self.put(
            STANDARD,
            "schemata",
            &[
                ("catalog_name", text(&self.around.database)),
                ("schema_name", text(name)),
                ("schema_owner", text(&self.around.user)),
            ],
        )
    }

    fn relations(&self, seen: &[Seen]) -> rusqlite::Result<()> {
        let mut spaces = BTreeMap::from([
            (PG.to_owned(), 11),
            (SCHEMA.to_owned(), 2_200),
            (STANDARD.to_owned(), 13_000),
        ]);
        for (number, (schema, table, _)) in TABLES.iter().enumerate() {
            // Programs name tables of the catalogue to say of which kind an object is.
            let known = [("pg_type", 1_247), ("pg_proc", 1_255), ("pg_class", 1_259)];
            let known = known.iter().find(|(known, _)| known == table).map(|(_, number)| *number);
            let number = known.unwrap_or(13_100 + i64::try_from(number).unwrap_or(0));
            for name in [(*table).to_owned(), format!("{schema}.{table}")] {
                self.insert("pg_catalog._names", vec![int(number), text(name)])?;
            }
        }
        let mut taken = BTreeMap::new();
        for table in seen {
            let next = number(&mut taken, &table.schema);
            spaces.entry(table.schema.clone()).or_insert(next / 2 + 1_000_000_000);
        }
        for (name, number) in &spaces {
            self.namespace(*number, name)?;
        }
        for table in seen {
            self.relation(table, spaces.get(&table.schema).copied().unwrap_or(0))?;
        }
        self.short_names(seen)
    }

    /// The names without a schema, by the path in which they are looked for.
    fn short_names(&self, seen: &[Seen]) -> rusqlite::Result<()> {
        let mut known: BTreeSet<&str> = TABLES.iter().map(|(_, table, _)| *table).collect();
        for schema in self.around.path() {
            for found in seen.iter().filter(|found| found.schema == schema) {
                if known.insert(&found.table) {
                    let values = vec![int(found.number), text(&found.table)];
                    self.insert("pg_catalog._names", values)?;
                }
            }
        }
        Ok(())
    }

    fn relation(&self, seen: &Seen, space: i64) -> rusqlite::Result<()> {
        let Seen { schema, table, number, columns } = seen;
        let count = columns.as_ref().map_or(0, |columns| columns.fields().len());
        let mut meanings = self.around.meanings.iter().rev();
        let meaning = meanings.find(|found| found.schema == *schema && found.table == *table);
        // A key is told where all of its columns are seen.
        let has = |name: &String| {
            columns.as_ref().is_some_and(|columns| columns.field_with_name(name).is_ok())
        };
        let key = meaning.map(|meaning| meaning.key.as_slice()).unwrap_or_default();
        let key = if key.iter().all(has) { key } else { &[] };
        self.class(*number, table, space, 'r', count, !key.is_empty())?;
        let catalog = text(&self.around.database);
        self.put(
            PG,
            "pg_tables",
            &[
                ("schemaname", text(schema)),
                ("tablename", text(table)),
                ("tableowner", text(&self.around.user)),
            ],
        )?;
        self.put(
            STANDARD,
            "tables",
            &[
                ("table_catalog", catalog.clone()),
                ("table_schema", text(schema)),
                ("table_name", text(table)),
                ("table_type", text("BASE TABLE")),
                ("is_insertable_into", text("NO")),
                ("is_typed", text("NO")),
            ],
        )?;
        let shown = match schema.as_str() {
            SCHEMA => table.clone(),
            schema => format!("{schema}.{table}"),
        };
        // The first of a number's names is the one that is shown.
        self.insert("pg_catalog._names", vec![int(*number), text(&shown)])?;
        self.insert("pg_catalog._names", vec![int(*number), text(format!("{schema}.{table}"))])?;
        for (place, field) in columns.iter().flat_map(|columns| columns.fields()).enumerate() {
            let place = i64::try_from(place).unwrap_or(0) + 1;
            let is_needed = key.contains(field.name());
            self.attribute(seen, place, field.name(), field.data_type(), is_needed)?;
        }
        if let Some(meaning) = meaning {
            self.describe(*number, 0, &meaning.text)?;
            for (column, description) in &meaning.columns {
                let place = columns.as_ref().and_then(|columns| columns.index_of(column).ok());
                if let Some(place) = place {
                    self.describe(*number, i64::try_from(place).unwrap_or(0) + 1, description)?;
                }
            }
        }
        if !key.is_empty() {
            self.key(seen, space, key)?;
        }
        Ok(())
    }

    pub(super) fn class(
        &self,
        number: i64,
        name: &str,
        space: i64,
        kind: char,
        columns: usize,
        has_index: bool,
    ) -> rusqlite::Result<()> {
        let is_index = kind == 'i';
        self.put(
            PG,
            "pg_class",
            &[
                ("oid", int(number)),
                ("relname", text(name)),
                ("relnamespace", int(space)),
                ("relowner", int(OWNER)),
                ("relam", int(if is_index { 403 } else { 2 })),
                ("reltuples", Value::Real(-1.0)),
                ("relhasindex", int(i32::from(has_index))),
                ("relpersistence", text("p")),
                ("relkind", text(kind.to_string())),
                ("relnatts", int(i64::try_from(columns).unwrap_or(0))),
                ("relispopulated", int(1)),
                ("relreplident", text("n")),
            ],
        )
    }

    fn attribute(
        &self,
        seen: &Seen,
        place: i64,
        name: &str,
        kind: &DataType,
        is_needed: bool,
    ) -> rusqlite::Result<()> {
        let digits = modifier(kind);
        let told = kind_of(kind);
        let is_text = category(&told) == 'S';
        self.put(
            PG,
            "pg_attribute",
            &[
                ("attrelid", int(seen.number)),
                ("attname", text(name)),
                ("atttypid", int(told.oid())),
                ("attstattarget", int(-1)),
                ("attlen", int(size_of(&told))),
                ("attnum", int(place)),
                ("attcacheoff", int(-1)),
                ("atttypmod", int(digits)),
                ("attalign", text("i")),
                ("attstorage", text("p")),
                ("attnotnull", int(i32::from(is_needed))),
                ("attislocal", int(1)),
                ("attcollation", int(if is_text { 100 } else { 0 })),
            ],
        )?;
        let (precision, scale) = match digits {
            -1 => (Value::Null, Value::Null),
            digits => (int((digits - 4) >> 16), int((digits - 4) & 0xffff)),
        };
        let shown = if member(&told).is_some() { "ARRAY".to_owned() } else { spelled(&told) };
        self.put(
            STANDARD,
            "columns",
            &[
                ("table_catalog", text(&self.around.database)),
                ("table_schema", text(&seen.schema)),
                ("table_name", text(&seen.table)),
                ("column_name", text(name)),
                ("ordinal_position", int(place)),
                ("is_nullable", text(if is_needed { "NO" } else { "YES" })),
                ("data_type", text(shown)),
                ("character_maximum_length", Value::Null),
                ("character_octet_length", Value::Null),
                ("numeric_precision", precision),
                ("numeric_precision_radix", Value::Null),
                ("numeric_scale", scale),
                ("datetime_precision", Value::Null),
                ("udt_catalog", text(&self.around.database)),
                ("udt_schema", text(PG)),
                ("udt_name", text(told.name())),
                ("is_identity", text("NO")),
                ("is_generated", text("NEVER")),
                ("is_updatable", text("NO")),
            ],
        )
    }

    fn describe(&self, number: i64, place: i64, description: &str) -> rusqlite::Result<()> {
        self.put(
            PG,
            "pg_description",
            &[
                ("objoid", int(number)),
                ("classoid", int(1_259)),
                ("objsubid", int(place)),
                ("description", text(description)),
            ],
        )
    }
}
