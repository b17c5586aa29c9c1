//! Which files and folders were on disk, by a trace of system calls, before a certain call?

use std::collections::BTreeMap;

/// One system call; `start` and `end` are places in the trace, so that calls of threads that
/// overlap are told apart.
#[derive(Debug, Clone)]
struct Call {
    name: String,
    arguments: String,
    result: String,
    start: usize,
    end: usize,
}

/// When something began and was done.
type Span = (usize, usize);

/// What a trace tells of files and folders.
#[derive(Debug, Default)]
pub struct Trace {
    /// path -> the file it names
    files: BTreeMap<String, usize>,
    /// file -> end of its last write
    written: BTreeMap<usize, usize>,
    /// file -> its syncs
    synced: BTreeMap<usize, Vec<Span>>,
    /// path -> when the name was made, be it of a file or of a folder
    made: BTreeMap<String, Span>,
    /// folder -> its syncs
    folders_synced: BTreeMap<String, Vec<Span>>,
    /// begin of the last exit
    exited: usize,
}

/// The calls that the trace must hold.
pub const CALLS: &str = "trace=open,openat,creat,write,pwrite64,writev,pwritev,copy_file_range,\
    sendfile,ftruncate,fsync,fdatasync,link,linkat,rename,renameat,renameat2,mkdir,mkdirat,\
    exit_group";

/// Reads what `strace -f -y -o` wrote.
pub fn read(text: &str) -> Trace {
    let mut trace = Trace::default();
    let mut calls = calls(text);
    calls.sort_by_key(|call| call.end);
    for call in &calls {
        trace.take(call);
    }
    trace
}

fn calls(text: &str) -> Vec<Call> {
    let mut open: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let Some((process, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            open.insert(process, (place, begun.to_owned()));
            continue;
        }
        let (start, whole) = match rest.strip_prefix("<... ") {
            Some(resumed) => {
                let Some((start, begun)) = open.remove(process) else { continue };
                let tail = resumed.split_once("resumed>").map_or("", |(_, tail)| tail);
                (start, begun + tail)
            }
            None => (place, rest.to_owned()),
        };
        found.extend(call(&whole, start, place));
    }
    found
}

fn call(text: &str, start: usize, end: usize) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ").unwrap_or((rest, "0"));
    Some(Call {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        result: result.to_owned(),
        start,
        end,
    })
}

/// The texts in quotes: the paths of a call.
fn quoted(arguments: &str) -> Vec<&str> {
    arguments.split('"').skip(1).step_by(2).collect()
}

