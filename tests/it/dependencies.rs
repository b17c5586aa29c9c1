//! Does a query keep its rows where a column was unique before it was joined to several rows?

use patron::engine::{Limits, session};

use crate::support::house::ask;

/// Two letters, each once; three numbers; and each letter beside each number.
const BEFORE: &str = "with letters as (
    select distinct letter from (values ('x'), ('y'), ('x')) as given (letter)
),
numbers as (
    select * from (values (3, 'x'), (1, 'x'), (2, 'y')) as given (number, letter)
),
pairs as (
    select letters.letter, numbers.number, count(*) as pair_count
    from letters
    cross join numbers
    group by letters.letter, numbers.number
)";

#[test]
fn a_column_that_was_unique_is_not_unique_for_ever() {
    let cases: [(&str, &[&str]); 8] = [
        // Six pairs, each a group of its own, whether the number is shown or not.
        (
            "select concat(letter, count(*)) as told from pairs group by letter, number order by 1",
            &["x1", "x1", "x1", "y1", "y1", "y1"],
        ),
        ("select distinct letter from pairs order by 1", &["x", "y"]),
        ("select count(*) as n from (select distinct letter from pairs) as letters", &["2"]),
        // Each of the three numbers meets three pairs of its letter.
        (
            "select numbers.number from numbers left join pairs on pairs.letter = numbers.letter \
             order by 1",
            &["1", "1", "1", "2", "2", "2", "3", "3", "3"],
        ),
        (
            "select count(*) as n from numbers left join pairs on pairs.letter = numbers.letter",
            &["9"],
        ),
        // The order decides which rows are left.
        ("select letter, number from pairs order by letter, number limit 2", &["x|1", "x|2"]),
        ("select letter, number from pairs order by letter desc, number desc limit 1", &["y|3"]),
        (
            "select concat(letter, number) as told from pairs
             where number in (select number from pairs group by letter, number having count(*) = 1)
             order by letter, number",
            &["x1", "x2", "x3", "y1", "y2", "y3"],
        ),
    ];
    for threads in [1, 4] {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_owned();
        let context = session(&Limits { threads, memory_bytes: 64 << 20, spill_dir }).unwrap();
        for (sql, expected) in cases {
            let found = ask(&context, &format!("{BEFORE} {sql}")).unwrap();
            assert_eq!(found, expected, "{sql}");
        }
    }
}
