//! Which shop has a history that random steps can go on writing?

use std::collections::BTreeMap;

use patron::warehouse::entered::PeriodStatus::{Closed, Reopened};

use super::dice::Dice;
use super::world::{World, chain, day};
use crate::closing::status;

/// The months in which something is ordered.
pub const MONTHS: [&str; 5] = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"];
const REGIONS: [&str; 3] = ["north", "south", "east"];

/// An order line: what is written in the file of its month.
#[derive(Clone)]
struct Line {
    day: usize,
    number: usize,
    product: usize,
    order: usize,
    amount: i64,
}

/// The shop as its systems see it.
pub struct Shop {
    pub world: World,
    months: BTreeMap<&'static str, BTreeMap<usize, Line>>,
    next_line: usize,
    categories: Vec<usize>,
    deleted_orders: Vec<bool>,
    /// per customer the days of March on which it moved to another region
    moves: Vec<Vec<(usize, usize)>>,
    owners: Vec<usize>,
    factor: usize,
    /// how many months are closed
    pub closed: usize,
}

const ORDERS: usize = 12;

impl Shop {
    /// The shop with three months of orders.
    pub fn new(dice: &mut Dice) -> Self {
        let world = World::empty();
        let settings = std::fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
        let periods = "[periods]\ntable = \"shop.periods\"\nperiod = \"period_id\"\n\
                       order = [\"period_id\"]\n\
                       [[entities]]\nid = \"A\"\nname = \"A\"\ncurrency = \"EUR\"\n";
        world.write("warehouse/project.toml", format!("{settings}{periods}"));
        world.write("warehouse/systems.toml", "[shop]\nkind = \"files\"\npath = \"feeds\"\n");
        for (name, text) in contracts().into_iter().chain(models(1)) {
            world.write(&name, text);
        }
        let rows: Vec<String> = (1..=12).map(|month| format!("2026-{month:02}")).collect();
        world.write("feeds/periods.csv", format!("period_id\n{}\n", rows.join("\n")));
        let mut shop = Self {
            world,
            months: MONTHS[..3].iter().map(|month| (*month, BTreeMap::new())).collect(),
            next_line: 0,
            categories: vec![0; 4],
            deleted_orders: vec![false; ORDERS],
            moves: vec![Vec::new(); 4],
            owners: (0..6).map(|number| number % 4).collect(),
            factor: 1,
            closed: 0,
        };
        for month in &MONTHS[..3] {
            for _ in 0..6 {
                shop.order(dice, month);
            }
        }
        shop.write();
        shop
    }

    /// One more order in a month.
    pub fn order(&mut self, dice: &mut Dice, month: &'static str) {
        let line = Line {
            day: 1 + dice.below(28),
            number: dice.below(6),
            product: dice.below(4),
            order: dice.below(ORDERS),
            amount: dice.below(100_000) as i64 - 20_000,
        };
        self.months.entry(month).or_default().insert(self.next_line, line);
        self.next_line += 1;
    }

