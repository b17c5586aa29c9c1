//! What does a session do at a command?

use std::sync::Arc;

use bytes::BufMut;
use pgwire::api::Type;
use pgwire::messages::response::CommandComplete;

use super::command::{self, Command};
use super::fault::Fault;
use super::kinds::Column;
use super::portal::{Portal, State, Statement, Stop};
use super::session::Session;
use super::settings::{RELEASE, Settings};
use super::wire::Wire;
use crate::query::catalogue::Meaning;
use crate::query::worker::manner::Given;
use crate::server::keeper::Held;

/// Words of questions that are told what tables mean and by what rows are told apart.
const MEANING: [&str; 7] =
    ["description", "constraint", "index", "indkey", "key_column", "pg_attribute", "columns"];

impl Session {
    /// The release that the next statement sees.
    pub(super) async fn held(&mut self) -> Result<Arc<Held>, Fault> {
        let known = self.transaction.release().or_else(|| self.together.clone());
        if let Some(held) = known {
            return Ok(held);
        }
        let held = self.found().await?;
        if !self.transaction.see(Some(Arc::clone(&held))) {
            self.together = Some(Arc::clone(&held));
        }
        Ok(held)
    }

    /// The release that the settings name, or the newest.
    async fn found(&mut self) -> Result<Arc<Held>, Fault> {
        let as_of = self.settings.as_of().map(str::to_owned);
        let scene = self.app.scene(self.login.caller.clone(), as_of).await?;
        Ok(scene.held)
    }

    /// What tables mean and by what rows are told apart, where a question is about that.
    pub(super) async fn meanings(&mut self, sql: &str) -> Result<Vec<Meaning>, Fault> {
        let sql = sql.to_lowercase();
        match MEANING.iter().any(|word| sql.contains(word)) {
            true => Ok(self.meanings.of(&self.app).await?.to_vec()),
            false => Ok(Vec::new()),
        }
    }

