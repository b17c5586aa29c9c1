//! How are tables read out of MySQL and MariaDB?
//!
//! A connection holds one transaction with a consistent snapshot that only reads. Rows come in the
//! text protocol, in which the server writes every value out exactly, except the floats of four
//! bytes, which are asked for as floats of eight. MariaDB tells the place in its binary log at
//! which a snapshot stands; connections whose places are the same show the same moment, and nothing
//! needs to be locked for that.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Row, SslOpts, Value};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::database::{
    Chosen, Database, Description, Known, Object, Opener, Wanted, find_object, in_parentheses,
};
use super::error::found_instead;
use super::mysql_values::{Batch, Form, push};
use super::rows::{Plan, Rows};
use super::select::{Term, select, since};
use super::server::{CONNECT_TIMEOUT, Patience, Server, Tls};
use super::shape::ColumnType;
use super::{Emit, Read, SourceError, tls};

/// Bytes of rows that travel together from the connection to the reader.
const PARCEL_BYTES: usize = 256 * 1024;
/// Parcels that may wait.
const PARCELS_WAITING: usize = 8;
/// Rows of a chunk.
const CHUNK_ROWS: usize = 16_384;
/// Bytes of a chunk.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// Settings under which values are written alike on every server, and under which a long read is
/// not cut off.
const SETTINGS: [&str; 5] = [
    "set names utf8mb4",
    "set session time_zone = '+00:00'",
    "set session net_write_timeout = 86400, net_read_timeout = 86400, wait_timeout = 86400",
    "set session transaction isolation level repeatable read",
    "start transaction with consistent snapshot, read only",
];
/// Settings that only one of the two kinds of server knows.
const OWN_SETTINGS: [&str; 2] =
    ["set session max_statement_time = 0", "set session max_execution_time = 0"];

/// One connection to a moment of a server.
#[derive(Debug)]
pub struct Mysql {
    server: Arc<Server>,
    /// the connection; nothing once reading broke off
    connection: Option<Conn>,
    /// where in the server's log its snapshot stands, where the server tells
    place: Option<(String, String)>,
    /// others of the same moment
    spare: Arc<Mutex<Vec<Mysql>>>,
}

/// Hands out connections that were opened together with the first and show the same moment.
#[derive(Debug)]
struct Spare {
    connections: Arc<Mutex<Vec<Mysql>>>,
}

impl Opener for Spare {
    fn open(&self) -> Result<Option<Box<dyn Database>>, SourceError> {
        let spare = self.connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(spare.map(|mysql| Box::new(mysql) as Box<dyn Database>))
    }
}

/// A column that the server has.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) form: Form,
}

/// An object as something to select from, with its schema and name where it is a table or view.
pub(super) struct From {
    pub(super) clause: String,
    pub(super) named: Option<(String, String)>,
}

