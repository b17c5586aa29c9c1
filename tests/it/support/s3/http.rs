//! How does the S3 stub read a request and write an answer?

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// A request as it came.
pub struct Request {
    pub method: String,
    /// as sent, still encoded
    pub path: String,
    /// decoded pairs, in the order sent
    pub query: Vec<(String, String)>,
    /// names in lower case
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The bucket and the key, decoded.
    pub fn place(&self) -> (String, String) {
        let path = decode(self.path.trim_start_matches('/'));
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        (bucket.to_owned(), key.to_owned())
    }
}

/// An answer to be sent.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// the length to say where it is not that of the body, as for HEAD
    pub length: Option<usize>,
}

impl Answer {
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), length: None }
    }

    pub fn xml(status: u16, text: String) -> Self {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        Self { body: format!("{head}{text}").into_bytes(), ..Self::new(status) }
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self::xml(status, format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Reads the next request of a connection; nothing when it has ended.
pub fn read(stream: &mut TcpStream, rest: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let (mut request, length, head) = loop {
        if let Some(parsed) = parse(rest) {
            break parsed;
        }
        if fill(stream, rest)? == 0 {
            return Ok(None);
        }
    };
    while rest.len() < head + length {
        if fill(stream, rest)? == 0 {
            return Ok(None);
        }
    }
    request.body = rest[head..head + length].to_vec();
    rest.drain(..head + length);
    Ok(Some(request))
}

fn fill(stream: &mut TcpStream, rest: &mut Vec<u8>) -> io::Result<usize> {
    let mut buffer = [0; 1 << 16];
    let count = stream.read(&mut buffer)?;
    rest.extend_from_slice(&buffer[..count]);
    Ok(count)
}

/// The request's head, the length of its body, and where that begins.
fn parse(bytes: &[u8]) -> Option<(Request, usize, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).expect("well-formed HTTP") else {
        return None;
    };
    let target = parsed.path.unwrap().to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
    };
    let headers: Vec<(String, String)> = parsed
        .headers
        .iter()
        .map(|header| {
            let value = String::from_utf8(header.value.to_vec()).unwrap();
            (header.name.to_ascii_lowercase(), value)
        })
        .collect();
    let request = Request {
        method: parsed.method.unwrap().to_owned(),
        path: path.to_owned(),
        query: pairs.map(pair).collect(),
        headers,
        body: Vec::new(),
    };
    assert!(request.header("transfer-encoding").is_none(), "the client says how long bodies are");
    let length = request.header("content-length").map_or(0, |text| text.parse().unwrap());
    Some((request, length, head))
}

/// Sends an answer, of its body only so many bytes.
pub fn write(stream: &mut TcpStream, answer: &Answer, sent: usize) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Answer\r\n", answer.status);
    let length = answer.length.unwrap_or(answer.body.len());
    head.push_str(&format!("content-length: {length}\r\n"));
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&answer.body[..sent.min(answer.body.len())]);
    stream.write_all(&bytes)
}

/// Undoes percent-encoding.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match (bytes[at], digits.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap()
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(byte.into());
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
