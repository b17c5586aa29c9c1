//! How do the departments write a customer's name, each in its own way?
//!
//! Sales writes the registered name. The others copy it from letters, read it on the telephone or
//! let people type it into a form, so each department has habits and slips of its own.

use super::names;
use super::random::Stream;
use super::roles::Role;
use super::world::{Customer, World};

/// Whose hand wrote a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hand {
    /// bookkeeping: from the tax register, in the Chinese package
    Finance,
    /// the service desk: heard on the telephone
    Service,
    /// marketing: typed by the people themselves
    Marketing,
    /// sales, for a customer that it has already
    Sales,
}

/// A name as somebody wrote it.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// the name
    pub(super) name: String,
    /// in what it differs from the registered one
    pub(super) rules: Vec<&'static str>,
}

/// A way in which a name is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    /// the English name instead of the Chinese one
    Translated,
    /// the brand in pinyin within the Chinese name
    Pinyin,
    /// the city is left out
    CityMissing,
    /// the city goes into or out of the brackets
    BracketsMoved,
    /// the legal form is left out
    FormDropped,
    /// the legal form is written shorter or longer
    FormVaried,
    /// long words are shortened
    Abbreviated,
    /// `&` for `and`, or the other way round
    AndSign,
    /// two neighbours change places
    Swapped,
    /// traditional signs
    Traditional,
    /// capital letters
    UpperCase,
    /// full-width letters, or half-width brackets
    Width,
    /// blanks too many
    Spaces,
}

impl Rule {
    fn name(self) -> &'static str {
        match self {
            Self::Translated => "translated",
            Self::Pinyin => "pinyin",
            Self::CityMissing => "city_missing",
            Self::BracketsMoved => "brackets_moved",
            Self::FormDropped => "legal_form_dropped",
            Self::FormVaried => "legal_form_varied",
            Self::Abbreviated => "abbreviated",
            Self::AndSign => "and_sign",
            Self::Swapped => "letters_swapped",
            Self::Traditional => "traditional",
            Self::UpperCase => "upper_case",
            Self::Width => "width",
            Self::Spaces => "spaces",
        }
    }

    /// Whether it takes nothing away that tells two companies apart.
    fn is_mild(self) -> bool {
        matches!(
            self,
            Self::FormVaried | Self::AndSign | Self::UpperCase | Self::Width | Self::Spaces
        )
    }
}

const RULES: [Rule; 13] = [
    Rule::Translated,
    Rule::Pinyin,
    Rule::CityMissing,
    Rule::BracketsMoved,
    Rule::FormDropped,
    Rule::FormVaried,
    Rule::Abbreviated,
    Rule::AndSign,
    Rule::Swapped,
    Rule::Traditional,
    Rule::UpperCase,
    Rule::Width,
    Rule::Spaces,
];

/// How inclined a hand is to each of [`RULES`], and in how many of a thousand names to any.
fn habits(hand: Hand) -> ([u64; 13], u64) {
    match hand {
        Hand::Finance => ([0, 0, 2, 14, 2, 14, 8, 8, 1, 12, 14, 16, 6], 450),
        Hand::Service => ([10, 6, 12, 4, 14, 8, 10, 6, 8, 2, 6, 2, 8], 600),
        Hand::Marketing => ([10, 6, 8, 2, 18, 6, 12, 8, 8, 2, 6, 4, 6], 650),
        Hand::Sales => ([8, 2, 6, 14, 12, 10, 8, 8, 6, 0, 6, 6, 4], 1000),
    }
}

/// The name of a customer as a department writes it; always the same. Customers with which
/// something is planted, and those that resemble others, keep what tells them apart. `writer` tells
/// several records of a customer apart, as people write each for themselves.
pub(super) fn written(world: &World, customer: &Customer, hand: Hand, writer: usize) -> Written {
    let mut stream = world.stream("noise", customer.index * 8 + writer, hand as u64);
    let (_, per_mille) = habits(hand);
    let is_plain = customer.role == Role::Ordinary && !customer.is_lookalike;
    let mut written = if stream.chance(per_mille) {
        misspelt(customer, hand, !is_plain, &mut stream)
    } else {
        registered(customer)
    };
    if hand == Hand::Finance {
        let plain = without_accents(&written.name);
        if plain != written.name {
            written = Written { name: plain, rules: [written.rules, vec!["accents"]].concat() };
        }
    }
    written
}

