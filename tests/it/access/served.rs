//! What does somebody get to see who asks two warehouses through servers?

use patron::accounts::Scope;
use serde_json::json;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::twins::{SEEN, Twin, Twins};
use super::ways::{Told, Way};
use crate::postgres::Speaking;
use crate::server::callers;
use crate::support::serving::Serving;
use crate::support::world::runtime;

/// Of several threads any may be first, and a question without an order shows it.
const ONE: [(&str, &str); 1] = [("PATRON_THREADS", "1")];

/// Makes the account of somebody of the units that are seen, and gives a token.
fn account(twin: &Twin) -> String {
    let accounts = callers::accounts(twin.house.scratch());
    callers::add(&accounts, "ada", &["unit"], &SEEN.map(|unit| ("unit", unit)));
    callers::token(&accounts, "ada", "tests", &[Scope::Sql])
}

/// Over HTTP.
pub struct Web {
    servers: [Serving; 2],
    tokens: [String; 2],
}

impl Web {
    pub fn of(twins: &Twins) -> Self {
        let tokens = twins.both().map(account);
        let servers = twins.both().map(|twin| Serving::within(twin.house.scratch(), &[], &ONE));
        Self { servers, tokens }
    }
}

impl Way for Web {
    fn name(&self) -> &'static str {
        "over HTTP"
    }

    fn every(&self) -> usize {
        25
    }

    fn told(&self, twin: usize, question: &str) -> Told {
        let bearer = format!("Bearer {}", self.tokens[twin]);
        let more = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            ("X-Request-Id", "7d9c2f60-3c1b-4a5e-9a70-0c6a4b1f2e11"),
        ];
        let body = json!({ "sql": question }).to_string();
        let reply = self.servers[twin].ask("POST", "/api/v1/sql", &more, body.as_bytes());
        if reply.status != 200 {
            return Told { rows: None, text: format!("{} {}", reply.status, reply.text()) };
        }
        let mut answer = reply.json();
        // Of which release it is told that is another one; nothing follows from it.
        let hash = answer["receipt"].as_object_mut().unwrap().remove("release_hash");
        assert!(hash.is_some_and(|hash| hash.is_string()));
        let rows = answer["rows"].as_array().unwrap().len();
        Told { rows: Some(rows), text: answer.to_string() }
    }
}

/// Over the protocol of PostgreSQL.
pub struct Wire {
    clients: [Client; 2],
    _servers: [Speaking; 2],
}

impl Wire {
    /// After [`Web`], which makes the accounts.
    pub fn of(twins: &Twins, web: &Web) -> Self {
        let servers = twins.both().map(|twin| Speaking::within(twin.house.scratch(), &[], &ONE));
        let client = |number: usize| {
            runtime().block_on(servers[number].connect_as("ada.tests", &web.tokens[number]))
        };
        Self { clients: [client(0), client(1)], _servers: servers }
    }
}

impl Way for Wire {
    fn name(&self) -> &'static str {
        "over PostgreSQL's protocol"
    }

    fn every(&self) -> usize {
        25
    }

    fn told(&self, twin: usize, question: &str) -> Told {
        let answered = runtime().block_on(self.clients[twin].simple_query(question));
        match answered {
            Err(error) => {
                let said = error.as_db_error().map(|error| format!("{error:?}"));
                Told { rows: None, text: said.unwrap_or_else(|| error.to_string()) }
            }
            Ok(messages) => {
                let is_row =
                    |message: &&SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(_));
                let rows = messages.iter().filter(is_row).count();
                let text = messages.iter().map(written).collect::<Vec<_>>().join("\n");
                Told { rows: Some(rows), text }
            }
        }
    }
}

fn written(message: &SimpleQueryMessage) -> String {
    match message {
        SimpleQueryMessage::Row(row) => {
            let cells: Vec<Option<&str>> = (0..row.len()).map(|place| row.get(place)).collect();
            format!("{cells:?}")
        }
        other => format!("{other:?}"),
    }
}
