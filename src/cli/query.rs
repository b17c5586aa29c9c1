//! How is a question asked at the command line?

use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use datafusion::physical_plan::memory::MemoryStream;
use datafusion::prelude::DataFrame;

use super::asking::Asking;
use super::error::CliError;
use super::{Context, worker};
use crate::demo::examples;
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};
use crate::model::compile;
use crate::model::files::Layer;
use crate::model::given::given;
use crate::query::{self, Principal};
use crate::warehouse::durable;
use crate::warehouse::name::TableName;
use crate::warehouse::release::Release;
use crate::warehouse::{Home, Lease};

/// Answers a SQL query from one release
#[derive(Debug, clap::Args)]
#[command(after_help = examples::QUERY)]
pub(super) struct Args {
    /// The query; `-` reads it from standard input
    sql: String,

    /// How the answer is written [default: by the ending of --output, else table]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// The release asked: its number, a pin's name, or the newest at a time or date [default: the
    /// newest]
    #[arg(long, value_name = "RELEASE")]
    as_of: Option<String>,

    /// The file to write; it appears only when the answer is complete
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    asking: Asking,

    /// Answers it as for anybody: behind the gate, in a process of its own with hard limits
    #[arg(long)]
    isolated: bool,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For reading; long values and many rows are cut, and the last line says so
    Table,
    /// RFC 4180, UTF-8
    Csv,
    /// An array of objects; decimals are strings
    Json,
    /// A workbook with a sheet that says what was asked; cells are values, never formulas
    Xlsx,
    /// One file
    Parquet,
    /// An Arrow IPC stream
    Arrow,
}

impl Format {
    pub(super) fn encoding(self) -> Encoding {
        match self {
            Self::Table => Encoding::Table,
            Self::Csv => Encoding::Csv,
            Self::Json => Encoding::Json,
            Self::Xlsx => Encoding::Xlsx,
            Self::Parquet => Encoding::Parquet,
            Self::Arrow => Encoding::Arrow,
        }
    }

    /// The format that a file's ending names.
    pub(super) fn of_file(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            "arrow" | "arrows" | "ipc" => Some(Self::Arrow),
            _ => None,
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let named = args.output.as_deref().and_then(Format::of_file);
    let encoding = args.format.or(named).unwrap_or(Format::Table).encoding();
    if encoding.is_binary() && args.output.is_none() && context.output.is_terminal() {
        let advice = "this format is not for a terminal; name a file with `--output`";
        return Err(CliError::Usage(advice.to_owned()));
    }
    let sql = match args.sql.as_str() {
        "-" => read_stdin()?,
        sql => sql.to_owned(),
    };
    let home = context.home()?;
    let principal = args.asking.principal(context)?;
    let release = resolve(&home, args.as_of.as_deref())?;
    let asked = Asked { home: &home, release: &release, principal: &principal, sql: &sql };
    let told = if args.isolated { worker::answer } else { answer_to };
    let Some(path) = &args.output else {
        let mut out = context.output.answer();
        told(context, asked, encoding, &mut out)?;
        return Ok(());
    };
    let path = context.config.folder.join(path);
    let rows = to_file(&path, |out| told(context, asked, encoding, out))?;
    context.output.note(&format!(
        "{rows} rows of release {} in {}",
        release.number,
        path.display()
    ));
    Ok(())
}

/// The release that a text names, or the newest.
pub(super) fn resolve(home: &Home, text: Option<&str>) -> Result<Arc<Release>, CliError> {
    match text {
        Some(text) => Ok(home.resolve(text)?),
        None => home.latest()?.ok_or_else(|| {
            CliError::Usage("the warehouse has no release yet; run `patron refresh`".to_owned())
        }),
    }
}

/// Claims the release while it is read, so that collecting leaves it alone.
pub(super) fn lease(
    context: &Context,
    home: &Home,
    release: &Release,
) -> Result<Option<Lease>, CliError> {
    Ok(home.reader_lease(release.number, context.now)?)
}

/// A query, and where and on whose behalf it is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// the warehouse
    pub(super) home: &'a Home,
    /// the release
    pub(super) release: &'a Arc<Release>,
    /// who asks
    pub(super) principal: &'a Principal,
    /// the query
    pub(super) sql: &'a str,
}

/// Runs a query of the owner and writes its answer.
pub(super) fn answer(
    context: &Context,
    home: &Home,
    release: &Arc<Release>,
    sql: &str,
    encoding: Encoding,
    out: &mut (dyn io::Write + Send),
) -> Result<u64, CliError> {
    let asked = Asked { home, release, principal: &Principal::Owner, sql };
    answer_to(context, asked, encoding, out)
}

