//! Which rollups should there be, by what was asked?

use chrono::{DateTime, NaiveDate, Utc};

use super::Context;
use super::error::CliError;
use super::query::{lease, resolve};
use crate::demo::examples;
use crate::model::cube::advise::{Advice, Advisor};
use crate::model::cube::log;
use crate::model::files::Layer;
use crate::model::given::given;
use crate::model::{access, compile};
use crate::query::Principal;
use crate::query::policy::Access;

/// Proposes rollups of cubes from what was asked, as a diff of their files
#[derive(Debug, clap::Args)]
#[command(after_help = examples::ADVISE)]
pub(super) struct Args {
    /// Only what was asked on this day or later, in UTC [default: all that is remembered]
    #[arg(long, value_name = "DATE")]
    since: Option<NaiveDate>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let (project, home) = (context.project()?, context.home()?);
    let release = resolve(&home, None)?;
    let _lease = lease(context, &home, &release)?;
    let state = project.state_dir();
    let unreadable = |cause| CliError::File { action: "read", path: state.clone(), cause };
    let lines = log::read(&state, args.since.map(begin)).map_err(unreadable)?;
    if lines.is_empty() {
        return context.output.say("nothing was asked of cubes yet; `patron cube` asks");
    }
    let limits = context.limits();
    let compiled = compile(&project.root, given(&project)?, &limits);
    let (models, _) = context.runtime.block_on(compiled)?;
    let rules = Access::read(&project.root)?;
    let advisor = Advisor {
        home: &home,
        release: &release,
        principal: &Principal::Owner,
        limits: &limits,
        settings: &project.settings,
    };
    let mut said = Vec::new();
    for cube in models.in_order().filter(|model| model.file.layer == Layer::Cubes) {
        let kept = access::kept(cube, &models, &rules);
        let advice = advisor.advise(&cube.file, &lines, &kept);
        said.extend(context.runtime.block_on(advice)?);
    }
    if said.is_empty() {
        return context.output.say(&format!(
            "{} questions were asked, and no other rollup would answer them much sooner",
            lines.len()
        ));
    }
    let texts: Vec<String> = said.iter().map(text).collect();
    context.output.say(texts.join("\n").trim_end())
}

fn begin(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// What is proposed, in words that tools skip, and the diff.
fn text(advice: &Advice) -> String {
    let cube = &advice.cube;
    let mut lines = Vec::new();
    for added in &advice.added {
        let times = added.base_rows / added.rows.max(1);
        lines.push(format!(
            "# {cube}: rollup {} would answer {} of the questions from {} rows instead of {}, \
             {times} times fewer",
            added.name, added.question_count, added.rows, added.base_rows
        ));
    }
    for removed in &advice.removed {
        lines.push(format!("# {cube}: rollup {removed} answered nothing"));
    }
    format!("{}\n{}", lines.join("\n"), advice.diff)
}