    /// Writes what the systems hold now.
    pub fn write(&self) {
        for (month, lines) in &self.months {
            let mut text = "line_id,ordered_on,number,product,order_id,amount\n".to_owned();
            for (id, line) in lines {
                let Line { day, number, product, order, amount } = line;
                let sign = if *amount < 0 { "-" } else { "" };
                let (whole, cents) = (amount.abs() / 100, amount.abs() % 100);
                text += &format!(
                    "{id},{month}-{day:02},N{number},P{product},O{order},{sign}{whole}.{cents:02}\n"
                );
            }
            self.world.write(&format!("feeds/lines_{month}.csv"), text);
        }
        let list = |head: &str, rows: Vec<String>| format!("{head}\n{}\n", rows.join("\n"));
        let products = self.categories.iter().enumerate();
        let products = products.map(|(id, category)| format!("P{id},C{category}")).collect();
        self.world.write("feeds/products.csv", list("product,category", products));
        let orders = self.deleted_orders.iter().enumerate();
        let orders = orders.map(|(id, deleted)| format!("O{id},{deleted}")).collect();
        self.world.write("feeds/orders.csv", list("order_id,is_deleted", orders));
        let owners = self.owners.iter().enumerate();
        let owners = owners.map(|(number, owner)| format!("N{number},K{owner}")).collect();
        self.world.write("feeds/owners.csv", list("number,customer_id", owners));
        let mut versions = Vec::new();
        for (customer, moves) in self.moves.iter().enumerate() {
            let mut from = String::new();
            let mut region = customer % 3;
            for (place, (day, next)) in moves.iter().enumerate() {
                let until = format!("2026-03-{day:02}");
                versions.push(format!("K{customer},{place},{from},{until},{}", REGIONS[region]));
                (from, region) = (until, *next);
            }
            versions.push(format!("K{customer},{},{from},,{}", moves.len(), REGIONS[region]));
        }
        let head = "customer_id,version_number,valid_from_on,valid_to_on,region";
        self.world.write("feeds/versions.csv", list(head, versions));
    }

