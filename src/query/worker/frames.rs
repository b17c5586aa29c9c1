//! How does what is said lie in the pipes between two processes?
//!
//! To the answering process goes one task: its length in four bytes, the lowest first, and JSON.
//! Back come frames: a letter, a length and so many bytes.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of a task: a question, with every sign of it escaped.
const TASK_BYTES_MAX: usize = 4 << 20;
/// Bytes of a frame: the asking process holds no more of an answer at once than a few of them.
pub(super) const FRAME_BYTES_MAX: usize = 16 << 20;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// nothing: the task is read
    Started,
    /// nothing: the question is planned
    Planned,
    /// a part of an Arrow IPC stream
    Rows,
    /// how the answer ended, in JSON
    End,
}

impl Kind {
    const ALL: [(u8, Self); 4] =
        [(b'S', Self::Started), (b'P', Self::Planned), (b'R', Self::Rows), (b'E', Self::End)];

    fn letter(self) -> u8 {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or(b'?', |(letter, _)| *letter)
    }

    fn of(letter: u8) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == letter).map(|(_, kind)| *kind)
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// A task with its length before it.
pub(super) fn task(json: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(json.len()).ok().filter(|_| json.len() <= TASK_BYTES_MAX);
    let length = length.ok_or_else(|| broken("a task is too long"))?;
    Ok([length.to_le_bytes().as_slice(), json].concat())
}

/// Reads a task; nothing where the other process ended before it had one.
pub(super) fn read_task(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > TASK_BYTES_MAX {
        return Err(broken("a task is too long"));
    }
    let mut json = vec![0; length];
    input.read_exact(&mut json)?;
    Ok(Some(json))
}

/// Writes a frame, all of it.
pub(super) fn write(out: &mut impl Write, kind: Kind, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| broken("a frame is too long"))?;
    out.write_all(&[kind.letter()])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(bytes)?;
    out.flush()
}

/// Reads a frame.
pub(super) async fn read(input: &mut (impl AsyncRead + Unpin)) -> io::Result<(Kind, Vec<u8>)> {
    let mut head = [0; 5];
    input.read_exact(&mut head).await?;
    let [letter, length @ ..] = head;
    let kind = Kind::of(letter).ok_or_else(|| broken("a frame has a letter that is none"))?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES_MAX {
        return Err(broken("a frame is too long"));
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes).await?;
    Ok((kind, bytes))
}