/// The registered name.
pub(super) fn registered(customer: &Customer) -> Written {
    Written { name: customer.name.clone(), rules: Vec::new() }
}

/// A name written with up to three slips.
pub(super) fn misspelt(
    customer: &Customer,
    hand: Hand,
    is_mild: bool,
    stream: &mut Stream,
) -> Written {
    let (mut weights, _) = habits(hand);
    for (weight, rule) in weights.iter_mut().zip(RULES) {
        if is_mild && !rule.is_mild() {
            *weight = 0;
        }
    }
    let wanted = 1 + stream.weighted(&[50, 35, 15]);
    let mut chosen: Vec<Rule> = (0..wanted).map(|_| RULES[stream.weighted(&weights)]).collect();
    chosen.sort_unstable();
    chosen.dedup();
    // A translation has no Chinese signs left, and a form that is gone cannot vary.
    let mut name = customer.name.clone();
    let mut rules = Vec::new();
    for rule in chosen {
        if let Some(changed) = applied(rule, &name, customer, stream)
            && changed != name
            && !changed.trim().is_empty()
        {
            name = changed;
            rules.push(rule.name());
        }
    }
    Written { name, rules }
}

fn applied(rule: Rule, name: &str, customer: &Customer, stream: &mut Stream) -> Option<String> {
    let city = names::place_of(customer.city);
    match rule {
        Rule::Translated => (!customer.name_en.is_empty()).then(|| customer.name_en.clone()),
        Rule::Pinyin => in_pinyin(name, city.city_zh),
        Rule::CityMissing => without_city(name, city.city, city.city_zh),
        Rule::BracketsMoved => brackets_moved(name, city.city, city.city_zh),
        Rule::FormDropped => {
            let form = form(name)?;
            Some(name.strip_suffix(form)?.trim_end_matches([' ', ',']).to_owned())
        }
        Rule::FormVaried => {
            let form = form(name)?;
            let (_, other) = FORMS.iter().find(|(known, _)| *known == form)?;
            Some(format!("{}{other}", name.strip_suffix(form)?))
        }
        Rule::Abbreviated => abbreviated(name),
        Rule::AndSign if name.contains(" & ") => Some(name.replace(" & ", " and ")),
        Rule::AndSign => name.contains(" and ").then(|| name.replace(" and ", " & ")),
        Rule::Swapped => swapped(name, stream),
        Rule::Traditional => Some(name.chars().map(traditional).collect()),
        Rule::UpperCase => Some(name.to_uppercase()),
        Rule::Width => Some(other_width(name)),
        Rule::Spaces => spaced(name, stream),
    }
}

/// Legal forms, the longer before those they end with, each with another way of writing it.
const FORMS: [(&str, &str); 42] = [
    ("股份有限公司", "股份公司"),
    ("集团有限公司", "集团"),
    ("有限责任公司", "有限公司"),
    ("有限公司", "公司"),
    ("Group Co., Ltd.", "Group Company Limited"),
    ("Co., Ltd. (by shares)", "Company Limited by Shares"),
    ("Co., Ltd.", "Co Ltd"),
    ("GmbH & Co. KG", "GmbH+Co.KG"),
    ("GmbH", "Gesellschaft mbH"),
    ("S.A. de C.V.", "SA de CV"),
    ("Sp. z o.o.", "Spolka z o.o."),
    ("Pte. Ltd.", "Private Limited"),
    ("Sdn. Bhd.", "Sdn Bhd"),
    ("Pty Ltd", "Proprietary Limited"),
    ("Ltd.", "Limited"),
    ("Ltd", "Limited"),
    ("S.p.A.", "SpA"),
    ("S.r.l.", "Srl"),
    ("s.r.o.", "spol. s r.o."),
    ("a.s.", "as"),
    ("S.A.S.", "SAS"),
    ("S.A.", "SA"),
    ("S.L.", "SL"),
    ("SARL", "S.A.R.L."),
    ("SAS", "S.A.S."),
    ("Ltda.", "Ltda"),
    ("Corp.", "Corporation"),
    ("Inc.", "Incorporated"),
    ("LLC", "L.L.C."),
    ("B.V.", "BV"),
    ("N.V.", "NV"),
    ("BV", "B.V."),
    ("ApS", "Aps"),
    ("A/S", "AS"),
    ("Oyj", "OYJ"),
    ("Oy", "OY"),
    ("SpA", "S.p.A."),
    ("K.K.", "Kabushiki Kaisha"),
    ("plc", "PLC"),
    ("AG", "Aktiengesellschaft"),
    ("AB", "Aktiebolag"),
    ("AS", "A/S"),
];

