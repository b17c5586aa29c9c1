//! What does the S3 stub do with a request?

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use super::http::{Answer, Request};

/// An object.
#[derive(Clone)]
pub struct Stored {
    pub bytes: Vec<u8>,
    pub e_tag: String,
    pub modified: DateTime<Utc>,
}

/// All objects of the one bucket, and the uploads that are not complete.
#[derive(Default)]
pub struct Objects {
    pub all: BTreeMap<String, Stored>,
    uploads: BTreeMap<String, BTreeMap<usize, Vec<u8>>>,
    begun: usize,
}

/// How the stub behaves.
#[derive(Clone, Copy)]
pub struct Habits {
    /// objects of a page of a listing
    pub page: usize,
    /// overwrite whatever a request says
    pub ignores_conditions: bool,
}

pub fn e_tag(bytes: &[u8]) -> String {
    format!("\"{}\"", &hex::encode(Sha256::digest(bytes))[..32])
}

impl Objects {
    pub fn answer(&mut self, request: &Request, habits: Habits, now: DateTime<Utc>) -> Answer {
        let (_, key) = request.place();
        match request.method.as_str() {
            "GET" if key.is_empty() => self.list(request, habits.page),
            "GET" | "HEAD" => self.get(request, &key),
            "PUT" if request.query("uploadId").is_some() => self.part(request),
            "PUT" => self.put(request, &key, habits, now),
            "POST" if request.query("delete").is_some() => self.delete(&request.body),
            "POST" if request.query("uploads").is_some() => {
                self.begun += 1;
                let id = format!("upload-{}", self.begun);
                self.uploads.insert(id.clone(), BTreeMap::new());
                let id = format!("<UploadId>{id}</UploadId>");
                let result = "InitiateMultipartUploadResult";
                Answer::xml(200, format!("<{result}>{id}</{result}>"))
            }
            "POST" => self.complete(request, key, habits, now),
            "DELETE" => {
                match request.query("uploadId") {
                    Some(id) => drop(self.uploads.remove(id)),
                    None => drop(self.all.remove(&key)),
                }
                Answer::new(204)
            }
            _ => Answer::error(405, "MethodNotAllowed"),
        }
    }

    pub fn unfinished(&self) -> usize {
        self.uploads.len()
    }

    fn get(&self, request: &Request, key: &str) -> Answer {
        let Some(stored) = self.all.get(key) else { return Answer::error(404, "NoSuchKey") };
        if request.header("if-match").is_some_and(|wanted| wanted != stored.e_tag) {
            return Answer::error(412, "PreconditionFailed");
        }
        let size = stored.bytes.len();
        let mut answer = Answer::new(200);
        answer.body = stored.bytes.clone();
        if let Some(range) = request.header("range") {
            let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
            if from >= size {
                return Answer::error(416, "InvalidRange");
            }
            let end = (to + 1).min(size);
            answer =
                Answer::new(206).with("content-range", format!("bytes {from}-{}/{size}", end - 1));
            answer.body = stored.bytes[from..end].to_vec();
        }
        if request.method == "HEAD" {
            answer.length = Some(answer.body.len());
            answer.body.clear();
        }
        let modified = stored.modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        answer.with("etag", stored.e_tag.clone()).with("last-modified", modified)
    }

    fn put(&mut self, request: &Request, key: &str, habits: Habits, now: DateTime<Utc>) -> Answer {
        if let Some(refused) = self.refuses(request, key, habits) {
            return refused;
        }
        let bytes = request.body.clone();
        let e_tag = e_tag(&bytes);
        let stored = Stored { bytes, e_tag: e_tag.clone(), modified: now };
        self.all.insert(key.to_owned(), stored);
        Answer::new(200).with("etag", e_tag)
    }

