//! What every chart hands over.

use std::fmt::Write as _;

/// One cell of a chart's table twin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What people read.
    pub text: String,
    /// The same for a program: a plain number, or the text again. Empty where nothing was measured.
    pub value: String,
    /// The items behind it.
    pub link: Option<String>,
    /// Whether it stands to the right.
    pub number: bool,
}

impl Cell {
    /// A word.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { value: text.clone(), text, link: None, number: false }
    }
    /// A count.
    pub fn count(count: u64) -> Self {
        Self { text: count.to_string(), value: count.to_string(), link: None, number: true }
    }
    /// A figure with the text people read and the number programs read.
    pub fn figure(text: impl Into<String>, value: impl ToString) -> Self {
        Self { text: text.into(), value: value.to_string(), link: None, number: true }
    }
    /// A figure that was not measured.
    pub fn absent() -> Self {
        Self { text: "—".to_owned(), value: String::new(), link: None, number: true }
    }
    /// The same cell, opening something where there is something to open.
    #[must_use]
    pub fn opening_if(self, link: Option<impl Into<String>>) -> Self {
        match link {
            Some(link) => self.opening(link),
            None => self,
        }
    }
    /// The same cell, opening something.
    #[must_use]
    pub fn opening(mut self, link: impl Into<String>) -> Self {
        self.link = Some(link.into());
        self
    }
}

/// The numbers of a chart, as a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Heads: what people read, and the column's name in CSV and JSON.
    pub columns: Vec<(&'static str, &'static str)>,
    /// Rows, as wide as the heads.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// RFC 4180, with a header line.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = self.columns.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(",");
        out.push_str("\r\n");
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|c| quoted(&c.value)).collect();
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }
    /// One object per row. Numbers are numbers; what was not measured is null.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let row = |cells: &Vec<Cell>| -> serde_json::Value {
            let pairs = self.columns.iter().zip(cells).map(|((_, name), cell)| {
                let value = match cell.value.parse::<serde_json::Number>() {
                    _ if cell.value.is_empty() => serde_json::Value::Null,
                    Ok(number) if cell.number => serde_json::Value::Number(number),
                    _ => serde_json::Value::String(cell.value.clone()),
                };
                ((*name).to_owned(), value)
            });
            serde_json::Value::Object(pairs.collect())
        };
        serde_json::Value::Array(self.rows.iter().map(row).collect())
    }
}

/// A field of a CSV line. A leading sign that a spreadsheet would take for a formula is disarmed.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '@']) || (text.starts_with('-') && text.parse::<f64>().is_err());
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A finished chart.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    /// Its name in URLs.
    pub id: &'static str,
    /// The question it answers.
    pub question: String,
    /// The answer, in one sentence.
    pub answer: String,
    /// n, window, clock, what was left out.
    pub stands_on: String,
    /// The picture, for a page that has the styles; empty where there is nothing to draw.
    pub svg: String,
    /// The same numbers.
    pub table: Table,
    /// The page that says how this is measured; empty where there is none.
    pub measure: &'static str,
    /// How much the source can tell, such as `L2 · 100 %`; empty where it does not matter.
    pub evidence: String,
}

impl Drawn {
    /// The picture as a file of its own, with its styles in it.
    #[must_use]
    pub fn file(&self) -> String {
        let Some(at) = self.svg.find('>') else { return self.svg.clone() };
        let (head, rest) = self.svg.split_at(at + 1);
        let styles = watercourse_web::named("report.css").map_or("", |a| a.text());
        let mut out = String::with_capacity(self.svg.len() + styles.len() + 200);
        let _ =
            write!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}<style><![CDATA[{styles}]]></style>{rest}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Table};

    #[test]
    fn csv_and_json_say_the_same() {
        let table = Table {
            columns: vec![("Step", "step"), ("Items", "items"), ("p85", "p85_ms")],
            rows: vec![
                vec![Cell::text("Ask, \"quickly\""), Cell::count(0), Cell::absent()],
                vec![Cell::text("=1+1"), Cell::count(3), Cell::figure("2 d", 172_800_000)],
            ],
        };
        assert_eq!(table.csv(), "step,items,p85_ms\r\n\"Ask, \"\"quickly\"\"\",0,\r\n'=1+1,3,172800000\r\n");
        assert_eq!(
            table.json().to_string(),
            r#"[{"step":"Ask, \"quickly\"","items":0,"p85_ms":null},{"step":"=1+1","items":3,"p85_ms":172800000}]"#
        );
    }
}
