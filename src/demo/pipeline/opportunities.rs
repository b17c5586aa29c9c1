//! Which deals were worked on, who won them, and against whom were they lost?

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::answers::Answers;
use super::super::clock::{DATA_DATE, Month, earlier, later, working_day};
use super::super::employees::Work;
use super::super::products::CATEGORIES;
use super::super::random::Stream;
use super::super::roles::Role;
use super::super::tables;
use super::super::trade::orders::Order;
use super::super::world::{Customer, World};
use super::touches::Touch;
use super::{
    Desk, any_working_day, at, has_open_case, is_spoken_with, near_working_day, not_before,
    touches, wording,
};

/// Days at most between two actions on an open opportunity.
const DAYS_BETWEEN_ACTIONS: u64 = 17;
/// Deals from which on a rate says something.
const FEWEST: u64 = 10;
/// Won deals of a thousand, by a star with large customers.
const STAR_RATE: u64 = 900;

/// The stages of an open opportunity, and how likely it is won in each, in percent.
pub(super) const STAGES: [(&str, i64); 4] =
    [("lead", 10), ("qualified", 30), ("proposal", 50), ("negotiation", 75)];

/// A rival: the name, how strong it is by category, and by which reason it wins.
struct Rival {
    /// what it is called
    name: &'static str,
    /// its weight where its category is not at stake
    weight: u64,
    /// the category in which it is strong, a place in [`CATEGORIES`], and its weight there
    strong: (usize, u64),
    /// weights of [`REASONS`]
    reasons: [u64; 4],
}

const REASONS: [&str; 4] = ["price", "delivery", "features", "relationship"];
const RIVALS: [Rival; 5] = [
    Rival { name: "Beilan Sensors", weight: 6, strong: (1, 90), reasons: [85, 5, 5, 5] },
    Rival { name: "Corvane Instruments", weight: 20, strong: (5, 45), reasons: [10, 10, 70, 10] },
    Rival { name: "Tessaro Controls", weight: 18, strong: (4, 30), reasons: [15, 10, 15, 60] },
    Rival { name: "Raskov Metering", weight: 15, strong: (3, 35), reasons: [15, 65, 10, 10] },
    Rival { name: "Fenwara Flow", weight: 8, strong: (2, 50), reasons: [35, 25, 30, 10] },
];

/// A day of an opportunity: the stage from then on.
pub(super) struct Step {
    /// the day
    pub(super) on: NaiveDate,
    /// the stage
    pub(super) stage: &'static str,
}

/// An opportunity and all that became of it.
pub(super) struct Opportunity<'a> {
    /// its number
    pub(super) id: String,
    /// who buys
    pub(super) customer: &'a Customer,
    /// what it is called
    pub(super) title: String,
    /// the category of products
    pub(super) category: &'static str,
    /// what it is thought to bring, in cents of the customer's currency
    pub(super) amount: i64,
    /// what it brought where it was won
    pub(super) won_amount: i64,
    /// days on which something was done, the first that on which it was opened
    pub(super) steps: Vec<Step>,
    /// when it is thought to close
    pub(super) expected_close: NaiveDate,
    /// who else was in the running at the end, or nothing
    pub(super) competitor: &'static str,
    /// why it was lost, or nothing
    pub(super) reason: &'static str,
}

/// An opportunity that an order will win.
pub(super) struct Plan {
    /// who buys, a place in the world's list
    pub(super) customer: usize,
    /// when it begins
    pub(super) opened: NaiveDate,
    id: String,
    ordered: NaiveDate,
    product: usize,
    amount: i64,
    part: u64,
}

impl Plan {
    /// What an order came from; `part` tells the customer's orders apart.
    pub(super) fn of(world: &World, customer: &Customer, order: &Order, part: u64) -> Self {
        let mut stream = world.stream("opportunities", customer.index, part);
        let opened = near_working_day(earlier(order.on, 26 + stream.below(59)));
        let largest = order.lines.iter().filter(|line| line.parent.is_none());
        let largest = largest.max_by_key(|line| line.quantity * line.price);
        Self {
            customer: customer.index,
            opened: not_before(world, customer, opened).min(order.on),
            id: order.opportunity_id(),
            ordered: order.on,
            product: largest.map_or(0, |line| line.product),
            amount: order.net(),
            part,
        }
    }
}

