//! Which printed and digital matter does marketing give to customers?

use chrono::NaiveDate;

use super::super::clock::{DATA_DATE, Month, earlier};
use super::super::company::Currency;
use super::super::feeds::Feeds;
use super::super::products::CATEGORIES;
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;
use super::{short, working_day_of};

/// One edition of something to read.
pub(super) struct Material {
    /// its number
    pub(super) id: String,
    title: String,
    title_zh: String,
    kind: &'static str,
    edition: String,
    is_chinese: bool,
    category: &'static str,
    issued_on: NaiveDate,
    /// what one costs, in cents
    unit_cost: i64,
}

/// Days before the data date on which the second edition of the brochures came out.
pub(super) const SECOND_EDITION_DAYS: u64 = 330;

/// The English name of a month with its year.
pub(super) fn month_name(month: Month) -> String {
    month.first().format("%B %Y").to_string()
}

/// The Chinese name of a month with its year.
pub(super) fn month_name_zh(month: Month) -> String {
    format!("{}年{}月", month.0.div_euclid(12), month.place() + 1)
}

/// The number of a category's brochure.
pub(super) fn brochure_id(category: usize, is_chinese: bool, edition: u8) -> String {
    format!("BR{:02}{}{edition}", category + 1, if is_chinese { 'C' } else { 'E' })
}

/// The newest edition of a category's brochure on a day.
pub(super) fn brochure_on(category: usize, is_chinese: bool, day: NaiveDate) -> String {
    let is_second = day >= earlier(DATA_DATE, SECOND_EDITION_DAYS);
    brochure_id(category, is_chinese, 1 + u8::from(is_second))
}

/// The number of what the mailing of a month brings.
pub(super) fn mailing_id(month: Month, is_chinese: bool) -> String {
    let series = if is_catalogue(month) { "CT" } else { "NL" };
    format!("{series}{}{}", short(month), if is_chinese { 'C' } else { 'E' })
}

/// Whether a month's mailing is the year's catalogue, which goes out by post.
pub(super) fn is_catalogue(month: Month) -> bool {
    month.place() == 0
}

/// Whether a month has a mailing abroad: every other month.
pub(super) fn has_mailing_abroad(month: Month) -> bool {
    month.place().is_multiple_of(2)
}

fn brochure(world: &World, category: usize, is_chinese: bool, edition: u8) -> Material {
    let (category_id, name, name_zh) = CATEGORIES[category];
    let issued_on = match edition {
        1 => earlier(world.start.first(), 200 + 11 * category as u64),
        _ => earlier(DATA_DATE, SECOND_EDITION_DAYS),
    };
    Material {
        id: brochure_id(category, is_chinese, edition),
        title: format!("{name}: instruments at a glance"),
        title_zh: format!("{name_zh}产品选型手册"),
        kind: "brochure",
        edition: edition.to_string(),
        is_chinese,
        category: category_id,
        issued_on,
        unit_cost: 380 + 25 * i64::try_from(category).unwrap_or_default(),
    }
}

fn mailing(month: Month, is_chinese: bool) -> Material {
    let is_catalogue = is_catalogue(month);
    let (title, title_zh) = if is_catalogue {
        ("Lanting catalogue of instruments", "兰亭仪器产品目录")
    } else {
        ("Lanting measuring news", "兰亭测量通讯")
    };
    Material {
        id: mailing_id(month, is_chinese),
        title: title.to_owned(),
        title_zh: title_zh.to_owned(),
        kind: if is_catalogue { "catalogue" } else { "newsletter" },
        edition: month.name(),
        is_chinese,
        category: "",
        issued_on: working_day_of(month, 3),
        unit_cost: if is_catalogue { 2_250 } else { 15 },
    }
}

/// What is written once and handed out on occasion.
const PAPERS: [(&str, &str, &str, &str, usize); 12] = [
    ("Measuring temperature in fermenters", "发酵罐温度测量应用", "application_note", "APN", 0),
    ("Choosing a pressure transmitter", "压力变送器选型指南", "guide", "GDE", 1),
    ("Flow of conductive liquids", "导电液体流量测量", "application_note", "APN", 2),
    ("Level in tanks with foam", "泡沫储罐液位测量", "application_note", "APN", 3),
    ("Records that auditors accept", "符合审计要求的数据记录", "case_study", "CAS", 4),
    ("Keeping pH electrodes alive", "酸度电极维护要点", "guide", "GDE", 5),
    ("Cable lengths and noise", "电缆长度与干扰", "data_sheet", "DTS", 6),
    ("A calibration plan in five steps", "五步制定校准计划", "guide", "GDE", 7),
    ("Steam under control at a dairy", "某乳品厂蒸汽计量案例", "case_study", "CAS", 2),
    ("Radar or ultrasound?", "雷达还是超声波", "data_sheet", "DTS", 3),
    ("Cold chain without gaps", "不断链的冷链监测", "case_study", "CAS", 4),
    ("Gas analysers at the stack", "烟气分析应用", "application_note", "APN", 5),
];

/// The paper of a month, in every fourth, in one language or the other.
fn paper(month: Month) -> Option<Material> {
    if !month.0.rem_euclid(4).eq(&1) {
        return None;
    }
    let place = usize::try_from(month.0.div_euclid(4)).unwrap_or_default();
    let (title, title_zh, kind, series, category) = PAPERS[place % PAPERS.len()];
    let is_chinese = !place.is_multiple_of(3);
    Some(Material {
        id: format!("{series}{}{}", short(month), if is_chinese { 'C' } else { 'E' }),
        title: title.to_owned(),
        title_zh: title_zh.to_owned(),
        kind,
        edition: month.name(),
        is_chinese,
        category: CATEGORIES[category].0,
        issued_on: working_day_of(month, 12),
        unit_cost: 120,
    })
}

/// Writes the brochures, both editions.
pub(super) fn standing(run: &mut Run) {
    for edition in [1, 2] {
        for category in 0..CATEGORIES.len() {
            for is_chinese in [true, false] {
                write(&mut run.feeds, &brochure(&run.world, category, is_chinese, edition));
            }
        }
    }
}

/// Writes what comes out in a month.
pub(super) fn month(run: &mut Run, month: Month) {
    write(&mut run.feeds, &mailing(month, true));
    if has_mailing_abroad(month) {
        write(&mut run.feeds, &mailing(month, false));
    }
    if let Some(paper) = paper(month) {
        write(&mut run.feeds, &paper);
    }
}

fn write(feeds: &mut Feeds, material: &Material) {
    feeds.row(&tables::MATERIALS, material.issued_on, |row| {
        row.text(&material.id)
            .text(&material.title)
            .text(&material.title_zh)
            .text(material.kind)
            .text(&material.edition)
            .text(if material.is_chinese { "zh" } else { "en" })
            .text(material.category)
            .date(material.issued_on)
            .money(material.unit_cost)
            .text(Currency::Cny.code());
    });
}