    /// The columns that a command answers with.
    pub(super) fn columns_of_command(&self, command: &Command) -> Option<Vec<Column>> {
        let text =
            |name: &str| Column { name: name.to_owned(), kind: Type::TEXT, size: -1, modifier: -1 };
        match command {
            Command::Show(name) => Some(vec![text(name)]),
            Command::ShowAll => Some(vec![text("name"), text("setting"), text("description")]),
            Command::Fetch { name, is_moved: false, .. } => match &self.portals.get(name)?.state {
                State::Open(open) => Some(open.columns.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Does what a command says.
    pub(super) async fn command(
        &mut self,
        wire: &mut Wire,
        command: Command,
        values: Vec<Given>,
    ) -> Result<(), Stop> {
        let tag = match command {
            Command::Begin => self.begin(wire).await,
            Command::Commit => self.end(wire, true),
            Command::Rollback => self.end(wire, false),
            Command::Savepoint(tag) | Command::Nothing(tag) => tag.to_owned(),
            Command::RollbackTo => {
                self.transaction.mend();
                "ROLLBACK".to_owned()
            }
            Command::Set { name, value } => self.set(wire, &name, value).await?,
            Command::SetTransaction => "SET".to_owned(),
            Command::Reset(name) => {
                self.changed(wire, |settings| settings.reset(name.as_deref())).await?;
                "RESET".to_owned()
            }
            Command::Show(name) => self.show(wire, &name).await?,
            Command::ShowAll => {
                for (name, value) in self.settings.all() {
                    wire.put_raw(b'D', &line(&[name, value, ""]));
                }
                "SHOW".to_owned()
            }
            Command::DiscardAll => {
                self.statements.clear();
                self.portals.clear();
                self.changed(wire, |settings| settings.reset(None)).await?;
                "DISCARD ALL".to_owned()
            }
            Command::Deallocate(name) => self.deallocate(name)?,
            Command::Close(name) => self.close(name)?,
            Command::Declare { name, question } => {
                self.declare(wire, name, question, values).await?;
                "DECLARE CURSOR".to_owned()
            }
            Command::Fetch { name, rows, is_moved } => {
                self.fetch(wire, name, rows, is_moved).await?
            }
        };
        wire.put(&CommandComplete::new(tag));
        Ok(())
    }

    async fn begin(&mut self, wire: &mut Wire) -> String {
        self.together = None;
        // Where there is no release yet, the first question says so.
        let release = self.found().await.ok();
        if !self.transaction.begin(release, &self.settings) {
            wire.put(&Fault::new("25001", "a transaction has begun already").warned());
        }
        "BEGIN".to_owned()
    }

    fn end(&mut self, wire: &mut Wire, is_kept: bool) -> String {
        let mut is_kept = is_kept;
        match self.transaction.end() {
            None => wire.put(&Fault::new("25P01", "no transaction has begun").warned()),
            Some((has_failed, before)) => {
                is_kept &= !has_failed;
                if !is_kept {
                    self.settings = before;
                    self.tell(wire);
                }
            }
        }
        self.portals.clear();
        if is_kept { "COMMIT" } else { "ROLLBACK" }.to_owned()
    }

    async fn set(
        &mut self,
        wire: &mut Wire,
        name: &str,
        value: Option<String>,
    ) -> Result<String, Fault> {
        self.changed(wire, |settings| match value {
            Some(value) => settings.set(name, &value),
            None => settings.reset(Some(name)),
        })
        .await?;
        Ok("SET".to_owned())
    }

    /// Changes settings. Another release must be one that there is.
    async fn changed(
        &mut self,
        wire: &mut Wire,
        change: impl FnOnce(&mut Settings) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let before = self.settings.clone();
        change(&mut self.settings)?;
        if self.settings.as_of() != before.as_of() {
            match self.found().await {
                Ok(held) => {
                    self.transaction.see(Some(held));
                    self.together = None;
                }
                Err(fault) if self.settings.as_of().is_some() => {
                    self.settings = before;
                    return Err(fault);
                }
                Err(_) => {}
            }
        }
        self.tell(wire);
        Ok(())
    }

    /// Tells the client its settings.
    pub(super) fn tell(&self, wire: &mut Wire) {
        for (name, value) in self.settings.told() {
            let mut body = Vec::new();
            for text in [name, value] {
                body.put_slice(text.replace('\0', "").as_bytes());
                body.put_u8(0);
            }
            wire.put_raw(b'S', &body);
        }
    }

    async fn show(&mut self, wire: &mut Wire, name: &str) -> Result<String, Fault> {
        let value = match name {
            RELEASE => self.held().await?.release.number.to_string(),
            name => match self.settings.get(name) {
                Some(value) => value.to_owned(),
                None => {
                    let text = format!("there is no setting `{name}`; `show all` lists them");
                    return Err(Fault::new("42704", text));
                }
            },
        };
        wire.put_raw(b'D', &line(&[&value]));
        Ok("SHOW".to_owned())
    }

    fn deallocate(&mut self, name: Option<String>) -> Result<String, Fault> {
        let Some(name) = name else {
            self.statements.clear();
            return Ok("DEALLOCATE ALL".to_owned());
        };
        match self.statements.remove(&name) {
            Some(_) => Ok("DEALLOCATE".to_owned()),
            None => Err(Fault::new("26000", format!("there is no statement `{name}`"))),
        }
    }

    fn close(&mut self, name: Option<String>) -> Result<String, Fault> {
        let Some(name) = name else {
            self.portals.clear();
            return Ok("CLOSE CURSOR ALL".to_owned());
        };
        match self.portals.remove(&name) {
            Some(_) => Ok("CLOSE CURSOR".to_owned()),
            None => Err(Fault::new("34000", format!("there is no cursor `{name}`"))),
        }
    }

    /// Asks the question of a cursor; its rows are fetched later.
    async fn declare(
        &mut self,
        wire: &mut Wire,
        name: String,
        question: String,
        values: Vec<Given>,
    ) -> Result<(), Stop> {
        if !self.transaction.is_open() {
            let text = "a cursor needs a transaction; write begin before it";
            return Err(Fault::new("25P01", text).into());
        }
        let is_known = self.portals.contains_key(&name);
        if is_known {
            let text = format!("there is a cursor `{name}` already; close it first");
            return Err(Fault::new("42P03", text).into());
        }
        self.has_room(is_known)?;
        if command::read(&question)?.is_some() {
            return Err(Fault::new("42601", "a cursor is for a question; write select").into());
        }
        let statement = Statement::Question(question);
        let mut portal = Portal { statement, values, formats: Vec::new(), state: State::Ready };
        self.open(wire, &mut portal).await?;
        self.portals.insert(name, portal);
        Ok(())
    }

    async fn fetch(
        &mut self,
        wire: &mut Wire,
        name: String,
        rows: Option<usize>,
        is_moved: bool,
    ) -> Result<String, Stop> {
        let word = if is_moved { "MOVE" } else { "FETCH" };
        let Some(mut portal) = self.portals.remove(&name) else {
            return Err(Fault::new("34000", format!("there is no cursor `{name}`")).into());
        };
        let sent = match &mut portal.state {
            State::Open(open) => open.send(wire, &self.place.cancel, &[], rows, is_moved).await,
            _ => Ok((0, false)),
        };
        // Its columns stay known when its rows are at their end.
        self.portals.insert(name, portal);
        let (count, _) = sent?;
        Ok(format!("{word} {count}"))
    }
}

/// A row of texts.
fn line(values: &[&str]) -> Vec<u8> {
    let mut line = Vec::new();
    line.put_u16(u16::try_from(values.len()).unwrap_or(0));
    for value in values {
        line.put_u32(u32::try_from(value.len()).unwrap_or(0));
        line.put_slice(value.as_bytes());
    }
    line
}
