//! Of which parts is a company's name made: what it is called, where it sits, its legal form?

use super::super::FunctionError;
use super::fold::{fold, is_han, words};
use super::{forms, places};

/// What a company's name says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Company {
    /// what tells it from others of its place: neither legal form nor place nor marks; in Latin
    /// script words parted by a blank, with Chinese signs no blanks; ends in [`BRANCH`] for one
    pub(super) own: String,
    /// the key of the city (or of what stands in brackets) that the name holds
    pub(super) place: Option<String>,
    /// the kind of legal form, where the name says one
    pub(super) form: Option<&'static str>,
}

/// What the name of a branch ends in, before the place of its company where that has one.
const BRANCH: &str = "branch";

/// Words for a branch, after the folding.
const BRANCH_WORDS: [&str; 9] = [
    "branch",
    "zweigniederlassung",
    "niederlassung",
    "succursale",
    "filiale",
    "filial",
    "sucursal",
    "oddzial",
    "bijkantoor",
];
/// The same at the end of names in signs.
const BRANCH_SIGNS: [&str; 5] = ["分公司", "办事处", "代表处", "分厂", "分行"];

/// Words that say nothing of who it is.
const EMPTY_WORDS: [&str; 9] = [",", "and", "the", "of", "und", "et", "y", "e", "der"];

/// The parts of a company's name; a name of nothing but marks has none.
///
/// # Errors
/// When the signs of the two Chinese scripts cannot be loaded.
pub(super) fn parts(name: &str) -> Result<Company, FunctionError> {
    let folded = fold(name)?;
    let (outside, brackets) = without_brackets(&folded);
    let mut company =
        if outside.chars().any(is_han) { in_signs(&outside) } else { in_words(&outside) };
    for bracket in brackets {
        let words = words(&bracket);
        if let Some(kind) = bracket_form(&words) {
            // What brackets say of the form, `(by shares)`, is more than what stands outside.
            company.form = Some(kind).filter(|kind| *kind != "-").or(company.form);
        } else if company.place.is_none() {
            company.place = places::normalise_city(&bracket)?;
        }
    }
    if company.own.is_empty() {
        company.own = folded.chars().filter(|letter| letter.is_alphanumeric()).collect();
    }
    Ok(company)
}

/// The form that a bracket says as a whole: `(by shares)`, `（集团）`, `㈱`.
fn bracket_form(words: &[String]) -> Option<&'static str> {
    forms::kind_of(words).or_else(|| match words.concat().as_str() {
        "株" | "주" => Some("kk"),
        "股份" => Some("shares"),
        "集团" | "控股" => Some("group"),
        _ => None,
    })
}

/// A text without what stands in brackets, and what stood there.
fn without_brackets(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut brackets) = (String::with_capacity(text.len()), Vec::new());
    let mut inside: Option<String> = None;
    for letter in text.chars() {
        match (letter, &mut inside) {
            ('(' | '[' | '【' | '〔' | '〈', None) => {
                inside = Some(String::new());
                // Signs go on where the bracket was, words do not.
                outside.push(' ');
            }
            (')' | ']' | '】' | '〕' | '〉', Some(text)) => {
                brackets.push(std::mem::take(text));
                inside = None;
            }
            (_, Some(text)) => text.push(letter),
            (_, None) => outside.push(letter),
        }
    }
    // A bracket that nobody closed is no bracket.
    if let Some(text) = inside {
        outside.push_str(&text);
    }
    (outside, brackets)
}

/// A name with Chinese signs, Latin letters among them included.
fn in_signs(outside: &str) -> Company {
    let plain: String = outside.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let (name, branch) = match BRANCH_SIGNS.iter().find_map(|sign| plain.strip_suffix(sign)) {
        // The city of the branch stands right before the word for it.
        Some(company) => match places::trailing_city(company) {
            Some((city, company)) => (company, Some(city)),
            None => (company, Some("")),
        },
        None => (plain.as_str(), None),
    };
    let (name, form) = forms::strip_signs(name);
    let (city, own) = match places::leading_city(name) {
        Some((city, rest)) if rest.trim_start_matches('市').chars().count() >= 2 => {
            (Some(city), rest.strip_prefix('市').unwrap_or(rest))
        }
        _ => (None, name),
    };
    let own = match branch {
        Some(branch) => format!("{own}{BRANCH}{branch}"),
        None => own.to_owned(),
    };
    let place = branch.filter(|branch| !branch.is_empty()).or(city);
    Company { own, place: place.map(str::to_owned), form }
}

