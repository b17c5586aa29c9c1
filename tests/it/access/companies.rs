//! How does a test get two companies with cubes, rollups and reports that are equal in every row
//! that somebody may see, and differ in the others?

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use patron::engine::Limits;
use patron::engine::encode::Encoding;
use patron::model::cube::drill::drill;
use patron::model::cube::question::Question;
use patron::model::cube::{Asker, CubeError, Opened};
use patron::model::report::{self, ReportError};
use patron::query::policy::Access;
use patron::query::{Principal, Rules};
use patron::warehouse::Home;
use patron::warehouse::project::Project;
use patron::warehouse::release::Release;

use super::twins::{ACCESS, Line, SEEN, Twin, member};
use super::ways::{Told, Way};
use crate::support::world::{World, day, runtime};

/// A cube with rollups of every kind, of which some are not told apart by unit.
const CUBE: &str = include_str!("lines.sql");

/// What each report is called, and its text.
const REPORTS: [(&str, &str); 3] = [
    (
        "units",
        r#"/*---
description = "What does each unit sell?"
[parameters.least]
type = "integer"
default = 0
description = "Least quantity."
---*/
select
    lines.unit_id,
    count(*) as line_count,
    cast(sum(lines.amount) as decimal(18, 4)) as total_amount,
    max(lines.label) as last_label,
    max(lines.secret) as last_secret
from marts.fct_lines as lines
where lines.quantity >= $least
group by lines.unit_id
order by lines.unit_id
"#,
    ),
    (
        "numbers",
        r#"/*---
description = "Which numbers are the labels of a unit?"
[parameters.unit]
type = "text"
from = "marts.fct_lines.unit_id"
description = "The unit."
[parameters.divisor]
type = "integer"
default = 7001
description = "What quantities are compared with."
---*/
select
    lines.line_id,
    cast(lines.label as bigint) as label_number,
    1000 / (lines.quantity - $divisor) as part
from marts.fct_lines as lines
where lines.unit_id = $unit and cast(lines.label as bigint) > 0
order by lines.line_id
"#,
    ),
    (
        "values",
        r#"/*---
description = "Which labels are there to choose from?"
[parameters.begin]
type = "text"
default = ""
description = "How they begin."
---*/
select lines.label, count(*) as line_count
from marts.fct_lines as lines
where starts_with(coalesce(lines.label, ''), $begin)
group by lines.label
order by lines.label
"#,
    ),
];

/// One of two companies.
pub struct Company {
    _world: World,
    project: Project,
    home: Home,
    release: Arc<Release>,
    limits: Limits,
    principal: Principal,
}

impl Company {
    /// The company that has the lines of a warehouse.
    pub fn of(twin: &Twin) -> Self {
        let world = World::empty();
        world.write("warehouse/access.toml", ACCESS);
        world.write("warehouse/systems.toml", "");
        world.write("sql/marts/fct_lines.sql", mart(&twin.lines));
        world.write("sql/cubes/lines.sql", CUBE);
        for (name, text) in REPORTS {
            world.write(&format!("sql/reports/{name}.sql"), text);
        }
        world.refreshed(day(0));
        let (project, home, release) = (world.project(), world.home(), world.release());
        let limits = Limits { threads: 1, ..world.limits() };
        let free = twin.rules().impersonal;
        let rules = Rules { access: Access::read(world.root()).unwrap(), impersonal: free };
        let principal = member(rules, &["unit"], &SEEN.map(|unit| ("unit", unit)));
        Self { _world: world, project, home, release, limits, principal }
    }

    fn open<'a>(&'a self, principal: &'a Principal) -> Opened<'a> {
        let (project, home, release) = (&self.project, &self.home, &self.release);
        let asker =
            Asker { project, home, release, principal, limits: &self.limits, has_rollups: true };
        asker.open().unwrap()
    }

    /// A text without the release's own hash, which tells that releases differ and not in what.
    fn bare(&self, text: &str) -> String {
        text.replace(self.release.hash.as_str(), "(hash)")
    }
}

