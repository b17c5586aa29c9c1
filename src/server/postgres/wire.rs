//! How do messages come and go over a connection, within which time and size?

use std::future::pending;
use std::io;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use pgwire::messages::Message as Encoded;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::message::{self, First, Message};

/// Bytes of what comes first.
const FIRST_BYTES_MAX: usize = 10_000;
/// Bytes that are read ahead while a question is answered.
const AHEAD_BYTES_MAX: usize = 64 << 10;
/// Bytes of answers that are sent at once.
const SENT_BYTES: usize = 64 << 10;

/// A connection, in the clear or not.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Duplex for T {}

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Broken {
    /// the client is gone
    Gone,
    /// it took too long
    Late,
    /// what came is no message
    Senseless(&'static str),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        tracing::debug!(%error, "a connection broke");
        Self::Gone
    }
}

/// How long and how large messages may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    /// until a message begins
    pub idle: Duration,
    /// from its first byte to its last
    pub message: Duration,
    /// for a part of an answer
    pub write: Duration,
    /// bytes of a message
    pub bytes_max: usize,
}

/// A connection's two directions.
pub(super) struct Wire {
    stream: Box<dyn Duplex>,
    /// whether nobody else reads what is said
    pub(super) is_encrypted: bool,
    read: BytesMut,
    written: BytesMut,
    pub(super) bound: Bound,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Duplex>, bound: Bound) -> Self {
        Self { stream, is_encrypted: false, read: BytesMut::new(), written: BytesMut::new(), bound }
    }

    /// Goes on encrypted. Bytes that came before would have been said by anybody.
    pub(super) async fn encrypt(&mut self, acceptor: TlsAcceptor) -> Result<(), Broken> {
        if !self.read.is_empty() {
            return Err(Broken::Senseless("what came before TLS is no part of it"));
        }
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        let encrypted = timeout(self.bound.message, acceptor.accept(plain)).await;
        self.stream = Box::new(encrypted.map_err(|_| Broken::Late)??);
        self.is_encrypted = true;
        Ok(())
    }

    /// What comes first.
    pub(super) async fn first(&mut self) -> Result<First, Broken> {
        let wait = self.bound.message;
        let read = self.framed(0, 8, FIRST_BYTES_MAX);
        let (_, body) = timeout(wait, read).await.map_err(|_| Broken::Late)??;
        message::read_first(body).ok_or(Broken::Senseless("what came first is no PostgreSQL"))
    }

    /// The next message, of at most so many bytes.
    pub(super) async fn message(&mut self, bytes_max: usize) -> Result<Message, Broken> {
        if self.read.is_empty() {
            let read = self.stream.read_buf(&mut self.read);
            if timeout(self.bound.idle, read).await.map_err(|_| Broken::Late)?? == 0 {
                return Err(Broken::Gone);
            }
        }
        let wait = self.bound.message;
        let read = self.framed(1, 4, bytes_max);
        let (letter, body) = timeout(wait, read).await.map_err(|_| Broken::Late)??;
        message::read(letter, body).ok_or(Broken::Senseless("a message is none of the protocol"))
    }

    /// Bytes with their length before them, behind a letter or not.
    async fn framed(
        &mut self,
        letters: usize,
        least: usize,
        most: usize,
    ) -> Result<(u8, Bytes), Broken> {
        let head = letters + 4;
        self.fill(head).await?;
        let letter = self.read[0];
        if letters == 1 && !message::is_known(letter) {
            return Err(Broken::Senseless("a message has a letter that is none"));
        }
        let mut length = [0; 4];
        length.copy_from_slice(&self.read[letters..head]);
        let length = usize::try_from(i32::from_be_bytes(length)).unwrap_or(0);
        if length < least || length > most {
            return Err(Broken::Senseless("a message is too long or too short"));
        }
        self.fill(letters + length).await?;
        let body = self.read.split_to(letters + length).freeze();
        Ok((letter, body.slice(head..)))
    }

    /// Reads until there are so many bytes. Memory grows with what comes, not with what is said.
    async fn fill(&mut self, count: usize) -> Result<(), Broken> {
        while self.read.len() < count {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(Broken::Gone);
            }
        }
        Ok(())
    }

    /// Waits until the client is gone. What it says meanwhile is kept.
    pub(super) async fn gone(&mut self) {
        while self.read.len() < AHEAD_BYTES_MAX {
            match self.stream.read_buf(&mut self.read).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        pending().await
    }

    /// Puts a message behind those that are not sent yet.
    pub(super) fn put(&mut self, message: &impl Encoded) {
        let begin = self.written.len();
        if let Err(error) = message.encode(&mut self.written) {
            // Half a message would be worse than none.
            self.written.truncate(begin);
            tracing::error!(%error, "a message cannot be written");
        }
    }

    /// Puts a letter with nothing behind it but its length and bytes.
    pub(super) fn put_raw(&mut self, letter: u8, body: &[u8]) {
        let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
        self.written.put_u8(letter);
        self.written.put_u32(length);
        self.written.put_slice(body);
    }

    /// Puts one byte.
    pub(super) fn put_byte(&mut self, byte: u8) {
        self.written.put_u8(byte);
    }

    /// Sends what was put where that is much.
    pub(super) async fn send_much(&mut self) -> Result<(), Broken> {
        match self.written.len() >= SENT_BYTES {
            true => self.send().await,
            false => Ok(()),
        }
    }

    /// Sends what was put.
    pub(super) async fn send(&mut self) -> Result<(), Broken> {
        while !self.written.is_empty() {
            let part = self.written.split_to(self.written.len().min(SENT_BYTES));
            let write = self.stream.write_all(&part);
            timeout(self.bound.write, write).await.map_err(|_| Broken::Late)??;
        }
        let flush = self.stream.flush();
        timeout(self.bound.write, flush).await.map_err(|_| Broken::Late)??;
        Ok(())
    }
}