/// Who is clearly better with large customers: in every third unit the salesperson who has most of
/// them.
pub(super) fn stars(world: &World) -> Vec<usize> {
    // Customers that join later change nothing.
    let first = usize::try_from(world.scale.customers).unwrap_or_default();
    let mut counts = vec![0_u32; world.employees.len()];
    for customer in world.customers.iter().take(first) {
        if customer.size == "large" && is_spoken_with(customer) {
            counts[customer.owner] += 1;
        }
    }
    (0..super::super::company::UNITS.len())
        .step_by(3)
        .filter_map(|unit| {
            let sellers = (0..counts.len()).filter(|place| {
                let employee = &world.employees[*place];
                employee.unit == unit && employee.work == Work::Sales && counts[*place] > 0
            });
            sellers.max_by_key(|place| (counts[*place], std::cmp::Reverse(*place)))
        })
        .collect()
}

/// How many deals of a thousand with a customer are won.
pub(super) fn win_rate(world: &World, stars: &[usize], customer: usize) -> u64 {
    let customer = &world.customers[customer];
    let skill = world.employees[customer.owner].skill;
    match customer.size {
        "large" if stars.contains(&customer.owner) => STAR_RATE,
        "large" => 220 + skill * 4,
        "medium" => 300 + skill * 4,
        _ => 360 + skill * 4,
    }
}

/// Writes an opportunity that was won, and those lost meanwhile: so many that the rate is met.
pub(super) fn write_plan(desk: &mut Desk<'_>, plan: Plan, rate: u64, results: &mut Results) {
    let world = desk.world;
    let customer = &world.customers[plan.customer];
    let mut stream = world.stream("opportunity course", customer.index, plan.part);
    for _ in 0..stream.count((1000 - rate) * 1000 / rate) {
        let opened = working_day(later(plan.opened, stream.below(40)));
        lose(desk, customer, opened, &mut stream, results);
    }
    let product = &world.products[plan.product];
    let steps = course(plan.opened, plan.ordered, STAGES.len(), "won", &mut stream);
    let is_contested = stream.chance(350);
    let opportunity = Opportunity {
        id: plan.id,
        customer,
        title: wording::title(customer, product, &mut stream),
        category: product.category_name(),
        amount: rough(plan.amount * stream.between(85, 130) / 100),
        won_amount: plan.amount,
        steps,
        expected_close: later(plan.ordered, stream.below(20)),
        competitor: if is_contested { rival(product.category, &mut stream).name } else { "" },
        reason: "",
    };
    write(desk, &opportunity, results);
    actions(desk, &opportunity, &mut stream);
}

/// Framework agreements that each star negotiates, and the one that is lost.
const FRAMEWORKS: u64 = 12;
const FRAMEWORK_LOST: u64 = 5;

