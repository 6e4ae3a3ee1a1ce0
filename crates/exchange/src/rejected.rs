//! Rejected rows as a file: every one, with its line and its reason, to be mended and read again.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::rc::Rc;

/// Opens the place they are written to, anew each time.
type Open = Box<dyn FnMut() -> io::Result<Box<dyn Write>>>;

/// Where all rejected rows are written as CSV: `line,reason,row`, the row as the file has it.
///
/// Reading may begin anew when a date far into the file shows that days and months had been swapped; then what was
/// written is replaced.
#[derive(Clone)]
pub struct RejectedRows(Rc<RefCell<Inner>>);

struct Inner {
    open: Open,
    to: Option<Box<dyn Write>>,
    failed: Option<io::Error>,
}

impl fmt::Debug for RejectedRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RejectedRows")
    }
}

impl RejectedRows {
    /// To what `open` gives, which must be empty every time.
    pub fn to(open: impl FnMut() -> io::Result<Box<dyn Write>> + 'static) -> Self {
        Self(Rc::new(RefCell::new(Inner { open: Box::new(open), to: None, failed: None })))
    }

    /// To the file at `path`, which is replaced.
    #[must_use]
    pub fn to_file(path: PathBuf) -> Self {
        Self::to(move || Ok(Box::new(BufWriter::new(File::create(&path)?))))
    }

    /// Opens the place and writes the names of the columns.
    pub(crate) fn begin(&self) -> io::Result<()> {
        let mut inner = self.0.borrow_mut();
        inner.to = None;
        let mut to = (inner.open)()?;
        to.write_all(b"line,reason,row\n")?;
        inner.to = Some(to);
        Ok(())
    }

    pub(crate) fn row(&self, line: u64, reason: &str, row: &str) {
        let mut inner = self.0.borrow_mut();
        let Some(to) = &mut inner.to else { return };
        if let Err(error) = writeln!(to, "{line},{},{}", quoted(reason), quoted(row)) {
            inner.to = None;
            inner.failed.get_or_insert(error);
        }
    }

    /// Closes the place; says whether anything could not be written.
    pub(crate) fn end(&self) -> io::Result<()> {
        let mut inner = self.0.borrow_mut();
        if let Some(error) = inner.failed.take() {
            return Err(error);
        }
        inner.to.take().map_or(Ok(()), |mut to| to.flush())
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
