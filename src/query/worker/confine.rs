//! What does an answering process take from itself before it reads a byte?
//!
//! The system holds the limits, so no mistake of ours or of the engine's goes past them: memory
//! that is refused aborts the process, processor time and files that grow too large kill it. Calls
//! that a question never needs are refused: a socket (where the warehouse lies in a folder), a
//! program, a process, another process's memory.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::task::Bounds;

/// Files and pipes that may be open: merging what was spilled opens many at once.
const OPEN_FILES: u64 = 1_024;
/// Bytes that one file may have beyond what may be spilled, so that the engine's own count speaks
/// first.
const FILE_SLACK_BYTES: u64 = 64 << 20;
/// Seconds of processor time between the signal that says why a process ends and the one that only
/// ends it.
const CPU_GRACE_SECONDS: u64 = 5;

/// How much lower its priority is than that of the process that asks, which answers dashboards
/// meanwhile; a refresh has a still lower one.
const NICENESS: i32 = 5;

/// What a process takes from itself; it is handed over when the process is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// bytes of addresses
    pub address_space_bytes: u64,
    /// seconds of processor time
    pub cpu_seconds: u64,
    /// bytes of one file
    pub file_bytes: u64,
    /// whether it may open sockets, since the warehouse lies in a bucket
    pub has_network: bool,
    /// the folder that is its own, for what it spills
    pub spill_dir: PathBuf,
}

/// Why a process could not be confined; it then answers nothing.
#[derive(Debug, Error)]
pub enum ConfineError {
    /// the system refused a limit
    #[error("a limit cannot be set")]
    Limit(#[from] rustix::io::Errno),
    /// the system refused to refuse calls
    #[error("system calls cannot be refused")]
    Calls(#[from] seccompiler::Error),
    /// the filter of calls is wrong
    #[error("the filter of system calls cannot be made")]
    Filter(#[from] seccompiler::BackendError),
}

impl Confinement {
    /// What belongs to the bounds of a question.
    pub fn of(bounds: &Bounds, spill_dir: PathBuf, has_network: bool) -> Self {
        Self {
            address_space_bytes: bounds.address_space_bytes,
            cpu_seconds: bounds.cpu_seconds,
            file_bytes: bounds.spill_bytes.saturating_add(FILE_SLACK_BYTES),
            has_network,
            spill_dir,
        }
    }

    /// Sets all limits on this process and every thread that it will start.
    ///
    /// # Errors
    /// When the system refuses one of them.
    pub fn take_hold(&self) -> Result<(), ConfineError> {
        limit(Resource::Core, 0, 0)?;
        limit(Resource::As, self.address_space_bytes, 0)?;
        limit(Resource::Cpu, self.cpu_seconds, CPU_GRACE_SECONDS)?;
        limit(Resource::Fsize, self.file_bytes, 0)?;
        limit(Resource::Nofile, OPEN_FILES, 0)?;
        setpriority_process(None, NICENESS)?;
        be_killed_first();
        refuse_calls(self.has_network)
    }
}

fn limit(resource: Resource, most: u64, grace: u64) -> Result<(), ConfineError> {
    let maximum = Some(most.saturating_add(grace));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum })?)
}

/// Where memory of the whole machine ends, this process goes before the one that asked. Where the
/// system has no such wish, nothing is lost.
fn be_killed_first() {
    let _: io::Result<()> = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Calls that no question needs.
const NEVER: &[i64] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_io_uring_setup,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_bpf,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];

/// Calls that only a warehouse in a bucket needs.
const NETWORK: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
];

/// Refuses calls to this process, for ever.
fn refuse_calls(has_network: bool) -> Result<(), ConfineError> {
    let network: &[i64] = if has_network { &[] } else { NETWORK };
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> =
        NEVER.iter().chain(network).map(|call| (*call, Vec::new())).collect();
    // A thread is a process that shares all; what shares less is refused.
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let is_process = SeccompCmpOp::MaskedEq(thread);
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, is_process, 0)?;
    refused.insert(libc::SYS_clone, vec![SeccompRule::new(vec![condition])?]);
    apply(refused, libc::EPERM)?;
    // The arguments of the newer call cannot be looked at; without it, the library takes the older.
    apply([(libc::SYS_clone3, Vec::new())].into(), libc::ENOSYS)
}

fn apply(calls: BTreeMap<i64, Vec<SeccompRule>>, answer: i32) -> Result<(), ConfineError> {
    let refuse = SeccompAction::Errno(answer.unsigned_abs());
    let machine = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, refuse, machine)?;
    let program: BpfProgram = filter.try_into()?;
    Ok(apply_filter(&program)?)
}
