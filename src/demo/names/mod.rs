//! What are customers, people and places called, in English and Chinese?
//!
//! A name is made of the customer's index by a permutation, so that no two are called the same
//! however many there are, and nobody is renamed when more come.

mod people;
mod places;
mod words;

pub(super) use people::{latin, person};
pub(super) use places::{Place, address, place, place_of, tax_number};

use super::random::Stream;

/// What customers do.
pub(super) const INDUSTRIES: [&str; 16] = {
    let mut names = [""; 16];
    let mut place = 0;
    while place < 16 {
        names[place] = words::TRADES[place].0;
        place += 1;
    }
    names
};

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

/// Where the city stands in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CityStands {
    /// before everything: `上海恒达食品有限公司`
    First,
    /// in brackets after the brand: `恒达（上海）食品有限公司`
    InBrackets,
    /// nowhere
    Nowhere,
}

/// Of what a company's name is made.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// whether it is Chinese
    pub(super) is_chinese: bool,
    /// the invented word in Latin script
    pub(super) brand: String,
    /// the same in Chinese, where the name is
    pub(super) brand_zh: String,
    /// what stands between brand and trade in an English name
    pub(super) qualifier: &'static str,
    /// what it deals with, in English
    pub(super) trade: String,
    /// the same in Chinese
    pub(super) trade_zh: String,
    /// the legal form in English
    pub(super) form: &'static str,
    /// the legal form in Chinese, with a branch where it is one
    pub(super) form_zh: String,
    /// where the city stands
    pub(super) city_stands: CityStands,
}

impl Parts {
    /// The name in its own language.
    pub(super) fn name(&self, place: &Place) -> String {
        if !self.is_chinese {
            return self.english(place);
        }
        let Self { brand_zh, trade_zh, form_zh, .. } = self;
        let city = place.city_zh;
        let name = match self.city_stands {
            CityStands::First => format!("{city}{brand_zh}{trade_zh}{form_zh}"),
            CityStands::InBrackets => format!("{brand_zh}（{city}）{trade_zh}{form_zh}"),
            CityStands::Nowhere => format!("{brand_zh}{trade_zh}{form_zh}"),
        };
        name.replace("研究研究", "研究")
    }

    /// The name in English.
    pub(super) fn english(&self, place: &Place) -> String {
        let Self { brand, trade, form, .. } = self;
        let city = place.city;
        if self.is_chinese {
            return match self.city_stands {
                CityStands::First => format!("{city} {brand} {trade} {form}"),
                CityStands::InBrackets => format!("{brand} ({city}) {trade} {form}"),
                CityStands::Nowhere => format!("{brand} {trade} {form}"),
            };
        }
        let middle = if self.qualifier.is_empty() { "" } else { " " };
        let own = format!("{brand}{middle}{} {trade}", self.qualifier);
        match self.city_stands {
            CityStands::Nowhere => format!("{own} {form}"),
            _ => format!("{own} ({city}) {form}"),
        }
    }
}

/// The name of the customer of an index; no two are called the same.
pub(super) fn company(seed: u64, index: usize, place: &Place, industry: &str) -> CompanyName {
    let parts = parts(seed, index, place, industry);
    let domain = if parts.is_chinese {
        format!("{}{}.example", latin(&parts.brand), index + 11)
    } else {
        let words = format!("{}{}{}", parts.brand, parts.qualifier, parts.trade);
        format!("{}.example", latin(&words).replace('.', ""))
    };
    CompanyName {
        name: parts.name(place),
        english: if parts.is_chinese { parts.english(place) } else { String::new() },
        is_chinese: parts.is_chinese,
        domain,
    }
}

/// Of what the name of the customer of an index is made.
pub(super) fn parts(seed: u64, index: usize, place: &Place, industry: &str) -> Parts {
    let mut stream = Stream::of(seed, "names", index as u64, 0);
    // Every twelfth customer in China is the branch of a foreign company.
    if place.country == "CN" && !stream.chance(80) {
        chinese(seed, index, industry, &mut stream)
    } else {
        foreign(seed, index, place, industry, &mut stream)
    }
}