    fn any_line(&self, dice: &mut Dice) -> Option<(&'static str, usize)> {
        let all: Vec<(&'static str, usize)> = self
            .months
            .iter()
            .flat_map(|(month, lines)| lines.keys().map(|id| (*month, *id)))
            .collect();
        (!all.is_empty()).then(|| *dice.pick(&all))
    }

    /// Does something; what it was is counted.
    pub fn step(&mut self, dice: &mut Dice, now: i64) {
        match dice.below(12) {
            0 => {
                let open: Vec<&'static str> =
                    MONTHS.into_iter().filter(|month| !self.months.contains_key(month)).collect();
                let month = open.first().copied().unwrap_or(MONTHS[4]);
                (0..4).for_each(|_| self.order(dice, month));
                dice.hit("load");
            }
            1 | 2 => {
                let Some((month, id)) = self.any_line(dice) else { return };
                let line = self.months.get_mut(month).and_then(|lines| lines.get_mut(&id));
                line.unwrap().amount = dice.below(100_000) as i64;
                dice.hit("correction");
            }
            3 => {
                let Some((month, id)) = self.any_line(dice) else { return };
                self.months.get_mut(month).unwrap().remove(&id);
                dice.hit("deletion");
            }
            4 => {
                let Some((month, id)) = self.any_line(dice) else { return };
                let line = self.months.get_mut(month).unwrap().remove(&id).unwrap();
                let other = *dice.pick(&MONTHS[..3]);
                self.months.entry(other).or_default().insert(id, line);
                dice.hit("other month");
            }
            5 => {
                self.order(dice, MONTHS[0]);
                dice.hit("late row");
            }
            6 => {
                let number = dice.below(6);
                self.owners[number] = dice.below(4);
                dice.hit("merge or split");
            }
            7 => {
                let product = dice.below(4);
                self.categories[product] = dice.below(3);
                dice.hit("looked-up row");
            }
            8 => {
                let customer = dice.below(4);
                let last = self.moves[customer].last().map_or(0, |(day, _)| *day);
                if last < 27 {
                    let day = last + 1 + dice.below(27 - last);
                    self.moves[customer].push((day, dice.below(3)));
                } else {
                    self.moves[customer].clear();
                }
                dice.hit("version");
            }
            9 => {
                let order = dice.below(ORDERS);
                self.deleted_orders[order] = !self.deleted_orders[order];
                dice.hit("filtered by a lookup");
            }
            10 => {
                self.factor += 1;
                for (name, text) in models(self.factor) {
                    self.world.write(&name, text);
                }
                dice.hit("rule");
            }
            _ => self.close(dice, now),
        }
        self.write();
    }

    fn close(&mut self, dice: &mut Dice, now: i64) {
        let entry = if (1..3).contains(&self.closed) && dice.one_in(2) {
            self.closed -= 1;
            dice.hit("reopening");
            status(MONTHS[self.closed], None, Reopened)
        } else if self.closed < 3 {
            self.closed += 1;
            dice.hit("closing");
            status(MONTHS[self.closed - 1], None, Closed)
        } else {
            return;
        };
        self.world.enter(&entry, day(now)).unwrap_or_else(|error| panic!("{}", chain(&error)));
    }
}

fn contracts() -> Vec<(String, String)> {
    let one = |name: &str, mode: &str, object: &str, columns: &[(&str, &str)]| {
        let mut text = format!(
            "description = \"{name}\"\nsystem = \"shop\"\nobject = \"{object}\"\nkind = \"csv\"\n\
             {mode}\ntolerate = {{ refused_ratio = 1.0, deleted_ratio = 1.0 }}\n"
        );
        for (column, kind) in columns {
            let required = mode.contains(&format!("\"{column}\""));
            text += &format!("[columns.{column}]\ntype = \"{kind}\"\nrequired = {required}\n");
        }
        (format!("warehouse/contracts/shop/{name}.toml"), text)
    };
    let full = |key: &str| format!("mode = \"full\"\nkey = [{key}]");
    vec![
        one(
            "lines",
            "mode = \"append\"\nmonth = \"ordered_on\"",
            "lines_*.csv",
            &[
                ("line_id", "text"),
                ("ordered_on", "date"),
                ("number", "text"),
                ("product", "text"),
                ("order_id", "text"),
                ("amount", "decimal(18,2)"),
            ],
        ),
        one(
            "products",
            &full("\"product\""),
            "products.csv",
            &[("product", "text"), ("category", "text")],
        ),
        one(
            "orders",
            &full("\"order_id\""),
            "orders.csv",
            &[("order_id", "text"), ("is_deleted", "boolean")],
        ),
        one(
            "owners",
            &full("\"number\""),
            "owners.csv",
            &[("number", "text"), ("customer_id", "text")],
        ),
        one(
            "versions",
            &full("\"customer_id\", \"version_number\""),
            "versions.csv",
            &[
                ("customer_id", "text"),
                ("version_number", "integer"),
                ("valid_from_on", "date"),
                ("valid_to_on", "date"),
                ("region", "text"),
            ],
        ),
        one("periods", &full("\"period_id\""), "periods.csv", &[("period_id", "text")]),
    ]
}

/// The files under sql/; `factor` stands for a rule that changes.
fn models(factor: usize) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let staging = [
        (
            "lines",
            "line_id,ordered_on,number,product,order_id,amount",
            "text,date,text,text,text,decimal(18,2)",
        ),
        ("products", "product,category", "text,text"),
        ("orders", "order_id,is_deleted", "text,boolean"),
        ("owners", "number,customer_id", "text,text"),
        (
            "versions",
            "customer_id,version_number,valid_from_on,valid_to_on,region",
            "text,integer,date,date,text",
        ),
    ];
    for (name, columns, kinds) in staging {
        // The comma of a decimal's type is none between types.
        let kinds = kinds.replace("(18,2)", "(18;2)");
        let shape: Vec<String> = columns
            .split(',')
            .zip(kinds.split(','))
            .map(|(column, kind)| format!("{column} = \"{}\"", kind.replace(';', ",")))
            .collect();
        let text = format!(
            "/*---\ndescription = \"Rows of {name}.\"\n[shape]\n{}\n---*/\nselect {columns} \
             from shop.{name}\n",
            shape.join("\n")
        );
        files.push((format!("sql/staging/shop/stg_shop__{name}.sql"), text));
    }
    for (path, text) in [
        ("sql/intermediate/int_owned.sql", OWNED),
        ("sql/marts/fct_lines.sql", LINES),
        ("sql/marts/fct_valid.sql", VALID),
        ("sql/marts/fct_recent.sql", RECENT),
        ("sql/marts/dim_sums.sql", SUMS),
    ] {
        files.push((path.to_owned(), text.replace("{factor}", &factor.to_string())));
    }
    files
}

