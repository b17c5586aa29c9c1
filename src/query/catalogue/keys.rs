//! What tells one row of a table from another, as clients know it: a primary key.

use super::filled::{Filling, int, text};
use super::seen::Seen;
use super::tables::{PG, STANDARD};

impl Filling<'_> {
    /// The columns that tell one row from another, as a primary key.
    pub(super) fn key(&self, seen: &Seen, space: i64, key: &[String]) -> rusqlite::Result<()> {
        let index = seen.number + 1;
        let name = format!("{}_pkey", seen.table);
        let place = |name: &String| {
            let columns = seen.columns.as_ref()?;
            Some(columns.index_of(name).ok()? + 1)
        };
        let places: Vec<String> =
            key.iter().filter_map(place).map(|place| place.to_string()).collect();
        let places = format!("[{}]", places.join(","));
        let listed = key.join(", ");
        self.class(index, &name, space, 'i', key.len(), false)?;
        self.put(
            PG,
            "pg_index",
            &[
                ("indexrelid", int(index)),
                ("indrelid", int(seen.number)),
                ("indnatts", int(i64::try_from(key.len()).unwrap_or(0))),
                ("indnkeyatts", int(i64::try_from(key.len()).unwrap_or(0))),
                ("indisunique", int(1)),
                ("indisprimary", int(1)),
                ("indimmediate", int(1)),
                ("indisvalid", int(1)),
                ("indisready", int(1)),
                ("indislive", int(1)),
                ("indkey", text(&places)),
                ("indoption", text("[]")),
                ("indclass", text("[]")),
                ("indcollation", text("[]")),
            ],
        )?;
        self.put(
            PG,
            "pg_constraint",
            &[
                ("oid", int(index)),
                ("conname", text(&name)),
                ("connamespace", int(space)),
                ("contype", text("p")),
                ("convalidated", int(1)),
                ("conrelid", int(seen.number)),
                ("conindid", int(index)),
                ("conislocal", int(1)),
                ("connoinherit", int(1)),
                ("conkey", text(&places)),
            ],
        )?;
        self.standard_key(seen, &name, key)?;
        let primary = format!("PRIMARY KEY ({listed})");
        self.insert("pg_catalog._constraint_texts", vec![int(index), text(primary)])?;
        let created = format!(
            "CREATE UNIQUE INDEX {name} ON {}.{} USING btree ({listed})",
            seen.schema, seen.table
        );
        self.insert("pg_catalog._index_texts", vec![int(index), text(created)])
    }

    /// The same as the standard of SQL tells it.
    fn standard_key(&self, seen: &Seen, name: &str, key: &[String]) -> rusqlite::Result<()> {
        for (place, column) in key.iter().enumerate() {
            let place = i64::try_from(place).unwrap_or(0) + 1;
            let (schema, table) = (text(&seen.schema), text(&seen.table));
            self.put(
                STANDARD,
                "key_column_usage",
                &[
                    ("constraint_schema", schema.clone()),
                    ("constraint_name", text(name)),
                    ("table_schema", schema),
                    ("table_name", table),
                    ("column_name", text(column)),
                    ("ordinal_position", int(place)),
                ],
            )?;
        }
        self.put(
            STANDARD,
            "table_constraints",
            &[
                ("constraint_schema", text(&seen.schema)),
                ("constraint_name", text(name)),
                ("table_schema", text(&seen.schema)),
                ("table_name", text(&seen.table)),
                ("constraint_type", text("PRIMARY KEY")),
                ("is_deferrable", text("NO")),
                ("initially_deferred", text("NO")),
            ],
        )
    }
}
