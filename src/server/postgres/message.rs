//! What does a client say?
//!
//! Read with a bound at every step: whatever bytes come, they are a message or they are refused.

use bytes::Bytes;

/// What a name in `Describe` and `Close` is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// a statement that was prepared
    Statement,
    /// a statement with its values
    Portal,
}

/// A message of a client that is past its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// statements in a text, answered in text
    Query(String),
    /// prepares a statement
    Parse {
        /// its name; empty for the one without
        name: String,
        /// its text
        sql: String,
        /// the types of its parameters that the client names, 0 where it does not
        kinds: Vec<u32>,
    },
    /// gives a statement its values
    Bind(Bind),
    /// asks for columns and parameters
    Describe(Target, String),
    /// asks for rows
    Execute {
        /// the portal's name
        portal: String,
        /// how many rows at most; all where 0
        rows_max: usize,
    },
    /// forgets a statement or a portal
    Close(Target, String),
    /// ends a row of messages
    Sync,
    /// asks for what is answered so far
    Flush,
    /// says goodbye
    Terminate,
    /// an answer to a question of ours about who it is
    Password(Bytes),
    /// a part of data that nobody asked for
    Copy,
}

/// The values of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bind {
    /// the portal's name
    pub portal: String,
    /// the statement's name
    pub statement: String,
    /// how the values are written: none, one for all, or one each; 1 is binary
    pub formats: Vec<i16>,
    /// the values
    pub values: Vec<Option<Bytes>>,
    /// how columns are to be written
    pub results: Vec<i16>,
}

/// Whether there is a message of a letter.
pub(super) fn is_known(letter: u8) -> bool {
    b"QPBDECSHXpdcfF".contains(&letter)
}

/// The message of a letter and all its bytes; nothing where they make none.
pub(super) fn read(letter: u8, body: Bytes) -> Option<Message> {
    let mut rest = Rest(body);
    let message = match letter {
        b'Q' => Message::Query(rest.text()?),
        b'P' => {
            let (name, sql) = (rest.text()?, rest.text()?);
            let kinds = rest.counted(|rest| Some(u32::from_be_bytes(rest.array()?)))?;
            Message::Parse { name, sql, kinds }
        }
        b'B' => Message::Bind(Bind {
            portal: rest.text()?,
            statement: rest.text()?,
            formats: rest.counted(Rest::format)?,
            values: rest.counted(Rest::value)?,
            results: rest.counted(Rest::format)?,
        }),
        b'D' => Message::Describe(rest.target()?, rest.text()?),
        b'C' => Message::Close(rest.target()?, rest.text()?),
        b'E' => {
            let portal = rest.text()?;
            let rows_max = i32::from_be_bytes(rest.array()?);
            Message::Execute { portal, rows_max: usize::try_from(rows_max).unwrap_or(0) }
        }
        b'S' => Message::Sync,
        b'H' => Message::Flush,
        b'X' => Message::Terminate,
        b'p' => return Some(Message::Password(rest.0)),
        b'd' | b'c' | b'f' => return Some(Message::Copy),
        _ => return None,
    };
    rest.0.is_empty().then_some(message)
}

/// What a client says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum First {
    /// it wants TLS
    Tls,
    /// it wants another protection, which there is none of
    Gss,
    /// it wants a question of another connection ended
    Cancel {
        /// the number of that connection
        process: i32,
        /// the secret that only its client knows
        secret: Bytes,
    },
    /// it begins
    Start {
        /// the version of the protocol
        minor: u16,
        /// who, which database and which settings
        parameters: Vec<(String, String)>,
    },
}

/// Reads what comes first, without its length.
pub(super) fn read_first(body: Bytes) -> Option<First> {
    let mut rest = Rest(body);
    let code = u32::from_be_bytes(rest.array()?);
    match code {
        80_877_103 => Some(First::Tls),
        80_877_104 => Some(First::Gss),
        80_877_102 => {
            let process = i32::from_be_bytes(rest.array()?);
            Some(First::Cancel { process, secret: rest.0 })
        }
        _ if code >> 16 == 3 => {
            let minor = u16::try_from(code & 0xffff).ok()?;
            let mut parameters = Vec::new();
            loop {
                let name = rest.text()?;
                if name.is_empty() {
                    break;
                }
                parameters.push((name, rest.text()?));
            }
            Some(First::Start { minor, parameters })
        }
        _ => None,
    }
}

/// Bytes that are not read yet.
pub(super) struct Rest(pub(super) Bytes);

impl Rest {
    pub(super) fn take(&mut self, count: usize) -> Option<Bytes> {
        (count <= self.0.len()).then(|| self.0.split_to(count))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.as_ref().try_into().ok()
    }

    /// A text that a zero ends.
    pub(super) fn text(&mut self) -> Option<String> {
        let end = memchr::memchr(0, &self.0)?;
        let text = self.take(end)?;
        self.take(1)?;
        String::from_utf8(text.to_vec()).ok()
    }

    fn target(&mut self) -> Option<Target> {
        match self.array()? {
            [b'S'] => Some(Target::Statement),
            [b'P'] => Some(Target::Portal),
            _ => None,
        }
    }

    fn format(&mut self) -> Option<i16> {
        Some(i16::from_be_bytes(self.array()?))
    }

    fn value(&mut self) -> Option<Option<Bytes>> {
        match i32::from_be_bytes(self.array()?) {
            -1 => Some(None),
            length => self.take(usize::try_from(length).ok()?).map(Some),
        }
    }

    /// So many things as the two bytes before them say.
    fn counted<T>(&mut self, mut next: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = u16::from_be_bytes(self.array()?);
        (0..count).map(|_| next(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_message_is_none() {
        let whole = b"p\0s\0\0\x01\0\x01\0\x02\0\0\0\x03abc\xff\xff\xff\xff\0\x01\0\x00";
        let read_of = |bytes: &[u8]| read(b'B', Bytes::copy_from_slice(bytes));
        let Some(Message::Bind(bind)) = read_of(whole) else { panic!("it is whole") };
        assert_eq!((bind.portal.as_str(), bind.statement.as_str()), ("p", "s"));
        assert_eq!(bind.values, [Some(Bytes::from_static(b"abc")), None]);
        assert_eq!((bind.formats, bind.results), (vec![1], vec![0]));
        for end in 0..whole.len() {
            assert_eq!(read_of(&whole[..end]), None, "{end}");
        }
        assert_eq!(read_of(&[whole.as_slice(), b"x"].concat()), None);
    }

    #[test]
    fn lengths_and_texts_that_are_none_are_refused() {
        let read_of = |letter, bytes: &'static [u8]| read(letter, Bytes::from_static(bytes));
        assert_eq!(read_of(b'Q', b"select 1\0"), Some(Message::Query("select 1".to_owned())));
        assert_eq!(read_of(b'Q', b"select 1"), None);
        assert_eq!(read_of(b'Q', b"\xff\0"), None);
        assert_eq!(read_of(b'D', b"Xname\0"), None);
        assert_eq!(read_of(b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xffab\0\0"), None);
        assert_eq!(read_of(b'?', b""), None);
        assert_eq!(read_first(Bytes::from_static(b"\0\x02\0\0user\0\0")), None);
    }
}
