//! How does a table of a system come into the project? Its contract and its staging SQL are written
//! from the live source, for a person to correct.

use std::path::PathBuf;

use super::error::CliError;
use super::scaffold::{Draft, Source, contract_text, identifier, staging_text};
use super::{Context, init};
use crate::demo::examples;
use crate::source::database::Description;
use crate::source::describe::{Described, describe_file};
use crate::source::open::open_database;
use crate::source::shape::{CellRange, ColumnType, Format};
use crate::source::{FileKind, SourceError};
use crate::warehouse::name::{TableName, is_identifier};
use crate::warehouse::project::{Project, System};

/// Bytes of a file that are looked at for its delimiter and encoding.
const SNIFFED_BYTES: usize = 1 << 16;

/// Describes a table of a system: writes its contract and its staging SQL
#[derive(Debug, clap::Args)]
#[command(after_help = examples::NEW_TABLE)]
pub(super) struct Args {
    /// What to read: the system's name, a dot, and the file, file pattern, table or view there
    #[arg(value_name = "SYSTEM.OBJECT")]
    object: String,

    /// The department, which is the table's schema [default: the system's name]
    #[arg(long)]
    department: Option<String>,

    /// The table's name [default: made from the object's]
    #[arg(long)]
    table: Option<String>,

    /// Character encoding of a CSV file, such as gbk or windows-1252 [default: utf-8]
    #[arg(long)]
    encoding: Option<String>,

    /// Delimiter of a CSV file [default: the likeliest of , ; tab |]
    #[arg(long)]
    delimiter: Option<char>,

    /// Decimal mark of a CSV file [default: the one that fits more columns]
    #[arg(long, value_name = "MARK")]
    decimal_mark: Option<char>,

    /// Sheet of a workbook [default: the first]
    #[arg(long)]
    sheet: Option<String>,

    /// Cells of the sheet that make up the table, such as B3:H200 or B3:H [default: all]
    #[arg(long, value_parser = cell_range)]
    range: Option<CellRange>,
}

fn cell_range(text: &str) -> Result<CellRange, String> {
    CellRange::try_from(text.to_owned())
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    let _entered = context.runtime.enter();
    let (system_name, object) = args.object.split_once('.').ok_or_else(|| {
        let object = &args.object;
        CliError::Usage(format!("`{object}` is no object of a system; write SYSTEM.OBJECT"))
    })?;
    let system = project.systems.get(system_name).ok_or_else(|| {
        let known: Vec<&str> = project.systems.keys().map(String::as_str).collect();
        CliError::Usage(format!(
            "there is no system `{system_name}` in warehouse/systems.toml, only {}; \
             `patron new system` adds one",
            known.join(", ")
        ))
    })?;
    let name = table_name(args, system_name, object)?;
    let contract =
        project.root.join(format!("warehouse/contracts/{}/{}.toml", name.schema(), name.table()));
    let staging =
        project.root.join(format!("sql/staging/{0}/stg_{0}__{1}.sql", name.schema(), name.table()));
    for path in [&contract, &staging] {
        if path.exists() {
            return Err(CliError::Exists(path.clone()));
        }
    }
    let (source, columns) = describe(args, context, &project, system, object)?;
    let draft = Draft::new(name, system_name, object, source, &columns);
    init::write(&contract, &contract_text(&draft))?;
    init::write(&staging, &staging_text(&draft))?;
    tell(context, &project, &draft, [&contract, &staging])
}

/// The table's name: as asked, or what of the object's name may stand in one.
fn table_name(args: &Args, system: &str, object: &str) -> Result<TableName, CliError> {
    let department = args.department.as_deref().unwrap_or(system);
    let table = match &args.table {
        Some(table) => table.clone(),
        None => {
            let file = object.rsplit('/').next().unwrap_or(object);
            let stem = file.split('.').next().unwrap_or(file);
            let stem = stem.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
            identifier(stem)
        }
    };
    if !is_identifier(&table) {
        let advice = "name the table with `--table`";
        return Err(CliError::Usage(format!(
            "no table name can be made from `{object}`; {advice}"
        )));
    }
    TableName::new(department, &table).map_err(CliError::Usage)
}