    /// The answer to a write whose condition does not hold.
    fn refuses(&self, request: &Request, key: &str, habits: Habits) -> Option<Answer> {
        if habits.ignores_conditions {
            return None;
        }
        let there = self.all.get(key);
        let is_new = request.header("if-none-match") == Some("*");
        if is_new && there.is_some() {
            return Some(Answer::error(412, "PreconditionFailed"));
        }
        match (request.header("if-match"), there) {
            (Some(_), None) => Some(Answer::error(404, "NoSuchKey")),
            (Some(wanted), Some(there)) if wanted != there.e_tag => {
                Some(Answer::error(412, "PreconditionFailed"))
            }
            _ => None,
        }
    }

    fn part(&mut self, request: &Request) -> Answer {
        let upload = self.uploads.get_mut(request.query("uploadId").unwrap());
        let Some(upload) = upload else { return Answer::error(404, "NoSuchUpload") };
        let number = request.query("partNumber").unwrap().parse().unwrap();
        upload.insert(number, request.body.clone());
        Answer::new(200).with("etag", e_tag(&request.body))
    }

    fn complete(
        &mut self,
        request: &Request,
        key: String,
        habits: Habits,
        now: DateTime<Utc>,
    ) -> Answer {
        if let Some(refused) = self.refuses(request, &key, habits) {
            return refused;
        }
        let id = request.query("uploadId").unwrap();
        let Some(upload) = self.uploads.remove(id) else {
            return Answer::error(404, "NoSuchUpload");
        };
        let text = String::from_utf8(request.body.clone()).unwrap();
        let mut bytes = Vec::new();
        for ((number, part), stated) in upload.iter().zip(between(&text, "PartNumber")) {
            assert_eq!(stated, number.to_string(), "every part is named, in order");
            bytes.extend_from_slice(part);
        }
        assert_eq!(between(&text, "ETag").len(), upload.len(), "no part is left out");
        let e_tag = e_tag(&bytes).replace("\"", "");
        let e_tag = format!("\"{e_tag}-{}\"", upload.len());
        let escaped = escape(&e_tag);
        self.all.insert(key, Stored { bytes, e_tag, modified: now });
        let result = "CompleteMultipartUploadResult";
        Answer::xml(200, format!("<{result}><ETag>{escaped}</ETag></{result}>"))
    }

    fn delete(&mut self, body: &[u8]) -> Answer {
        let text = String::from_utf8(body.to_vec()).unwrap();
        let mut deleted = String::new();
        for key in between(&text, "Key") {
            self.all.remove(&unescape(&key));
            deleted.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
        }
        Answer::xml(200, format!("<DeleteResult>{deleted}</DeleteResult>"))
    }

    fn list(&self, request: &Request, page: usize) -> Answer {
        let prefix = request.query("prefix").unwrap_or_default();
        let after = request.query("continuation-token").unwrap_or_default();
        let asked = request.query("max-keys").map_or(page, |text| text.parse().unwrap());
        let mut text = String::new();
        let (mut count, mut last, mut token) = (0, String::new(), String::new());
        for (key, stored) in self.all.range(prefix.to_owned()..) {
            let Some(rest) = key.strip_prefix(prefix) else { break };
            let folder = request
                .query("delimiter")
                .and_then(|delimiter| rest.split_once(delimiter))
                .map(|(folder, _)| format!("{prefix}{folder}/"));
            let name = folder.clone().unwrap_or_else(|| key.clone());
            if name.as_str() <= after || name == last {
                continue;
            }
            if count == asked.min(page) {
                token = format!("<NextContinuationToken>{}</NextContinuationToken>", escape(&last));
                break;
            }
            count += 1;
            match folder {
                Some(folder) => text.push_str(&format!(
                    "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
                    escape(&folder)
                )),
                None => text.push_str(&format!(
                    "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag>\
                     <Size>{}</Size></Contents>",
                    escape(key),
                    stored.modified.to_rfc3339_opts(SecondsFormat::Millis, true),
                    escape(&stored.e_tag),
                    stored.bytes.len()
                )),
            }
            last = name;
        }
        Answer::xml(200, format!("<ListBucketResult>{text}{token}</ListBucketResult>"))
    }
}

/// The texts between the tags of a name.
fn between(text: &str, tag: &str) -> Vec<String> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let inner = text.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap());
    inner.map(str::to_owned).collect()
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}
