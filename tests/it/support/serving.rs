//! How does a test run the real server and ask it, byte by byte where it must?

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::binary::patron;

/// No answer of a test takes longer.
const WAIT: Duration = Duration::from_secs(60);

/// A server in a process of its own, told to end when this is dropped.
pub struct Serving {
    child: Child,
    /// where it listens
    pub address: SocketAddr,
}

impl Serving {
    /// A server of a project, as soon as it says that it is ready.
    pub fn of(root: &Path, arguments: &[&str]) -> Self {
        Self::within(root, arguments, &[])
    }

    /// The same, with variables of its environment.
    pub fn within(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let listen: &[&str] = match arguments.contains(&"--listen") {
            true => &["serve"],
            false => &["serve", "--listen", "127.0.0.1:0"],
        };
        let mut command = patron(root);
        command.args(listen).args(arguments).envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("READY ");
        let address = address.and_then(|address| address.split_once("://"));
        let (_, address) = address.unwrap_or_else(|| panic!("no READY line: `{line}`"));
        Self { address: address.parse().unwrap(), child }
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The answer to a POST of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        let json = [("Content-Type", "application/json")];
        self.ask("POST", path, &json, body.to_string().as_bytes())
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream.set_write_timeout(Some(WAIT)).unwrap();
        stream
    }

    /// The answer to a request whose connection ends with it.
    pub fn ask(&self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(&self.request(method, path, more, body)).unwrap();
        Reply::read(stream, method)
    }

    /// The bytes of a request; its own `Host` unless another one is given.
    pub fn request(&self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !more.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        for (name, value) in more {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }

    /// The answer to a GET.
    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], b"")
    }

    /// The JSON of a GET that has an answer.
    pub fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    /// Tells it to end.
    pub fn terminate(&self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
    }

    /// Waits for its end.
    pub fn ended(mut self) -> ExitStatus {
        self.wait().expect("the server ends when it is told to")
    }

    fn wait(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < WAIT {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            self.terminate();
            if self.wait().is_none() {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
        }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// its status
    pub status: u16,
    headers: Vec<(String, String)>,
    /// its body
    pub body: Vec<u8>,
    /// whether the body has its end
    pub is_whole: bool,
}

impl Reply {
    /// Reads an answer to the end of its connection.
    pub fn read(mut stream: TcpStream, method: &str) -> Self {
        let mut bytes = Vec::new();
        // A connection that is cut off is an error of reading; what came before it counts.
        let _ = stream.read_to_end(&mut bytes);
        Self::parse(&bytes, method)
            .unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&bytes)))
    }

    /// An answer; nothing where its head is not whole.
    pub fn parse(bytes: &[u8], method: &str) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(bytes).unwrap() else { return None };
        let text = |header: &httparse::Header<'_>| {
            let value = String::from_utf8(header.value.to_vec()).unwrap();
            (header.name.to_ascii_lowercase(), value)
        };
        let status = head.code.unwrap();
        let headers: Vec<_> = head.headers.iter().map(text).collect();
        let mut reply = Self { status, headers, body: Vec::new(), is_whole: false };
        let rest = &bytes[length..];
        let stated = reply.header("content-length").map(|length| length.parse::<usize>().unwrap());
        (reply.body, reply.is_whole) = if method == "HEAD" || status == 304 {
            (rest.to_vec(), rest.is_empty())
        } else if reply.header("transfer-encoding") == Some("chunked") {
            unchunked(rest)
        } else {
            (rest.to_vec(), stated.is_none_or(|stated| stated == rest.len()))
        };
        Some(reply)
    }

    /// A header; nothing where there is none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none() || name == "vary", "`{name}` stands twice");
        first
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        assert!(self.is_whole, "the answer is cut off");
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// The bytes of chunks, and whether the last one came.
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Ok(httparse::Status::Complete((begin, length))) = httparse::parse_chunk_size(rest) {
        if length == 0 {
            return (body, true);
        }
        let end = begin + usize::try_from(length).unwrap();
        let Some(chunk) = rest.get(begin..end) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 2..).unwrap_or_default();
    }
    (body, false)
}