impl Mysql {
    /// Connects and begins to hold a moment.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses the user.
    pub fn open(server: &Server) -> Result<Self, SourceError> {
        Handle::current().block_on(async {
            let server = Arc::new(server.clone());
            let first = Self::begin(Arc::clone(&server)).await?;
            if first.place.is_none() {
                return Ok(first);
            }
            // A second one shows the same moment only if nothing was written in between, so all are
            // opened at once; on a busy server one remains.
            let others = (1..server.connections).map(|_| Self::begin(Arc::clone(&server)));
            for other in futures::future::join_all(others).await {
                match other {
                    Ok(other) if other.place == first.place => first.spare().push(other),
                    Ok(_) => {}
                    Err(error) => tracing::debug!(%error, "no further connection"),
                }
            }
            Ok(first)
        })
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Self>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(server: Arc<Server>) -> Result<Self, SourceError> {
        let mut connection = connect(&server).await?;
        for setting in OWN_SETTINGS {
            let mut patience = Patience::new(server.patience);
            let set = patience.wait(connection.query_drop(setting)).await;
            if let Err(error) = set.map_err(|stalled| server.failed(stalled))? {
                tracing::trace!(%error, setting, "a setting of the other kind of server");
            }
        }
        let spare = Arc::default();
        let mut mysql = Self { server, connection: Some(connection), place: None, spare };
        for setting in SETTINGS {
            mysql.ask(setting).await?;
        }
        let status = mysql.ask("show status like 'binlog_snapshot_%'").await?;
        let value = |name: &str| {
            let row = status.iter().find(|row| {
                row[0].as_deref().is_some_and(|text| text.eq_ignore_ascii_case(name))
            })?;
            row.get(1).cloned().flatten().filter(|text| !text.is_empty())
        };
        mysql.place = value("binlog_snapshot_file").zip(value("binlog_snapshot_position"));
        Ok(mysql)
    }

    fn connection(&mut self) -> Result<&mut Conn, SourceError> {
        let server = Arc::clone(&self.server);
        self.connection.as_mut().ok_or_else(|| server.failed("the connection broke off earlier"))
    }

    /// The rows that a statement gives, as texts.
    pub(super) async fn ask(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, SourceError> {
        let server = Arc::clone(&self.server);
        let mut patience = Patience::new(server.patience);
        let work = self.connection()?.query::<Row, _>(sql);
        let rows = patience.wait(work).await.map_err(|stalled| server.failed(stalled))?;
        let rows = rows.map_err(|error| server.failed(error))?;
        let text = |value: Value| match value {
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        };
        Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect())
    }

    /// The object as something to select from.
    pub(super) async fn from(&mut self, object: Object<'_>) -> Result<From, SourceError> {
        let name = match object {
            Object::Query(query) => {
                return Ok(From { clause: in_parentheses(query), named: None });
            }
            Object::Named(name) => name,
        };
        let objects = self
            .ask(
                "select table_schema, table_name, table_schema = database() \
                 from information_schema.tables \
                 where table_schema not in \
                 ('information_schema', 'mysql', 'performance_schema', 'sys') \
                 order by table_schema = database() desc, table_schema, table_name",
            )
            .await?;
        let objects: Vec<Known> = objects.into_iter().map(Known::new).collect();
        let Some(Known { schema, table, .. }) = find_object(&objects, name) else {
            let address = self.server.address.text.clone();
            let names: Vec<String> = objects.iter().map(Known::name).collect();
            let found = found_instead(name, names.iter().map(String::as_str), "tables");
            return Err(SourceError::NoServerObject { address, object: name.to_owned(), found });
        };
        let clause = format!("{}.{}", quoted(schema), quoted(table));
        Ok(From { clause, named: Some((schema.clone(), table.clone())) })
    }

    /// The columns of something to select from.
    pub(super) async fn columns(
        &mut self,
        object: Object<'_>,
        from: &From,
    ) -> Result<Vec<Stored>, SourceError> {
        let server = Arc::clone(&self.server);
        let mut patience = Patience::new(server.patience);
        // Preparing takes one statement alone, so a query cannot smuggle in a second one.
        let work = self.connection()?.prep(format!("select * from {}", from.clause));
        let prepared = patience.wait(work).await.map_err(|stalled| server.failed(stalled))?;
        let statement = prepared.map_err(|error| match object {
            Object::Query(_) => server.refused(error),
            Object::Named(_) => server.failed(error),
        })?;
        if statement.num_params() > 0 {
            return Err(server.refused("it has parameters"));
        }
        let column = |column: &mysql_async::Column| Stored {
            name: column.name_str().into_owned(),
            form: Form::of(column),
        };
        let columns = statement.columns().iter().map(column).collect();
        let closed = self.connection()?.close(statement);
        let closed = patience.wait(closed).await.map_err(|stalled| server.failed(stalled))?;
        closed.map_err(|error| server.failed(error))?;
        Ok(columns)
    }

    /// Begins to read rows; they arrive while others are worked on. The connection comes back with
    /// the end of the task, if it can be used further.
    pub(super) fn send(&mut self, sql: String) -> Result<Sending, SourceError> {
        let server = Arc::clone(&self.server);
        let gone = || server.failed("the connection broke off earlier");
        let connection = self.connection.take().ok_or_else(gone)?;
        let (sender, parcels) = channel(PARCELS_WAITING);
        let task = tokio::spawn(async move {
            let mut connection = connection;
            match pump(&server, &mut connection, &sql, &sender).await {
                Ok(()) => Some(connection),
                Err(error) => {
                    let _ = sender.send(Err(error)).await;
                    None
                }
            }
        });
        Ok(Sending { parcels, task })
    }

    /// Takes the connection back.
    pub(super) fn receive(&mut self, task: JoinHandle<Option<Conn>>) {
        self.connection = Handle::current().block_on(task).ok().flatten();
    }

    /// The statement that reads the chosen columns, and in which form each of them comes.
    fn statement(
        (object, from): (Object<'_>, &From),
        columns: &[Stored],
        chosen: &Chosen,
        wanted: &Wanted<'_>,
    ) -> Result<(String, Vec<Form>), SourceError> {
        let form = |(kind, at): (&ColumnType, usize)| columns[at].form.promised(kind);
        let forms: Vec<Form> = chosen.kinds(wanted.shape).map(form).collect();
        let terms: Vec<Term> = chosen
            .wanted
            .iter()
            .zip(&forms)
            .map(|(at, form)| {
                let read = format!("{}{}", quoted(&columns[*at].name), form.cast());
                Term { sorted: format!("{}{read}", form.collation()), read }
            })
            .collect();
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let since = since(object, &names, wanted, |at| columns[at].form.is_moment())?;
        let since = since.map(|(at, value)| (quoted(&names[at]), value));
        Ok((select(&from.clause, &terms, since, chosen, wanted), forms))
    }
}

/// Rows on their way.
pub(super) struct Sending {
    pub(super) parcels: Receiver<Parcel>,
    pub(super) task: JoinHandle<Option<Conn>>,
}

/// Some rows of an answer, as the server wrote their values.
pub(super) type Parcel = Result<Batch, SourceError>;

async fn pump(
    server: &Server,
    connection: &mut Conn,
    sql: &str,
    sender: &Sender<Parcel>,
) -> Result<(), SourceError> {
    let mut patience = Patience::new(server.patience);
    let begun = patience.wait(connection.query_iter(sql)).await;
    let mut answer =
        begun.map_err(|stalled| server.failed(stalled))?.map_err(|error| server.failed(error))?;
    let mut batch = Batch::default();
    let mut is_wanted = true;
    patience.renew();
    loop {
        let next = patience.wait(answer.next()).await.map_err(|stalled| server.failed(stalled))?;
        let Some(row) = next.map_err(|error| server.failed(error))? else { break };
        let foreign = || server.failed("a value came in another protocol than was asked for");
        patience.got(batch.push(row.unwrap()).ok_or_else(foreign)?);
        if batch.size_bytes() >= PARCEL_BYTES {
            let full = std::mem::take(&mut batch);
            // Whoever has enough may want the connection further, so the rest is passed over.
            is_wanted = is_wanted && sender.send(Ok(full)).await.is_ok();
        }
    }
    let _ = sender.send(Ok(batch)).await;
    Ok(())
}

impl Database for Mysql {
    fn read(&mut self, wanted: &Wanted<'_>, emit: &mut Emit<'_>) -> Result<Read, SourceError> {
        let runtime = Handle::current();
        let object = Object::new(wanted.object);
        let from = runtime.block_on(self.from(object))?;
        let columns = runtime.block_on(self.columns(object, &from))?;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let chosen = Chosen::new(&names, wanted.shape, object.source())?;
        let (sql, forms) = Self::statement((object, &from), &columns, &chosen, wanted)?;
        let mut rows = Plan::new(wanted.shape, object.source())?.rows();
        let sending = self.send(sql)?;
        let count = stream(sending.parcels, &forms, &chosen.places, &mut rows, emit);
        self.receive(sending.task);
        let count = count?;
        Ok(Read { sha256: String::new(), size_bytes: 0, rows: count, drift: chosen.drift })
    }

    fn describe(&mut self, object: &str) -> Result<Description, SourceError> {
        self.described(object)
    }

    fn opener(&self) -> Option<Box<dyn Opener>> {
        Some(Box::new(Spare { connections: Arc::clone(&self.spare) }))
    }
}

fn stream(
    mut parcels: Receiver<Parcel>,
    forms: &[Form],
    places: &[Option<usize>],
    rows: &mut Rows,
    emit: &mut Emit<'_>,
) -> Result<u64, SourceError> {
    let mut count = 0;
    while let Some(parcel) = parcels.blocking_recv() {
        for row in parcel?.rows() {
            push(row, forms, places, rows);
            count += 1;
            if rows.len() >= CHUNK_ROWS || count % 64 == 0 && rows.size_bytes() >= CHUNK_BYTES {
                emit(rows.take()?)?;
            }
        }
    }
    if !rows.is_empty() {
        emit(rows.take()?)?;
    }
    Ok(count)
}

/// An identifier between backticks.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Connects, encrypted as the server's settings say.
///
/// # Errors
/// When the server cannot be reached, or refuses the user.
pub(crate) async fn connect(server: &Server) -> Result<Conn, SourceError> {
    let address = &server.address;
    let mut options = OptsBuilder::default()
        .user(Some(&address.user))
        .db_name(Some(&address.database))
        .pass(server.password.as_ref().map(|password| password.reveal()))
        .prefer_socket(false)
        .tcp_keepalive(Some(CONNECT_TIMEOUT))
        .stmt_cache_size(0);
    options = if address.is_socket() {
        options.socket(Some(&address.host))
    } else {
        options.ip_or_hostname(address.host.trim_start_matches('[').trim_end_matches(']'))
    };
    if let Some(port) = address.port {
        options = options.tcp_port(port);
    }
    match server.tls {
        Tls::Disable => {}
        Tls::Require => {
            let trusting = SslOpts::default()
                .with_danger_accept_invalid_certs(true)
                .with_danger_skip_domain_validation(true);
            options = options.ssl_opts(trusting);
        }
        Tls::VerifyFull => {
            let roots = tls::authorities(server)?;
            let roots = roots.into_iter().map(|root| root.to_vec().into()).collect();
            let strict =
                SslOpts::default().with_disable_built_in_roots(true).with_root_certs(roots);
            options = options.ssl_opts(strict);
        }
    }
    let limit = CONNECT_TIMEOUT.min(server.patience);
    match tokio::time::timeout(limit, Conn::new(options)).await {
        Ok(connected) => connected.map_err(|error| server.unreachable(error)),
        Err(_) => Err(server.failed(format!("no connection within {} s", limit.as_secs()))),
    }
}
