//! Bundles styles and scripts with npm and esbuild, and embeds them.
//!
//! `WATERCOURSE_WEB_DIST=FOLDER` embeds a ready bundle (made by `node build.mjs FOLDER`) instead;
//! `WATERCOURSE_WEB_SKIP=1` embeds empty files, for work on Rust code on a machine without Node.

#![expect(clippy::panic, clippy::expect_used, reason = "a build script reports by panicking")]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 3] = ["app.css", "report.css", "app.js"];
const FONTS: [&str; 2] = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

fn main() {
    for watched in ["styles", "scripts", "build.mjs", "package.json", "package-lock.json"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    for knob in ["WATERCOURSE_WEB_DIST", "WATERCOURSE_WEB_SKIP"] {
        println!("cargo::rerun-if-env-changed={knob}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let dist = if env::var("WATERCOURSE_WEB_SKIP").is_ok_and(|v| !v.is_empty() && v != "0") {
        println!("cargo::warning=WATERCOURSE_WEB_SKIP is set: pages will have no styles and no scripts");
        stub(&out.join("stub"))
    } else if let Some(ready) = env::var_os("WATERCOURSE_WEB_DIST").filter(|v| !v.is_empty()) {
        let ready = PathBuf::from(ready);
        println!("cargo::rerun-if-changed={}", ready.display());
        ready
    } else {
        bundle(&out.join("dist"))
    };
    embed(&dist, &out.join("assets.rs"));
}

/// Runs npm where the lock file changed since the last time, then esbuild.
fn bundle(dist: &Path) -> PathBuf {
    let lock = fs::read("package-lock.json").expect("web/package-lock.json is part of the repository");
    let stamp = Path::new("node_modules/.installed-lock");
    if fs::read(stamp).ok().as_deref() != Some(lock.as_slice()) {
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]));
        fs::write(stamp, &lock).expect("node_modules can be written");
    }
    run(Command::new("node").arg("build.mjs").arg(dist));
    dist.to_owned()
}

fn run(command: &mut Command) {
    let shown = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("in web/: {shown} ended with {status}; its messages are above"),
        Err(error) => panic!(
            "in web/: {shown} could not be started ({error}). Building the pages needs Node 20 or newer with npm. \
             Without it, set WATERCOURSE_WEB_DIST to a folder made elsewhere by `node build.mjs FOLDER`, \
             or WATERCOURSE_WEB_SKIP=1 to go without styles and scripts."
        ),
    }
}

fn stub(dist: &Path) -> PathBuf {
    fs::create_dir_all(dist).expect("OUT_DIR can be written");
    let mut manifest = String::new();
    for name in NAMES {
        fs::write(dist.join(name), "").expect("OUT_DIR can be written");
        fs::write(dist.join(format!("{name}.gz")), EMPTY_GZIP).expect("OUT_DIR can be written");
        let _ = writeln!(manifest, "{name} 000000000000");
    }
    for font in FONTS {
        fs::write(dist.join(font), "").expect("OUT_DIR can be written");
    }
    fs::write(dist.join("manifest.txt"), manifest).expect("OUT_DIR can be written");
    dist.to_owned()
}

/// Nothing, compressed.
const EMPTY_GZIP: [u8; 20] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Writes the Rust list of the files in `dist`.
fn embed(dist: &Path, list: &Path) {
    let file = dist.join("manifest.txt");
    let manifest = fs::read_to_string(&file)
        .unwrap_or_else(|e| panic!("{}: {e}; a bundle is made by `node build.mjs FOLDER`", file.display()));
    let dist = dist.canonicalize().expect("the bundle's folder exists");
    let mut code = String::from("/// Everything that is served under `/assets`.\npub static ASSETS: &[Asset] = &[\n");
    for name in NAMES {
        let hash = manifest.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
        let hash = hash.unwrap_or_else(|| panic!("{}: no line for {name}", file.display()));
        let (stem, extension) = name.split_once('.').expect("asset names have an extension");
        let (plain, gzip) = (dist.join(name), dist.join(format!("{name}.gz")));
        let _ = writeln!(
            code,
            "    Asset {{ name: {name:?}, path: \"/assets/{stem}-{hash}.{extension}\", \
             bytes: include_bytes!({plain:?}), gzip: include_bytes!({gzip:?}) }},"
        );
    }
    code.push_str(
        "];\n\n/// What letters in pictures are drawn with: regular and bold. Empty in a build without Node.\n",
    );
    let _ = writeln!(code, "pub static FONTS: [&[u8]; {}] = [", FONTS.len());
    for font in FONTS {
        let _ = writeln!(code, "    include_bytes!({:?}),", dist.join(font));
    }
    code.push_str("];\n");
    fs::write(list, code).expect("OUT_DIR can be written");
}