/// The path of the first descriptor: `7</a/b>`.
fn descriptor(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('<')?;
    Some(rest.split_once('>')?.0.trim_end_matches(" (deleted)"))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

impl Trace {
    fn take(&mut self, call: &Call) {
        if call.name == "exit_group" {
            self.exited = self.exited.max(call.start);
        }
        if call.result.starts_with('-') {
            return;
        }
        let span = (call.start, call.end);
        match call.name.as_str() {
            "open" | "openat" | "creat" => self.opened(call, span),
            "write" | "pwrite64" | "writev" | "pwritev" | "ftruncate" => {
                self.wrote(descriptor(&call.arguments), call.end);
            }
            "copy_file_range" => {
                let target = call.arguments.split(',').nth(2);
                self.wrote(target.and_then(descriptor), call.end);
            }
            "sendfile" => self.wrote(descriptor(&call.arguments), call.end),
            "fsync" | "fdatasync" => self.sync(call, span),
            "link" | "linkat" | "rename" | "renameat" | "renameat2" => {
                let [from, to] = quoted(&call.arguments)[..] else { return };
                let file = self.file(from);
                self.files.insert(to.to_owned(), file);
                self.made.insert(to.to_owned(), span);
            }
            "mkdir" | "mkdirat" => {
                let path = quoted(&call.arguments)[0].trim_end_matches('/');
                self.made.insert(path.to_owned(), span);
            }
            _ => {}
        }
    }

    fn file(&mut self, path: &str) -> usize {
        let next = self.files.len();
        *self.files.entry(path.to_owned()).or_insert(next)
    }

    fn opened(&mut self, call: &Call, span: Span) {
        let creates = call.name == "creat" || call.arguments.contains("O_CREAT");
        let Some(path) = descriptor(&call.result) else { return };
        if creates && !self.files.contains_key(path) {
            self.file(path);
            self.made.insert(path.to_owned(), span);
        }
        if call.arguments.contains("O_TRUNC") {
            self.wrote(Some(path), call.end);
        }
    }

    fn wrote(&mut self, path: Option<&str>, end: usize) {
        if let Some(path) = path.filter(|path| path.starts_with('/')) {
            let file = self.file(path);
            self.written.insert(file, end);
        }
    }

    fn sync(&mut self, call: &Call, span: Span) {
        let Some(path) = descriptor(&call.arguments) else { return };
        match self.files.get(path) {
            Some(&file) => self.synced.entry(file).or_default().push(span),
            None => self.folders_synced.entry(path.to_owned()).or_default().push(span),
        }
    }

    /// When a name was made in this trace.
    pub fn made(&self, path: &str) -> Option<Span> {
        self.made.get(path).copied()
    }

    /// What of a file was not certainly on disk before a place in the trace: its content since the
    /// last write, its name, and the names of the folders above it up to `root`.
    pub fn missing(&self, path: &str, root: &str, before: usize) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(file) = self.files.get(path)
            && let Some(&written) = self.written.get(file)
        {
            let synced = self.synced.get(file).into_iter().flatten();
            if !synced.clone().any(|(start, end)| *start > written && *end < before) {
                faults.push(format!("{path}: not synced after its last write"));
            }
        }
        let mut name = path;
        while name.len() > root.len() {
            let folder = parent(name);
            if let Some((_, made)) = self.made(name)
                && !self.is_folder_synced(folder, made, before)
            {
                faults.push(format!("{folder}: not synced after `{name}` was made in it"));
            }
            name = folder;
        }
        faults
    }

    /// Whether a folder was synced between two places of the trace.
    pub fn is_folder_synced(&self, folder: &str, after: usize, before: usize) -> bool {
        let mut synced = self.folders_synced.get(folder).into_iter().flatten();
        synced.any(|(start, end)| *start > after && *end < before)
    }

    /// Where the program ended.
    pub fn exited(&self) -> usize {
        self.exited
    }
}

#[cfg(test)]
const SAMPLE: &str = r#"1 mkdir("/d/files", 0777) = 0
1 openat(AT_FDCWD</d>, "/d/tmp/a", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3</d/tmp/a>
2 write(3</d/tmp/a>, ""..., 10 <unfinished ...>
1 fsync(4</d>) = 0
2 <... write resumed>) = 10
2 fsync(3</d/tmp/a>) = 0
1 link("/d/tmp/a", "/d/files/a") = 0
1 openat(AT_FDCWD</d>, "/d/files", O_RDONLY|O_CLOEXEC) = 5</d/files>
1 fsync(5</d/files>) = 0
1 linkat(AT_FDCWD</d>, "/d/tmp/r", AT_FDCWD</d>, "/d/releases/1.json", 0) = 0
1 exit_group(0) = ?
"#;

#[test]
fn a_complete_trace_misses_nothing() {
    let trace = read(SAMPLE);
    let (published, _) = trace.made("/d/releases/1.json").unwrap();
    assert_eq!(trace.missing("/d/files/a", "/d", published), Vec::<String>::new());
    assert!(trace.exited() > published);
}

#[test]
fn each_forgotten_sync_is_noticed() {
    let forgotten = ["fsync(4</d>) = 0", "fsync(3</d/tmp/a>) = 0", "fsync(5</d/files>) = 0"];
    for line in forgotten {
        assert!(SAMPLE.contains(line));
        let trace = read(&SAMPLE.replace(line, "getpid() = 1"));
        let (published, _) = trace.made("/d/releases/1.json").unwrap();
        assert_eq!(trace.missing("/d/files/a", "/d", published).len(), 1, "{line}");
    }
}
