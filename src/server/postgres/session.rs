//! How does one connection go, from the message that it is ready to its end?

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use pgwire::messages::response::CommandComplete;

use super::Shared;
use super::cancel::Place;
use super::command::{self, Command};
use super::fault::Fault;
use super::given::given;
use super::kinds::{self, Column};
use super::meaning::Meanings;
use super::message::{Bind, Message, Target};
use super::portal::{Open, Portal, Prepared, State, Statement, Stop, described, undisturbed};
use super::proof;
use super::settings::{Settings, VERSION};
use super::startup::{Login, Start};
use super::transaction::Transaction;
use super::wire::{Broken, Wire};
use crate::query::catalogue::Surroundings;
use crate::query::worker::manner::{Given, Kind, Manner, parameters};
use crate::query::worker::{Answer, Question};
use crate::server::app::App;
use crate::server::keeper::Held;

/// Statements that a session may have prepared.
const STATEMENTS_MAX: usize = 1_000;
/// Portals that a session may have.
const PORTALS_MAX: usize = 100;

/// A session.
pub(super) struct Session {
    pub(super) app: Arc<App>,
    pub(super) login: Login,
    pub(super) settings: Settings,
    pub(super) transaction: Transaction,
    pub(super) statements: HashMap<String, Prepared>,
    pub(super) portals: HashMap<String, Portal>,
    pub(super) place: Place,
    pub(super) meanings: Arc<Meanings>,
    /// the release that statements see which come together
    pub(super) together: Option<Arc<Held>>,
    /// whether messages are passed over until the client has read of a fault
    is_passing_over: bool,
}

impl Session {
    pub(super) fn new(app: Arc<App>, shared: &Shared, start: Start) -> Self {
        let Start { login, settings, place } = start;
        Self {
            app,
            meanings: Arc::clone(&shared.meanings),
            login,
            settings,
            transaction: Transaction::default(),
            statements: HashMap::new(),
            portals: HashMap::new(),
            place,
            together: None,
            is_passing_over: false,
        }
    }

    /// Answers messages until the client goes.
    pub(super) async fn run(&mut self, wire: &mut Wire) -> Result<(), Broken> {
        self.ready(wire).await?;
        loop {
            let bytes_max = wire.bound.bytes_max;
            match wire.message(bytes_max).await? {
                Message::Terminate => return Ok(()),
                Message::Query(text) => {
                    self.is_passing_over = false;
                    self.place.cancel.begin();
                    let done = self.query(wire, &text).await;
                    self.settle(wire, done)?;
                    self.ready(wire).await?;
                }
                Message::Sync => {
                    self.is_passing_over = false;
                    self.ready(wire).await?;
                }
                Message::Flush => wire.send().await?,
                // What belongs to a copy that does not run is passed over, as the protocol says.
                Message::Copy => {}
                Message::Password(_) => {
                    return Err(Broken::Senseless("a password came when none was asked for"));
                }
                _ if self.is_passing_over => {}
                message => {
                    self.place.cancel.begin();
                    let done = self.extended(wire, message).await;
                    self.is_passing_over = matches!(done, Err(Stop::Fault(_)));
                    self.settle(wire, done)?;
                }
            }
        }
    }

    /// Tells of a fault; what broke ends the session.
    fn settle(&mut self, wire: &mut Wire, done: Result<(), Stop>) -> Result<(), Broken> {
        match done {
            Ok(()) => Ok(()),
            Err(Stop::Broken(broken)) => Err(broken),
            Err(Stop::Fault(fault)) => {
                tracing::debug!(state = fault.state, error = fault.message, "a statement failed");
                self.transaction.fail();
                wire.put(&fault.told());
                Ok(())
            }
        }
    }

    /// Tells that the next statement may come.
    async fn ready(&mut self, wire: &mut Wire) -> Result<(), Broken> {
        self.together = None;
        if !self.transaction.is_open() {
            // A portal lives as long as its transaction.
            self.portals.clear();
        }
        wire.put_raw(b'Z', &[self.transaction.letter()]);
        wire.send().await
    }

