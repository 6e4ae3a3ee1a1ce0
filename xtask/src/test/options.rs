//! What may be left out of a run.

use anyhow::{Result, bail};

/// Parts of the run that can be left out on a machine that lacks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub browser: bool,
    pub postgres: bool,
    /// Start a PostgreSQL of our own even where one answers.
    pub private: bool,
}

impl Options {
    pub fn parse(arguments: &[&str]) -> Result<Self> {
        let mut options = Self { browser: true, postgres: true, private: false };
        for argument in arguments {
            match *argument {
                "--no-browser" => options.browser = false,
                "--no-postgres" => options.postgres = false,
                "--private-postgres" => options.private = true,
                other => bail!("unknown option {other}; there are --no-browser, --no-postgres and --private-postgres"),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]
    use super::Options;

    #[test]
    fn nothing_is_left_out_unless_said() {
        assert_eq!(Options::parse(&[]).unwrap(), Options { browser: true, postgres: true, private: false });
        assert_eq!(
            Options::parse(&["--no-browser"]).unwrap(),
            Options { browser: false, postgres: true, private: false }
        );
        assert!(Options::parse(&["--fast"]).is_err());
    }
}
