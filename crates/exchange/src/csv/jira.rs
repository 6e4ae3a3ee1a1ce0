//! Jira's column `[CHART] Time in Status`: `status_*:*_visits_*:*_milliseconds`, joined by `_*|*_`.

/// Time in one status: its number as Jira writes it, how often it was entered, milliseconds.
pub(crate) type Stay<'a> = (&'a str, u32, i64);

/// The statuses and times of a cell; `None` if it is written otherwise.
pub(crate) fn time_in_status(cell: &str) -> Option<Vec<Stay<'_>>> {
    cell.trim()
        .split("_*|*_")
        .map(|part| {
            let mut fields = part.split("_*:*_");
            let stay = (fields.next()?, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            (fields.next().is_none() && !stay.0.is_empty() && stay.2 >= 0).then_some(stay)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::time_in_status;

    #[test]
    fn cells_fall_into_stays() {
        assert_eq!(
            time_in_status("10000_*:*_2_*:*_86400000_*|*_3_*:*_1_*:*_5"),
            Some(vec![("10000", 2, 86_400_000), ("3", 1, 5)])
        );
        assert_eq!(time_in_status("10000_*:*_1_*:*_x"), None);
        assert_eq!(time_in_status(""), None);
        assert_eq!(time_in_status("2024-01-01"), None);
    }
}