/// Whether a name has no Chinese sign.
fn is_latin(name: &str) -> bool {
    !name.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

fn form(name: &str) -> Option<&'static str> {
    FORMS.iter().map(|(form, _)| *form).find(|form| name.ends_with(form))
}

fn in_pinyin(name: &str, city: &str) -> Option<String> {
    let rest = name.strip_prefix(city)?;
    let head = &name[..name.len() - rest.len()];
    let mut signs = rest.chars();
    let brand: Vec<char> = signs.by_ref().take(2).collect();
    let pinyin: String = brand.iter().map(|sign| names::pinyin(*sign)).collect();
    let mut letters = pinyin.chars();
    let first = letters.next()?.to_ascii_uppercase();
    Some(format!("{head}{first}{}{}", letters.as_str(), signs.as_str()))
}

fn without_city(name: &str, city: &str, city_zh: &str) -> Option<String> {
    if !city_zh.is_empty() {
        let bracketed = format!("（{city_zh}）");
        if name.contains(&bracketed) {
            return Some(name.replace(&bracketed, ""));
        }
        if let Some(rest) = name.strip_prefix(city_zh) {
            return Some(rest.to_owned());
        }
    }
    let bracketed = format!(" ({city})");
    if name.contains(&bracketed) {
        return Some(name.replace(&bracketed, ""));
    }
    name.strip_prefix(city).map(|rest| rest.trim_start().to_owned())
}

/// `上海恒达食品` becomes `恒达（上海）食品` or the other way round, and `Arden Foods (Wuxi) Ltd`
/// becomes `Arden Foods Ltd (Wuxi)`.
fn brackets_moved(name: &str, city: &str, city_zh: &str) -> Option<String> {
    let own = without_city(name, city, city_zh)?;
    if is_latin(&own) {
        return Some(format!("{own} ({city})"));
    }
    if !name.starts_with(city_zh) {
        return Some(format!("{city_zh}{own}"));
    }
    // A brand has two signs or three; brackets after the second stand well in most names.
    let at = own.char_indices().nth(2).map(|(at, _)| at)?;
    Some(format!("{}（{city_zh}）{}", &own[..at], &own[at..]))
}

const SHORT_WORDS: [(&str, &str); 20] = [
    ("International", "Intl"),
    ("Technology", "Tech"),
    ("Machinery", "Mach."),
    ("Machines", "Mach."),
    ("Equipment", "Equip."),
    ("Systems", "Sys."),
    ("Materials", "Mat."),
    ("Products", "Prod."),
    ("Environmental", "Env."),
    ("Industrial", "Ind."),
    ("Automotive", "Auto."),
    ("Electronics", "Electr."),
    ("Chemicals", "Chem."),
    ("Packaging", "Pkg"),
    ("Engineering", "Eng."),
    ("Services", "Svcs"),
    ("Continental", "Cont."),
    ("Components", "Comp."),
    ("自动化", "自控"),
    ("技术", "科技"),
];

fn abbreviated(name: &str) -> Option<String> {
    let (long, short) = SHORT_WORDS.iter().find(|(long, _)| name.contains(long))?;
    Some(name.replace(long, short))
}

/// Two neighbouring letters of the first word that is long enough, or two signs of the trade.
fn swapped(name: &str, stream: &mut Stream) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    let is_latin = is_latin(name);
    let end = if is_latin { name.find(' ')? } else { letters.len().checked_sub(4)? };
    // Neither a city in brackets nor the brackets themselves are torn apart.
    let bracket = letters.iter().position(|letter| *letter == '）');
    let begin = if is_latin { 2 } else { bracket.map_or(4, |at| at + 1) };
    if end < begin + 2 {
        return None;
    }
    let at = begin + stream.place(end - begin - 1);
    letters.swap(at, at + 1);
    Some(letters.into_iter().collect())
}

fn other_width(name: &str) -> String {
    // Chinese names have full-width brackets, whose other width is the half.
    let is_chinese = !is_latin(name);
    name.chars()
        .map(|letter| match letter {
            '（' => '(',
            '）' => ')',
            ' ' if !is_chinese => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter),
            _ => letter,
        })
        .collect()
}