/// Pairs of signs of a Chinese name.
const SIGN_PAIRS: usize = 128 * 96;
/// Chinese names: half are two signs and any trade, half three signs and a trade drawn at random.
const CHINESE_NAMES: usize = SIGN_PAIRS * words::TRADE_COUNT * 2;

fn chinese(seed: u64, index: usize, industry: &str, stream: &mut Stream) -> Parts {
    let (number, round) = shuffled(seed, index, CHINESE_NAMES);
    let (pair, rest) = (number % SIGN_PAIRS, number / SIGN_PAIRS);
    let first = words::sign(words::FIRST_SIGNS, pair % 128);
    let second = words::sign(words::SECOND_SIGNS, pair / 128);
    let mut brand_zh = String::from_iter([first.0, second.0]);
    let mut brand = format!("{}{}", first.1, second.1);
    let mut trade = rest % words::TRADE_COUNT;
    if rest >= words::TRADE_COUNT {
        // Of the 24 third signs every pair has eight of its own, three apart.
        let third = words::sign(words::THIRD_SIGNS, (pair * 7 + trade * 3) % 24);
        brand_zh.push(third.0);
        brand.push_str(third.1);
        trade = stream.place(words::TRADE_COUNT);
    }
    for _ in 0..round {
        brand_zh.insert(0, '新');
        brand.insert_str(0, "xin");
    }
    let (trade_zh, trade) = words::trade(industry, trade);
    let forms: &[(&str, &str, u64)] =
        if industry == "research" { &words::INSTITUTE_FORMS } else { &words::CHINESE_FORMS };
    let weights: Vec<u64> = forms.iter().map(|(_, _, weight)| *weight).collect();
    let (form_zh, form, _) = forms[stream.weighted(&weights)];
    let city_stands = [CityStands::First, CityStands::InBrackets, CityStands::Nowhere]
        [stream.weighted(&[72, 20, 8])];
    Parts {
        is_chinese: true,
        brand: capital(&brand),
        brand_zh,
        qualifier: "",
        trade: trade.to_owned(),
        trade_zh: trade_zh.to_owned(),
        form,
        form_zh: form_zh.to_owned(),
        city_stands,
    }
}

/// Coined names in Latin script.
const COINED: usize = 125 * 94;
/// English names: four of five without a qualifier and with any trade, the others with one of two
/// qualifiers and a trade drawn at random.
const FOREIGN_NAMES: usize = COINED * (words::TRADE_COUNT + 2);

fn foreign(seed: u64, index: usize, at: &Place, industry: &str, stream: &mut Stream) -> Parts {
    let (number, round) = shuffled(seed, index, FOREIGN_NAMES);
    let (coined, rest) = (number % COINED, number / COINED);
    let mut brand = words::word(words::BEGINNINGS, coined % 125).to_owned();
    brand.push_str(words::word(words::ENDS, coined / 125));
    let (qualifier, trade) = match rest.checked_sub(words::TRADE_COUNT) {
        None => ("", rest),
        Some(which) => {
            (words::QUALIFIERS[(coined * 2 + which) % 8], stream.place(words::TRADE_COUNT))
        }
    };
    for _ in 0..round {
        brand.insert_str(0, "New ");
    }
    let (_, trade) = words::trade(industry, trade);
    let forms = words::foreign_forms(at.country);
    Parts {
        is_chinese: false,
        brand,
        brand_zh: String::new(),
        qualifier,
        trade: trade.to_owned(),
        trade_zh: String::new(),
        form: forms[stream.place(forms.len())],
        form_zh: String::new(),
        city_stands: if at.country == "CN" { CityStands::InBrackets } else { CityStands::Nowhere },
    }
}

/// The legal form that a company of this country has most often.
pub(super) fn usual_form(country: &str) -> &'static str {
    words::foreign_forms(country)[0]
}

/// Another first or second sign for a Chinese brand: the second where `place` is odd.
pub(super) fn other_brand_zh(brand_zh: &str, place: usize) -> (String, String) {
    let mut signs: Vec<char> = brand_zh.chars().collect();
    let list = if place.is_multiple_of(2) { words::FIRST_SIGNS } else { words::SECOND_SIGNS };
    let at = (place % 2).min(signs.len().saturating_sub(1));
    let mut step = place;
    while let Some(old) = signs.get(at).copied() {
        let other = words::sign(list, step % 96).0;
        if other != old {
            signs[at] = other;
            break;
        }
        step += 1;
    }
    let pinyin: String = signs.iter().map(|sign| pinyin(*sign)).collect();
    (signs.into_iter().collect(), capital(&pinyin))
}

