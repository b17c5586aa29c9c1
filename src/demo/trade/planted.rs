//! Which rhythms, seasons and pairs of products lie in the orders?

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::products::of_group;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::world::World;
use super::orders::{AFFINITIES, Order, SEASON, interval, rhythm, upgraded_on};

/// How often products are bought alone and together; cancelled orders do not count.
pub(super) struct Baskets {
    until: NaiveDate,
    orders: u64,
    /// by pair of products that go together: orders with the first, the second, both
    pairs: BTreeMap<(usize, usize), [u64; 3]>,
    /// orders by month of the year
    months: BTreeMap<String, u64>,
}

impl Baskets {
    /// Counts orders up to a day.
    pub(super) fn new(until: NaiveDate) -> Self {
        let pairs = AFFINITIES.iter().flat_map(|(first, second, _)| {
            (1..=3).map(|tier| ((of_group(*first, tier), of_group(*second, tier)), [0; 3]))
        });
        Self { until, orders: 0, pairs: pairs.collect(), months: BTreeMap::new() }
    }

    /// Counts an order.
    pub(super) fn add(&mut self, order: &Order) {
        if order.is_cancelled || order.on > self.until {
            return;
        }
        self.orders += 1;
        *self.months.entry(order.on.format("%Y-%m").to_string()).or_default() += 1;
        let has = |product: usize| order.lines.iter().any(|line| line.product == product);
        for ((first, second), counts) in &mut self.pairs {
            let (with_first, with_second) = (has(*first), has(*second));
            counts[0] += u64::from(with_first);
            counts[1] += u64::from(with_second);
            counts[2] += u64::from(with_first && with_second);
        }
    }

    /// Says what goes together, and how orders lie over the year.
    pub(super) fn say(&self, run: &mut Run) {
        for ((first, second), counts) in &self.pairs {
            let fact = json!({
                "product": run.world.products[*first].sku,
                "bought_with": run.world.products[*second].sku,
                "orders": self.orders,
                "orders_with_product": counts[0],
                "orders_with_other": counts[1],
                "orders_with_both": counts[2],
            });
            run.answers.reported("product_affinity", fact);
        }
        let fact = json!({ "index_percent": SEASON, "orders_by_month": self.months });
        run.answers.facts.insert("season".to_owned(), fact);
    }
}

/// Says who lapsed, who is at risk, who came back and who moved up.
pub(super) fn say(run: &mut Run) {
    let Run { world, answers, .. } = run;
    for customer in &world.customers {
        let mut days = match customer.role {
            Role::Lapsed | Role::AtRisk | Role::WonBack | Role::SlowRhythm => {
                rhythm(world, customer)
            }
            Role::Upgrader => {
                answers.reported("up_sell_candidates", upgrade(world, customer));
                continue;
            }
            _ => continue,
        };
        days.sort_unstable();
        let fact = json!({
            "customer": customer.sales_id(),
            "interval_days": interval(world, customer),
            "purchases": days.len(),
            "last_purchase_on": days.last(),
        });
        match customer.role {
            Role::Lapsed => answers.reported("lapsed_customers", fact),
            Role::AtRisk => answers.reported("churn_risk", fact),
            Role::WonBack => answers.reported("win_back_results", fact),
            _ => {
                let because = "it is overdue, but by less than twice its own rhythm";
                answers.near_miss("lapsed_customers", because, fact);
            }
        }
    }
}

fn upgrade(world: &World, customer: &super::super::world::Customer) -> Value {
    let group = super::orders::UPGRADED_GROUP;
    json!({
        "customer": customer.sales_id(),
        "from": world.products[of_group(group, 1)].sku,
        "to": world.products[of_group(group, 2)].sku,
        "since": upgraded_on(world, customer),
    })
}
