//! Do transactions, settings, portals and cancelling work as drivers expect?

use std::time::{Duration, Instant};

use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use super::{Speaking, shared, with};
use crate::server::answers::sale_of_eleven;
use crate::server::market;
use crate::support::world::{day, runtime};

/// A question that is not answered while a test runs.
const SLOW: &str = "with recursive counted as (select cast(1 as bigint) as number union all \
                    select number + 1 as number from counted where number < 1000000000) \
                    select max(number) as last from counted";

#[test]
fn a_transaction_sees_one_release_and_others_the_newest() {
    let world = market();
    world.refreshed(day(0));
    let server = Speaking::of(world.root(), &[]);
    runtime().block_on(async {
        let client = server.connect().await;
        let release = async |client: &tokio_postgres::Client| {
            let found = client.simple_query("show patron.release").await.unwrap();
            let row = found.iter().find_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
            row.unwrap()
        };
        assert_eq!(release(&client).await, "1");
        client.batch_execute("begin").await.unwrap();
        assert_eq!(release(&client).await, "1");
        // A refresh has threads of its own, and waits for them.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                sale_of_eleven(&world);
                world.refreshed(day(3));
            });
        });
        // It looks once a second; the rest is for a busy machine.
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(release(&client).await, "1");
        client.batch_execute("commit").await.unwrap();
        assert_eq!(release(&client).await, "2");
        client.batch_execute("set patron.as_of = '1'").await.unwrap();
        assert_eq!(release(&client).await, "1");
        let refused = client.batch_execute("set patron.as_of = '77'").await.unwrap_err();
        assert_eq!(refused.code(), Some(&SqlState::INVALID_PARAMETER_VALUE));
        assert_eq!(release(&client).await, "1");
        client.batch_execute("begin; set patron.as_of = '1'; rollback").await.unwrap();
        client.batch_execute("reset patron.as_of").await.unwrap();
        assert_eq!(release(&client).await, "2");
    });
}

#[test]
fn a_failed_transaction_answers_nothing_until_it_ends() {
    with(async |client| {
        client.batch_execute("begin").await.unwrap();
        client.batch_execute("select 1/0").await.unwrap_err();
        let refused = client.batch_execute("select 1").await.unwrap_err();
        assert_eq!(refused.code(), Some(&SqlState::IN_FAILED_SQL_TRANSACTION));
        client.batch_execute("rollback").await.unwrap();
        client.batch_execute("select 1").await.unwrap();
    });
}

#[test]
fn rows_are_taken_in_parts() {
    with(async |mut client| {
        let transaction = client.transaction().await.unwrap();
        let sql = "select value from (select unnest(range(0, 10)) as value) order by value";
        let portal = transaction.bind(sql, &[]).await.unwrap();
        let mut found: Vec<i64> = Vec::new();
        for expected in [4, 4, 2, 0] {
            let rows = transaction.query_portal(&portal, 4).await.unwrap();
            assert_eq!(rows.len(), expected);
            found.extend(rows.iter().map(|row| row.get::<_, i64>(0)));
        }
        assert_eq!(found, (0..10).collect::<Vec<i64>>());
    });
    let taken = shared().answered(&[
        "begin; declare c cursor for select unnest(range(0, 3)) as value; fetch 2 from c; \
         fetch all from c; close c; commit",
    ]);
    assert_eq!(taken, "BEGIN\nDECLARE CURSOR\n0\n1\n2\nCLOSE CURSOR\nCOMMIT");
}

#[test]
fn a_question_is_canceled_and_the_session_goes_on() {
    with(async |client| {
        let token = client.cancel_token();
        let begin = Instant::now();
        let cancel = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            token.cancel_query(NoTls).await.unwrap();
        };
        let (answer, ()) = tokio::join!(client.batch_execute(SLOW), cancel);
        assert_eq!(answer.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED));
        assert!(begin.elapsed() < Duration::from_secs(25));
        let row = client.query_one("select 1 as found", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 1);
    });
}

#[test]
fn a_killer_harms_nobody_else() {
    let terms = " + 1".repeat(5_000);
    let killers = [
        (format!("select 1{terms}"), SqlState::PROGRAM_LIMIT_EXCEEDED),
        ("select lpad('x', 2000000000, 'y')".to_owned(), SqlState::PROGRAM_LIMIT_EXCEEDED),
    ];
    let before = shared().pid();
    with(async |client| {
        let other = shared().connect().await;
        for (sql, state) in killers {
            let killed = client.batch_execute(&sql).await.unwrap_err();
            assert_eq!(killed.code(), Some(&state), "{killed:?}");
            other.query_one("select 1 as found", &[]).await.unwrap();
        }
    });
    assert_eq!(shared().pid(), before);
}

#[test]
fn prepared_statements_are_kept_by_name() {
    with(async |client| {
        let statement = client.prepare("select $1 || '!' as said").await.unwrap();
        for said in ["a", "b"] {
            let row = client.query_one(&statement, &[&said]).await.unwrap();
            assert_eq!(row.get::<_, String>(0), format!("{said}!"));
        }
        let empty = client.prepare("").await.unwrap();
        assert_eq!(client.execute(&empty, &[]).await.unwrap(), 0);
    });
}
