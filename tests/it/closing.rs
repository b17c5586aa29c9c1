//! Does what people enter stay for ever, and are periods closed and reopened by the rules?

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use patron::refresh::RefreshError;
use patron::warehouse::entered::{
    Comment, Entry, LocalNumber, MatchDecision, PeriodEntry, PeriodStatus, SignOff, Verdict,
};
use patron::warehouse::release::{CheckResult, Release, ReleaseKind, Severity, TableEntry};

use crate::cli::{fails, ok};
use crate::support::binary::{patron, run, said};
use crate::support::world::{World, day};

const ENTERED: [&str; 4] = ["comments", "match_decisions", "period_status", "sign_offs"];

/// A company of two entities with three months and an adjusting period, kept in files.
pub fn company() -> World {
    let world = World::empty();
    let settings = "name = \"Test\"\ntime_zone = \"Europe/Berlin\"\n\
        functional_currency = \"EUR\"\nreporting_currency = \"EUR\"\nlanguages = [\"en\"]\n\
        [calendar]\nkind = \"months\"\nfirst_month = 1\n\
        [periods]\ntable = \"books.periods\"\nperiod = \"period\"\n\
        order = [\"ends_on\", \"place\"]\n\
        [[entities]]\nid = \"A\"\nname = \"A Ltd\"\ncurrency = \"EUR\"\n\
        [[entities]]\nid = \"B\"\nname = \"B Ltd\"\ncurrency = \"EUR\"\n";
    world.write("warehouse/project.toml", settings);
    world.write("warehouse/systems.toml", "[books]\nkind = \"files\"\npath = \"feeds\"\n");
    world.write(
        "warehouse/contracts/books/periods.toml",
        "description = \"periods\"\nsystem = \"books\"\nobject = \"periods.csv\"\n\
         kind = \"csv\"\nmode = \"full\"\nkey = [\"period\"]\n\
         [columns.period]\ntype = \"text\"\nrequired = true\n\
         [columns.ends_on]\ntype = \"date\"\nrequired = true\n\
         [columns.place]\ntype = \"integer\"\nrequired = true\n",
    );
    world.write(
        "warehouse/contracts/books/entries.toml",
        "description = \"entries\"\nsystem = \"books\"\nobject = \"entries.csv\"\n\
         kind = \"csv\"\nmode = \"full\"\nkey = [\"entry\"]\n\
         tolerate = { refused_ratio = 1.0, deleted_ratio = 1.0 }\n\
         [columns.entry]\ntype = \"text\"\nrequired = true\n\
         [columns.period]\ntype = \"text\"\n[columns.entity]\ntype = \"text\"\n\
         [columns.amount]\ntype = \"decimal(18,2)\"\nrequired = true\n\
         [columns.note]\ntype = \"text\"\n",
    );
    // The adjusting period ends with December, after which it stands.
    world.write(
        "feeds/periods.csv",
        "period,ends_on,place\n2026-P13,2026-12-31,13\n2026-12,2026-12-31,12\n\
         2026-11,2026-11-30,11\n2027-01,2027-01-31,1\n",
    );
    entries(&world, &["1,2026-11,A,10.00,x", "2,2026-11,B,20.00,", "3,2026-12,A,5.50,"]);
    world
}

/// Writes the entries that the books' system delivers.
pub fn entries(world: &World, lines: &[&str]) {
    let text = format!("entry,period,entity,amount,note\n{}\n", lines.join("\n"));
    world.write("feeds/entries.csv", text);
}

pub fn status(period: &str, entity: Option<&str>, status: PeriodStatus) -> Entry {
    let (period, by) = (period.to_owned(), "Ada".to_owned());
    let because = (status == PeriodStatus::Reopened).then(|| "a mistake".to_owned());
    Entry::PeriodStatus(PeriodEntry {
        period,
        entity: entity.map(str::to_owned),
        status,
        by,
        because,
        waived: Vec::new(),
    })
}

