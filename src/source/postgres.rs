//! How are tables read out of PostgreSQL?
//!
//! A connection holds one repeatable-read transaction that only reads; further connections join
//! its exported snapshot. Rows come by binary COPY, whose values are exact; a type of which the
//! binary form says nothing useful is cast to text by the server.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use encoding_rs::Encoding;
use futures::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::database::{
    Chosen, Database, Description, Known, Object, Opener, Wanted, find_object, in_parentheses,
};
use super::error::found_instead;
use super::postgres_values::{Form, Split, Texts, push};
use super::rows::{Plan, Rows};
use super::select::{Term, select, since};
use super::server::{CONNECT_TIMEOUT, Patience, Server, Stalled, Tls};
use super::shape::{ColumnType, Shape};
use super::{Emit, Read, SourceError, tls};

/// Bytes of rows that travel together from the connection to the reader.
const PARCEL_BYTES: usize = 256 * 1024;
/// Parcels that may wait.
const PARCELS_WAITING: usize = 8;
/// Rows of a chunk.
const CHUNK_ROWS: usize = 16_384;
/// Bytes of a chunk.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// Settings under which values are written alike on every server, and under which neither a long
/// read nor a wait between two tables ends the transaction.
const SETTINGS: &str = "\
    set statement_timeout = 0; \
    set idle_in_transaction_session_timeout = 0; \
    set lock_timeout = '60s'; \
    set timezone = 'UTC'; \
    set datestyle = 'ISO, YMD'; \
    set intervalstyle = 'postgres'; \
    set bytea_output = 'hex'; \
    set extra_float_digits = 3; \
    set standard_conforming_strings = on; \
    begin isolation level repeatable read read only";

/// One connection to a moment of a PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    server: Arc<Server>,
    client: Client,
    /// what carries the connection's bytes
    carrier: JoinHandle<()>,
    /// the name under which other connections join the moment
    snapshot: Option<String>,
    /// whether the server does not know the encoding of its own texts
    is_raw: bool,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

/// Joins a snapshot.
#[derive(Debug)]
struct Join {
    server: Arc<Server>,
    snapshot: String,
}

impl Opener for Join {
    fn open(&self) -> Result<Option<Box<dyn Database>>, SourceError> {
        let server = Arc::clone(&self.server);
        let postgres = Handle::current().block_on(Postgres::begin(server, Some(&self.snapshot)))?;
        Ok(Some(Box::new(postgres)))
    }
}

/// A column that the server has.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) oid: u32,
}

impl Postgres {
    /// Connects and begins to hold a moment.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses the user.
    pub fn open(server: &Server) -> Result<Self, SourceError> {
        Handle::current().block_on(async {
            let mut postgres = Self::begin(Arc::new(server.clone()), None).await?;
            // A server that exports no snapshot, such as a pooler, gives one connection.
            let exported = postgres.ask("select pg_export_snapshot()").await;
            match exported {
                Ok(rows) => postgres.snapshot = rows.into_iter().flatten().next().flatten(),
                Err(error) => {
                    tracing::debug!(%error, "no snapshot can be exported");
                    postgres = Self::begin(Arc::clone(&postgres.server), None).await?;
                }
            }
            Ok(postgres)
        })
    }

    async fn begin(server: Arc<Server>, snapshot: Option<&str>) -> Result<Self, SourceError> {
        let (client, carrier) = connect(&server).await?;
        let mut postgres = Self { server, client, carrier, snapshot: None, is_raw: false };
        postgres.ask(SETTINGS).await?;
        if let Some(snapshot) = snapshot {
            // The name is the server's own; quotes are doubled all the same.
            let name = snapshot.replace('\'', "''");
            postgres.ask(&format!("set transaction snapshot '{name}'")).await?;
        }
        let encoding = postgres.ask("show server_encoding").await?;
        if encoding.iter().flatten().flatten().any(|name| name == "SQL_ASCII") {
            // Its texts are bytes that only the contract can read.
            postgres.ask("set client_encoding = 'SQL_ASCII'").await?;
            postgres.is_raw = true;
        }
        Ok(postgres)
    }

    pub(super) fn failed(&self, why: impl ToString) -> SourceError {
        self.server.failed(why)
    }

