//! A small reader of the nets in `tests/oracle/nets`, written apart from the product's on purpose.

use std::collections::BTreeMap;
use watercourse_flow::alignment::{Net, Transition};

pub fn read(name: &str) -> Net {
    let path = format!("{}/tests/oracle/nets/{name}.pnml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let (body, finals) = text.split_once("<finalmarkings>").unwrap();
    let mut places: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut transitions, mut numbers) = (Vec::new(), BTreeMap::new());
    let mut initial = Vec::new();
    for part in body.split("<place id=\"").skip(1) {
        let (id, rest) = part.split_once('"').unwrap();
        let number = places.len() as u32;
        places.insert(id, number);
        if rest.split("</place>").next().unwrap().contains("<initialMarking>") {
            initial.push((number, 1));
        }
    }
    for part in body.split("<transition id=\"").skip(1) {
        let (id, rest) = part.split_once('"').unwrap();
        let inner = rest.split("</transition>").next().unwrap();
        let label = inner.split("<text>").nth(1).unwrap().split("</text>").next().unwrap().replace("&amp;", "&");
        let label = (!inner.contains("$invisible$")).then_some(label);
        numbers.insert(id, transitions.len());
        transitions.push(Transition { label, ..Transition::default() });
    }
    for part in body.split("<arc ").skip(1) {
        let of = |key: &str| part.split(key).nth(1).unwrap().split('"').next().unwrap();
        let (from, to) = (of(" source=\""), of(" target=\""));
        match (places.get(from), places.get(to)) {
            (Some(place), None) => transitions[numbers[to]].takes.push((*place, 1)),
            (None, Some(place)) => transitions[numbers[from]].gives.push((*place, 1)),
            _ => panic!("{from} → {to}"),
        }
    }
    for transition in &mut transitions {
        transition.takes.sort_unstable();
        transition.gives.sort_unstable();
    }
    let last = finals.split("idref=\"").skip(1).map(|part| (places[part.split('"').next().unwrap()], 1)).collect();
    Net::new(places.len() as u32, transitions, initial, last).unwrap()
}
