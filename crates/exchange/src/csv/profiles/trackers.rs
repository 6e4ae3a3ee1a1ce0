//! Issue trackers: Jira, GitLab, GitHub, Azure DevOps, Redmine, YouTrack, DevLake.

use super::profile::{Names, Profile, Shape};

const fn issues(
    id: &'static str,
    name: &'static str,
    needs: &'static [Names],
    case: Names,
    shape: Shape,
    clock: &'static str,
) -> Profile {
    Profile { id, name, needs, case, shape, labels: &[], team_unknown: &[], clock }
}

const fn cases(dates: &'static [(&'static str, Names)], done: Names, status: Names) -> Shape {
    Shape::Cases { dates, done, status, closing: None }
}

pub(super) const PROFILES: [Profile; 9] = [
    issues(
        "jira-csv",
        "Jira issue export",
        &[
            &[
                "issue key",
                "vorgangsschl\u{fc}ssel",
                "schl\u{fc}ssel",
                "cl\u{e9} de ticket",
                "clave de incidencia",
                "key",
            ],
            &[
                "issue id",
                "issue type",
                "vorgangs id",
                "vorgangstyp",
                "type de ticket",
                "tipo de incidencia",
                "id del problema",
                "cl\u{e9}",
            ],
            &["created", "erstellt", "cr\u{e9}ation", "creada", "creado", "creato", "aangemaakt"],
            &["status", "\u{e9}tat", "estado", "stato", "resolved", "resolution", "erledigt"],
        ],
        &["issue key", "vorgangsschl\u{fc}ssel", "schl\u{fc}ssel", "cl\u{e9} de ticket", "clave de incidencia", "key"],
        Shape::Cases {
            dates: &[
                (
                    "Created",
                    &[
                        "created",
                        "erstellt",
                        "cr\u{e9}ation",
                        "cr\u{e9}\u{e9}e",
                        "creada",
                        "creado",
                        "creato",
                        "aangemaakt",
                    ],
                ),
                (
                    "Resolved",
                    &[
                        "resolved",
                        "erledigt",
                        "gel\u{f6}st",
                        "r\u{e9}solue",
                        "r\u{e9}solu",
                        "resuelta",
                        "resuelto",
                        "risolto",
                        "opgelost",
                    ],
                ),
            ],
            done: &["Resolved"],
            status: &["status", "\u{e9}tat", "estado", "stato"],
            closing: Some((
                &["status category", "statuskategorie"],
                &["done", "fertig", "erledigt", "termin\u{e9}", "listo", "fatto", "gereed"],
                &["status category changed", "statuskategorie ge\u{e4}ndert"],
            )),
        },
        "Jira writes times in the zone of whoever exported them",
    ),
    issues(
        "jira-history",
        "Jira issue history (data pipeline)",
        &[
            &["field", "field name"],
            &["to string", "to"],
            &["from string", "from"],
            &["issue key", "issue id", "key"],
            &["created date", "created", "date", "changed", "change date"],
        ],
        &["issue key", "key", "issue id"],
        Shape::Changes {
            field: &["field", "field name"],
            to: &["to string", "to"],
            time: &["created date", "created", "changed", "change date", "date"],
            status: &["status"],
            team: &[
                "team",
                "team team",
                "assignment group",
                "assigned group",
                "support group",
                "resolver group",
                "squad",
            ],
        },
        "the data pipeline writes UTC",
    ),
    issues(
        "devlake-changelog",
        "changelogs of issues (Apache DevLake)",
        &[&["field name"], &["original to value"], &["original from value"], &["created date"], &["issue id"]],
        &["issue key", "issue id"],
        Shape::Changes {
            field: &["field name"],
            to: &["original to value"],
            time: &["created date"],
            status: &["status", "state"],
            team: &["team", "assignment group", "squad"],
        },
        "DevLake writes the offset",
    ),
    issues(
        "devlake-issues",
        "issues (Apache DevLake)",
        &[&["issue key"], &["created date"], &["resolution date"], &["original status", "status"]],
        &["issue key"],
        cases(
            &[("Created", &["created date"]), ("Resolved", &["resolution date"])],
            &["Resolved"],
            &["original status", "status"],
        ),
        "DevLake writes the offset",
    ),
    issues(
        "gitlab-csv",
        "GitLab issue or merge request export",
        &[
            &["issue id", "title", "merge request iid", "iid", "mr iid"],
            &["created at utc", "created at"],
            &["closed at utc", "closed at", "merged at utc", "merged at"],
            &["author username", "assignee username", "iid", "mr iid", "merge request iid"],
        ],
        &["issue id", "mr iid", "merge request iid", "iid", "url", "web url"],
        cases(
            &[
                ("Created", &["created at utc", "created at"]),
                ("Merged", &["merged at utc", "merged at"]),
                ("Closed", &["closed at utc", "closed at"]),
            ],
            &["Closed", "Merged"],
            &["state", "status"],
        ),
        "GitLab writes UTC",
    ),
    issues(
        "github-csv",
        "GitHub issues or pull requests",
        &[&["number"], &["title"], &["state", "merged at"], &["created at"], &["closed at"]],
        &["number", "html url", "url"],
        cases(
            &[("Created", &["created at"]), ("Merged", &["merged at"]), ("Closed", &["closed at"])],
            &["Closed", "Merged"],
            &["state"],
        ),
        "GitHub writes UTC",
    ),
    issues(
        "azure-devops-csv",
        "Azure DevOps work items",
        &[
            &["work item type", "arbeitselementtyp", "type d \u{e9}l\u{e9}ment de travail"],
            &["id", "work item id"],
            &["created date", "erstellungsdatum", "date de cr\u{e9}ation"],
        ],
        &["work item id", "id"],
        cases(
            &[
                ("Created", &["created date", "erstellungsdatum", "date de cr\u{e9}ation"]),
                ("Activated", &["activated date", "aktivierungsdatum", "date d activation"]),
                ("Resolved", &["resolved date", "l\u{f6}sungsdatum", "date de r\u{e9}solution"]),
                ("Closed", &["closed date", "completed date", "abschlussdatum", "date de fermeture"]),
            ],
            &["Closed"],
            &["state", "status", "\u{e9}tat"],
        ),
        "Azure DevOps writes times in the zone of whoever exported them",
    ),
    issues(
        "redmine-csv",
        "Redmine issues",
        &[
            &["number", "id"],
            &["tracker"],
            &["created", "angelegt", "cr\u{e9}\u{e9}", "creado", "creato", "aangemaakt", "created on"],
        ],
        &["number", "id"],
        cases(
            &[
                ("Created", &["created", "angelegt", "cr\u{e9}\u{e9}", "creado", "creato", "aangemaakt", "created on"]),
                (
                    "Closed",
                    &["closed", "geschlossen", "ferm\u{e9}", "cerrado", "cerrada", "chiuso", "gesloten", "closed on"],
                ),
            ],
            &["Closed"],
            &["status", "statut", "estado", "stato"],
        ),
        "Redmine writes times in the zone of whoever exported them",
    ),
    issues(
        "youtrack-csv",
        "YouTrack issues",
        &[&["issue id"], &["created"], &["resolved"], &["project", "summary", "reporter"]],
        &["issue id"],
        cases(&[("Created", &["created"]), ("Resolved", &["resolved"])], &["Resolved"], &["state"]),
        "YouTrack writes times in the zone of whoever exported them",
    ),
];