    /// The rows that a statement gives, as texts.
    pub(super) async fn ask(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, SourceError> {
        let mut patience = Patience::new(self.server.patience);
        let messages = patience.wait(self.client.simple_query(sql)).await;
        let messages = messages.map_err(|stalled| self.server.failed(stalled))?;
        let messages = messages.map_err(|error| self.server.failed(chain(&error)))?;
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// The object as something to select from.
    pub(super) async fn clause(&self, object: Object<'_>) -> Result<String, SourceError> {
        let name = match object {
            Object::Query(query) => return Ok(in_parentheses(query)),
            Object::Named(name) => name,
        };
        let objects = self
            .ask(
                "select n.nspname, c.relname, n.nspname = any(current_schemas(false)) \
                 from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                 where c.relkind in ('r', 'v', 'm', 'f', 'p') \
                 and has_schema_privilege(n.oid, 'usage') \
                 and has_any_column_privilege(c.oid, 'select') \
                 and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') \
                 order by array_position(current_schemas(false), n.nspname) nulls last, 1, 2",
            )
            .await?;
        let objects: Vec<Known> = objects.into_iter().map(Known::new).collect();
        let Some(Known { schema, table, .. }) = find_object(&objects, name) else {
            let address = self.server.address.text.clone();
            let names: Vec<String> = objects.iter().map(Known::name).collect();
            let found = found_instead(name, names.iter().map(String::as_str), "tables");
            return Err(SourceError::NoServerObject { address, object: name.to_owned(), found });
        };
        Ok(format!("{}.{}", quoted(schema), quoted(table)))
    }

    /// The columns of something to select from.
    pub(super) async fn columns(
        &self,
        object: Object<'_>,
        clause: &str,
    ) -> Result<Vec<Stored>, SourceError> {
        let sql = format!("select * from {clause}");
        let mut patience = Patience::new(self.server.patience);
        let prepared = patience.wait(self.client.prepare(&sql)).await;
        let statement = prepared.map_err(|stalled| self.server.failed(stalled))?;
        let statement = statement.map_err(|error| match object {
            Object::Query(_) => self.server.refused(chain(&error)),
            Object::Named(_) => self.server.failed(chain(&error)),
        })?;
        if !statement.params().is_empty() {
            return Err(self.server.refused("it has parameters"));
        }
        let column = |column: &tokio_postgres::Column| Stored {
            name: column.name().to_owned(),
            oid: column.type_().oid(),
        };
        Ok(statement.columns().iter().map(column).collect())
    }

    /// Begins to copy rows out; they arrive while others are worked on.
    pub(super) async fn copy(&self, sql: &str) -> Result<Receiver<Parcel>, SourceError> {
        let mut patience = Patience::new(self.server.patience);
        let copy = format!("copy ({sql}) to stdout (format binary)");
        let begun = patience.wait(self.client.copy_out(&copy)).await;
        let begun = begun.map_err(|stalled| self.server.failed(stalled))?;
        let rows = begun.map_err(|error| self.server.failed(chain(&error)))?;
        let (sender, receiver) = channel(PARCELS_WAITING);
        let server = Arc::clone(&self.server);
        tokio::spawn(async move {
            let mut rows = std::pin::pin!(rows);
            let mut patience = Patience::new(server.patience);
            let mut parcel = Vec::new();
            let mut size = 0;
            loop {
                let message = match patience.wait(rows.next()).await {
                    Ok(Some(Ok(message))) => message,
                    Ok(None) => break,
                    Ok(Some(Err(error))) => {
                        let _ = sender.send(Err(server.failed(chain(&error)))).await;
                        return;
                    }
                    Err(stalled) => {
                        let _ = sender.send(Err(given_up(&server, stalled))).await;
                        return;
                    }
                };
                patience.got(message.len());
                size += message.len();
                parcel.push(message);
                if size >= PARCEL_BYTES {
                    size = 0;
                    if sender.send(Ok(std::mem::take(&mut parcel))).await.is_err() {
                        return;
                    }
                }
            }
            let _ = sender.send(Ok(parcel)).await;
        });
        Ok(receiver)
    }

    /// The statement that reads the chosen columns, and in which form each of them comes.
    fn statement(
        (object, clause): (Object<'_>, &str),
        columns: &[Stored],
        chosen: &Chosen,
        wanted: &Wanted<'_>,
    ) -> Result<(String, Vec<Form>), SourceError> {
        let form = |(kind, at): (&ColumnType, usize)| Form::of(columns[at].oid, kind);
        let mut forms: Vec<Form> = chosen.kinds(wanted.shape).map(form).collect();
        let terms: Vec<Term> = chosen
            .wanted
            .iter()
            .zip(&forms)
            .map(|(at, form)| {
                let read = format!("{}{}", quoted(&columns[*at].name), form.cast());
                Term { sorted: format!("{read}{}", form.collation()), read }
            })
            .collect();
        if forms.is_empty() {
            forms.push(Form::Ignored);
        }
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let since = since(object, &names, wanted, |at| Form::is_moment(columns[at].oid))?;
        let since = since.map(|(at, value)| (quoted(&names[at]), value));
        Ok((select(clause, &terms, since, chosen, wanted), forms))
    }

    fn stream(
        &self,
        mut parcels: Receiver<Parcel>,
        forms: &[Form],
        places: &[Option<usize>],
        texts: &Texts,
        rows: &mut Rows,
        emit: &mut Emit<'_>,
    ) -> Result<u64, SourceError> {
        let mut split = Split::new(forms.len());
        let mut count = 0;
        while let Some(parcel) = parcels.blocking_recv() {
            for message in parcel? {
                let mut rest = split.begin(message).map_err(|why| self.server.failed(why))?;
                while split.row(&mut rest).map_err(|why| self.server.failed(why))? {
                    push(&split, forms, places, texts, rows);
                    count += 1;
                    if rows.len() >= CHUNK_ROWS
                        || count % 64 == 0 && rows.size_bytes() >= CHUNK_BYTES
                    {
                        emit(rows.take()?)?;
                    }
                }
            }
        }
        if !split.is_ended() {
            return Err(self.server.failed("the rows broke off before their end"));
        }
        if !rows.is_empty() {
            emit(rows.take()?)?;
        }
        Ok(count)
    }
}

/// Some of a copy's messages.
pub(super) type Parcel = Result<Vec<Bytes>, SourceError>;

fn given_up(server: &Server, stalled: Stalled) -> SourceError {
    server.failed(stalled)
}

impl Database for Postgres {
    fn read(&mut self, wanted: &Wanted<'_>, emit: &mut Emit<'_>) -> Result<Read, SourceError> {
        let runtime = Handle::current();
        let object = Object::new(wanted.object);
        let clause = runtime.block_on(self.clause(object))?;
        let columns = runtime.block_on(self.columns(object, &clause))?;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let chosen = Chosen::new(&names, wanted.shape, object.source())?;
        let (sql, forms) = Self::statement((object, &clause), &columns, &chosen, wanted)?;
        let texts = Texts::new(self.is_raw, encoding(wanted.shape)?);
        let mut rows = Plan::new(wanted.shape, object.source())?.rows();
        let parcels = runtime.block_on(self.copy(&sql))?;
        let count = self.stream(parcels, &forms, &chosen.places, &texts, &mut rows, emit)?;
        Ok(Read { sha256: String::new(), size_bytes: 0, rows: count, drift: chosen.drift })
    }

    fn describe(&mut self, object: &str) -> Result<Description, SourceError> {
        self.described(object)
    }

    fn opener(&self) -> Option<Box<dyn Opener>> {
        let snapshot = self.snapshot.clone()?;
        Some(Box::new(Join { server: Arc::clone(&self.server), snapshot }))
    }
}

/// The encoding of a contract's texts.
fn encoding(shape: &Shape) -> Result<&'static Encoding, SourceError> {
    let label = &shape.format.encoding;
    Encoding::for_label(label.as_bytes()).ok_or_else(|| SourceError::Shape {
        place: shape.place.clone(),
        why: format!("`{label}` is no encoding"),
    })
}

/// An identifier in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Connects, encrypted as the server's settings say.
///
/// # Errors
/// When the server cannot be reached, or refuses the user.
pub(crate) async fn connect(server: &Server) -> Result<(Client, JoinHandle<()>), SourceError> {
    let address = &server.address;
    let mut config = Config::new();
    config
        .user(&address.user)
        .dbname(&address.database)
        .application_name("patron")
        .connect_timeout(CONNECT_TIMEOUT)
        .keepalives_idle(CONNECT_TIMEOUT);
    if address.is_socket() {
        config.host_path(&address.host);
    } else {
        config.host(address.host.trim_start_matches('[').trim_end_matches(']'));
    }
    if let Some(port) = address.port {
        config.port(port);
    }
    if let Some(password) = &server.password {
        config.password(password.reveal());
    }
    let mut patience = Patience::new(server.patience);
    let failed = |error: tokio_postgres::Error| server.unreachable(chain(&error));
    if server.tls == Tls::Disable {
        config.ssl_mode(SslMode::Disable);
        let connected = patience.wait(config.connect(NoTls)).await;
        let (client, connection) =
            connected.map_err(|stalled| server.failed(stalled))?.map_err(failed)?;
        return Ok((client, tokio::spawn(carry(connection))));
    }
    config.ssl_mode(SslMode::Require);
    let tls = MakeRustlsConnect::new(tls::client(server)?);
    let connected = patience.wait(config.connect(tls)).await;
    let (client, connection) =
        connected.map_err(|stalled| server.failed(stalled))?.map_err(failed)?;
    Ok((client, tokio::spawn(carry(connection))))
}

async fn carry<E: std::fmt::Display>(connection: impl Future<Output = Result<(), E>>) {
    // Whoever waits for an answer hears of the failure; this is for the log alone.
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection ended");
    }
}

/// An error with its causes, which the client's own text leaves out.
fn chain(error: &tokio_postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        let place = answer.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{place}", answer.message());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