fn comment(remark: &str) -> Entry {
    let (subject, by) = ("books.entries".to_owned(), "Bo".to_owned());
    Entry::Comment(Comment { subject, by, remark: remark.to_owned() })
}

fn decision(id: &str) -> Entry {
    let number = |system: &str, id: &str| LocalNumber { system: system.into(), id: id.into() };
    Entry::MatchDecision(MatchDecision {
        verdict: Verdict::Same,
        left: number("books", id),
        right: number("desk", "7"),
        by: "Cy".to_owned(),
        because: None,
        valid_from: "2026-03-01".parse().ok(),
    })
}

/// Everything that people entered, table by table.
fn entered(world: &World) -> BTreeMap<&'static str, Vec<Vec<String>>> {
    let rows = |table: &'static str| (table, world.rows(&format!("select * from patron.{table}")));
    ENTERED.into_iter().map(rows).collect()
}

fn entries_of(release: &Release) -> Vec<TableEntry> {
    let entry = |table: &&str| release.tables[&format!("patron.{table}").parse().unwrap()].clone();
    ENTERED.iter().map(entry).collect()
}

#[test]
fn every_kind_of_entry_is_a_row() {
    let world = company();
    let nothing = world.enter(&comment("early"), day(0)).unwrap_err();
    assert!(matches!(nothing, RefreshError::NoRelease), "{nothing}");
    world.refreshed(day(0));
    assert!(entered(&world).values().all(Vec::is_empty));

    let signed = Entry::SignOff(SignOff {
        period: "2026-11".to_owned(),
        entity: Some("B".to_owned()),
        subject: "entries".to_owned(),
        by: "Ada".to_owned(),
        remark: None,
    });
    for (hour, entry) in (1..).zip([comment("first"), signed, decision("K1"), comment("second")]) {
        let outcome = world.enter(&entry, day(0) + chrono::Duration::hours(hour)).unwrap();
        assert!(outcome.published);
        assert_eq!(outcome.release.kind, ReleaseKind::Entered);
        let kept = outcome.release.entered.iter().map(Entry::table).collect::<Vec<_>>();
        assert_eq!(kept, [entry.table()]);
    }
    world.enter(&status("2026-11", None, PeriodStatus::Closed), day(1)).unwrap();
    let rows = entered(&world);
    let lines = |table: &str| -> Vec<String> { rows[table].iter().map(|r| r.join("|")).collect() };
    assert_eq!(
        lines("comments"),
        [
            "1|books.entries|Bo|first|2026-07-01T07:00:00Z",
            "2|books.entries|Bo|second|2026-07-01T10:00:00Z"
        ]
    );
    assert_eq!(lines("sign_offs"), ["1|2026-11|B|books.entries|Ada|null|2026-07-01T08:00:00Z"]);
    assert_eq!(
        lines("match_decisions"),
        ["1|same|books|K1|desk|7|Cy|null|2026-03-01|2026-07-01T09:00:00Z"]
    );
    // Release 1 is the refresh, 2 to 5 are the entries above.
    assert_eq!(
        lines("period_status"),
        ["1|2026-11|null|closed|Ada|null|null|6|2026-07-02T06:00:00Z"]
    );
    let blank = world.enter(&comment("  "), day(2)).unwrap_err();
    assert!(blank.to_string().starts_with("the remark is not said"), "{blank}");
    ok(world.root(), &["verify"]);
}

