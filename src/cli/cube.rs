//! How are cubes asked at the command line?

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use super::Context;
use super::asking::Asking;
use super::error::CliError;
use super::query::{Format, lease, read_stdin, resolve, to_file};
use super::report::finish;
use crate::demo::examples;
use crate::engine::encode::Encoding;
use crate::engine::text_table::Heading;
use crate::model::cube::drill::{Step, drill};
use crate::model::cube::log;
use crate::model::cube::members::{FoundMeasure, Subject};
use crate::model::cube::meta::{self, meta};
use crate::model::cube::question::Question;
use crate::model::cube::{Answer, Asker, Cubes, Opened, Told, echo};
use crate::warehouse::project::Project;

/// Answers a question of cubes in Cube's query language, or lists what can be asked
#[derive(Debug, clap::Args)]
#[command(after_help = examples::CUBE)]
pub(super) struct Args {
    /// The question: a file, `-` for standard input, or the JSON itself; or the name of a cube or
    /// view, whose members are listed [default: list all cubes and views]
    query: Option<String>,

    /// How the answer is written [default: by the ending of --output, else table]
    #[arg(long, value_enum, requires = "query")]
    format: Option<Format>,

    /// The release asked: its number, a pin's name, or the newest at a time or date [default: the
    /// newest]
    #[arg(long, value_name = "RELEASE")]
    as_of: Option<String>,

    /// The language of labels and of values [default: the project's first]; CSV has them only where
    /// it is given
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,

    /// The file to write; it appears only when the answer is complete
    #[arg(long, short, value_name = "FILE", requires = "query")]
    output: Option<PathBuf>,

    /// Write all cubes and views with their members as Cube's `/meta` does
    #[arg(long, conflicts_with_all = ["query", "format"])]
    meta: bool,

    /// Say which tables would answer, and the plan, instead of asking
    #[arg(long, requires = "query", conflicts_with = "format")]
    explain: bool,

    /// Answer from the cubes' own queries only
    #[arg(long)]
    no_rollups: bool,

    /// Go on from a row of the answer: down:HIERARCHY, up:HIERARCHY, across:DIMENSION, detail or
    /// detail:MEASURE; a time of the question is a hierarchy too
    #[arg(long, value_name = "STEP", requires_all = ["query", "row"])]
    drill: Option<Step>,

    /// The row to go on from, counted from 1
    #[arg(long, value_name = "N", requires = "drill")]
    row: Option<usize>,

    #[command(flatten)]
    asking: Asking,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    let language = language(args, &project)?;
    let cubes = Cubes::read(&project.root)?;
    match &args.query {
        None if args.meta => with_release(args, context, &project, |opened| {
            let all = context.runtime.block_on(meta(opened, &language))?;
            let text = serde_json::to_string_pretty(&all).map_err(std::io::Error::from)?;
            context.output.say(&text)
        }),
        None => list(context, &cubes, &language),
        Some(name) if cubes.subject(name).is_ok() => {
            let subject = cubes.subject(name)?;
            members(context, subject, &language)
        }
        Some(query) => {
            let question = Question::parse(&read(query, context)?)?;
            with_release(args, context, &project, |opened| {
                ask(&question, args, context, opened, &language)
            })
        }
    }
}

/// The language of labels.
fn language(args: &Args, project: &Project) -> Result<String, CliError> {
    let known = &project.settings.languages;
    match &args.language {
        None => Ok(known.first().map_or("en", String::as_str).to_owned()),
        Some(wanted) if known.contains(wanted) => Ok(wanted.clone()),
        Some(wanted) => {
            let known = known.join(", ");
            let advice = format!("`{wanted}` is none of the project's languages, {known}");
            Err(CliError::Usage(advice))
        }
    }
}

/// The text of a question.
fn read(query: &str, context: &Context) -> Result<String, CliError> {
    match query {
        "-" => read_stdin(),
        text if text.trim_start().starts_with('{') => Ok(text.to_owned()),
        name => {
            let path = context.config.folder.join(name);
            let is_name = !path.exists() && !name.contains(['.', '/']);
            if is_name {
                let advice = format!("there is no cube, view or file `{name}`");
                return Err(CliError::Usage(format!("{advice}; `patron cube` lists cubes")));
            }
            fs::read_to_string(&path).map_err(|cause| CliError::File {
                action: "read",
                path,
                cause,
            })
        }
    }
}