/// Remembers who owned a number first.
const OWNED: &str = r#"/*---
description = "Who owns a number now, and who did first."
grain = ["number"]
remembers = true
[shape]
number = "text"
customer_id = "text"
first_customer_id = "text"
[columns]
first_customer_id = "Who owned it when it was seen first."
---*/
select
    owners.number,
    owners.customer_id,
    coalesce(before.first_customer_id, owners.customer_id) as first_customer_id
from staging.stg_shop__owners as owners
left join previous.int_owned as before on before.number = owners.number
"#;

const LINES: &str = r#"/*---
description = "Lines with their owner as it was."
grain = ["line_id"]
month = "ordered_on"
[inputs]
"staging.stg_shop__lines" = "same_month"
"staging.stg_shop__products" = { key = "product" }
"intermediate.int_owned" = { key = "number" }
[inputs."staging.stg_shop__versions"]
key = "customer_id"
from = "valid_from_on"
to = "valid_to_on"
[columns]
customer_id = "Who owns the number."
net_amount = "What it comes to, by rule {factor}."
period_id = "The month of the order."
entity_id = "The only one."
[closing]
period = "period_id"
entity = "entity_id"
negate = ["net_amount"]
---*/
select
    lines.line_id,
    lines.number,
    lines.product,
    coalesce(owned.customer_id, 'unassigned') as customer_id,
    owned.first_customer_id,
    products.category,
    versions.region,
    'A' as entity_id,
    to_char(lines.ordered_on, '%Y-%m') as period_id,
    cast(lines.amount * {factor} as decimal(18, 2)) as net_amount,
    lines.ordered_on
from staging.stg_shop__lines as lines
left join staging.stg_shop__products as products on products.product = lines.product
left join intermediate.int_owned as owned on owned.number = lines.number
left join staging.stg_shop__versions as versions
    on versions.customer_id = owned.customer_id
    and (versions.valid_from_on is null or versions.valid_from_on <= lines.ordered_on)
    and (versions.valid_to_on is null or lines.ordered_on < versions.valid_to_on)
"#;

/// Leaves rows out by a lookup, so that only the input itself can tell where they would stand.
const VALID: &str = r#"/*---
description = "Lines of orders that stand."
grain = ["line_id"]
month = "ordered_on"
[inputs]
"staging.stg_shop__lines" = "same_month"
"staging.stg_shop__orders" = { key = "order_id", in = "staging.stg_shop__lines" }
---*/
select lines.line_id, lines.order_id, lines.amount, lines.ordered_on
from staging.stg_shop__lines as lines
inner join staging.stg_shop__orders as orders on orders.order_id = lines.order_id
where not orders.is_deleted
"#;

const RECENT: &str = r#"/*---
description = "Days with what was ordered in the thirty days before."
grain = ["ordered_on"]
month = "ordered_on"
[inputs]
"staging.stg_shop__lines" = { months = 1 }
[columns]
recent_amount = "Sum of the thirty days before."
---*/
with days as (select distinct ordered_on from staging.stg_shop__lines)
select
    days.ordered_on,
    cast(sum(lines.amount) as decimal(18, 2)) as recent_amount
from days
left join staging.stg_shop__lines as lines
    on lines.ordered_on < days.ordered_on
    and lines.ordered_on >= days.ordered_on - interval '30 days'
group by days.ordered_on
"#;

const SUMS: &str = r#"/*---
description = "Customers with their sums."
grain = ["customer_id"]
[columns]
net_amount = "What all lines come to."
---*/
select customer_id, cast(sum(net_amount) as decimal(18, 2)) as net_amount
from marts.fct_lines
group by customer_id
"#;
