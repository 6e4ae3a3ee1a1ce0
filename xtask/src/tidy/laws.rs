//! The list of laws, and running them.

use super::finding::Finding;
use super::{crates, docs, lock, modules, shape, words};
use crate::house::House;
use anyhow::{Result, bail};
use std::path::Path;

/// A law over all files.
type Law = fn(&House) -> Vec<Finding>;

/// Each law with the words it is known by. A new law: a function in a file beside this one, and a line here.
const LAWS: &[(&str, Law)] = &[
    ("crates depend downhill, as ARCHITECTURE.md says", crates::downhill),
    ("pure crates forbid clock, chance, files and network", crates::pure),
    ("modules of a crate form no cycle", modules::acyclic),
    ("capabilities never call each other", modules::capabilities_apart),
    ("mod.rs and lib.rs declare and list, no more", shape::roots_declare),
    ("files stay readable in one sitting", shape::file_length),
    ("nobody asks which practice this is", words::practice_names),
    ("SQL is written in the store and nowhere else", words::sql),
    ("no test sleeps", words::sleeping_tests),
    ("no work is left as a note in the code", words::left_work),
    ("no path of one machine", words::machine_paths),
    ("locked libraries are the wanted ones", lock::libraries),
    ("changelog, decisions and links in the docs are sound", docs::sound),
];

/// Checks every law and prints what was found.
pub fn run(root: &Path) -> Result<()> {
    let house = House::read(root)?;
    let mut broken = 0;
    for (name, law) in LAWS {
        let found = law(&house);
        if !found.is_empty() {
            broken += 1;
            println!("✗ {name}");
            for finding in &found {
                println!("    {finding}");
            }
        }
    }
    if broken > 0 {
        bail!("{broken} of {} laws of the house are broken", LAWS.len());
    }
    println!("tidy: {} laws hold over {} files", LAWS.len(), house.texts.len());
    Ok(())
}
