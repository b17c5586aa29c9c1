//! How is the company lived through, month by month?

use std::path::Path;

use super::answers::Answers;
use super::clock::Window;
use super::error::DemoError;
use super::feeds::Feeds;
use super::tables::{self, Kept};
use super::world::{Scale, World};
use super::{dirty, inputs, marketing, master, pipeline, service, staff, trade};

/// A company that is being lived through.
pub(super) struct Run {
    /// who and what is there
    pub(super) world: World,
    /// where rows go
    pub(super) feeds: Feeds,
    /// what must be found
    pub(super) answers: Answers,
}

/// Writes the departmental systems below a folder for the days of a window, and returns what a
/// report must find in them.
///
/// # Errors
/// When a file or database cannot be written.
pub(super) fn write(
    folder: &Path,
    scale: Scale,
    window: Window,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Answers, DemoError> {
    let world = World::new(scale, window.until);
    let feeds = Feeds::new(folder, window);
    let answers = Answers { data_date: window.until, scale: Some(scale), ..Answers::default() };
    let mut run = Run { world, feeds, answers };
    master::write(&mut run);
    inputs::write(&mut run);
    dirty::plant(&mut run);
    let mut marketing = marketing::Marketing::new(&run.world);
    let mut trade = trade::Trade::new(&run);
    let mut pipeline = pipeline::Pipeline::new(&run.world);
    marketing.begin(&mut run);
    trade.begin(&mut run);
    let months = run.world.months();
    let count = months.len() as u64;
    for (place, month) in (0..).zip(months) {
        progress(place, count);
        let bills = service::month(&mut run, month);
        pipeline.month(&mut run, month);
        let spent = marketing.month(&mut run, month);
        staff::month(&mut run, month);
        trade.month(&mut run, month, bills, spent);
        run.feeds.flush(month.last().min(window.until))?;
    }
    trade.finish(&mut run);
    let rows = run.feeds.rows();
    for (table, rows) in tables::ALL.iter().zip(rows) {
        let name = match table.kept {
            Kept::Database(name, _) => format!("{}:{name}", table.path),
            _ => table.path.to_owned(),
        };
        run.answers.rows.insert(name, rows);
    }
    run.answers.dirty = run.feeds.finish()?;
    Ok(run.answers)
}