    /// Answers the statements of a text, in text.
    async fn query(&mut self, wire: &mut Wire, text: &str) -> Result<(), Stop> {
        self.portals.remove("");
        let statements = command::split(text);
        if statements.is_empty() {
            wire.put_raw(b'I', &[]);
        }
        for sql in statements {
            let statement = self.read(sql)?;
            let mut portal =
                Portal { statement, values: Vec::new(), formats: Vec::new(), state: State::Ready };
            self.open(wire, &mut portal).await?;
            if let Some(columns) = self.columns(&portal) {
                wire.put(&described(&columns, &[])?);
            }
            self.execute(wire, &mut portal, None).await?;
        }
        Ok(())
    }

    fn read(&self, sql: &str) -> Result<Statement, Fault> {
        if command::is_empty(sql) {
            return Ok(Statement::Empty);
        }
        let statement = match command::read(sql)? {
            Some(command) => Statement::Command(command),
            None => Statement::Question(sql.to_owned()),
        };
        self.transaction.lets_through(&statement)?;
        Ok(statement)
    }

    /// Does what a message of the extended protocol asks.
    async fn extended(&mut self, wire: &mut Wire, message: Message) -> Result<(), Stop> {
        match message {
            Message::Parse { name, sql, kinds } => self.parse(wire, name, &sql, &kinds)?,
            Message::Bind(bind) => self.bind(wire, bind).await?,
            Message::Describe(Target::Statement, name) => {
                self.describe_statement(wire, &name).await?;
            }
            Message::Describe(Target::Portal, name) => {
                let mut portal = self.taken(&name)?;
                let opened = self.open(wire, &mut portal).await;
                let told = self.columns(&portal);
                let formats = portal.formats.clone();
                self.portals.insert(name, portal);
                opened?;
                match told {
                    Some(columns) => wire.put(&described(&columns, &formats)?),
                    None => wire.put_raw(b'n', &[]),
                }
            }
            Message::Execute { portal: name, rows_max } => {
                let mut portal = self.taken(&name)?;
                let most = (rows_max > 0).then_some(rows_max);
                let done = self.executed(wire, &mut portal, most).await;
                // A command may have forgotten all portals, which goes for this one as well.
                self.portals.insert(name, portal);
                done?;
            }
            Message::Close(target, name) => {
                match target {
                    Target::Statement => drop(self.statements.remove(&name)),
                    Target::Portal => drop(self.portals.remove(&name)),
                }
                wire.put_raw(b'3', &[]);
            }
            _ => {}
        }
        wire.send_much().await?;
        Ok(())
    }

    async fn executed(
        &mut self,
        wire: &mut Wire,
        portal: &mut Portal,
        most: Option<usize>,
    ) -> Result<(), Stop> {
        self.transaction.lets_through(&portal.statement)?;
        self.open(wire, portal).await?;
        self.execute(wire, portal, most).await
    }

    fn taken(&mut self, name: &str) -> Result<Portal, Fault> {
        let missing = || Fault::new("34000", format!("there is no portal `{name}`"));
        self.portals.remove(name).ok_or_else(missing)
    }

    fn parse(
        &mut self,
        wire: &mut Wire,
        name: String,
        sql: &str,
        kinds: &[u32],
    ) -> Result<(), Fault> {
        let is_known = self.statements.contains_key(&name);
        if is_known && !name.is_empty() {
            let text = format!("there is a statement `{name}` already; close it first");
            return Err(Fault::new("42P05", text));
        }
        if !is_known && self.statements.len() >= STATEMENTS_MAX {
            let text = format!("{STATEMENTS_MAX} statements are prepared; close some");
            return Err(Fault::new("53400", text));
        }
        let several = command::split(sql).len() > 1;
        if several {
            let text = "several statements cannot be prepared at once; prepare each by itself";
            return Err(Fault::new("42601", text));
        }
        let statement = self.read(sql)?;
        let told = kinds.iter().map(|oid| kinds::parameter(*oid)).collect();
        self.statements.insert(name, Prepared { statement, told, kinds: None });
        wire.put_raw(b'1', &[]);
        Ok(())
    }