#[test]
fn what_was_entered_survives_refreshes_and_retries() {
    let world = company();
    let contract = "warehouse/contracts/books/entries.toml";
    let text = std::fs::read_to_string(world.path(contract)).unwrap();
    let text = text.replace("\"full\"", "\"append\"").replace(", deleted_ratio = 1.0", "");
    world.write(contract, format!("{text}allowed = [\"x\"]\n"));
    entries(&world, &["1,2026-11,A,10.00,", "2,2026-11,B,20.00,y"]);
    world.refreshed(day(0));
    world.enter(&decision("K1"), day(1)).unwrap();
    world.enter(&status("2026-11", None, PeriodStatus::Closed), day(1)).unwrap();
    let (rows, tables) = (entered(&world), entries_of(&world.release()));
    assert_eq!(rows["match_decisions"].len() + rows["period_status"].len(), 2);

    entries(&world, &["1,2026-11,A,11.00,", "2,2026-11,B,20.00,y"]);
    let refreshed = world.refreshed(day(2));
    assert!(refreshed.published && refreshed.release.entered.is_empty());
    assert_eq!(entered(&world), rows);

    world.write(contract, format!("{text}allowed = [\"x\", \"y\"]\n"));
    let said = ok(world.root(), &["quarantine", "retry"]);
    assert!(said.contains("is published"), "{said}");
    assert_eq!(world.value("select count(*) from books.entries"), "2");
    assert_eq!(world.release().kind, ReleaseKind::Retry);
    assert_eq!(entered(&world), rows);

    let outcome = world.refreshed(day(3));
    assert!(!outcome.published, "an entry leaves nothing to do for a refresh");
    assert_eq!(entries_of(&world.release()), tables, "not a byte is written anew");
    ok(world.root(), &["verify"]);
}

#[test]
fn a_release_of_an_earlier_program_gets_the_tables() {
    let world = company();
    let refreshed = world.refreshed(day(0)).release;
    let mut old = (*refreshed).clone();
    old.tables.retain(|table, _| !ENTERED.contains(&table.table()));
    assert_eq!(old.tables.len() + 4, refreshed.tables.len());
    world.home().writer(false).unwrap().publish(old).unwrap();
    assert!(world.try_rows("select * from patron.comments").is_err());
    world.enter(&comment("first"), day(1)).unwrap();
    assert_eq!(world.value("select remark from patron.comments"), "first");
    assert_eq!(entered(&world)["sign_offs"], Vec::<Vec<String>>::new());

    // As a program wrote it that knew of no entries.
    let document = "{\"format\":1,\"number\":1,\"previous\":null,\"run_id\":\"r\",\
        \"created_at\":\"2026-07-01T06:00:00Z\",\"kind\":\"refresh\",\"tables\":{},\
        \"systems\":{},\"accounting\":{},\"checks\":[{\"name\":\"a.b:stale\",\
        \"severity\":\"warning\",\"finding\":\"one\"}],\"waivers\":[],\"project\":\"p\",\
        \"hash\":\"h\"}";
    let release: Release = serde_json::from_str(document).unwrap();
    assert_eq!(release.checks[0].severity, Severity::Warning);
    assert_eq!(serde_json::to_string(&release).unwrap(), document);
    let check = CheckResult { period: Some("P".to_owned()), ..release.checks[0].clone() };
    let entered = vec![comment("first")];
    let more = Release { checks: vec![check], entered, ..release };
    let text = serde_json::to_string(&more).unwrap();
    assert_eq!(serde_json::from_str::<Release>(&text).unwrap(), more);
}

