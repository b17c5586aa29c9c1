//! What is counted, and how is that told to Prometheus (text format 0.0.4)?

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper ends of the buckets of times, in milliseconds.
const BUCKETS_MS: [u64; 10] = [5, 20, 50, 100, 250, 500, 1_000, 2_500, 10_000, 60_000];

/// How often each kind of request was answered how soon.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    requests: Mutex<BTreeMap<Request, Times>>,
    connections: AtomicU64,
    refused_connections: AtomicU64,
    refused_questions: AtomicU64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, Copy, Default)]
struct Times {
    count: u64,
    total: Duration,
    buckets: [u64; BUCKETS_MS.len()],
}

impl Metrics {
    /// Counts a request by its route, not by its address: there are few of those.
    pub(super) fn count(&self, route: &str, method: &str, status: u16, took: Duration) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method).unwrap_or("other");
        let request = Request { route: route.to_owned(), method, status };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let times = requests.entry(request).or_default();
        times.count += 1;
        times.total += took;
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        for (bucket, end) in times.buckets.iter_mut().zip(BUCKETS_MS) {
            *bucket += u64::from(ms <= end);
        }
    }

    /// Counts a connection that begins.
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that ends.
    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn count_refused_connection(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_refused_question(&self) {
        self.refused_questions.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted, as text.
    pub(super) fn text(&self) -> String {
        let mut text = Text::default();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        text.head("patron_http_request_seconds", "histogram", "How long requests took.");
        for (request, times) in &requests {
            let status = request.status.to_string();
            let labels = [
                ("route", request.route.as_str()),
                ("method", request.method),
                ("status", status.as_str()),
            ];
            for (count, end) in times.buckets.iter().zip(BUCKETS_MS) {
                let end = seconds(Duration::from_millis(end));
                let labels = [&labels[..], &[("le", end.as_str())]].concat();
                text.line("patron_http_request_seconds_bucket", &labels, &count.to_string());
            }
            let count = times.count.to_string();
            let all = [&labels[..], &[("le", "+Inf")]].concat();
            text.line("patron_http_request_seconds_bucket", &all, &count);
            text.line("patron_http_request_seconds_sum", &labels, &seconds(times.total));
            text.line("patron_http_request_seconds_count", &labels, &count);
        }
        let counters = [
            ("patron_connections", "gauge", "Connections that are open.", &self.connections),
            (
                "patron_connections_refused_total",
                "counter",
                "Connections beyond the limit.",
                &self.refused_connections,
            ),
            (
                "patron_questions_refused_total",
                "counter",
                "Questions that found no turn in time.",
                &self.refused_questions,
            ),
        ];
        for (name, kind, help, value) in counters {
            text.head(name, kind, help);
            text.line(name, &[], &value.load(Ordering::Relaxed).to_string());
        }
        text.0
    }
}

/// A duration as a number of seconds.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}

/// Lines in the format of Prometheus.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

impl Text {
    /// What a metric is.
    pub(super) fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text never fails.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One value of it.
    pub(super) fn line(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let escaped =
            |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let labels: Vec<String> =
            labels.iter().map(|(key, text)| format!("{key}=\"{}\"", escaped(text))).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_all_buckets_that_hold_them() {
        let metrics = Metrics::default();
        metrics.count("/a\"b", "GET", 200, Duration::from_millis(30));
        metrics.count("/a\"b", "GET", 200, Duration::from_secs(90));
        metrics.count("none", "BREW", 404, Duration::ZERO);
        let text = metrics.text();
        let labels = "route=\"/a\\\"b\",method=\"GET\",status=\"200\"";
        for (end, count) in [("0.020000", 0), ("0.050000", 1), ("60.000000", 1), ("+Inf", 2)] {
            let line = format!("_bucket{{{labels},le=\"{end}\"}} {count}\n");
            assert!(text.contains(&line), "{line}{text}");
        }
        assert!(text.contains(&format!("_sum{{{labels}}} 90.030000\n")), "{text}");
        assert!(text.contains("route=\"none\",method=\"other\",status=\"404\""), "{text}");
    }
}