/// The table of the lines, as a file under sql/ holds it.
fn mart(lines: &[Line]) -> String {
    let text = |value: Option<String>| value.map_or("null".to_owned(), |text| format!("'{text}'"));
    let on = |days: i32| NaiveDate::default() + TimeDelta::days(days.into());
    let money = |amount: i128| {
        let sign = if amount < 0 { "-" } else { "" };
        let amount = amount.abs();
        format!("{sign}{}.{:04}", amount / 10_000, amount % 10_000)
    };
    let mut rows = Vec::new();
    for line in lines {
        let values = [
            Some(line.line_id.to_string()),
            line.unit_id.map(str::to_owned),
            Some(line.person_id.to_string()),
            line.label.clone(),
            line.amount.map(money),
            line.quantity.map(|quantity| quantity.to_string()),
            line.weight.map(|weight| weight.to_string()),
            line.is_open.map(|is_open| is_open.to_string()),
            line.sold_on.map(|days| on(days).to_string()),
            Some(line.secret.clone()),
        ];
        let values = values.map(text).join(", ");
        rows.push(format!("    ({values})"));
    }
    let mut sql = include_str!("fct_lines.sql").to_owned();
    write!(sql, "{}\n) as listed (\n    a, b, c, d, e, f, g, h, i, j\n)\n", rows.join(",\n"))
        .unwrap();
    sql
}

/// Both companies, opened for questions of cubes: `json`, `explain json` or `drill:STEP json`.
pub struct Cubes<'a> {
    companies: [&'a Company; 2],
    opened: [Opened<'a>; 2],
    name: &'static str,
}

impl<'a> Cubes<'a> {
    /// For somebody of whom not all may be seen.
    pub fn of(companies: [&'a Company; 2]) -> Self {
        let opened = companies.map(|company| company.open(&company.principal));
        Self { companies, opened, name: "cubes" }
    }

    /// For the owner.
    pub fn of_all(companies: [&'a Company; 2]) -> Self {
        let opened = companies.map(|company| company.open(&Principal::Owner));
        Self { companies, opened, name: "cubes of the owner" }
    }

    async fn answer(&self, twin: usize, question: &str) -> Result<Told, CubeError> {
        let opened = &self.opened[twin];
        let (head, json) = question.split_at(question.find('{').unwrap());
        let mut asked = Question::parse(json)?;
        if head.starts_with("explain") {
            let text = self.companies[twin].bare(&opened.explain(&asked).await?);
            return Ok(Told { rows: Some(1), text });
        }
        if let Some(step) = head.strip_prefix("drill:") {
            let from = opened.ask(&asked).await?;
            asked = drill(opened, &from, 1, &step.trim().parse().unwrap()).await?;
        }
        let answer = opened.ask(&asked).await?;
        let told = answer.told(opened, "en").await?;
        let mut rows = 0;
        let mut bytes = Vec::new();
        for encoding in [Encoding::Json, Encoding::Csv] {
            rows = answer.write(&told, encoding, false, &mut bytes).await?;
        }
        let text = self.companies[twin].bare(&String::from_utf8(bytes).unwrap());
        Ok(Told { rows: Some(rows as usize), text })
    }
}

impl Way for Cubes<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn every(&self) -> usize {
        1
    }

    fn told(&self, twin: usize, question: &str) -> Told {
        let answered = runtime().block_on(self.answer(twin, question));
        answered.unwrap_or_else(|error| Told::failed(&error))
    }
}

/// Both companies, asked for reports: a name and parameters, apart by `;`.
pub struct Reports<'a>(pub [&'a Company; 2]);

impl Reports<'_> {
    async fn answer(&self, twin: usize, question: &str) -> Result<Told, ReportError> {
        let Company { project, home, release, limits, principal, .. } = self.0[twin];
        let mut parts = question.split(';');
        let report = parts.next().unwrap().to_owned();
        let given = parts.filter_map(|part| part.split_once('='));
        let given: BTreeMap<String, String> =
            given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let asker = report::Asker { project, home, release, principal, limits };
        let question = report::Question { report, given, language: None };
        let mut bytes = Vec::new();
        let mut rows = 0;
        for encoding in [Encoding::Json, Encoding::Csv] {
            let answer = asker.ask(&question).await?;
            rows = answer.write(encoding, false, &mut bytes).await?;
        }
        let text = self.0[twin].bare(&String::from_utf8(bytes).unwrap());
        Ok(Told { rows: Some(rows as usize), text })
    }
}

impl Way for Reports<'_> {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn every(&self) -> usize {
        1
    }

    fn told(&self, twin: usize, question: &str) -> Told {
        let answered = runtime().block_on(self.answer(twin, question));
        answered.unwrap_or_else(|error| Told::failed(&error))
    }
}