#[test]
fn writers_wait_for_each_other() {
    let world = company();
    world.refreshed(day(0));
    let tables = ["books.entries", "books.periods", "patron.comments", "patron.sign_offs"];
    let command = |subject: &str| {
        let mut command = patron(world.root());
        command.args(["sign-off", "2026-11", subject, "--by", "Ada"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut running: Vec<_> = tables.into_iter().map(command).collect();
    entries(&world, &["1,2026-11,A,12.00,"]);
    running.push(
        patron(world.root())
            .arg("refresh")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let signed = "select sign_off_number, subject from patron.sign_offs order by 1";
    let (numbers, mut subjects): (Vec<String>, Vec<String>) =
        world.rows(signed).into_iter().map(|row| (row[0].clone(), row[1].clone())).unzip();
    subjects.sort();
    assert_eq!(numbers, ["1", "2", "3", "4"]);
    assert_eq!(subjects, tables);
    assert_eq!(world.value("select sum(amount) from books.entries"), "12.00");
    assert_eq!(world.release().number, 6);
    ok(world.root(), &["verify"]);
}

/// The pins with their releases.
fn pins(world: &World) -> Vec<(String, u64)> {
    let pins = world.home().pins().unwrap();
    let mut pins: Vec<_> = pins.into_iter().map(|pin| (pin.name, pin.number)).collect();
    pins.sort();
    pins
}

#[test]
fn periods_are_closed_reopened_and_closed_again() {
    let world = company();
    world.refreshed(day(0));
    let root = world.root();
    let said = ok(root, &["close", "2026-11", "--by", "Ada"]);
    assert!(
        said.contains("2026-11 is closed as of release 2 and kept as `close-2026-11`"),
        "{said}"
    );
    let because = ["--because", "booked twice"];
    ok(root, &[&["reopen", "2026-11", "--by", "Bo"], &because[..]].concat());
    ok(root, &["close", "2026-11", "--by", "Ada", "--because", "mended"]);
    ok(root, &["close", "2026-12", "--by", "Ada", "--entity", "B"]);
    assert_eq!(
        pins(&world),
        [
            ("close-2026-11".to_owned(), 2),
            ("close-2026-11-2".to_owned(), 4),
            ("close-2026-12-b".to_owned(), 5)
        ]
    );
    let list = ok(root, &["periods", "--format", "csv"]);
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split(',').collect()).collect();
    let told: Vec<String> = lines.iter().map(|line| line[..7].join(",")).collect();
    assert_eq!(
        told,
        [
            "period,entity,status,closing,release,pin,decided_by",
            "2026-11,,closed,2,4,close-2026-11-2,Ada",
            "2026-12,A,open,,,,",
            "2026-12,B,closed,1,5,close-2026-12-b,Ada",
            "2026-P13,,open,,,,",
            "2027-01,,open,,,,"
        ]
    );
    assert_eq!(lines[1][8], "mended");
    let releases = ok(root, &["releases", "--format", "csv"]);
    assert!(releases.contains("2026-12 of B closed by Ada"), "{releases}");
    assert!(releases.contains("2026-11 reopened by Bo"), "{releases}");

    // What was closed stays readable however much is collected.
    for number in 0..3 {
        entries(&world, &[&format!("1,2026-11,A,{number}.00,")]);
        world.refreshed(day(2 + number));
    }
    ok(root, &["collect", "--apply", "--keep", "1", "--grace", "0"]);
    ok(root, &["collect", "--apply", "--keep", "1", "--grace", "0"]);
    fails(root, &["query", "select 1", "--as-of", "3"], 1);
    let sum = "select sum(amount) as s from books.entries";
    let pinned = ok(root, &["query", sum, "--format", "csv", "--as-of", "close-2026-11"]);
    assert_eq!(pinned, "s\r\n35.50\r\n");
    ok(root, &["verify"]);
}

#[test]
fn what_must_not_be_closed_is_not() {
    let world = company();
    world.refreshed(day(0));
    let root = world.root();
    let refused = |arguments: &[&str], parts: &[&str]| {
        let before = world.release().number;
        let message = fails(root, arguments, 1);
        for part in parts {
            assert!(message.contains(part), "{arguments:?}: {message}");
        }
        assert_eq!(world.release().number, before);
    };
    let by = ["--by", "Ada"];
    let close = |period| [&["close", period][..], &by].concat();
    let reopen = |period| [&["reopen", period, "--because", "x"][..], &by].concat();
    refused(&close("2025-11"), &["no accounting period `2025-11` in `books.periods`", "`2026-11`"]);
    refused(&close("2026-12"), &["`2026-11` comes before `2026-12`", "patron close 2026-11"]);
    refused(&reopen("2026-11"), &["`2026-11` is open"]);
    refused(
        &[&close("2026-11")[..], &["--entity", "C"]].concat(),
        &["no legal entity `C`", "A, B"],
    );
    refused(
        &[&close("2026-11")[..], &["--waive", "a:b", "--because", "x"]].concat(),
        &["nothing to waive"],
    );
    refused(&["sign-off", "2026-10", "profit", "--by", "Ada"], &["no accounting period"]);
    refused(&["close", "2026-11", "--by", " "], &["who decided is not said"]);
    fails(root, &["close", "2026-11"], 2);
    fails(root, &["reopen", "2026-11", "--by", "Ada"], 2);

    ok(root, &close("2026-11"));
    ok(root, &close("2026-12"));
    refused(&close("2027-01"), &["`2026-P13` comes before `2027-01`"]);
    refused(&close("2026-11"), &["is closed since release 2", "patron reopen 2026-11"]);
    let settings = std::fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    world.write("warehouse/project.toml", settings.replace("\"Test\"", "\"Rest\""));
    refused(&close("2026-P13"), &["have changed since release 3", "patron refresh"]);
    ok(root, &reopen("2026-12"));
    let missing = settings.replace("books.periods", "books.calendar");
    world.write("warehouse/project.toml", &missing);
    refused(&reopen("2026-11"), &["`books.calendar`", "is not in release 4"]);
    let (before, after) = settings.split_once("[periods]").unwrap();
    let after = after.split_once("[[entities]]").unwrap().1;
    world.write("warehouse/project.toml", format!("{before}[[entities]]{after}"));
    refused(&reopen("2026-11"), &["add a section [periods]"]);
    let order = settings.replace("\"place\"", "\"a b\"");
    world.write("warehouse/project.toml", order);
    let message = fails(root, &reopen("2026-11"), 1);
    assert!(message.contains("warehouse/project.toml:9: [periods]: `a b` is no name"), "{message}");
}

#[test]
fn a_pin_that_a_dead_closer_owes_is_set_by_the_next_writer() {
    let world = company();
    world.refreshed(day(0));
    world.home().pin("close-2026-11", 1).unwrap();
    world.enter(&status("2026-11", None, PeriodStatus::Closed), day(1)).unwrap();
    let both = [("close-2026-11".to_owned(), 1), ("close-release-2".to_owned(), 2)];
    assert_eq!(pins(&world), both, "a name that somebody gave away stays his");
    world.home().unpin("close-release-2").unwrap();
    world.home().unpin("close-2026-11").unwrap();
    // A writer that has nothing to do sees it too.
    assert!(!world.refreshed(day(2)).published);
    assert_eq!(pins(&world), [("close-2026-11".to_owned(), 2)]);
}

#[test]
fn a_kill_leaves_a_period_open_or_closed() {
    let world = company();
    world.refreshed(day(0));
    let (mut opened, mut closed) = (0, 0);
    let mut pause = Duration::from_micros(50);
    for attempt in 0..200 {
        if opened > 1 && closed > 1 {
            break;
        }
        assert!(attempt < 199, "{opened} left it open, {closed} closed it");
        let mut command = patron(world.root());
        command.args(["close", "2026-11", "--by", "Ada"]);
        command.env("PATRON_LOG", "patron::phase=debug").stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let reached = lines.map_while(Result::ok).any(|line| line.contains("phase=\"publish\""));
        assert!(reached, "closing publishes");
        std::thread::sleep(pause);
        let _ = child.kill();
        child.wait().unwrap();
        ok(world.root(), &["verify"]);
        let rows = world.rows("select status from patron.period_status");
        let is_closed = rows.last().is_some_and(|row| row[0] == "closed");
        if is_closed {
            closed += 1;
            let number = world.release().number;
            let reopened = status("2026-11", None, PeriodStatus::Reopened);
            world.enter(&reopened, day(1)).unwrap();
            assert!(pins(&world).iter().any(|(_, pinned)| *pinned == number), "{number}");
            pause /= 3;
        } else {
            opened += 1;
            pause = pause * 2 + Duration::from_micros(20);
        }
    }
    println!("{opened} kills left the period open, {closed} closed it");
    let story = world.rows("select status_number, status from patron.period_status");
    let expected: Vec<_> = ["closed", "reopened"].into_iter().cycle().take(2 * closed).collect();
    let told: Vec<&str> = story.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(told, expected, "no closing is lost or doubled");
    assert!(run(world.root(), &["refresh"]).status.success());
}