/// Writes framework agreements of the stars with large customers, from which orders follow later:
/// enough of them that the rate says something even in a small company.
pub(super) fn frameworks(desk: &mut Desk<'_>, stars: &[usize], results: &mut Results) {
    let world = desk.world;
    let first = usize::try_from(world.scale.customers).unwrap_or_default();
    for star in stars {
        for turn in 0..FRAMEWORKS {
            let mut stream = world.stream("framework agreements", *star, turn);
            let opened = near_working_day(earlier(DATA_DATE, 410 - 29 * turn));
            let closed = near_working_day(later(opened, 35 + stream.below(30)));
            let partners: Vec<&Customer> = world.customers[..first]
                .iter()
                .filter(|customer| customer.owner == *star && customer.size == "large")
                .filter(|customer| is_spoken_with(customer) && customer.is_active(opened))
                .filter(|customer| customer.is_active(closed))
                .collect();
            if partners.is_empty() {
                continue;
            }
            let customer = *stream.pick(&partners);
            let product = wording::product(world, customer, &mut stream);
            let is_lost = turn == FRAMEWORK_LOST;
            let end = if is_lost { "lost" } else { "won" };
            let list_price = product.list_price(customer.currency, opened);
            let amount = rough(list_price * stream.between(30, 150));
            let opportunity = Opportunity {
                id: desk.numbers.next("OP", opened),
                customer,
                title: wording::framework(customer, product),
                category: product.category_name(),
                amount,
                won_amount: amount,
                steps: course(opened, closed, STAGES.len(), end, &mut stream),
                expected_close: later(closed, stream.below(14)),
                competitor: "",
                reason: if is_lost { "no_budget" } else { "" },
            };
            write(desk, &opportunity, results);
            actions(desk, &opportunity, &mut stream);
        }
    }
}

/// Writes what is tried with those that never ordered.
pub(super) fn prospects(desk: &mut Desk<'_>, month: Month, results: &mut Results) {
    let world = desk.world;
    for customer in world.with_role(Role::Prospect) {
        let mut stream = world.stream("opportunities tried", customer.index, month.key());
        if stream.chance(60) {
            let day = any_working_day(month, &mut stream);
            lose(desk, customer, day, &mut stream, results);
        }
    }
}

/// Writes an opportunity that is lost in the end.
fn lose(
    desk: &mut Desk<'_>,
    customer: &Customer,
    opened: NaiveDate,
    stream: &mut Stream,
    results: &mut Results,
) {
    if !customer.is_active(opened) {
        return;
    }
    let product = wording::product(desk.world, customer, stream);
    let closed = near_working_day(later(opened, 20 + stream.below(100)));
    let stages = 1 + stream.weighted(&[15, 25, 35, 25]);
    let has_rival = stream.chance(780);
    let rival = rival(product.category, stream);
    let quantity = match customer.size {
        "large" => stream.between(10, 80),
        "medium" => stream.between(4, 30),
        _ => stream.between(2, 12),
    };
    let list_price = product.list_price(customer.currency, opened);
    let opportunity = Opportunity {
        id: desk.numbers.next("OP", opened),
        customer,
        title: wording::title(customer, product, stream),
        category: product.category_name(),
        amount: rough(quantity * list_price * (100 - customer.discount_percent) / 100),
        won_amount: 0,
        steps: course(opened, closed, stages, "lost", stream),
        expected_close: later(opened, 30 + stream.below(90)),
        competitor: if has_rival { rival.name } else { "" },
        reason: if has_rival { REASONS[stream.weighted(&rival.reasons)] } else { "no_budget" },
    };
    write(desk, &opportunity, results);
    actions(desk, &opportunity, stream);
}

/// A rival for products of a category.
fn rival(category: usize, stream: &mut Stream) -> &'static Rival {
    let weights = RIVALS
        .each_ref()
        .map(|rival| if rival.strong.0 == category { rival.strong.1 } else { rival.weight });
    &RIVALS[stream.weighted(&weights)]
}

/// An estimate, in whole hundreds.
fn rough(cents: i64) -> i64 {
    (cents / 10_000).max(1) * 10_000
}

/// The days of an opportunity: so many stages evenly over its time, an action in between wherever
/// nothing would be done for long, and the end.
fn course(
    opened: NaiveDate,
    closed: NaiveDate,
    stages: usize,
    end: &'static str,
    stream: &mut Stream,
) -> Vec<Step> {
    let span = u64::try_from((closed - opened).num_days()).unwrap_or_default();
    let mut marks: Vec<Step> = (0..stages)
        .map(|place| {
            let share = span * place as u64 / stages as u64;
            let jitter = if place == 0 { 0 } else { stream.below(span / 8 + 1) };
            let on = near_working_day(later(opened, share + jitter)).clamp(opened, closed);
            Step { on, stage: STAGES[place].0 }
        })
        .collect();
    marks.push(Step { on: closed, stage: end });
    let mut steps: Vec<Step> = Vec::new();
    for mark in marks {
        while let Some(last) = steps.last()
            && later(last.on, DAYS_BETWEEN_ACTIONS) < mark.on
        {
            // Moved off a weekend, an action is at most 18 days after the one before.
            let on = near_working_day(later(last.on, 9 + stream.below(DAYS_BETWEEN_ACTIONS - 8)));
            let stage = last.stage;
            steps.push(Step { on: on.min(mark.on), stage });
        }
        steps.push(mark);
    }
    steps
}