fn describe(
    args: &Args,
    context: &Context,
    project: &Project,
    system: &System,
    object: &str,
) -> Result<(Source, Vec<Described>), CliError> {
    let name = args.object.split('.').next().unwrap_or_default();
    if let Some(location) = system.location(name, &project.root)? {
        if args.sheet.is_some() || args.range.is_some() {
            let advice = "`--sheet` and `--range` are for workbooks; leave them out";
            return Err(CliError::Usage(format!("the system is a database; {advice}")));
        }
        let Description { columns, key } = open_database(&location)?.describe(object)?;
        return Ok((Source::Database { key }, columns));
    }
    let folder = system.folder(name, &project.root, &context.config.spill_dir);
    let found = folder.map_err(SourceError::from)?.find(object)?;
    let Some(newest) = found.last() else {
        let place = system.place(&project.root);
        return Err(CliError::Usage(format!("no file in `{place}` is called `{object}`")));
    };
    newest.fetch()?;
    let kind = kind_of(&newest.path)?;
    let is_pattern = object.contains(['*', '?', '[']);
    let is_sheet = args.sheet.is_some() || args.range.is_some();
    if kind != FileKind::Xlsx && is_sheet {
        let place = newest.path.display();
        return Err(CliError::Usage(format!(
            "`{place}` is no workbook; leave out `--sheet` and `--range`"
        )));
    }
    if kind != FileKind::Csv {
        let (sheet, range) = (args.sheet.clone(), args.range);
        let format = Format { sheet, range, ..Format::default() };
        let columns = describe_file(kind, newest, &format)?;
        return Ok((Source::Files { kind, format: Box::new(format), is_pattern }, columns));
    }
    let format = sniff(args, &newest.path)?;
    let (format, columns) =
        with_decimal_mark(args, format, |format| Ok(describe_file(kind, newest, format)?))?;
    Ok((Source::Files { kind, format: Box::new(format), is_pattern }, columns))
}

/// The kind that a file's ending names.
fn kind_of(path: &std::path::Path) -> Result<FileKind, CliError> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match ending.as_str() {
        "csv" | "tsv" | "txt" => Ok(FileKind::Csv),
        "json" | "jsonl" | "ndjson" => Ok(FileKind::JsonLines),
        "parquet" => Ok(FileKind::Parquet),
        "xlsx" | "xlsm" => Ok(FileKind::Xlsx),
        _ => Err(CliError::Usage(format!(
            "`{}` ends in none of csv, tsv, txt, json, jsonl, ndjson, parquet, xlsx, xlsm; rename \
             it, or write the contract by hand",
            path.display()
        ))),
    }
}

/// How a CSV file seems to be written, by its beginning.
fn sniff(args: &Args, path: &PathBuf) -> Result<Format, CliError> {
    use std::io::Read;
    let failed = |cause| CliError::File { action: "read", path: path.clone(), cause };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut start = Vec::new();
    file.take(SNIFFED_BYTES as u64).read_to_end(&mut start).map_err(failed)?;
    let whole = start.iter().rposition(|byte| *byte == b'\n').map_or(start.len(), |end| end + 1);
    let start = start.get(..whole).unwrap_or_default();
    if args.encoding.is_none() && std::str::from_utf8(start).is_err() {
        return Err(CliError::Usage(format!(
            "`{}` is not in UTF-8; say its encoding, such as `--encoding gbk` or \
             `--encoding windows-1252`",
            path.display()
        )));
    }
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |mark: u8| first.iter().filter(|byte| **byte == mark).count();
    // The first of the most frequent ones.
    let likeliest = [',', ';', '\t', '|'].into_iter().rev().max_by_key(|mark| count(*mark as u8));
    Ok(Format {
        encoding: args.encoding.clone().unwrap_or_else(|| "utf-8".to_owned()),
        delimiter: args.delimiter.or(likeliest).unwrap_or(','),
        ..Format::default()
    })
}

/// Describes with a point and, where the delimiter leaves room for it, with a comma; the comma
/// wins when it makes more columns decimal.
fn with_decimal_mark(
    args: &Args,
    format: Format,
    describe: impl Fn(&Format) -> Result<Vec<Described>, CliError>,
) -> Result<(Format, Vec<Described>), CliError> {
    if let Some(mark) = args.decimal_mark {
        let format = Format { decimal_mark: mark, ..format };
        let columns = describe(&format)?;
        return Ok((format, columns));
    }
    let columns = describe(&format)?;
    if format.delimiter == ',' {
        return Ok((format, columns));
    }
    let decimals = |columns: &[Described]| {
        let is_decimal = |column: &&Described| matches!(column.kind, ColumnType::Decimal { .. });
        columns.iter().filter(is_decimal).count()
    };
    let other = Format { decimal_mark: ',', thousands_mark: Some('.'), ..format.clone() };
    let others = describe(&other)?;
    if decimals(&others) > decimals(&columns) { Ok((other, others)) } else { Ok((format, columns)) }
}

fn tell(
    context: &Context,
    project: &Project,
    draft: &Draft,
    paths: [&PathBuf; 2],
) -> Result<(), CliError> {
    let [contract, staging] =
        paths.map(|path| path.strip_prefix(&project.root).unwrap_or(path).display().to_string());
    let name = &draft.name;
    let columns = draft.columns.len();
    context.output.say(&format!(
        "{contract}  the contract of {name}, {columns} columns, as the source looks now\n\
         {staging}  its staging SQL\n\n\
         Next:\n\
         \n  1. read the contract: are the types right, which columns are required, which personal?\
         \n  2. choose its mode: full, append, merge (with `key`) or period\
         \n  3. patron check\
         \n  4. patron refresh --only {}\
         \n  5. patron query 'select * from {name} limit 10'",
        draft.system
    ))
}