/// Runs a query and writes its answer.
fn answer_to(
    context: &Context,
    asked: Asked<'_>,
    encoding: Encoding,
    out: &mut (dyn io::Write + Send),
) -> Result<u64, CliError> {
    let Asked { home, release, principal, sql } = asked;
    let _lease = lease(context, home, release)?;
    let session = query::open(home, release, principal, &context.limits())?;
    context.runtime.block_on(async {
        let frame = match query::ask(&session, sql).await {
            Ok(frame) => frame,
            // To others a table that they do not see is one that does not exist.
            Err(cause) if principal.is_owner() => return Err(unasked(context, cause).await),
            Err(cause) => return Err(EncodeError::Query(cause).into()),
        };
        let stream = frame.execute_stream().await.map_err(EncodeError::Query)?;
        Ok(encode(stream, encoding, Cut::default(), out).await?)
    })
}

/// Why a query cannot be asked: what is listed by `describe` and yet in no release is told apart.
async fn unasked(context: &Context, cause: DataFusionError) -> CliError {
    let not_kept = match query::missing_table(&cause).and_then(|name| name.parse().ok()) {
        Some(name) => not_kept(context, &name).await,
        None => None,
    };
    not_kept.unwrap_or_else(|| EncodeError::Query(cause).into())
}

/// What to ask instead of a file under sql/ whose rows no release keeps.
async fn not_kept(context: &Context, name: &TableName) -> Option<CliError> {
    let project = context.project().ok()?;
    let given = given(&project).ok()?;
    let (models, _) = compile(&project.root, given, &context.limits()).await.ok()?;
    let model = models.by_name.get(name)?;
    let why = match model.file.layer {
        Layer::Staging => "is computed anew by whatever reads it",
        Layer::Checks => "is asked at every refresh",
        Layer::Reports => "is answered by `patron report`",
        Layer::Cubes => "is answered by `patron cube`",
        _ => "was not built yet; run `patron refresh`",
    };
    let reads: Vec<String> = model.reads.iter().map(|table| format!("`{table}`")).collect();
    let instead = match (model.file.layer, reads.is_empty()) {
        (Layer::Staging | Layer::Checks, false) => format!("; ask {} instead", reads.join(", ")),
        _ => String::new(),
    };
    let place = model.file.place.clone();
    Some(CliError::NotKept { name: name.clone(), place, why, instead })
}

/// Writes a small list of our own to standard output, whole.
pub(super) fn print(context: &Context, list: RecordBatch, format: Format) -> Result<(), CliError> {
    let schema = list.schema();
    let stream = MemoryStream::try_new(vec![list], schema, None).map_err(EncodeError::Query)?;
    let cut = Cut { rows_max: usize::MAX - 1, ..Cut::default() };
    let mut out = context.output.answer();
    context.runtime.block_on(encode(Box::pin(stream), format.encoding(), cut, &mut out))?;
    Ok(())
}

/// Writes all rows of a frame to standard output.
pub(super) fn write_frame(
    context: &Context,
    frame: DataFrame,
    format: Format,
) -> Result<(), CliError> {
    let cut = Cut { rows_max: usize::MAX - 1, ..Cut::default() };
    let mut out = context.output.answer();
    context.runtime.block_on(async {
        let stream = frame.execute_stream().await.map_err(EncodeError::Query)?;
        encode(stream, format.encoding(), cut, &mut out).await
    })?;
    Ok(())
}

/// Writes beside the file and gives it its name at the end, so that no part of an answer can be
/// taken for all of it.
pub(super) fn to_file(
    path: &Path,
    write: impl FnOnce(&mut (dyn io::Write + Send)) -> Result<u64, CliError>,
) -> Result<u64, CliError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let failed = |cause| CliError::File { action: "written", path: path.to_owned(), cause };
    let mut out = BufWriter::with_capacity(1 << 16, File::create(&part).map_err(failed)?);
    let written = write(&mut out).and_then(|rows| {
        io::Write::flush(&mut out).map_err(failed)?;
        Ok(rows)
    });
    let placed = written.and_then(|rows| {
        durable::replace(&part, path)?;
        Ok(rows)
    });
    if placed.is_err() {
        let _ = fs::remove_file(&part);
    }
    placed
}

/// All of standard input.
pub(super) fn read_stdin() -> Result<String, CliError> {
    let mut sql = String::new();
    io::stdin().read_to_string(&mut sql).map_err(|cause| CliError::File {
        action: "read",
        path: PathBuf::from("standard input"),
        cause,
    })?;
    Ok(sql)
}
