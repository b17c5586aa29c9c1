//! What are customers, people and places called, in English and Chinese?

use super::random::Stream;

/// Where a customer may sit.
pub(super) struct Place {
    /// as sales groups it
    pub(super) region: &'static str,
    /// ISO 3166
    pub(super) country: &'static str,
    /// in English
    pub(super) city: &'static str,
    /// in Chinese, where it is Chinese
    pub(super) city_zh: &'static str,
}

const SHANGHAI: Place =
    Place { region: "East China", country: "CN", city: "Shanghai", city_zh: "上海" };

/// A place for a customer of a business unit.
pub(super) fn place(_unit: usize, _stream: &mut Stream) -> &'static Place {
    &SHANGHAI
}

/// What customers do.
pub(super) const INDUSTRIES: [&str; 2] = ["food", "energy"];

/// What a company is called.
pub(super) struct CompanyName {
    /// as sales writes it
    pub(super) name: String,
    /// in English, where the name is Chinese
    pub(super) english: String,
    /// whether the name is Chinese
    pub(super) is_chinese: bool,
    /// its domain on the web
    pub(super) domain: String,
}

/// The name of the customer of an index; no two are called the same.
pub(super) fn company(_seed: u64, index: usize, place: &Place, industry: &str) -> CompanyName {
    CompanyName {
        name: format!("Company {index} {industry} {}", place.city),
        english: String::new(),
        is_chinese: false,
        domain: format!("company{index}.example"),
    }
}

/// A street and number.
pub(super) fn address(stream: &mut Stream, place: &Place) -> String {
    format!("{} Main Street, {}", stream.between(1, 200), place.city)
}

/// A tax number as the country writes them.
pub(super) fn tax_number(stream: &mut Stream, country: &str) -> String {
    format!("{country}{:09}", stream.below(1_000_000_000))
}

/// What a person is called.
pub(super) struct PersonName {
    /// in Latin script
    pub(super) english: String,
    /// in Chinese, where the person is
    pub(super) chinese: String,
}

/// A person's name.
pub(super) fn person(stream: &mut Stream, is_chinese: bool) -> PersonName {
    let number = stream.below(1000);
    let chinese = if is_chinese { format!("王{number}") } else { String::new() };
    PersonName { english: format!("Person {number}"), chinese }
}