/// A name in words.
fn in_words(outside: &str) -> Company {
    let mut words = words(outside);
    let branch = take_branch(&mut words);
    words.retain(|word| !EMPTY_WORDS.contains(&word.as_str()));
    let form = forms::strip_words(&mut words);
    let mut place = branch.clone().filter(|branch| !branch.is_empty());
    // `Shanghai Electric` is called so; with two words more the city only says where it sits.
    if let Some((count, city)) = places::leading_words(&words)
        && words.len() >= count + 2
    {
        words.drain(..count);
        place = place.or(Some(city));
    }
    if let Some(branch) = branch {
        words.push(format!("{BRANCH}{branch}"));
    }
    Company { own: words.join(" "), place, form }
}

/// Takes `, Hong Kong Branch` off the end of a name's words: the key of the branch's place, which
/// is empty where the name does not say it.
fn take_branch(words: &mut Vec<String>) -> Option<String> {
    let comma = words.iter().rposition(|word| word == ",");
    let is_branch = |word: &String| BRANCH_WORDS.contains(&word.as_str());
    let from = match comma {
        Some(comma) if words[comma..].iter().any(is_branch) => comma,
        // Without a comma the word itself and the one before, after the form, are all that is sure.
        _ if words.last().is_some_and(is_branch) && words.len() > 3 => words.len() - 2,
        _ => return None,
    };
    let tail = words.split_off(from);
    let place: String = tail
        .into_iter()
        .filter(|word| word != "," && !is_branch(word))
        .collect::<Vec<_>>()
        .concat();
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::parts;

    fn check(name: &str, own: &str, place: &str, form: &str) {
        let found = parts(name).unwrap();
        let said = (
            found.own.as_str(),
            found.place.as_deref().unwrap_or_default(),
            found.form.unwrap_or_default(),
        );
        assert_eq!(said, (own, place, form), "{name}");
    }

    #[test]
    fn names_in_signs() {
        check("上海恒标食品有限公司", "恒标食品", "shanghai", "limited");
        check("恒标（上海）食品公司", "恒标食品", "shanghai", "");
        check("恒标（上 海）食品集团有限公司", "恒标食品", "shanghai", "group");
        check("大連鼎仁朗燃氣股份有限公司", "鼎仁朗燃气", "dalian", "shares");
        check("上海云沅钢铁有限公司大连分公司", "云沅钢铁branchdalian", "dalian", "limited");
        check("秦升罗服装厂上海分公司", "秦升罗服装厂branchshanghai", "shanghai", "");
        check("深圳市Hengda食品有限公司", "hengda食品", "shenzhen", "limited");
        check("北京华测科技(股份)有限公司", "华测科技", "beijing", "shares");
        check("旌越电子公司", "旌越电子", "", "");
        check("长春有限公司", "长春", "", "limited");
        check("株式会社山田製作所", "山田制作所", "", "kk");
    }

    #[test]
    fn names_in_words() {
        check("Arden Foods (Wuxi) Co., Ltd.", "arden foods", "wuxi", "limited");
        check(
            "ＡＲＤＥＮ　ＦＯＯＤＳ　ＣＯ　ＬＴＤ　（ＷＵＸＩ）",
            "arden foods",
            "wuxi",
            "limited",
        );
        check("Wuxi Qiaoyafeng Coatings", "qiaoyafeng coatings", "wuxi", "");
        check("Mingsheng Co., Ltd. (by shares)", "mingsheng", "", "shares");
        check("Müller & Söhne GmbH & Co. KG", "mueller soehne", "", "partnership");
        check("Yarvale Sp. z o.o., Houston Branch", "yarvale branchhouston", "houston", "spzoo");
        check("Calloft AS, Hong Kong Branch", "calloft branchhongkong", "hongkong", "as");
        check("Shanghai Electric", "shanghai electric", "", "");
        check("The Gap Inc", "gap", "", "corporation");
        check("---", "", "", "");
    }
}
