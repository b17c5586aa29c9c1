//! How does a test get an S3-compatible store, also one that misbehaves?
//!
//! A server on the loopback address with one bucket, `bucket`, in memory. Requests are done one
//! after the other, so that conditional writes are atomic.

mod http;
mod objects;
mod sign;

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use patron::bucket::Settings;
use sha2::{Digest, Sha256};

use super::dice::Dice;
use http::{Answer, Request};
use objects::{Habits, Objects, Stored};

/// What may go wrong with a request: an error, two refusals that are lies, an answer that never
/// comes although the request was done, and one that is cut short.
pub const FAULTS: [&str; 5] = ["500", "409", "412", "lost answer", "truncated body"];

/// One request in so many meets a fault.
const ONE_IN: usize = 20;

/// The store, until dropped.
pub struct S3 {
    shared: Arc<Shared>,
    port: u16,
}

struct Shared {
    inner: Mutex<Inner>,
    ends: AtomicBool,
}

struct Inner {
    objects: Objects,
    habits: Habits,
    /// the access key and the secret; without them everybody may do everything
    keys: Option<(&'static str, &'static str)>,
    faults: Option<Dice>,
    ahead: TimeDelta,
    /// method and key of every request, in order
    log: Vec<(String, String)>,
    /// the next answer to a GET of this key is cut short
    cut: Option<String>,
}

impl S3 {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Inner {
            objects: Objects::default(),
            habits: Habits { page: 100, ignores_conditions: false },
            keys: None,
            faults: None,
            ahead: TimeDelta::zero(),
            log: Vec::new(),
            cut: None,
        };
        let shared = Arc::new(Shared { inner: Mutex::new(inner), ends: AtomicBool::new(false) });
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if server.ends.load(Ordering::SeqCst) {
                    return;
                }
                let server = Arc::clone(&server);
                std::thread::spawn(move || serve(&server, stream.unwrap()));
            }
        });
        Self { shared, port }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.shared.inner.lock().unwrap())
    }

    /// Where the store is.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Settings of a part of its bucket, for requests without a signature.
    pub fn settings(&self, prefix: &str) -> Settings {
        settings(&self.endpoint(), prefix)
    }

    /// From now on only requests signed with these keys are done.
    pub fn require(&self, access_key: &'static str, secret_key: &'static str) {
        self.with(|inner| inner.keys = Some((access_key, secret_key)));
    }

    /// From now on conditions of writes are ignored.
    pub fn ignore_conditions(&self) {
        self.with(|inner| inner.habits.ignores_conditions = true);
    }

    /// So many objects a page of a listing.
    pub fn page(&self, page: usize) {
        self.with(|inner| inner.habits.page = page);
    }

    /// From now on one request in twenty meets a fault.
    pub fn misbehave(&self, dice: Dice) {
        self.with(|inner| inner.faults = Some(dice));
    }

    /// No more faults; says how often each was met, and none may never have been.
    pub fn behave(&self) {
        self.with(|inner| inner.faults.take()).expect("it misbehaved").report(&FAULTS);
    }

    /// Moves the store's clock ahead.
    pub fn advance(&self, seconds: i64) {
        self.with(|inner| inner.ahead += TimeDelta::seconds(seconds));
    }

    /// Cuts the next answer to a GET of this key short.
    pub fn cut(&self, key: &str) {
        self.with(|inner| inner.cut = Some(key.to_owned()));
    }

    /// How often a method was used on a key.
    pub fn count(&self, method: &str, key: &str) -> usize {
        let is_it = |(m, k): &&(String, String)| m == method && k == key;
        self.with(|inner| inner.log.iter().filter(is_it).count())
    }

    /// Uploads that were neither completed nor aborted.
    pub fn unfinished(&self) -> usize {
        self.with(|inner| inner.objects.unfinished())
    }

    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let all = self.with(|inner| inner.objects.all.keys().cloned().collect::<Vec<_>>());
        all.into_iter().filter(|key| key.starts_with(prefix)).collect()
    }

    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.with(|inner| inner.objects.all.get(key).map(|stored| stored.bytes.clone()))
    }

    pub fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        self.with(|inner| {
            let modified = inner.now();
            let stored = Stored { e_tag: objects::e_tag(&bytes), bytes, modified };
            inner.objects.all.insert(key.to_owned(), stored);
        });
    }

    pub fn remove(&self, key: &str) {
        self.with(|inner| inner.objects.all.remove(key).expect("it is there"));
    }
}

