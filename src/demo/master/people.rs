//! Who are the people at a customer, and how are they reached?

use chrono::NaiveDate;

use super::super::names;
use super::super::random::Stream;
use super::super::world::{Customer, World};

/// Somebody at a customer; sales and marketing know the same people.
pub(in super::super) struct Person {
    /// the name as people call it there
    pub(in super::super) name: String,
    /// what the person does
    pub(in super::super) title: &'static str,
    /// the address for mail
    pub(in super::super) email: String,
    /// the telephone
    pub(in super::super) phone: String,
    /// the birthday, where it is known
    pub(in super::super) birthday: Option<NaiveDate>,
    /// the language of letters, ISO 639
    pub(in super::super) language: &'static str,
    /// whether the person decides on purchases
    pub(in super::super) is_decider: bool,
}

const TITLES_ZH: [&str; 10] = [
    "采购经理",
    "设备主管",
    "总工程师",
    "仪表工程师",
    "实验室主任",
    "生产经理",
    "质量经理",
    "维修主管",
    "副总经理",
    "采购员",
];
const TITLES: [&str; 10] = [
    "Purchasing manager",
    "Maintenance manager",
    "Chief engineer",
    "Instrument engineer",
    "Laboratory manager",
    "Production manager",
    "Quality manager",
    "Plant manager",
    "Managing director",
    "Buyer",
];

/// The people at a customer, in the order of their numbers; no two have one name. A customer that
/// is registered twice has the same people twice.
pub(in super::super) fn of(world: &World, customer: &Customer) -> Vec<Person> {
    let mut stream = world.stream("people", customer.same_as.unwrap_or(customer.index), 0);
    let mut people: Vec<Person> = Vec::new();
    while people.len() < customer.contact_count() {
        let person = person(customer, people.is_empty(), &mut stream);
        if people.iter().all(|other| other.email != person.email) {
            people.push(person);
        }
    }
    people
}

fn person(customer: &Customer, is_first: bool, stream: &mut Stream) -> Person {
    // At a foreign company in China most people are Chinese too.
    let is_chinese = customer.country == "CN" && (customer.is_chinese || stream.chance(750));
    let name = names::person(stream, is_chinese);
    let place = stream.place(10);
    let born = stream.between(1962, 1999);
    let month = u32::try_from(stream.between(1, 12)).unwrap_or(1);
    let day = u32::try_from(stream.between(1, 28)).unwrap_or(1);
    let has_birthday = stream.chance(600);
    let year = i32::try_from(born).unwrap_or(1980);
    Person {
        email: format!("{}@{}", names::latin(&name.english), customer.domain),
        name: if customer.is_chinese { name.chinese } else { name.english },
        title: if customer.is_chinese { TITLES_ZH[place] } else { TITLES[place] },
        phone: phone(stream, customer.country),
        birthday: NaiveDate::from_ymd_opt(year, month, day).filter(|_| has_birthday),
        language: language(customer),
        is_decider: is_first || stream.chance(250),
    }
}

/// The language in which a customer is written to.
fn language(customer: &Customer) -> &'static str {
    match customer.country {
        "CN" if customer.is_chinese => "zh",
        "DE" | "AT" => "de",
        "FR" => "fr",
        "ES" | "MX" | "CL" | "CO" => "es",
        _ => "en",
    }
}

/// A telephone number, with digits that no network gives out where a country keeps such.
pub(in super::super) fn phone(stream: &mut Stream, country: &str) -> String {
    let number = stream.between(1_000_000, 9_999_999);
    match country {
        "CN" => format!("+86 1{} {number}", stream.between(300, 399)),
        "US" | "CA" => format!("+1 {} 555 01{:02}", stream.between(201, 989), number % 100),
        "GB" => format!("+44 1632 96{:04}", number % 10_000),
        "DE" => format!("+49 40 {number}"),
        "AT" => format!("+43 732 {number}"),
        "CH" => format!("+41 44 {number}"),
        "FR" => format!("+33 4 {number}"),
        "NL" => format!("+31 10 {number}"),
        "BE" => format!("+32 3 {number}"),
        "IT" => format!("+39 051 {number}"),
        "ES" => format!("+34 96 {number}"),
        "SE" => format!("+46 40 {number}"),
        "DK" => format!("+45 8{number}"),
        "NO" => format!("+47 5{number}"),
        "FI" => format!("+358 3 {number}"),
        "PL" => format!("+48 71 {number}"),
        "CZ" => format!("+420 54{number}"),
        "HK" => format!("+852 2{number}"),
        "SG" => format!("+65 6{number}"),
        "TW" => format!("+886 2 2{number}"),
        "JP" => format!("+81 6 6{number}"),
        "KR" => format!("+82 2 5{number}"),
        "TH" => format!("+66 2 {number}"),
        "MY" => format!("+60 4 {number}"),
        "VN" => format!("+84 225 {number}"),
        "AU" => format!("+61 3 9{number}"),
        "MX" => format!("+52 81 8{number}"),
        "BR" => format!("+55 19 3{number}"),
        "CL" => format!("+56 55 2{number}"),
        _ => format!("+57 604 {number}"),
    }
}
