//! The files of an installation: who can read them, what they lie on, how much room is left.

use super::trouble::Trouble;
use std::path::Path;

/// File systems of other machines, by the number the kernel gives them. Their locks cannot be relied on.
const NETWORK: &[(u32, &str)] = &[
    (0x6969, "NFS"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x517b, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414f, "AFS"),
    (0x7375_7245, "Coda"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
];

/// Looks at a file that holds what nobody else should read.
pub(crate) fn readable(path: &Path) -> Option<Trouble> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().ok()?.permissions());
        if mode & 0o077 != 0 {
            let shown = path.display();
            return Some(Trouble::new(
                "file-mode",
                format!("Others on this machine can read or write {shown} (mode {:03o}).", mode & 0o777),
                format!("chmod 600 {shown}"),
            ));
        }
    }
    None
}

/// Looks at where a database lies.
pub(crate) fn lying(path: &Path, least_free: u64) -> Vec<Trouble> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut found = Vec::new();
    #[cfg(target_os = "linux")]
    if let Ok(lies) = rustix::fs::statfs(folder) {
        // The number has 32 bits that matter, whatever the width of the field.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only the low 32 bits tell")]
        found.extend(network(folder, lies.f_type as u32));
    }
    if let Ok(room) = rustix::fs::statvfs(folder) {
        found.extend(low(folder, room.f_bavail.saturating_mul(room.f_frsize), least_free));
    }
    found
}

fn network(folder: &Path, kind: u32) -> Option<Trouble> {
    let (_, name) = NETWORK.iter().find(|(number, _)| *number == kind)?;
    Some(Trouble::new(
        "network-file-system",
        format!("The database lies on {name} ({}), whose locks do not keep SQLite safe.", folder.display()),
        "Put it on a disk of this machine, or use PostgreSQL.",
    ))
}

fn low(folder: &Path, free: u64, least: u64) -> Option<Trouble> {
    let mebibytes = |bytes: u64| bytes / (1 << 20);
    (free < least).then(|| {
        Trouble::new(
            "low-disk-space",
            format!("Only {} MiB are free where the database lies ({}).", mebibytes(free), folder.display()),
            format!("Make room: at least {} MiB, enough for the database to be copied once.", mebibytes(least)),
        )
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{low, lying, network, readable};
    use std::path::Path;

    #[test]
    fn file_systems_of_other_machines_are_known() {
        let nfs = network(Path::new("/srv"), 0x6969).unwrap();
        assert!(nfs.wrong.contains("NFS (/srv)"), "{}", nfs.wrong);
        assert_eq!(network(Path::new("/srv"), 0xef53), None, "ext4");
    }

    #[test]
    fn little_room_is_said_in_mebibytes() {
        let told = low(Path::new("/srv"), 5 << 20, 500 << 20).unwrap();
        assert!(told.wrong.contains("Only 5 MiB") && told.remedy.contains("500 MiB"), "{told:?}");
        assert_eq!(low(Path::new("/srv"), 500 << 20, 500 << 20), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        assert!(lying(&path, 0).iter().all(|t| t.check != "low-disk-space"));
        assert!(lying(&path, u64::MAX).iter().any(|t| t.check == "low-disk-space"));
    }

    #[cfg(unix)]
    #[test]
    fn files_that_others_can_read_are_named() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let told = readable(&path).unwrap();
        assert!(told.wrong.contains("mode 640") && told.remedy.starts_with("chmod 600"), "{told:?}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(readable(&path), None);
        assert_eq!(readable(&folder.path().join("none")), None);
    }
}