    async fn bind(&mut self, wire: &mut Wire, bind: Bind) -> Result<(), Stop> {
        let Bind { portal, statement: name, formats, values, results } = bind;
        let is_binary = |number: usize| match formats.as_slice() {
            [] => false,
            [one] => *one == 1,
            each => each.get(number) == Some(&1),
        };
        if formats.len() > 1 && formats.len() != values.len() {
            return Err(Fault::new("08P01", "formats and values are not as many").into());
        }
        let mut kinds = self.prepared(&name)?.told.clone();
        kinds.resize(values.len().max(kinds.len()), None);
        let is_open = |number: usize| is_binary(number) && kinds[number].is_none();
        if (0..values.len()).any(is_open) {
            // What bytes mean is told by the question.
            let found = self.kinds(wire, &name).await?;
            for (kind, found) in kinds.iter_mut().zip(found) {
                kind.get_or_insert(found);
            }
        }
        let value = |(number, value): (usize, &Option<bytes::Bytes>)| {
            given(kinds[number], is_binary(number), value.as_ref())
        };
        let values: Result<Vec<Given>, Fault> = values.iter().enumerate().map(value).collect();
        let is_known = self.portals.contains_key(&portal);
        if is_known && !portal.is_empty() {
            let text = format!("there is a portal `{portal}` already; close it first");
            return Err(Fault::new("42P03", text).into());
        }
        self.has_room(is_known)?;
        let statement = self.prepared(&name)?.statement.clone();
        let bound = Portal { statement, values: values?, formats: results, state: State::Ready };
        self.portals.insert(portal, bound);
        wire.put_raw(b'2', &[]);
        Ok(())
    }

    /// Whether one portal more may be.
    pub(super) fn has_room(&self, is_known: bool) -> Result<(), Fault> {
        match !is_known && self.portals.len() >= PORTALS_MAX {
            true => Err(Fault::new("53400", format!("{PORTALS_MAX} portals are open; close some"))),
            false => Ok(()),
        }
    }

    fn prepared(&mut self, name: &str) -> Result<&mut Prepared, Fault> {
        let missing = || Fault::new("26000", format!("there is no statement `{name}`"));
        self.statements.get_mut(name).ok_or_else(missing)
    }

    /// The types of a statement's parameters.
    async fn kinds(&mut self, wire: &mut Wire, name: &str) -> Result<Vec<Kind>, Stop> {
        if let Some(kinds) = self.prepared(name)?.kinds.clone() {
            return Ok(kinds);
        }
        Ok(self.look(wire, name).await?.0)
    }

    /// Parameters and columns of a statement.
    async fn look(
        &mut self,
        wire: &mut Wire,
        name: &str,
    ) -> Result<(Vec<Kind>, Option<Vec<Column>>), Stop> {
        let prepared = self.prepared(name)?.clone();
        let (kinds, columns) = match &prepared.statement {
            Statement::Empty => (Vec::new(), None),
            Statement::Command(command) => (Vec::new(), self.columns_of_command(command)),
            Statement::Question(sql) => {
                let given = |kind: &Option<Kind>| Given { kind: *kind, text: None };
                let values = prepared.told.iter().map(given).collect();
                let (answer, _) = self.ask(wire, sql.clone(), values, true).await?;
                let schema = answer.schema();
                (parameters(&schema), Some(super::portal::columns_of(&schema)))
            }
        };
        self.prepared(name)?.kinds = Some(kinds.clone());
        Ok((kinds, columns))
    }

    async fn describe_statement(&mut self, wire: &mut Wire, name: &str) -> Result<(), Stop> {
        let statement = self.prepared(name)?.statement.clone();
        self.transaction.lets_through(&statement)?;
        let (kinds, columns) = self.look(wire, name).await?;
        let told = self.prepared(name)?.told.clone();
        let mut body = u16::try_from(kinds.len()).unwrap_or(0).to_be_bytes().to_vec();
        for (number, kind) in kinds.iter().enumerate() {
            let kind = told.get(number).copied().flatten().unwrap_or(*kind);
            body.extend(kinds::number_of(kind).to_be_bytes());
        }
        wire.put_raw(b't', &body);
        match columns {
            Some(columns) => wire.put(&described(&columns, &[])?),
            None => wire.put_raw(b'n', &[]),
        }
        Ok(())
    }

