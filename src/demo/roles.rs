//! With which customers is something planted, so that a report must find it?

use super::products::{ACCESSORIES, CATEGORY_COUNT};
use super::random::Stream;
use super::world::{Customer, Scale};

/// What is planted with a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// nothing
    Ordinary,
    /// a company of the group
    Group,
    /// nobody speaks with it, writes to it or serves it but where a conflict is planted
    Quiet,
    /// loses money: sold below cost
    DeepDiscount,
    /// loses money: far more service than others
    HeavyService,
    /// loses money: many orders of next to nothing
    SmallOrders,
    /// loses money: most of it comes back
    ManyReturns,
    /// loses money: slow stock is held for it
    HeldStock,
    /// loses money: visited all the time
    ManyVisits,
    /// bought in a rhythm, then no more for more than twice that rhythm
    Lapsed,
    /// bought in a rhythm, now overdue but by less than twice the rhythm
    AtRisk,
    /// lapsed, then came back
    WonBack,
    /// looks lapsed, but its rhythm is a slow one
    SlowRhythm,
    /// moves from the lowest tier of a category to the next
    Upgrader,
    /// the same company as another, registered once more
    Duplicate,
    /// never ordered
    Prospect,
}

/// How many customers have each role.
const COUNTS: [(Role, usize); 15] = [
    (Role::Group, 3),
    (Role::Quiet, 120),
    (Role::DeepDiscount, 6),
    (Role::HeavyService, 6),
    (Role::SmallOrders, 6),
    (Role::ManyReturns, 6),
    (Role::HeldStock, 6),
    (Role::ManyVisits, 6),
    (Role::Lapsed, 8),
    (Role::AtRisk, 8),
    (Role::WonBack, 8),
    (Role::SlowRhythm, 8),
    (Role::Upgrader, 12),
    (Role::Duplicate, 10),
    (Role::Prospect, 15),
];

/// The roles of the customers in the order of their numbers; the rest is ordinary.
pub(super) fn assign(scale: Scale) -> Vec<Role> {
    let mut roles = vec![Role::Ordinary; scale.customers as usize];
    let mut places: Vec<usize> = (0..roles.len()).collect();
    let mut stream = Stream::of(scale.seed, "roles", 0, 0);
    let wanted = COUNTS.iter().flat_map(|(role, count)| std::iter::repeat_n(*role, *count));
    for (taken, role) in wanted.enumerate().take(roles.len()) {
        let other = taken + stream.place(places.len() - taken);
        places.swap(taken, other);
        roles[places[taken]] = role;
    }
    roles
}

/// Gives a customer the habits of its role.
pub(super) fn shape(customer: &mut Customer, scale: Scale) {
    let mut stream = Stream::of(scale.seed, "habits", customer.index as u64, 0);
    if customer.role != Role::Ordinary {
        customer.left = None;
    }
    match customer.role {
        Role::Ordinary | Role::Upgrader => {}
        Role::Group => {
            customer.orders_milli = 0;
            customer.cases_milli = 0;
        }
        Role::Quiet => customer.cases_milli = 0,
        Role::DeepDiscount => {
            customer.discount_percent = stream.between(60, 64);
            orders_a_little(customer);
        }
        Role::HeavyService => {
            customer.cases_milli = 9_000 + stream.below(4_000);
            orders_a_little(customer);
            customer.discount_percent = 15;
        }
        Role::SmallOrders => {
            customer.orders_milli = 7_000 + stream.below(3_000);
            customer.lines_milli = 1_000;
            customer.tastes = [0; CATEGORY_COUNT];
            customer.tastes[ACCESSORIES] = 1;
            customer.tier = 1;
            customer.size = "small";
        }
        Role::ManyReturns => {
            customer.returns_per_mille = 850;
            orders_a_little(customer);
            customer.discount_percent = 42;
        }
        Role::HeldStock | Role::ManyVisits => {
            orders_a_little(customer);
            customer.discount_percent = 15;
        }
        // Their orders are planted day by day.
        Role::Lapsed | Role::AtRisk | Role::WonBack | Role::SlowRhythm => {
            customer.orders_milli = 0;
        }
        Role::Duplicate | Role::Prospect => {
            customer.orders_milli = 0;
            customer.cases_milli = 0;
        }
    }
}

/// Enough orders to be seen, too few to pay for what is planted.
fn orders_a_little(customer: &mut Customer) {
    customer.size = "small";
    customer.tier = 1;
    customer.orders_milli = customer.orders_milli.clamp(500, 800);
    customer.lines_milli = 2_000;
}
