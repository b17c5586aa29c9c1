//! Which name was perhaps meant?

/// How many names a message shows.
const SHOWN: usize = 3;

/// The names that were perhaps meant, as the end of a message: the nearest ones, if any is near.
pub fn near(wanted: &str, known: Vec<String>) -> String {
    let distance = |name: &String| strsim::damerau_levenshtein(wanted, name);
    let mut near: Vec<(usize, String)> =
        known.into_iter().map(|name| (distance(&name), name)).collect();
    near.sort();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    let most = nearest.min(wanted.chars().count() / 2);
    let likely = near.into_iter().filter(|(distance, _)| *distance <= most);
    let names: Vec<String> = likely.take(SHOWN).map(|(_, name)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("; is {} meant?", names.join(" or ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_are_told() {
        let known = || ["HX01", "HX02", "QQQQ"].map(str::to_owned).to_vec();
        assert_eq!(near("HX1", known()), "; is `HX01` meant?");
        assert_eq!(near("HX03", known()), "; is `HX01` or `HX02` meant?");
        assert_eq!(near("zz", known()), "");
    }
}
