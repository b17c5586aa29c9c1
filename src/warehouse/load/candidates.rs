//! Which rows compete with each other in this load, and in which order do they come?
//!
//! The session holds `_main`, `_personal`, `_remembered`, `_remembered_personal` (what the base
//! release has), `_read` (this load's rows), `_withdrawn` (sources whose rows go) and `_gone` (keys
//! that the source no longer has); each step below makes a view of them.

use datafusion::prelude::{DataFrame, SessionContext};

use super::LoadError;
use super::member::{ORDER, ORIGIN, STALE, STATUS, origin};
use super::target::{group_of, has_stale, list, quoted};
use crate::source::shape::{ROW_COLUMN, SOURCE_COLUMN};
use crate::warehouse::contract::{Contract, Covers, Mode};

/// Finds the rows that compete.
pub(super) struct Candidates<'a> {
    pub(super) context: &'a SessionContext,
    pub(super) contract: &'a Contract,
    /// whether the table has been loaded before
    pub(super) has_base: bool,
    /// whether some keys are gone
    pub(super) has_gone: bool,
    /// whether this load's rows are the refused ones, once more
    pub(super) is_replay: bool,
}

impl Candidates<'_> {
    /// The competing rows of every key or date that this load touches, in the order in which the
    /// fold expects them.
    pub(super) async fn frame(&self) -> Result<DataFrame, LoadError> {
        let mut views = vec!["_read_rows"];
        self.view("_read_rows", &self.read_rows()).await?;
        if self.has_gone {
            self.view("_gone_rows", &self.gone_rows()).await?;
            views.push("_gone_rows");
        }
        if self.has_base {
            self.view("_served_rows", &self.served_rows()).await?;
            self.view("_remembered_rows", &self.remembered_rows()).await?;
            views.extend(["_served_rows", "_remembered_rows"]);
        }
        let all: Vec<String> = views.iter().map(|view| format!("select * from {view}")).collect();
        self.view("_all_rows", &all.join(" union all ")).await?;
        let is_whole = self.contract.mode == Mode::Full;
        let chosen = if self.has_base && !is_whole {
            self.view("_touched", &self.touched()).await?;
            let on = self.same_group("c", "t");
            format!("select c.* from _all_rows as c left semi join _touched as t on {on}")
        } else {
            "select * from _all_rows".to_owned()
        };
        self.view("_candidates", &chosen).await?;
        let source = self.ranked().await?;
        let query = format!(
            "select *, natural_key({SOURCE_COLUMN}) as {ORDER} from {source} order by {}, {}",
            list("", &group_of(self.contract)),
            self.order()
        );
        Ok(self.context.sql(&query).await?)
    }

    async fn view(&self, name: &str, query: &str) -> Result<(), LoadError> {
        let frame = self.context.sql(query).await?;
        self.context.deregister_table(name)?;
        self.context.register_table(name, frame.into_view())?;
        Ok(())
    }

    /// The contract's columns, the personal ones from another table.
    fn content(&self, plain: &str, personal: &str) -> String {
        let term = |column: &crate::source::shape::Column| {
            let alias = if column.personal { personal } else { plain };
            format!("{alias}.{}", quoted(&column.name))
        };
        let terms: Vec<String> = self.contract.shape.columns.iter().map(term).collect();
        terms.join(", ")
    }

    fn same_group(&self, left: &str, right: &str) -> String {
        let terms: Vec<String> = group_of(self.contract)
            .iter()
            .map(|name| format!("{left}.{0} = {right}.{0}", quoted(name)))
            .collect();
        terms.join(" and ")
    }

    fn read_rows(&self) -> String {
        format!(
            "select {}, r.{SOURCE_COLUMN}, r.{ROW_COLUMN}, r.{STATUS}, false as {STALE}, \
             cast({} as tinyint) as {ORIGIN} from _read as r",
            self.content("r", "r"),
            origin::READ
        )
    }

    fn served_rows(&self) -> String {
        let stale =
            if has_stale(self.contract) { format!("m.{STALE}") } else { "false".to_owned() };
        let personal = if self.contract.has_personal() {
            format!("left join _personal as p on {}", self.same_group("m", "p"))
        } else {
            String::new()
        };
        format!(
            "select {}, m.{SOURCE_COLUMN}, m.{ROW_COLUMN}, \
             case when w.{SOURCE_COLUMN} is null then 'served' else 'withdrawn' end as {STATUS}, \
             {stale} as {STALE}, cast({} as tinyint) as {ORIGIN} \
             from _main as m {personal} \
             left join _withdrawn as w on m.{SOURCE_COLUMN} = w.{SOURCE_COLUMN}",
            self.content("m", "p"),
            origin::SERVED
        )
    }

    fn remembered_rows(&self) -> String {
        let personal = if self.contract.has_personal() {
            format!(
                "left join _remembered_personal as p on {} \
                 and m.{SOURCE_COLUMN} = p.{SOURCE_COLUMN} \
                 and m.{ROW_COLUMN} = p.{ROW_COLUMN} and m.{STATUS} = p.{STATUS}",
                self.same_group("m", "p")
            )
        } else {
            String::new()
        };
        let is_withdrawn = if self.is_replay {
            format!("w.{SOURCE_COLUMN} is not null or m.{STATUS} = 'refused'")
        } else {
            format!("w.{SOURCE_COLUMN} is not null")
        };
        format!(
            "select {}, m.{SOURCE_COLUMN}, m.{ROW_COLUMN}, \
             case when {is_withdrawn} then 'withdrawn' else m.{STATUS} end as {STATUS}, \
             false as {STALE}, cast({} as tinyint) as {ORIGIN} \
             from _remembered as m {personal} \
             left join _withdrawn as w on m.{SOURCE_COLUMN} = w.{SOURCE_COLUMN}",
            self.content("m", "p"),
            origin::REMEMBERED
        )
    }

    fn gone_rows(&self) -> String {
        let terms: Vec<String> = self
            .contract
            .shape
            .columns
            .iter()
            .map(|column| {
                let name = quoted(&column.name);
                if self.contract.key.contains(&column.name) {
                    format!("g.{name}")
                } else {
                    format!("arrow_cast(null, '{}') as {name}", column.kind.arrow())
                }
            })
            .collect();
        format!(
            "select {}, '' as {SOURCE_COLUMN}, cast(0 as bigint) as {ROW_COLUMN}, \
             'gone' as {STATUS}, \
             false as {STALE}, cast({} as tinyint) as {ORIGIN} from _gone as g",
            terms.join(", "),
            origin::GONE
        )
    }

    /// The keys or dates about which this load may decide anew.
    fn touched(&self) -> String {
        let group = list("", &group_of(self.contract));
        let is_new = format!("{ORIGIN} >= {} or {STATUS} = 'withdrawn'", origin::READ);
        match &self.contract.mode {
            Mode::Period { column, covers: Covers::Range } => {
                let date = quoted(column);
                format!(
                    "select distinct a.{date} from (select distinct {date} from _all_rows) as a \
                     cross join (select min({date}) as first_on, max({date}) as last_on \
                     from _all_rows where {is_new} group by {SOURCE_COLUMN}, {STATUS}) as r \
                     where a.{date} between r.first_on and r.last_on"
                )
            }
            _ => format!("select distinct {group} from _all_rows where {is_new}"),
        }
    }

    /// Marks rows whose date a later delivery covers without having a row for it.
    async fn ranked(&self) -> Result<&'static str, LoadError> {
        let Mode::Period { column, covers: Covers::Range } = &self.contract.mode else {
            return Ok("_candidates");
        };
        let date = quoted(column);
        self.view(
            "_coverage",
            &format!(
                "select natural_key({SOURCE_COLUMN}) as place, min({date}) as first_on, \
                 max({date}) as last_on from _all_rows where {STATUS} <> 'withdrawn' \
                 group by {SOURCE_COLUMN}"
            ),
        )
        .await?;
        self.view(
            "_best",
            &format!(
                "select d.{date} as covered_on, max(v.place) as place \
                 from (select distinct {date} from _candidates) as d cross join _coverage as v \
                 where d.{date} between v.first_on and v.last_on group by d.{date}"
            ),
        )
        .await?;
        let names: Vec<String> =
            self.contract.shape.columns.iter().map(|column| column.name.clone()).collect();
        self.view(
            "_ranked",
            &format!(
                "select {}, c.{SOURCE_COLUMN}, c.{ROW_COLUMN}, \
                 case when c.{STATUS} <> 'withdrawn' and natural_key(c.{SOURCE_COLUMN}) <> b.place \
                 then 'beaten' else c.{STATUS} end as {STATUS}, c.{STALE}, c.{ORIGIN} \
                 from _candidates as c left join _best as b on c.{date} = b.covered_on",
                list("c", &names)
            ),
        )
        .await?;
        Ok("_ranked")
    }

    fn order(&self) -> String {
        match &self.contract.mode {
            Mode::Merge => {
                let cursor = self.contract.cursor.as_ref().map_or_else(String::new, |cursor| {
                    format!("{} desc nulls last, ", quoted(&cursor.column))
                });
                format!("{cursor}{ORDER} desc, {ROW_COLUMN} desc, {ORIGIN} desc")
            }
            Mode::Append | Mode::Full => format!("{ORDER}, {ROW_COLUMN}, {ORIGIN}"),
            Mode::Period { .. } => format!("{ORDER} desc, {ROW_COLUMN}, {ORIGIN}"),
        }
    }
}
