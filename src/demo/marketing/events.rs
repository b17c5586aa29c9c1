//! Which seminars and fairs are held, and who registers for them?

use chrono::{NaiveDate, NaiveDateTime};

use super::super::clock::{Month, earlier, later};
use super::super::feeds::Feeds;
use super::super::products::CATEGORIES;
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;
use super::campaigns::{self, Campaign, Gathering, Kind, gathering, held_on};
use super::{at, is_usual, office_time, short};

/// Something that people come to.
pub(super) struct Event {
    /// its number: `EV2605`, by the month in which it is held
    pub(super) id: String,
    /// its campaign
    pub(super) campaign: String,
    /// what it is
    pub(super) gathering: Gathering,
    /// whether it addresses customers outside the mainland
    pub(super) is_abroad: bool,
    /// the day of its announcement
    pub(super) announced_on: NaiveDate,
    /// its day
    pub(super) held_on: NaiveDate,
    title: String,
    title_zh: String,
    city: &'static str,
    capacity: i64,
}

const CITIES_HOME: [&str; 6] = ["Shanghai", "Beijing", "Guangzhou", "Chengdu", "Suzhou", "Wuhan"];
const CITIES_ABROAD: [&str; 5] = ["Hamburg", "Chicago", "Singapore", "Rotterdam", "Toronto"];

const SEMINARS: [(&str, &str); 8] = [
    ("in practice", "应用实践"),
    ("for plant engineers", "工厂工程师专场"),
    ("and its pitfalls", "常见误区"),
    ("from sensor to report", "从传感器到报表"),
    ("under the new rules", "新规解读"),
    ("in hygienic processes", "卫生型工艺"),
    ("with less maintenance", "免维护方案"),
    ("for beginners", "入门课程"),
];
const FAIRS_HOME: [(&str, &str); 4] = [
    ("East China Process Fair", "华东流程工业展"),
    ("Instruments and Control Week", "仪器与控制周"),
    ("Southern Water Exhibition", "南方水务展"),
    ("Laboratory Days", "实验室开放日"),
];
const FAIRS_ABROAD: [(&str, &str); 3] = [
    ("Northern Process Days", "北方流程工业日"),
    ("Great Lakes Measurement Show", "五大湖测量展"),
    ("Straits Automation Fair", "海峡自动化展"),
];

/// The event that a campaign is for, if any.
pub(super) fn of(world: &World, campaign: &Campaign) -> Option<Event> {
    if !matches!(campaign.kind, Kind::Fair | Kind::Seminar) {
        return None;
    }
    let gathering = gathering(campaign.month);
    let mut stream = world.stream("events", 1, campaign.month.key());
    let (_, category, category_zh) = CATEGORIES[campaign.category];
    let (title, title_zh) = if gathering == Gathering::Fair {
        let fairs: &[_] = if campaign.is_abroad { &FAIRS_ABROAD } else { &FAIRS_HOME };
        let (name, name_zh) = *stream.pick(fairs);
        (name.to_owned(), name_zh.to_owned())
    } else {
        let (about, about_zh) = *stream.pick(&SEMINARS);
        (format!("{category} {about}"), format!("{category_zh}：{about_zh}"))
    };
    let cities: &[_] = if campaign.is_abroad { &CITIES_ABROAD } else { &CITIES_HOME };
    let city = *stream.pick(cities);
    let held_on = held_on(world, campaign.month);
    Some(Event {
        id: format!("EV{}", short(Month::of(held_on))),
        campaign: campaign.id.clone(),
        gathering,
        is_abroad: campaign.is_abroad,
        announced_on: campaign.starts_on,
        held_on,
        title,
        title_zh,
        city: if gathering == Gathering::Webinar { "" } else { city },
        capacity: match gathering {
            Gathering::Fair => 2_000,
            Gathering::Seminar => 80 + i64::from(world.scale.customers) / 20,
            Gathering::Webinar => 500 + i64::from(world.scale.customers) / 10,
        },
    })
}

/// The event announced in a month.
pub(super) fn announced_in(world: &World, month: Month) -> Option<Event> {
    campaigns::of(world, month).iter().find_map(|campaign| of(world, campaign))
}

