//! Does whatever comes to the port leave the server and others alone?

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{Speaking, shared};
use crate::support::dice::Dice;
use crate::support::hand;

fn connect(server: &Speaking) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// What a client says first, and then sends.
fn started() -> Vec<u8> {
    let mut body = 196_608_u32.to_be_bytes().to_vec();
    body.extend(b"user\0ann\0database\0patron\0\0");
    let mut bytes = u32::try_from(body.len() + 4).unwrap().to_be_bytes().to_vec();
    bytes.extend(body);
    bytes
}

fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![letter];
    bytes.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

/// Sends bytes, ends, and reads what comes back.
fn told(server: &Speaking, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(server);
    // The server may close while there is more to say.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn bytes_of_any_kind_do_not_harm_the_server() {
    let mut server = Speaking::of(hand::shared().root(), &[]);
    let mut dice = Dice::of("postgres bytes");
    let good = [
        message(b'P', b"s\0select 1\0\0\0"),
        message(b'B', b"\0s\0\0\0\0\0\0\0"),
        message(b'D', b"P\0"),
        message(b'E', b"\0\0\0\0\0"),
        message(b'C', b"Ss\0"),
        message(b'S', b""),
        message(b'Q', b"show patron.release\0"),
        message(b'H', b""),
    ];
    let mut kinds = [0; 3];
    for _ in 0..150 {
        let kind = dice.below(3);
        kinds[kind] += 1;
        let mut bytes = if dice.below(8) == 0 { Vec::new() } else { started() };
        for _ in 0..=dice.below(4) {
            let mut next = good[dice.below(good.len())].clone();
            match kind {
                0 => next = (0..dice.below(64)).map(|_| byte(&mut dice)).collect(),
                1 => next.truncate(dice.below(next.len())),
                _ => {
                    let at = dice.below(next.len());
                    next[at] = byte(&mut dice);
                }
            }
            bytes.extend(next);
        }
        told(&server, &bytes);
        assert!(server.lives(), "{bytes:?}");
    }
    println!("random, cut and changed messages: {kinds:?}");
    assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
    assert_eq!(server.answered(&["select 1"]), "1");
}

fn byte(dice: &mut Dice) -> u8 {
    u8::try_from(dice.below(256)).unwrap()
}

#[test]
fn a_huge_length_is_refused_at_once() {
    let mut bytes = started();
    bytes.extend(b"Q\x7f\xff\xff\xffselect 1");
    let answer = told(shared(), &bytes);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.contains("08P01"), "{answer}");
    let answer = told(shared(), b"\x7f\xff\xff\xff\0\x03\0\0");
    assert!(String::from_utf8_lossy(&answer).contains("08P01"));
}

#[test]
fn a_slow_start_is_cut_and_holds_nobody_up() {
    let server = Speaking::of(hand::shared().root(), &["--request-seconds", "1"]);
    let mut slow = connect(&server);
    slow.write_all(&started()[..9]).unwrap();
    assert_eq!(server.answered(&["select 1"]), "1");
    let mut answer = Vec::new();
    // It ends although the client says no more.
    slow.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"");
}

#[test]
fn other_addresses_than_this_machines_own_are_refused() {
    let output = crate::support::binary::run(
        hand::shared().root(),
        &["serve", "--listen", "127.0.0.1:0", "--postgres", "0.0.0.0:0"],
    );
    let said = crate::support::binary::said(&output);
    assert!(!output.status.success() && said.contains("0.0.0.0:0"), "{said}");
}