    /// Asks a question, or only for its columns.
    async fn ask(
        &mut self,
        wire: &mut Wire,
        sql: String,
        values: Vec<Given>,
        is_described: bool,
    ) -> Result<(Answer, Arc<Held>), Stop> {
        self.login.caller = proof::renewed(&self.app, &self.login).await?;
        proof::is_recording(&self.app)?;
        let begun = Instant::now();
        let held = self.held().await?;
        let surroundings = Surroundings {
            user: self.login.user.clone(),
            database: self.login.database.clone(),
            version: format!("PostgreSQL {VERSION}"),
            settings: self.settings.all().clone(),
            meanings: self.meanings(&sql).await?,
        };
        let manner = Manner { is_described, values, surroundings: Some(surroundings) };
        let caller = &self.login.caller;
        let question = Question {
            release: held.release.number,
            principal: caller.principal.clone(),
            sql: sql.clone(),
        };
        let asked = self.app.pool.ask_with(&caller.name, question, manner);
        let answer = match undisturbed(wire, &self.place.cancel, asked).await {
            Ok(answer) => answer.map_err(|error| Stop::from(Fault::asked(&error, &sql))),
            Err(stop) => Err(stop),
        };
        if !is_described {
            let outcome = match &answer {
                Ok(_) => "ok",
                Err(Stop::Fault(fault)) => fault.state,
                Err(Stop::Broken(_)) => "gone",
            };
            let (release, took) = (Some(held.release.number), begun.elapsed());
            let Login { caller, peer, .. } = &self.login;
            proof::written(&self.app, &caller.name, *peer, &sql, release, outcome, took);
        }
        Ok((answer?, held))
    }

    /// Asks a portal's question, if it has one and has not been asked.
    pub(super) async fn open(&mut self, wire: &mut Wire, portal: &mut Portal) -> Result<(), Stop> {
        if let (Statement::Question(sql), State::Ready) = (&portal.statement, &portal.state) {
            let values = portal.values.clone();
            let (answer, held) = self.ask(wire, sql.clone(), values, false).await?;
            portal.state = State::Open(Box::new(Open::new(answer, sql.clone(), held)));
        }
        Ok(())
    }

    /// The columns of a portal's answer; nothing where it has none.
    fn columns(&self, portal: &Portal) -> Option<Vec<Column>> {
        match (&portal.statement, &portal.state) {
            (Statement::Command(command), _) => self.columns_of_command(command),
            (_, State::Open(open)) => Some(open.columns.clone()),
            _ => None,
        }
    }

    /// Gives rows of a portal, or does what its command says.
    async fn execute(
        &mut self,
        wire: &mut Wire,
        portal: &mut Portal,
        most: Option<usize>,
    ) -> Result<(), Stop> {
        let open = match (&portal.statement, &mut portal.state) {
            (Statement::Empty, _) => {
                wire.put_raw(b'I', &[]);
                return Ok(());
            }
            (Statement::Command(command), _) => {
                let command: Command = command.clone();
                let values = portal.values.clone();
                return self.command(wire, command, values).await;
            }
            (Statement::Question(_), State::Open(open)) => open,
            (Statement::Question(_), _) => {
                wire.put(&CommandComplete::new("SELECT 0".to_owned()));
                return Ok(());
            }
        };
        let sent = open.send(wire, &self.place.cancel, &portal.formats, most, false).await;
        let is_left = matches!(sent, Ok((_, true)));
        if !is_left {
            portal.state = State::Done;
        }
        let (rows, _) = sent?;
        match is_left {
            true => wire.put_raw(b's', &[]),
            false => wire.put(&CommandComplete::new(format!("SELECT {rows}"))),
        }
        Ok(())
    }
}