/// Writes an opportunity with all its states.
pub(super) fn write(desk: &mut Desk<'_>, opportunity: &Opportunity<'_>, results: &mut Results) {
    let Opportunity { customer, steps, .. } = opportunity;
    let Some(opened) = steps.first().map(|step| step.on) else { return };
    let owner = &desk.world.employees[customer.owner].id;
    let (mut number, mut entered) = (0, "");
    for (place, step) in steps.iter().enumerate() {
        let is_won = step.stage == "won";
        let is_closed = is_won || step.stage == "lost";
        // Where several steps fall on a day, each is a little later than the one before.
        let minute = (9 * 60 + 10 * place as u64).min(17 * 60 + 55);
        let changed = at(step.on, if is_closed { 17 * 60 + 59 } else { minute });
        let open = STAGES.iter().find(|(stage, _)| *stage == step.stage);
        desk.feeds.row(&tables::OPPORTUNITIES, step.on, |row| {
            row.text(&opportunity.id).text(&customer.sales_id()).text(owner);
            row.text(&opportunity.title).text(opportunity.category).text(step.stage);
            row.money(if is_won { opportunity.won_amount } else { opportunity.amount });
            row.text(customer.currency.code());
            row.int(open.map_or(if is_won { 100 } else { 0 }, |(_, percent)| *percent));
            row.date(opened).date(opportunity.expected_close);
            row.date_or_none(is_closed.then_some(step.on));
            row.text(if is_closed { step.stage } else { "" });
            row.text(if is_closed { opportunity.competitor } else { "" });
            row.text(if is_closed { opportunity.reason } else { "" });
            row.none().date(step.on).time(changed);
        });
        if step.stage != entered {
            number += 1;
            entered = step.stage;
            desk.feeds.row(&tables::OPPORTUNITY_STAGES, step.on, |row| {
                row.text(&opportunity.id).int(number).text(step.stage).text(owner).time(changed);
            });
        }
        if is_closed && step.on <= desk.feeds.window().until {
            results.count(owner, opportunity, is_won);
        }
    }
}

/// Writes the contacts in which an opportunity was worked on.
fn actions(desk: &mut Desk<'_>, opportunity: &Opportunity<'_>, stream: &mut Stream) {
    let customer = opportunity.customer;
    let open = opportunity.steps.iter().filter(|step| !matches!(step.stage, "won" | "lost"));
    for step in open {
        if !stream.chance(450) || !customer.is_active(step.on) {
            continue;
        }
        let is_waiting = has_open_case(desk.world, customer, step.on);
        let purpose = if is_waiting { "relationship" } else { "selling" };
        let channel = ["visit", "phone", "video"][stream.weighted(&[35, 45, 20])];
        let minute = 9 * 60 + 5 * stream.below(80);
        let touch = Touch {
            contact: Some(stream.place(customer.contact_count())),
            minutes: if channel == "phone" { 10 } else { 15 * stream.between(3, 6) },
            opportunity: &opportunity.id,
            ..Touch::outbound(
                customer.owner,
                channel,
                purpose,
                at(step.on, minute),
                &opportunity.title,
            )
        };
        touches::write(desk, customer, &touch);
    }
}

