//! Later.
use anyhow::Result;
/// Later.
pub fn command(_: &[&str]) -> Result<()> {
    Ok(())
}