impl Gathering {
    fn name(self) -> &'static str {
        match self {
            Self::Fair => "fair",
            Self::Seminar => "seminar",
            Self::Webinar => "webinar",
        }
    }

    /// Of a thousand customers addressed, those of whom somebody registers.
    fn interest_per_mille(self) -> u64 {
        match self {
            Self::Fair => 70,
            Self::Seminar => 35,
            Self::Webinar => 50,
        }
    }
}

/// Enters the event of a campaign in the sheet, if there is one, when the campaign is planned.
pub(super) fn announce(feeds: &mut Feeds, world: &World, campaign: &Campaign) {
    let Some(event) = of(world, campaign) else { return };
    feeds.row(&tables::EVENTS, campaign.planned_on, |row| {
        row.text(&event.id)
            .text(&event.campaign)
            .text(&event.title)
            .text(&event.title_zh)
            .text(event.gathering.name())
            .text(event.city)
            .date(event.held_on)
            .int(event.capacity)
            .text(if event.is_abroad { "en" } else { "zh" });
    });
}

/// A registration in one of its states.
pub(super) struct Registration<'a> {
    /// its number: `RG2605-0012`
    pub(super) id: String,
    /// for what
    pub(super) event: &'a Event,
    /// who
    pub(super) person: &'a str,
    /// when
    pub(super) registered_at: NaiveDateTime,
    /// when it was confirmed
    pub(super) confirmed_at: Option<NaiveDateTime>,
}

/// The number of a registration for an event.
pub(super) fn registration_id(event: &Event, number: u64) -> String {
    format!("RG{}-{number:04}", &event.id[2..])
}

/// Writes the state that a registration has from a time on.
pub(super) fn write(
    feeds: &mut Feeds,
    registration: &Registration<'_>,
    state: &str,
    changed_at: NaiveDateTime,
) {
    feeds.row(&tables::REGISTRATIONS, changed_at.date(), |row| {
        row.text(&registration.id)
            .text(&registration.event.id)
            .text(registration.person)
            .text(state)
            .time(registration.registered_at);
        match registration.confirmed_at {
            Some(confirmed_at) => row.time(confirmed_at),
            None => row.none(),
        };
        row.time(changed_at);
    });
}

/// The next office hour after somebody registered, on the same or the next day.
fn answered(registered_at: NaiveDateTime, stream: &mut Stream) -> NaiveDateTime {
    let day = registered_at.date();
    if stream.chance(400) {
        return at(day, 18, stream.below(60));
    }
    at(later(day, 1), 8, stream.below(30))
}

/// Writes the registrations for the event of a campaign, from the first to what became of them.
pub(super) fn registrations(run: &mut Run, campaign: &Campaign) {
    let Run { world, feeds, .. } = run;
    let Some(event) = of(world, campaign) else { return };
    let days = (event.held_on - event.announced_on).num_days().unsigned_abs();
    let mut count = 0;
    for customer in world.customers.iter().filter(|customer| campaign.addresses(customer.unit)) {
        let mut stream = world.stream("registrations", customer.index, campaign.key());
        let day = later(event.announced_on, stream.below(days.saturating_sub(3)));
        let is_interested = stream.chance(event.gathering.interest_per_mille());
        if !is_interested || !is_usual(customer) || !customer.is_active(day) {
            continue;
        }
        count += 1;
        let registered_at = office_time(day, &mut stream);
        let mut registration = Registration {
            id: registration_id(&event, count),
            event: &event,
            person: &customer.person_id(stream.place(customer.contact_count())),
            registered_at,
            confirmed_at: None,
        };
        write(feeds, &registration, "registered", registered_at);
        let confirmed_at = answered(registered_at, &mut stream);
        registration.confirmed_at = Some(confirmed_at);
        write(feeds, &registration, "confirmed", confirmed_at);
        let last = earlier(event.held_on, 1);
        match stream.weighted(&[74, 12, 14]) {
            0 => write(feeds, &registration, "attended", at(event.held_on, 19, count % 60)),
            1 => {
                let free = (last - confirmed_at.date()).num_days().unsigned_abs();
                let cancelled_on = later(confirmed_at.date(), 1 + stream.below(free));
                write(feeds, &registration, "cancelled", office_time(cancelled_on, &mut stream));
            }
            // Some do not come, and nobody notes it.
            _ => {}
        }
    }
}
