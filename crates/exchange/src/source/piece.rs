//! Pieces of XML, none longer than the limit, and what goes wrong with them.

use std::io::{self, BufRead, BufReader, Read};

use super::packing::failed;
use crate::error::ExchangeError;

/// A bounded reader: what one piece of XML may take, it takes from here.
pub(crate) struct Piece<R> {
    input: BufReader<R>,
    pub(crate) left: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("too long")]
struct PieceTooLong;

impl<R: Read> Read for Piece<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf)?;
        self.consume_from(n)?;
        Ok(n)
    }
}

impl<R: Read> Piece<R> {
    pub(crate) fn new(input: R, left: usize) -> Self {
        Self { input: BufReader::with_capacity(1 << 17, input), left }
    }
    fn consume_from(&mut self, n: usize) -> io::Result<()> {
        self.left = self.left.checked_sub(n).ok_or_else(|| io::Error::other(PieceTooLong))?;
        Ok(())
    }
}

impl<R: Read> BufRead for Piece<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(PieceTooLong));
        }
        let left = self.left;
        self.input.fill_buf().map(|b| b.get(..b.len().min(left)).unwrap_or_default())
    }
    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n);
        self.input.consume(n);
    }
}

/// What an error of the XML reader means, at this line and byte.
pub(crate) fn error(error: quick_xml::Error, line: u64, byte: u64, limit: usize) -> ExchangeError {
    let malformed =
        |what: String, remedy: &str| ExchangeError::Malformed { line, byte, what, remedy: remedy.to_owned() };
    let remedy = match &error {
        quick_xml::Error::Io(io) => {
            if io.get_ref().is_some_and(|e| e.is::<PieceTooLong>()) {
                return ExchangeError::TooLong {
                    line,
                    byte,
                    what: "a piece of XML",
                    limit,
                    remedy: "a quote or a > may be missing",
                };
            }
            // The error is shared; where it cannot be taken, its kind and text can.
            return match error {
                quick_xml::Error::Io(io) => failed(
                    std::sync::Arc::try_unwrap(io).unwrap_or_else(|io| io::Error::new(io.kind(), io.to_string())),
                ),
                other => malformed(other.to_string(), "is this XML?"),
            };
        }
        quick_xml::Error::Encoding(_) => "name the encoding in the XML declaration, or save the file as UTF-8",
        quick_xml::Error::Syntax(_) => "the file may have been cut off; export or download it again",
        quick_xml::Error::IllFormed(_) => "each element needs its own end tag, in the right order",
        _ => "it should be well-formed XML",
    };
    malformed(error.to_string(), remedy)
}
