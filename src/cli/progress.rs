//! What does the operator see while a refresh runs? Bars on a terminal, lines otherwise.

use std::collections::BTreeMap;
use std::sync::Mutex;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressStyle};

use super::output::Output;
use crate::model::build::{Extent, Report};
use crate::refresh::Progress;
use crate::warehouse::name::TableName;
use crate::warehouse::release::Accounting;

/// A bar on standard error for work of a known length, where a person watches; `unit` is counted.
pub(super) fn bar(output: Output, unit: &str) -> ProgressBar {
    if !output.is_interactive() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(&format!("  {{bar:40}} {{pos}} of {{len}} {unit}"));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Progress to standard error.
pub(super) struct Shown {
    output: Output,
    bars: MultiProgress,
    is_terminal: bool,
    tables: Mutex<Bars>,
}

type Bars = BTreeMap<TableName, ProgressBar>;

impl Shown {
    pub(super) fn new(output: Output) -> Self {
        Self {
            output,
            bars: MultiProgress::new(),
            is_terminal: output.is_interactive(),
            tables: Mutex::default(),
        }
    }

    /// Takes the bars off the terminal.
    pub(super) fn clear(&self) {
        for bar in self.with(std::mem::take).into_values() {
            bar.finish_and_clear();
        }
        let _ = self.bars.clear();
    }

    fn with<T>(&self, act: impl FnOnce(&mut Bars) -> T) -> T {
        // A thread that panicked while drawing leaves nothing that drawing on could harm.
        act(&mut self.tables.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn bar(&self, message: String) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template("  {spinner} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(message);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        bar
    }
}

impl Progress for Shown {
    fn started(&self, table: &TableName) {
        if self.is_terminal {
            let bar = self.bar(table.to_string());
            self.with(|bars| bars.insert(table.clone(), bar));
        }
    }

    fn advanced(&self, table: &TableName, rows: u64) {
        self.with(|bars| {
            if let Some(bar) = bars.get(table) {
                bar.inc(rows);
                bar.set_message(format!("{table}  {} rows", HumanCount(bar.position())));
            }
        });
    }

    fn finished(&self, table: &TableName, accounting: Option<&Accounting>) {
        if self.is_terminal {
            if let Some(bar) = self.with(|bars| bars.remove(table)) {
                bar.finish_and_clear();
            }
            return;
        }
        let message = match accounting {
            None => format!("{table}: nothing new"),
            Some(Accounting { read, quarantined: 0, .. }) => {
                format!("{table}: {} rows read", HumanCount(*read))
            }
            Some(Accounting { read, quarantined, .. }) => format!(
                "{table}: {} rows read, {} of them refused",
                HumanCount(*read),
                HumanCount(*quarantined)
            ),
        };
        self.output.note(&message);
    }

    fn built(&self, table: &TableName, report: &Report) {
        let rows = HumanCount(report.rows);
        let what = match &report.scope {
            Extent::Nothing => return,
            Extent::Whole => format!("built, {rows} rows"),
            Extent::Months(months) if months.len() == 1 => {
                format!("1 month built, {rows} rows in all")
            }
            Extent::Months(months) => format!("{} months built, {rows} rows in all", months.len()),
        };
        let message = format!("{table}: {what}, {:.1} s", report.elapsed.as_secs_f64());
        self.bars.suspend(|| self.output.note(&message));
    }

    fn kept(&self, system: &str, because: &str) {
        let message = format!("system `{system}` keeps its earlier data: {because}");
        self.bars.suspend(|| self.output.warn(&message));
    }
}
