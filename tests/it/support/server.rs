//! How does a private server of a test run, and end with the test whatever happens to it?

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The password of the servers' users. It must show nowhere, so nothing else contains it.
pub const PASSWORD: &str = "quince&marrow %27'\"42";

/// How long a server may take to answer on a busy machine.
const START_DEADLINE: Duration = Duration::from_secs(120);

/// Runs a server, waits for the end of its own input, which comes when the test's process ends or
/// dies, and takes everything away. Where this shell is killed itself, the kernel kills the server.
const WATCH: &str = r#"
folder="$1" signal="$2"; shift 2
"$@" >>"$folder/log" 2>&1 &
echo $! >"$folder/server.pid"
cat >/dev/null
kill -"$signal" $!
wait
[ -e "$folder/keep" ] || rm -rf "$folder"
"#;

/// Whether a server speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Offered,
    Absent,
}

/// A server in a folder of its own, which goes with it.
pub struct Server {
    folder: PathBuf,
    /// what the server understands as "end at once"
    signal: &'static str,
    command: Vec<OsString>,
    watch: Mutex<Child>,
}

impl Server {
    /// Starts a server whose data lie in `folder`.
    pub fn start(folder: PathBuf, signal: &'static str, command: Vec<OsString>) -> Self {
        let watch = Mutex::new(watch(&folder, signal, &command));
        Self { folder, signal, command, watch }
    }

    /// Where its data, its socket and its log lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        let path = self.folder.join("server.pid");
        let begin = Instant::now();
        loop {
            let text = fs::read_to_string(&path).unwrap_or_default();
            if let Ok(pid) = text.trim().parse() {
                return pid;
            }
            assert!(begin.elapsed() < START_DEADLINE, "no process in {}", path.display());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the server answers.
    pub fn wait_until(&self, is_ready: impl Fn() -> bool) {
        let begin = Instant::now();
        while !is_ready() {
            let is_late = begin.elapsed() > START_DEADLINE;
            assert!(!is_late && is_running(self.pid()), "no server: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_else(|error| error.to_string())
    }

    /// Kills the server at once, as a fallen machine would, and starts it on the same data.
    pub fn crash(&self) {
        kill("KILL", self.pid());
        fs::write(self.folder.join("keep"), "").unwrap();
        self.end();
        fs::remove_file(self.folder.join("keep")).unwrap();
        fs::remove_file(self.folder.join("server.pid")).unwrap();
        *self.watch.lock().unwrap() = watch(&self.folder, self.signal, &self.command);
    }

    /// The process that watches the server.
    pub fn watcher(&self) -> u32 {
        self.watch.lock().unwrap().id()
    }

    fn end(&self) {
        let mut watch = self.watch.lock().unwrap();
        drop(watch.stdin.take());
        watch.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn watch(folder: &Path, signal: &str, command: &[OsString]) -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", WATCH, "watch"]).arg(folder).arg(signal);
    // The kernel's signal follows the death of the thread that started a process; a shell has one.
    shell.args(["setpriv", "--pdeathsig", "KILL"]).args(command);
    // An interrupt from the keyboard is for the tests; the server's end follows theirs.
    shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().unwrap()
}

/// Sends a signal to a process.
pub fn kill(signal: &str, pid: u32) {
    let arguments = [format!("-{signal}"), pid.to_string()];
    Command::new("kill").args(arguments).stderr(Stdio::null()).status().unwrap();
}

/// Whether a process runs; one that ended and waits to be noticed does not.
pub fn is_running(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

/// A new folder for a server; the server's end deletes it.
pub fn folder(name: &str) -> PathBuf {
    tempfile::Builder::new().prefix(&format!("patron-{name}-")).tempdir().unwrap().keep()
}

/// A port of the loopback that nobody listens at, below those that the kernel gives to clients.
pub fn free_port() -> u16 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    for _ in 0..1000 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed) + u64::from(std::process::id()) * 7919;
        let port = 12_000 + u16::try_from(number % 18_000).unwrap();
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return port,
            Err(error) => assert_eq!(error.kind(), ErrorKind::AddrInUse, "{error}"),
        }
    }
    panic!("every port is taken")
}

/// The first of several places that exists.
pub fn program(name: &str, folders: &[PathBuf]) -> PathBuf {
    let searched = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::split_paths(&searched).chain(["/usr/sbin".into(), "/sbin".into()]);
    let mut places = folders.iter().cloned().chain(path).map(|folder| folder.join(name));
    places.find(|place| place.is_file()).unwrap_or_else(|| {
        panic!("there is no {name}; tests/run installs it, or apt-get install its package")
    })
}

/// Runs a program to its end with an input; gives what it printed.
pub fn run(command: &mut Command, input: &str) -> String {
    let output = try_run(command, input);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}\n{input:.2000}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// As [`run`], however it ends.
pub fn try_run(command: &mut Command, input: &str) -> Output {
    use std::io::Write;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let bytes = input.as_bytes().to_vec();
    // A program that ends early reads no more; its own message says why.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// What a program printed, or what it complained of.
pub fn answer(output: &Output) -> Result<String, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Makes an authority and a certificate for the loopback in a folder: `ca.pem`, `server.pem`,
/// `server.key`; and `other.pem`, an authority that signed nothing.
pub fn certify(folder: &Path) {
    let openssl = |line: &str| {
        run(Command::new("openssl").args(line.split(' ')).current_dir(folder), "");
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 30 -subj /CN=authority"));
    openssl(&format!("req -x509 {key} -keyout other.key -out other.pem -days 30 -subj /CN=other"));
    openssl(&format!("req -new {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n";
    fs::write(folder.join("names"), names).unwrap();
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
         -extfile names -out server.pem",
    );
}
