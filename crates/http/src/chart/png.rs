//! A drawing as PNG. The renderer knows neither variables nor themes, so the styles are written out for the light
//! theme first; its letters are those that are built in, whatever the machine has.

use super::Drawn;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use watercourse_core::activity::Activity;

/// Pixels for one of the drawing's, so that it can be printed.
const SCALE: f32 = 2.0;
/// More pixels than this are not painted: a wide drawing gets smaller instead.
const MOST_PIXELS: f32 = 40_000_000.0;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for font in watercourse_web::FONTS {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

static STYLES: LazyLock<String> =
    LazyLock::new(|| plain(watercourse_web::named("report.css").map_or("", |a| a.text())));

/// Paints a drawing; none where there is nothing to draw. To be called where waiting harms nobody.
#[must_use]
pub fn png(drawn: &Drawn) -> Option<Vec<u8>> {
    let at = drawn.svg.find('>')?;
    let (head, rest) = drawn.svg.split_at(at + 1);
    let svg = format!("{head}<style><![CDATA[{}]]></style>{rest}", &*STYLES);
    let options = Options { font_family: "DejaVu Sans".to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).ok()?;
    let size = tree.size();
    let scale = SCALE.min((MOST_PIXELS / (size.width() * size.height()).max(1.0)).sqrt());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of drawings, bounded above")]
    let pixels = |length: f32| (length * scale).ceil().max(1.0) as u32;
    let mut map = Pixmap::new(pixels(size.width()), pixels(size.height()))?;
    map.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut map.as_mut());
    map.encode_png().ok()
}

/// The rules for drawings, for a light page, without variables. What follows an activity is written once for each.
fn plain(css: &str) -> String {
    let rules = || css.split('}').filter_map(|rule| rule.split_once('{'));
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    let mut of_activity: BTreeMap<String, BTreeMap<&str, String>> = BTreeMap::new();
    for (selector, body) in rules() {
        let variables = body.split(';').filter_map(|d| d.trim().split_once(':')).filter(|(n, _)| n.starts_with("--"));
        let variables = variables.map(|(name, value)| (name.trim(), light(value.trim())));
        if selector == ":root" {
            values.extend(variables);
        } else if selector.starts_with(".a-") {
            of_activity.entry(selector.to_owned()).or_default().extend(variables);
        }
    }
    let classes = Activity::ALL.map(|a| format!(".a-{}", a.id()));
    let mut out = String::from("svg{color:#14181f}");
    for (selector, body) in rules().filter(|(s, _)| s.contains(".drawing") && !s.contains([':', '@'])) {
        let depends = body.contains("var(--a");
        write_rule(&mut out, selector, body, &values, None);
        if !depends {
            continue;
        }
        for class in classes.iter().map(String::as_str).chain([".a-none"]) {
            let own = of_activity.get(class);
            let inside = selector.replace(".drawing ", &format!(".drawing {class} "));
            write_rule(&mut out, &inside, body, &values, own);
            let itself = selector.split(',').map(|s| format!("{s}{class}")).collect::<Vec<_>>().join(",");
            write_rule(&mut out, &itself, body, &values, own);
        }
    }
    out
}

type Values<'a> = BTreeMap<&'a str, String>;

fn write_rule(out: &mut String, selector: &str, body: &str, values: &Values<'_>, own: Option<&Values<'_>>) {
    let said: Vec<String> = body
        .split(';')
        .filter_map(|d| d.split_once(':'))
        .filter(|(name, _)| !matches!(name.trim(), "font-family" | "display" | "background" | "cursor"))
        .filter_map(|(name, value)| Some(format!("{}:{}", name.trim(), resolved(value.trim(), values, own, 0)?)))
        .collect();
    if !said.is_empty() {
        let _ = write!(out, "{selector}{{{}}}", said.join(";"));
    }
}

/// A value without variables; none where one is not known and has no other to stand for it.
fn resolved(value: &str, values: &Values<'_>, own: Option<&Values<'_>>, deep: u8) -> Option<String> {
    let Some(at) = value.find("var(").filter(|_| deep < 4) else {
        return Some(value.replace("currentColor", "#14181f"));
    };
    let inside = value.get(at + 4..)?;
    // Variables of styles may stand in one another: the bracket that closes this one is looked for.
    let mut open = 1;
    let end = inside.char_indices().find(|(_, c)| {
        open += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open == 0
    });
    let end = end?.0;
    let (name, fallback) =
        inside.get(..end)?.split_once(',').map_or((inside.get(..end)?, None), |(n, f)| (n, Some(f.trim())));
    let name = name.trim();
    let found = own.and_then(|o| o.get(name)).or_else(|| values.get(name)).map(String::as_str).or(fallback)?;
    resolved(&format!("{}{found}{}", value.get(..at)?, inside.get(end + 1..)?), values, own, deep + 1)
}

/// Of `light-dark(a, b)`, a.
fn light(value: &str) -> String {
    let inner = value.strip_prefix("light-dark(").and_then(|v| v.strip_suffix(')'));
    inner.and_then(|v| v.split_once(',')).map_or(value, |(light, _)| light).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{plain, png};
    use crate::chart::Drawn;
    use crate::chart::svg::Svg;

    #[test]
    fn styles_are_written_out_for_a_light_page() {
        let css = ":root{--text: light-dark(#111111, #eeeeee);--pl: light-dark(#473fc2, #767cf0)}.a-plan{--a: var(--pl)}\
                   .drawing .soft{fill:var(--text)}.drawing .bar-a{fill:var(--a)}.drawing .box{stroke:var(--a, var(--text));stroke-width:1.5}\
                   .drawing a:hover{x:y}";
        let out = plain(css);
        assert!(out.contains(".drawing .soft{fill:#111111}"), "{out}");
        assert!(out.contains(".drawing .a-plan .bar-a{fill:#473fc2}"), "{out}");
        assert!(out.contains(".drawing .box{stroke:#111111;stroke-width:1.5}"), "{out}");
        assert!(!out.contains("var(") && !out.contains("hover"), "{out}");
    }

    #[test]
    fn a_drawing_is_painted_and_an_enormous_one_gets_smaller() {
        let drawn = |w: f64, h: f64| {
            let mut svg = Svg::new();
            svg.rect("mark", 0.0, 0.0, w, h, 0.0);
            svg.text("", 10.0, 20.0, "p85 <1 %");
            Drawn { svg: svg.finish((w, h), true, "a", "b"), ..Drawn::default() }
        };
        let size = |bytes: &[u8]| {
            let number = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            (number(16), number(20))
        };
        let small = png(&drawn(100.0, 50.0)).unwrap_or_default();
        assert_eq!(size(&small), (200, 100));
        let (w, h) = size(&png(&drawn(30_000.0, 3_000.0)).unwrap_or_default());
        assert!(u64::from(w) * u64::from(h) < 41_000_000 && w > 9_000, "{w} × {h}");
        assert!(png(&Drawn::default()).is_none());
    }
}
