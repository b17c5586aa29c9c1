//! How is a report asked at the command line?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Context;
use super::asking::Asking;
use super::error::CliError;
use super::query::{Format, lease, resolve, to_file};
use crate::demo::examples;
use crate::engine::encode::Encoding;
use crate::engine::text_table::Heading;
use crate::model::files::ModelFile;
use crate::model::report::parameter::Parameter;
use crate::model::report::{self, Answer, Asker, Question};
use crate::warehouse::project::Project;

/// Answers a question of sql/reports, or lists them all
#[derive(Debug, clap::Args)]
#[command(after_help = examples::REPORT)]
pub(super) struct Args {
    /// The report [default: list all]
    name: Option<String>,

    /// A parameter of the report; may be repeated
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE", requires = "name")]
    parameters: Vec<String>,

    /// List the report's parameters instead of asking it
    #[arg(long, requires = "name")]
    help_parameters: bool,

    /// How the answer is written [default: by the ending of --output, else table]
    #[arg(long, value_enum, requires = "name")]
    format: Option<Format>,

    /// The release asked: its number, a pin's name, or the newest at a time or date [default: the
    /// newest]
    #[arg(long, value_name = "RELEASE", requires = "name")]
    as_of: Option<String>,

    /// The language of labels and of values [default: the project's first]; CSV has them only where
    /// it is given
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,

    /// The file to write; it appears only when the answer is complete
    #[arg(long, short, value_name = "FILE", requires = "name")]
    output: Option<PathBuf>,

    #[command(flatten)]
    asking: Asking,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    match &args.name {
        None => list(args, context, &project),
        Some(name) if args.help_parameters => {
            let file = report::find(&project.root, name)?;
            tell(&file, context)
        }
        Some(name) => ask(name, args, context, &project),
    }
}

/// A mistake in the command line, which says how a parameter is written where one was taken for an
/// option.
pub(super) fn advised(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let is_of_report = words.iter().skip(1).any(|word| *word == "report");
    let Some(ContextValue::String(wanted)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let Some(name) = wanted.strip_prefix("--").filter(|_| is_of_report) else { return error };
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let (name, joined) = name.split_once('=').map_or((name, None), |(one, two)| (one, Some(two)));
    let option = format!("--{name}");
    let mut from = words.iter().skip_while(|word| word.split('=').next() != Some(&option));
    let own = from.next().and_then(|word| word.split_once('=')).map(|(_, value)| value);
    let next = from.next().copied().filter(|word| !word.starts_with('-'));
    let value = joined.or(own).or(next).unwrap_or("...");
    let tip = format!("what a report is told is a parameter: write `-p {name}={value}`");
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Lists the reports with what they answer.
fn list(args: &Args, context: &Context, project: &Project) -> Result<(), CliError> {
    let language = args.language.as_ref().or(project.settings.languages.first());
    let language = language.map_or("en", String::as_str);
    let row = |listed: report::Listed| {
        let names: Vec<&str> = listed.parameters.iter().map(|told| told.name.as_str()).collect();
        vec![listed.name, listed.label, names.join(", "), listed.description]
    };
    let all = report::list(&project.root, language)?;
    let rows: Vec<Vec<String>> = all.into_iter().map(row).collect();
    if rows.is_empty() {
        return context.output.say("no reports yet; `patron new report NAME` begins one");
    }
    let headings = ["report", "label", "parameters", "what it answers"].map(Heading::text);
    context.output.table(&headings, &rows)
}

/// Lists the parameters of a report.
fn tell(file: &ModelFile, context: &Context) -> Result<(), CliError> {
    let row = |(name, parameter): (&String, &Parameter)| {
        let default = parameter.default.as_ref().map(ToString::to_string);
        let default = default.unwrap_or_else(|| {
            if parameter.optional { "(may be left out)" } else { "(must be given)" }.to_owned()
        });
        let allowed: Vec<String> = parameter.allowed.iter().map(ToString::to_string).collect();
        let from = parameter.from.as_ref().map(|from| format!("a value of {from}"));
        let least = parameter.least.as_ref().map(|least| format!("at least {least}"));
        let not_after = parameter.not_after.as_ref().map(|other| format!("not after {other}"));
        let bounds = from.or(least).or(not_after);
        vec![
            name.clone(),
            parameter.kind.to_string(),
            default,
            bounds.unwrap_or_else(|| allowed.join(", ")),
            parameter.description.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = file.parameters().into_iter().map(row).collect();
    if rows.is_empty() {
        return context.output.say(&format!("{} has no parameters", file.name));
    }
    let headings = ["parameter", "type", "default", "allowed", "description"].map(Heading::text);
    context.output.table(&headings, &rows)
}

/// The parameters of the command line by name.
fn given(parameters: &[String]) -> Result<BTreeMap<String, String>, CliError> {
    let mut given = BTreeMap::new();
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            let advice = format!("`--param {parameter}` has no value; write `--param name=value`");
            return Err(CliError::Usage(advice));
        };
        if given.insert(name.to_owned(), value.to_owned()).is_some() {
            let advice = format!("parameter `{name}` is given twice; give one value");
            return Err(CliError::Usage(advice));
        }
    }
    Ok(given)
}

fn ask(name: &str, args: &Args, context: &Context, project: &Project) -> Result<(), CliError> {
    let named = args.output.as_deref().and_then(Format::of_file);
    let encoding = args.format.or(named).unwrap_or(Format::Table).encoding();
    if encoding.is_binary() && args.output.is_none() && context.output.is_terminal() {
        let advice = "this format is not for a terminal; name a file with `--output`";
        return Err(CliError::Usage(advice.to_owned()));
    }
    let question = Question {
        report: name.to_owned(),
        given: given(&args.parameters)?,
        language: args.language.clone(),
    };
    let home = context.home()?;
    let release = resolve(&home, args.as_of.as_deref())?;
    let _lease = lease(context, &home, &release)?;
    let (principal, limits) = (args.asking.principal(context)?, context.limits());
    let asker =
        Asker { project, home: &home, release: &release, principal: &principal, limits: &limits };
    let answer = context.runtime.block_on(asker.ask(&question))?;
    let mut below = answer.completeness.lines();
    below.push(answer.receipt.line());
    let is_labelled = match encoding {
        Encoding::Table | Encoding::Xlsx => true,
        Encoding::Csv => args.language.is_some(),
        _ => false,
    };
    let Some(path) = &args.output else {
        let mut out = context.output.answer();
        write(context, answer, encoding, is_labelled, &mut out)?;
        return finish(context, encoding, &below, &mut out);
    };
    let path = context.config.folder.join(path);
    let rows = to_file(&path, |out| write(context, answer, encoding, is_labelled, out))?;
    for line in &below {
        context.output.note(line);
    }
    context.output.note(&format!("{rows} rows in {}", path.display()));
    Ok(())
}

fn write(
    context: &Context,
    answer: Answer,
    encoding: Encoding,
    is_labelled: bool,
    out: &mut (dyn Write + Send),
) -> Result<u64, CliError> {
    Ok(context.runtime.block_on(answer.write(encoding, is_labelled, out))?)
}

/// Says below a table, or beside what another program reads, what is missing in the data.
pub(super) fn finish(
    context: &Context,
    encoding: Encoding,
    below: &[String],
    out: &mut impl Write,
) -> Result<(), CliError> {
    match encoding {
        Encoding::Table => {
            writeln!(out, "{}", below.join("\n"))?;
            out.flush()?;
        }
        // JSON says it itself.
        Encoding::Json => {}
        _ => below.iter().for_each(|line| context.output.note(line)),
    }
    Ok(())
}