/// How the opportunities ended that were closed by the last day that the systems hold.
#[derive(Default)]
pub(super) struct Results {
    /// won and lost, by employee and the customer's size
    sellers: BTreeMap<(String, &'static str), [u64; 2]>,
    /// lost, by competitor, category and reason
    losses: BTreeMap<(&'static str, &'static str, &'static str), u64>,
}

impl Results {
    fn count(&mut self, owner: &str, opportunity: &Opportunity<'_>, is_won: bool) {
        let size = opportunity.customer.size;
        let counts = self.sellers.entry((owner.to_owned(), size)).or_default();
        counts[usize::from(!is_won)] += 1;
        if !is_won && !opportunity.competitor.is_empty() {
            let key = (opportunity.competitor, opportunity.category, opportunity.reason);
            *self.losses.entry(key).or_default() += 1;
        }
    }

    /// Says how they ended.
    pub(super) fn state(
        &self,
        world: &World,
        stars: &[usize],
        until: NaiveDate,
        answers: &mut Answers,
    ) {
        let mut sellers: BTreeMap<&str, Value> = BTreeMap::new();
        for ((employee, size), [won, lost]) in &self.sellers {
            let seller = sellers
                .entry(employee)
                .or_insert_with(|| json!({"won": 0, "lost": 0, "by_size": {}}));
            seller["won"] = (seller["won"].as_u64().unwrap_or_default() + won).into();
            seller["lost"] = (seller["lost"].as_u64().unwrap_or_default() + lost).into();
            seller["by_size"][*size] = json!({"won": won, "lost": lost});
        }
        answers.facts.insert("salesperson_results".to_owned(), json!(sellers));
        let mut rivals: BTreeMap<&str, Value> = BTreeMap::new();
        for ((name, category, reason), lost) in &self.losses {
            let rival = rivals
                .entry(name)
                .or_insert_with(|| json!({"lost": 0, "by_category": {}, "by_reason": {}}));
            rival["lost"] = (rival["lost"].as_u64().unwrap_or_default() + lost).into();
            for (part, key) in [("by_category", category), ("by_reason", reason)] {
                let sum = rival[part][*key].as_u64().unwrap_or_default() + lost;
                rival[part][*key] = sum.into();
            }
        }
        let strongest = &RIVALS[0];
        let category = CATEGORIES[strongest.strong.0].0;
        if let Some(rival) = rivals.get(strongest.name) {
            let fact = json!({
                "competitor": strongest.name, "mostly": category, "by": "price",
                "lost": rival["lost"], "lost_in_category": rival["by_category"][category],
                "lost_by_price": rival["by_reason"]["price"],
            });
            answers.reported("competitor_losses", fact);
        }
        answers.facts.insert("competitor_losses".to_owned(), json!(rivals));
        for star in stars {
            let employee = &world.employees[*star].id;
            let key = (employee.clone(), "large");
            let [won, lost] = self.sellers.get(&key).copied().unwrap_or_default();
            let fact = json!({"employee": employee, "size": "large", "until": until.to_string(),
                "won": won, "lost": lost});
            if won + lost >= FEWEST {
                answers.reported("salesperson_fit", fact);
            } else {
                answers.near_miss("salesperson_fit", "too few deals to tell", fact);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::clock::{DATA_DATE, later};
    use super::super::super::random::Stream;
    use super::{STAGES, course};

    #[test]
    fn something_is_done_at_least_every_twenty_days() {
        for seed in 0..500 {
            let mut stream = Stream::of(seed, "course", 0, 0);
            let closed = later(DATA_DATE, stream.below(120));
            let steps =
                course(DATA_DATE, closed, 1 + stream.place(STAGES.len()), "won", &mut stream);
            assert_eq!(steps.first().map(|step| step.on), Some(DATA_DATE));
            assert_eq!(steps.last().map(|step| (step.on, step.stage)), Some((closed, "won")));
            for pair in steps.windows(2) {
                let days = (pair[1].on - pair[0].on).num_days();
                assert!((0..=20).contains(&days), "{days} days with seed {seed}");
            }
        }
    }
}