/// Settings of a part of the bucket of a store, for requests without a signature.
pub fn settings(endpoint: &str, prefix: &str) -> Settings {
    Settings {
        url: format!("s3://bucket/{prefix}"),
        endpoint: Some(endpoint.to_owned()),
        region: None,
        access_key_env: None,
        secret_key_env: None,
        session_token_env: None,
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        // The thread that accepts connections notices with the next one.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Inner {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let (bucket, _) = request.place();
        if let Some((access_key, secret_key)) = self.keys
            && !sign::is_signed(request, access_key, secret_key)
        {
            // Stores repeat in their answer what they were told, the key's id too.
            let told = request.header("authorization").unwrap_or_default();
            let text = format!("<Error><Code>SignatureDoesNotMatch</Code><T>{told}</T></Error>");
            return Answer::xml(403, text);
        }
        let stated = request.header("x-amz-content-sha256").filter(|text| text.len() == 64);
        if stated.is_some_and(|hash| hash != hex::encode(Sha256::digest(&request.body))) {
            return Answer::error(400, "XAmzContentSHA256Mismatch");
        }
        if bucket != "bucket" {
            return Answer::error(404, "NoSuchBucket");
        }
        let now = self.now();
        self.objects.answer(request, self.habits, now)
    }

    /// The answer, and how many bytes of its body are sent; nothing where none is.
    fn misanswer(&mut self, request: &Request) -> (Option<Answer>, usize) {
        let Some(mut dice) = self.faults.take_if(|dice| dice.one_in(ONE_IN)) else {
            return (Some(self.answer(request)), usize::MAX);
        };
        // Every other time the kind that was met least, so that none is left out by chance.
        let fault = if dice.one_in(2) { *dice.pick(&FAULTS) } else { dice.rarest(&FAULTS) };
        let outcome = match fault {
            "500" => {
                // Such an answer says nothing of whether the request was done.
                if dice.one_in(2) {
                    self.answer(request);
                }
                (Some(Answer::error(500, "InternalError")), usize::MAX)
            }
            "409" => (Some(Answer::error(409, "ConditionalRequestConflict")), usize::MAX),
            "412" => (Some(Answer::error(412, "PreconditionFailed")), usize::MAX),
            "lost answer" => {
                self.answer(request);
                (None, 0)
            }
            _ => {
                let answer = self.answer(request);
                let sent = answer.body.len() / 2;
                (Some(answer), sent)
            }
        };
        // A body that is not there cannot be cut short.
        if fault != "truncated body" || outcome.0.as_ref().is_some_and(|a| !a.body.is_empty()) {
            dice.hit(fault);
        }
        self.faults = Some(dice);
        outcome
    }
}

/// Answers the requests of a connection until it ends.
fn serve(shared: &Shared, mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut rest = Vec::new();
    while let Ok(Some(request)) = http::read(&mut stream, &mut rest) {
        if shared.ends.load(Ordering::SeqCst) {
            return;
        }
        let (answer, mut sent) = {
            let mut inner = shared.inner.lock().unwrap();
            let (_, key) = request.place();
            inner.log.push((request.method.clone(), key.clone()));
            let (answer, mut sent) = inner.misanswer(&request);
            if request.method == "GET" && inner.cut.take_if(|cut| *cut == key).is_some() {
                sent = 10;
            }
            (answer, sent)
        };
        let Some(answer) = answer else { break };
        let is_whole = sent >= answer.body.len();
        sent = sent.min(answer.body.len());
        if http::write(&mut stream, &answer, sent).is_err() || !is_whole {
            break;
        }
    }
    // The client may be gone already.
    let _ = stream.shutdown(Shutdown::Both);
}