/// Opens the release that is asked for as long as something is done with it.
fn with_release(
    args: &Args,
    context: &Context,
    project: &Project,
    task: impl FnOnce(&Opened<'_>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let home = context.home()?;
    let release = resolve(&home, args.as_of.as_deref())?;
    let _lease = lease(context, &home, &release)?;
    let (principal, limits) = (args.asking.principal(context)?, context.limits());
    let asker = Asker {
        project,
        home: &home,
        release: &release,
        principal: &principal,
        limits: &limits,
        has_rollups: !args.no_rollups,
    };
    task(&asker.open()?)
}

/// Lists the cubes and views.
fn list(context: &Context, cubes: &Cubes, language: &str) -> Result<(), CliError> {
    let row = |listed: meta::Listed| {
        vec![
            listed.name,
            listed.label,
            listed.measures.len().to_string(),
            listed.dimensions.len().to_string(),
            listed.hierarchies.join(", "),
            listed.description,
        ]
    };
    let rows: Vec<Vec<String>> = meta::list(cubes, language).into_iter().map(row).collect();
    if rows.is_empty() {
        return context.output.say("no cubes yet; `patron new cube NAME` begins one");
    }
    let headings = [
        Heading::text("cube"),
        Heading::text("label"),
        Heading::number("measures"),
        Heading::number("dimensions"),
        Heading::text("hierarchies"),
        Heading::text("what it measures"),
    ];
    context.output.table(&headings, &rows)?;
    context.output.say("\n`patron cube NAME` lists what a cube has")
}

/// Lists what can be asked of a cube or view.
fn members(context: &Context, subject: Subject<'_>, language: &str) -> Result<(), CliError> {
    let member = |name: &str| format!("{}.{name}", subject.name());
    let label = |label: Option<&crate::model::front_matter::Label>, name: &str| {
        let said = label.and_then(|label| label.text(language));
        said.map_or_else(|| name.replace('_', " "), str::to_owned)
    };
    let mut rows = Vec::new();
    for name in subject.measures() {
        let is_plain = |found: &FoundMeasure<'_>| found.variant.is_none() && !found.is_share;
        let Some(found) = subject.measure(&name).filter(is_plain) else { continue };
        let measure = found.measure;
        rows.push(vec![
            member(&name),
            "measure".to_owned(),
            measure.kind.total().to_owned(),
            label(measure.label.as_ref(), found.name),
            measure.description.clone(),
            measure.offered().join(", "),
        ]);
    }
    for name in subject.dimensions() {
        let found = subject.dimension(&name);
        let Some(first) = found.first() else { continue };
        let dimension = first.dimension;
        let is_time = first.cube.file.head.time.as_deref() == Some(first.name);
        rows.push(vec![
            member(&name),
            if is_time { "time" } else { "dimension" }.to_owned(),
            String::new(),
            label(dimension.label.as_ref(), &name),
            dimension.description.clone(),
            String::new(),
        ]);
    }
    for name in subject.segments() {
        let found = subject.segment(&name);
        let Some((_, _, segment)) = found.first() else { continue };
        rows.push(vec![
            member(&name),
            "segment".to_owned(),
            String::new(),
            label(segment.label.as_ref(), &name),
            segment.description.clone(),
            String::new(),
        ]);
    }
    for levels in meta::hierarchies(subject, language) {
        let path = levels.levels.join(" > ");
        let (kind, none) = ("hierarchy".to_owned(), String::new());
        rows.push(vec![levels.name, kind, none.clone(), levels.label, path, none]);
    }
    let headings = ["member", "kind", "its total", "label", "description", "over time"];
    context.output.table(&headings.map(Heading::text), &rows)?;
    context.output.say("\nover time: `amount__year_before` is the `year_before` of `amount`")
}

fn ask(
    question: &Question,
    args: &Args,
    context: &Context,
    opened: &Opened<'_>,
    language: &str,
) -> Result<(), CliError> {
    let named = args.output.as_deref().and_then(Format::of_file);
    let encoding = args.format.or(named).unwrap_or(Format::Table).encoding();
    if encoding.is_binary() && args.output.is_none() && context.output.is_terminal() {
        let advice = "this format is not for a terminal; name a file with `--output`";
        return Err(CliError::Usage(advice.to_owned()));
    }
    let mut question = question.clone();
    let mut below = Vec::new();
    if let (Some(step), Some(row)) = (&args.drill, args.row) {
        question = context.runtime.block_on(async {
            let answer = opened.ask(&question).await?;
            drill(opened, &answer, row, step).await
        })?;
        below.push(format!("question: {}", echo::question(&question)));
    }
    if args.explain {
        let plan = context.runtime.block_on(opened.explain(&question))?;
        return context.output.say(plan.trim_end());
    }
    let (answer, told) = context.runtime.block_on(async {
        let begun = Instant::now();
        let answer = opened.ask(&question).await?;
        let elapsed = begun.elapsed();
        let told = answer.told(opened, language).await?;
        log::remember(&opened.asker.project.state_dir(), context.now, &answer, elapsed);
        Ok::<_, CliError>((answer, told))
    })?;
    below.extend(told.totals());
    below.push(told.receipt.line());
    let is_labelled = match encoding {
        Encoding::Table | Encoding::Xlsx => true,
        Encoding::Csv => args.language.is_some(),
        _ => false,
    };
    let write =
        |out: &mut (dyn Write + Send)| write(context, &answer, &told, encoding, is_labelled, out);
    let Some(path) = &args.output else {
        let mut out = context.output.answer();
        write(&mut out)?;
        return finish(context, encoding, &below, &mut out);
    };
    let path = context.config.folder.join(path);
    let rows = to_file(&path, |out| write(out))?;
    for line in &below {
        context.output.note(line);
    }
    context.output.note(&format!("{rows} rows in {}", path.display()));
    Ok(())
}

fn write(
    context: &Context,
    answer: &Answer,
    told: &Told,
    encoding: Encoding,
    is_labelled: bool,
    out: &mut (dyn Write + Send),
) -> Result<u64, CliError> {
    Ok(context.runtime.block_on(answer.write(told, encoding, is_labelled, out))?)
}
