//! What does an answer of cubes rest on, and what does it take to get it again?

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::members::Cubes;
use super::{Answer, CubeError, Opened, echo};
use crate::model::waived::{self, Waived};
use crate::query::Principal;
use crate::warehouse::manifest::Hash;
use crate::warehouse::project::Settings;

/// What it takes to get the same answer again, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// the release's number
    pub release: u64,
    /// the release's own hash; absent for who does not own the data, since rows that are not seen
    /// change it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_hash: Option<Hash>,
    /// the release's moment
    pub released_at: DateTime<Utc>,
    /// when the data of each departmental system were extracted
    pub data: BTreeMap<String, Option<DateTime<Utc>>>,
    /// the day from which spans such as `last month` are counted, up to which all data reach
    pub data_date: NaiveDate,
    /// up to which day the data of each system reach from which the days of the rows come
    pub data_until: BTreeMap<String, NaiveDate>,
    /// hash of the texts of the cubes that answer, and of the program's versions
    pub definition: Hash,
    /// the tables that answered for each cube: `base`, or a rollup's name
    pub routes: BTreeMap<String, Vec<String>>,
    /// the filters that were applied
    pub filters: Json,
    /// the segments that were applied
    pub segments: Vec<String>,
    /// the roles whose policies were applied; none for who owns the data
    pub policies: Vec<String>,
    /// how many rows the files hold that were opened
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_scanned: Option<u64>,
    /// the checks that were waived for the release, and for closings of periods
    pub waivers: Vec<Waived>,
    /// whether there are more rows than the limit lets through
    pub truncated: bool,
}

impl Answer {
    /// What the answer rests on, with what was waived for closings of periods.
    pub(super) fn receipt(
        &self,
        opened: &Opened<'_>,
        closings: Vec<Waived>,
    ) -> Result<Receipt, CubeError> {
        let release = opened.asker.release;
        let is_owner = opened.asker.principal.is_owner();
        let policies = match opened.asker.principal {
            Principal::Owner => Vec::new(),
            Principal::Member(member) => member.roles.iter().cloned().collect(),
        };
        let systems = release.systems.iter();
        let routes = self.routes();
        let reach = opened.reach(&self.question)?;
        Ok(Receipt {
            release: release.number,
            release_hash: is_owner.then(|| release.hash.clone()),
            released_at: release.created_at,
            data: systems.map(|(name, entry)| (name.clone(), entry.extracted_at)).collect(),
            data_date: reach.complete,
            data_until: reach.systems,
            definition: hash(&opened.cubes, routes.keys(), &opened.asker.project.settings),
            routes,
            filters: echo::filters(&self.question.filters),
            segments: self.question.segments.clone(),
            policies,
            rows_scanned: is_owner.then(|| self.parts.iter().map(|part| part.rows_scanned).sum()),
            waivers: waived::beside(release, closings),
            truncated: self.parts.iter().any(|part| part.is_truncated),
        })
    }
}

impl Receipt {
    /// The line that says it below a table.
    pub fn line(&self) -> String {
        let mut parts = vec![
            format!("release {}", self.release),
            format!("data of {}", self.data_date),
            format!("cubes {}", self.definition.get(..12).unwrap_or_default()),
        ];
        let routes = self.routes.iter();
        parts.extend(routes.map(|(cube, names)| format!("{cube} from {}", names.join(" and "))));
        parts.extend(self.rows_scanned.map(|rows| format!("{rows} rows scanned")));
        if !self.policies.is_empty() {
            parts.push(format!("as {} may see it", self.policies.join(" and ")));
        }
        parts.extend(self.waivers.iter().map(Waived::line));
        if self.truncated {
            parts.push("more rows than the limit".to_owned());
        }
        format!("receipt: {}", parts.join(", "))
    }
}

/// A hash of everything in the project's files and in the program that an answer rests on.
fn hash<'a>(cubes: &Cubes, names: impl Iterator<Item = &'a String>, settings: &Settings) -> Hash {
    let mut hasher = Sha256::new();
    let Settings { time_zone, reporting_currency, periods, .. } = settings;
    let settings = format!("{time_zone} {reporting_currency} {periods:?}");
    let texts = names.filter_map(|name| cubes.cube(name)).map(|cube| cube.file.text.as_str());
    let named = [cubes.values.text(), cubes.shared.text()].into_iter();
    let named = named.filter(|text| !text.is_empty());
    let versions = [datafusion::DATAFUSION_VERSION, env!("CARGO_PKG_VERSION")];
    for part in texts.chain(versions).chain([settings.as_str()]).chain(named) {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex::encode(hasher.finalize())
}