/// Another coined name with the same beginning.
pub(super) fn other_brand(brand: &str, place: usize) -> String {
    let list = words::BEGINNINGS.split_ascii_whitespace();
    let beginning = list.filter(|word| brand.starts_with(word)).max_by_key(|word| word.len());
    let beginning = beginning.unwrap_or(brand);
    let mut ends = (place..place + 94).map(|step| words::word(words::ENDS, step % 94));
    let end = ends.find(|end| format!("{beginning}{end}") != brand).unwrap_or_default();
    format!("{beginning}{end}")
}

/// The pinyin of a sign of a brand.
pub(super) fn pinyin(sign: char) -> &'static str {
    let lists = [words::FIRST_SIGNS, words::SECOND_SIGNS, words::THIRD_SIGNS];
    let mut words = lists.into_iter().flat_map(str::split_ascii_whitespace);
    let found = words.find(|word| word.starts_with(sign)).unwrap_or_default();
    found.get(sign.len_utf8()..).unwrap_or_default()
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

/// The place of an index in a permutation of `count` places, and how often all of them were used
/// before: a Feistel network over 18 bits, gone through again while its output is too high.
fn shuffled(seed: u64, index: usize, count: usize) -> (usize, usize) {
    let keys: [u64; 4] = std::array::from_fn(|round| {
        Stream::of(seed, "name order", count as u64, round as u64).next()
    });
    let mut place = (index % count) as u64;
    loop {
        let (mut left, mut right) = (place >> 9, place & 0x1ff);
        for key in keys {
            let mixed = (right ^ (key & 0x1ff)).wrapping_mul(key | 1);
            (left, right) = (right, left ^ ((mixed >> 7 ^ mixed >> 23) & 0x1ff));
        }
        place = left << 9 | right;
        if place < count as u64 {
            return (usize::try_from(place).unwrap_or_default(), index / count);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::company::UNITS;
    use super::super::random::Stream;
    use super::{INDUSTRIES, company, parts, place, shuffled};

    #[test]
    fn no_two_companies_share_a_name_or_domain() {
        let (mut names, mut domains) = (BTreeSet::new(), BTreeSet::new());
        let mut chinese = 0;
        for index in 0..50_000_usize {
            let mut stream = Stream::of(1, "test", index as u64, 0);
            // Mostly one industry and city, the worst case.
            let unit = if index % 3 == 0 { stream.place(UNITS.len()) } else { index % 2 * 8 };
            let industry = INDUSTRIES[if index % 5 == 0 { stream.place(16) } else { 0 }];
            let name = company(1, index, place(unit, &mut stream), industry);
            chinese += usize::from(name.is_chinese);
            assert!(names.insert(name.name.clone()), "{}", name.name);
            assert!(domains.insert(name.domain.clone()), "{}", name.domain);
        }
        assert!((15_000..35_000).contains(&chinese), "{chinese}");
    }

    #[test]
    fn permutations_hit_each_place_once() {
        let mut seen: Vec<usize> =
            (0..117_500).map(|index| shuffled(3, index, 117_500).0).collect();
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..117_500));
        assert_eq!(shuffled(3, 117_501, 117_500), (shuffled(3, 1, 117_500).0, 1));
    }

    #[test]
    fn no_invented_brand_is_a_known_one() {
        let known = [
            "华为", "海尔", "格力", "美的", "中兴", "恒瑞", "福特", "夏普", "永辉", "荣耀", "福耀",
            "宇通", "隆基", "汇源", "恒安", "康美", "腾达", "万达", "正泰", "汇川", "立讯", "大华",
        ];
        let mut stream = Stream::of(1, "test", 0, 0);
        let shanghai = place(0, &mut stream);
        for index in 0..50_000 {
            let parts = parts(1, index, shanghai, "food");
            assert!(!known.contains(&parts.brand_zh.as_str()), "{}", parts.brand_zh);
        }
    }
}