fn spaced(name: &str, stream: &mut Stream) -> Option<String> {
    if is_latin(name) {
        return Some(name.replacen(' ', "  ", 1 + stream.place(2)));
    }
    let at = name.char_indices().nth(2 + stream.place(3)).map(|(at, _)| at)?;
    Some(format!("{} {}", &name[..at], &name[at..]))
}

/// Simplified signs, each before its traditional form.
const TRADITIONAL: &str = "\
    机機 电電 气氣 业業 东東 车車 药藥 医醫 疗療 诊診 断斷 试試 剂劑 饮飲 酿釀 纸紙 纺紡 织織 纤纖 \
    维維 无無 针針 阀閥 处處 环環 净淨 压壓 缩縮 轴軸 数數 动動 热熱 风風 备備 网網 锅鍋 炉爐 储儲 \
    运運 炼煉 润潤 钢鋼 铁鐵 铝鋁 铜銅 铸鑄 锻鍛 种種 属屬 浆漿 务務 装裝 测測 检檢 术術 学學 监監 \
    应應 计計 图圖 轨軌 际際 苏蘇 宁寧 锡錫 连連 济濟 庆慶 阳陽 岛島 厦廈 汉漢 长長 兰蘭 鲁魯 齐齊 \
    乌烏 尔爾 滨濱 烟煙 团團 厂廠 设設 贸貿 销銷 鸿鴻 铭銘 锦錦 诚誠 驰馳 栋棟 枫楓 辉輝 晖暉 坚堅 \
    剑劍 劲勁 骏駿 岚嵐 励勵 鹏鵬 启啟 谦謙 乔喬 顺順 韵韻 强強 时時 实實 贵貴 飞飛 创創 恒恆 泽澤 \
    颖穎 云雲 钧鈞 远遠 银銀 达達 凯凱 纳納 罗羅 伦倫 顿頓 兴興 亚亞 冲衝 陆陸 质質 烧燒 颜顏 胶膠 \
    树樹 调調 粮糧 显顯 导導 传傳 体體 铎鐸 遥遙 岩巖 荣榮 标標 畅暢 欧歐 钰鈺 笃篤 \
    广廣 门門 宝寶 缆纜 纱紗 输輸 艺藝 产產 与與";

fn traditional(sign: char) -> char {
    let mut pairs = TRADITIONAL.split_ascii_whitespace();
    let pair = pairs.find(|pair| pair.starts_with(sign));
    pair.and_then(|pair| pair.chars().nth(1)).unwrap_or(sign)
}

/// A text in the letters that the Chinese package of bookkeeping has.
pub(super) fn without_accents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'Ä' => out.push_str("AE"),
            'Ö' => out.push_str("OE"),
            'Ü' => out.push_str("UE"),
            'ß' => out.push_str("ss"),
            'á' => out.push('a'),
            'é' => out.push('e'),
            'í' => out.push('i'),
            'Í' => out.push('I'),
            'ł' => out.push('l'),
            'Ł' => out.push('L'),
            'ž' => out.push('z'),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{
        Stream, brackets_moved, form, in_pinyin, other_width, swapped, traditional, without_city,
    };

    #[test]
    fn each_rule_changes_what_it_says() {
        let name = "上海恒标食品有限公司";
        assert_eq!(form(name), Some("有限公司"));
        assert_eq!(in_pinyin(name, "上海").unwrap(), "上海Hengbiao食品有限公司");
        assert_eq!(without_city(name, "Shanghai", "上海").unwrap(), "恒标食品有限公司");
        let moved = brackets_moved(name, "Shanghai", "上海").unwrap();
        assert_eq!(moved, "恒标（上海）食品有限公司");
        assert_eq!(brackets_moved(&moved, "Shanghai", "上海").unwrap(), name);
        assert_eq!(other_width(&moved), "恒标(上海)食品有限公司");
        assert_eq!(other_width("Ab 1"), "Ａｂ\u{3000}１");
        assert_eq!(traditional('电'), '電');
        let english = "Arden Foods (Wuxi) Co., Ltd.";
        let moved = brackets_moved(english, "Wuxi", "无锡").unwrap();
        assert_eq!(moved, "Arden Foods Co., Ltd. (Wuxi)");
        let swapped = swapped(english, &mut Stream::of(1, "test", 0, 0)).unwrap();
        assert!(swapped.starts_with("Ar") && swapped != english && swapped.len() == english.len());
    }
}
