//! Which words of a company's name only say its legal form?

use std::sync::LazyLock;

/// Legal forms by what they are: a kind, then the ways of writing it, folded and parted by bars.
/// What has no kind says only that there is a company. Kinds are those of law, so that two
/// companies of one name and two kinds are two companies.
const LATIN: &str = "\
    -: co|company|cie|compagnie|compania|companhia|and co|firma|oao\n\
    limited: ltd|limited|pte ltd|pty ltd|private limited|proprietary limited|pvt ltd|sdn bhd|bhd|\
    ltda|limitada|limitee|ltee|co ltd|company limited|public company limited\n\
    shares: by shares|joint stock company|joint stock|jsc|pjsc|cjsc|ojsc|\
    company limited by shares\n\
    public: plc|public limited company\n\
    corporation: inc|incorporated|corp|corporation\n\
    llc: llc|limited liability company|ooo\n\
    partnership: lp|llp|limited partnership|kg|kommanditgesellschaft|ohg|gbr|sccl|snc|scs|cv\n\
    gmbh: gmbh|mbh|gesellschaft mbh|gesellschaft mit beschraenkter haftung|gesmbh\n\
    ag: ag|aktiengesellschaft|se|kgaa\n\
    sa: sa|societe anonyme|sociedad anonima|sociedade anonima|spolka akcyjna\n\
    sas: sas|sasu|societe par actions simplifiee\n\
    sarl: sarl|eurl|societe a responsabilite limitee\n\
    sl: sl|slu|sociedad limitada|s de rl de cv|s de rl\n\
    sacv: sa de cv|sab de cv|sapi de cv\n\
    spa: spa|societa per azioni\n\
    srl: srl|srls|societa a responsabilita limitata\n\
    bv: bv|besloten vennootschap|bvba\n\
    nv: nv|naamloze vennootschap\n\
    aps: aps|anpartsselskab\n\
    as: as|aktieselskab|aksjeselskap|asa|akciova spolecnost\n\
    ab: ab|aktiebolag\n\
    oy: oy|oyj|osakeyhtio\n\
    spzoo: sp z oo|spolka z oo|sp zoo|\
    spolka z ograniczona odpowiedzialnoscia\n\
    sro: sro|spol s ro|spolecnost s rucenim omezenym\n\
    kft: kft|korlatolt felelossegu tarsasag\n\
    zrt: zrt|nyrt|reszvenytarsasag\n\
    doo: doo|drustvo s ogranicenom odgovornoscu\n\
    kk: kk|kabushiki kaisha|kabushiki gaisha|kabushikikaisha\n\
    gk: gk|godo kaisha\n\
    eood: eood|ood\n\
    group: group|groupe|gruppe|grupo|gruppo";

/// Legal forms that stand at the end, or the beginning, of names without blanks.
const SIGNS: &str = "\
    有限责任公司=limited 股份有限公司=shares 集团有限公司=group 集团股份有限公司=group \
    集团公司=group 控股集团=group 集团=group 有限公司=limited 股份公司=shares 总公司=- 公司=- \
    株式会社=kk 有限会社=limited 合同会社=gk 주식회사=kk 유한회사=limited";

/// A legal form: the words of it, the last first, and its kind.
struct LatinForm {
    words: Vec<&'static str>,
    kind: &'static str,
}

static LATIN_FORMS: LazyLock<Vec<LatinForm>> = LazyLock::new(|| {
    let mut forms = Vec::new();
    for line in LATIN.lines() {
        let Some((kind, phrases)) = line.split_once(':') else { continue };
        for phrase in phrases.split('|') {
            forms.push(LatinForm { words: phrase.split_ascii_whitespace().collect(), kind });
        }
    }
    // The longest that fits is taken; the order among equals does not matter, as no two are alike.
    forms.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
    forms
});

static SIGN_FORMS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let mut forms: Vec<_> =
        SIGNS.split_ascii_whitespace().filter_map(|form| form.split_once('=')).collect();
    forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    forms
});

/// The kind of legal form found so far: a group stays one, and a kind is more than none.
pub(super) fn joined(one: Option<&'static str>, other: &'static str) -> Option<&'static str> {
    match (one, other) {
        (_, "group") => Some("group"),
        (None, "-") => None,
        (None, kind) => Some(kind),
        (Some(kind), _) => Some(kind),
    }
}

/// Takes the legal forms off the end of a name's words; one word always stays.
pub(super) fn strip_words(words: &mut Vec<String>) -> Option<&'static str> {
    let mut kind = None;
    while let Some(form) = LATIN_FORMS.iter().find(|form| {
        words.len() > form.words.len() && words[words.len() - form.words.len()..] == form.words[..]
    }) {
        words.truncate(words.len() - form.words.len());
        kind = joined(kind, form.kind);
    }
    kind
}

/// The kind of form that words are as a whole, where they are one.
pub(super) fn kind_of(words: &[String]) -> Option<&'static str> {
    LATIN_FORMS.iter().find(|form| words == &form.words[..]).map(|form| form.kind)
}

/// Takes the legal forms off a name in signs; two signs always stay.
pub(super) fn strip_signs(name: &str) -> (&str, Option<&'static str>) {
    let (mut rest, mut kind) = (name, None);
    loop {
        let shorter = SIGN_FORMS.iter().find_map(|(form, kind)| {
            let shorter = rest.strip_suffix(form).or_else(|| {
                // A group begins no name, but the forms of other countries do.
                rest.strip_prefix(form).filter(|_| *kind != "group" && *kind != "-")
            })?;
            (shorter.chars().count() >= 2).then_some((shorter, *kind))
        });
        let Some((shorter, found)) = shorter else { return (rest, kind) };
        (rest, kind) = (shorter, joined(kind, found));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::fold::{fold, words};
    use super::{LATIN_FORMS, strip_signs, strip_words};

    #[test]
    fn forms_are_written_as_names_are_folded() {
        let mut seen = BTreeSet::new();
        for form in LATIN_FORMS.iter() {
            let phrase = form.words.join(" ");
            assert_eq!(words(&fold(&phrase).unwrap()).join(" "), phrase);
            assert!(seen.insert(phrase), "{:?}", form.words);
        }
    }

    #[test]
    fn forms_come_off_the_end() {
        let cases = [
            ("arden foods co ltd", "arden foods", Some("limited")),
            ("arden gmbh and co kg", "arden", Some("partnership")),
            ("arden group co ltd", "arden", Some("group")),
            ("arden sa de cv", "arden", Some("sacv")),
            ("arden foods", "arden foods", None),
            ("ltd", "ltd", None),
        ];
        for (name, expected, kind) in cases {
            let mut words = words(name);
            assert_eq!((strip_words(&mut words), words.join(" ").as_str()), (kind, expected));
        }
        assert_eq!(strip_signs("恒达食品股份有限公司"), ("恒达食品", Some("shares")));
        assert_eq!(strip_signs("恒达集团有限公司"), ("恒达", Some("group")));
        assert_eq!(strip_signs("恒达公司"), ("恒达", None));
        assert_eq!(strip_signs("株式会社恒达"), ("恒达", Some("kk")));
    }
}
