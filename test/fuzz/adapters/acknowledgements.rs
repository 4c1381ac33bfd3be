//! A decoder in Rust with the line protocol of mqtt-wire, using only the standard library.
//!
//! Put your decoder in the place of `Acknowledgements`, which reads PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK. All
//! else can stay.

use std::io::{self, BufRead, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What the decoder is: `mqtt-wire help` lists the keys.
const DECLARATION: &str =
    r#"{"sendsOnly":["puback","pubrec","pubrel","pubcomp","unsuback"]}"#;

/// A decoder of one stream.
trait Decoder {
    fn new() -> Self;
    /// Reads a chunk. Passes the packets, as JSON, to `give`, and returns why the next one is refused.
    fn push(&mut self, chunk: &[u8], give: &mut dyn FnMut(String)) -> Result<(), String>;
}

struct Acknowledgements {
    unread: Vec<u8>,
}

impl Decoder for Acknowledgements {
    fn new() -> Self {
        Self { unread: Vec::new() }
    }

    fn push(&mut self, chunk: &[u8], give: &mut dyn FnMut(String)) -> Result<(), String> {
        self.unread.extend_from_slice(chunk);
        while let Some(&first) = self.unread.first() {
            let (name, flags) = match first >> 4 {
                4 => ("puback", 0),
                5 => ("pubrec", 0),
                6 => ("pubrel", 2),
                7 => ("pubcomp", 0),
                11 => ("unsuback", 0),
                other => return Err(format!("packet type {other} is not an acknowledgement")),
            };
            if first & 0x0f != flags {
                return Err(format!("{name} with flags {:x}", first & 0x0f));
            }
            let Some((length, header)) = remaining_length(&self.unread)? else {
                return Ok(());
            };
            if length != 2 {
                return Err(format!("{name} with a Remaining Length of {length}"));
            }
            let Some(&[high, low]) = self.unread.get(header..header + 2) else {
                return Ok(());
            };
            let packet_id = u16::from_be_bytes([high, low]);
            if packet_id == 0 {
                return Err(format!("{name} with packet identifier 0"));
            }
            give(format!(r#"{{"type":"{name}","packetId":{packet_id}}}"#));
            self.unread.drain(..header + 2);
        }
        Ok(())
    }
}

/// The Remaining Length and where the body starts; nothing if it is not whole.
fn remaining_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, String> {
    let mut value = 0;
    for index in 0..4 {
        let Some(&byte) = bytes.get(1 + index) else {
            return Ok(None);
        };
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Ok(Some((value, index + 2)));
        }
    }
    Err("a Remaining Length of more than four bytes".into())
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap())
        .collect()
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "ready {DECLARATION}")?;
    out.flush()?;
    let mut decoder = Acknowledgements::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line == "open" {
            decoder = Acknowledgements::new();
            continue;
        }
        let chunk = bytes_of(&line);
        let mut packets = Vec::new();
        // A panic counts as a crash of the decoder. Its message goes to standard error.
        let result = catch_unwind(AssertUnwindSafe(|| decoder.push(&chunk, &mut |json| packets.push(json))));
        for json in packets {
            writeln!(out, "packet {json}")?;
        }
        match result {
            Ok(Ok(())) => writeln!(out, "more")?,
            Ok(Err(reason)) => writeln!(out, "refused {reason}")?,
            Err(_) => writeln!(out, "crashed it panicked")?,
        }
        out.flush()?;
    }
    Ok(())
}
