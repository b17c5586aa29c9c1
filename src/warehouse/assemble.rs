//! How do files become a table's manifest, and a manifest a schema?

use std::path::Path;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::error::WarehouseError;
use super::manifest::{DataFile, Manifest, ManifestColumn};
use super::name::TableName;
use super::seal;
use super::statistics::{decimal_text, decimal_units};

/// The manifest of a table that consists of `files`, given in the table's total order within each
/// partition. Rows and totals are added up here.
///
/// # Errors
/// When a decimal column's sum overflows 128 bits, or a file was written under another schema.
pub fn assemble(
    table: &TableName,
    schema: &Schema,
    sorted_by: Vec<String>,
    mut files: Vec<DataFile>,
) -> Result<Manifest, WarehouseError> {
    files.sort_by(|one, other| one.partition.cmp(&other.partition));
    let columns = schema
        .fields()
        .iter()
        .map(|field| ManifestColumn {
            name: field.name().clone(),
            arrow: field.data_type().to_string(),
            nullable: field.is_nullable(),
        })
        .collect();
    Ok(Manifest {
        format: seal::FORMAT,
        table: table.clone(),
        columns,
        sorted_by,
        rows: files.iter().map(|file| file.rows).sum(),
        totals: totals(table, schema, &files)?,
        files,
    })
}

/// Per decimal column the sum over all files.
pub(super) fn totals(
    table: &TableName,
    schema: &Schema,
    files: &[DataFile],
) -> Result<Vec<(String, String)>, WarehouseError> {
    let mut totals = Vec::new();
    for (index, field) in schema.fields().iter().enumerate() {
        let DataType::Decimal128(_, scale) = field.data_type() else { continue };
        let column = field.name();
        let mut total = 0_i128;
        for file in files {
            let sum = file.statistics.get(index).and_then(|known| known.sum.as_deref());
            let sum = sum.and_then(decimal_units).ok_or_else(|| WarehouseError::Unfit {
                table: table.clone(),
                finding: format!("`{}` has no sum of column `{column}`", file.path),
            })?;
            total = total.checked_add(sum).ok_or_else(|| WarehouseError::SumOverflow {
                table: table.clone(),
                column: column.clone(),
            })?;
        }
        totals.push((column.clone(), decimal_text(total, *scale)));
    }
    Ok(totals)
}

/// The schema that a manifest states.
///
/// # Errors
/// When it names a type that is none.
pub fn schema_of(manifest: &Manifest) -> Result<SchemaRef, WarehouseError> {
    let mut fields = Vec::with_capacity(manifest.columns.len());
    for column in &manifest.columns {
        let kind: DataType = column.arrow.parse().map_err(|_| {
            let path = Path::new("manifests").join(manifest.table.to_string());
            let finding = format!("column `{}`: `{}` is no type", column.name, column.arrow);
            WarehouseError::damaged(&path, finding)
        })?;
        fields.push(Field::new(&column.name, kind, column.nullable));
    }
    Ok(Schema::new(fields).into())
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, TimeUnit};

    /// Every type that the warehouse stores has a spelling in a manifest that gives it back.
    #[test]
    fn types_survive_their_spelling() {
        for kind in [
            DataType::Utf8,
            DataType::Utf8View,
            DataType::Int64,
            DataType::Decimal128(38, 10),
            DataType::Float64,
            DataType::Boolean,
            DataType::Date32,
            DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
            DataType::Timestamp(TimeUnit::Nanosecond, None),
        ] {
            let spelt = kind.to_string();
            assert_eq!(spelt.parse::<DataType>().ok(), Some(kind), "{spelt}");
        }
    }
}
