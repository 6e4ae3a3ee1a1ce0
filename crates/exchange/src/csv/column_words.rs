//! Words of column names in other languages, for the roles of columns: German, French, Spanish, Italian and Dutch.

/// The English word, and the words that mean it.
#[rustfmt::skip]
const MEANINGS: [(&str, &[&str]); 24] = [
    ("case", &["fall", "vorgang", "dossier", "caso", "zaak"]),
    ("ticket", &["anfrage", "störung", "meldung", "demande", "solicitud", "richiesta", "melding"]),
    ("number", &["nummer", "numéro", "numero", "número", "nr"]),
    ("activity", &["aktivität", "tätigkeit", "activité", "actividad", "attività", "activiteit"]),
    ("event", &["ereignis", "événement", "evento", "gebeurtenis"]),
    ("status", &["statut", "estado", "stato", "état"]),
    ("state", &["zustand"]),
    ("step", &["schritt", "étape", "etapa", "passo", "stap"]),
    ("timestamp", &["zeitstempel", "zeitpunkt", "horodatage", "tijdstempel", "tijdstip"]),
    ("date", &["datum", "fecha"]),
    ("time", &["zeit", "uhrzeit", "heure", "hora", "tijd"]),
    ("start", &["beginn", "début", "inicio", "inizio", "begin"]),
    ("end", &["ende", "fin", "einde"]),
    ("created", &["erstellt", "angelegt", "erfasst", "erstellung", "erstellungsdatum", "erstelldatum", "anlagedatum", "créé", "créée", "création", "creado", "creada", "creación", "creato", "creata", "creazione", "aangemaakt", "aanmaakdatum"]),
    ("opened", &["eröffnet", "eröffnung", "eröffnungsdatum", "ouvert", "ouverte", "ouverture", "abierto", "abierta", "apertura", "aperto", "aperta", "geopend", "openingsdatum"]),
    ("reported", &["gemeldet", "meldedatum", "signalé"]),
    ("resolved", &["gelöst", "behoben", "lösung", "lösungsdatum", "résolu", "résolue", "résolution", "resuelto", "resuelta", "resolución", "risolto", "risolta", "risoluzione", "opgelost", "oplosdatum"]),
    ("closed", &["geschlossen", "abgeschlossen", "schließung", "schließdatum", "abschluss", "abschlussdatum", "fermé", "fermée", "clos", "clôturé", "clôture", "fermeture", "cerrado", "cerrada", "cierre", "chiuso", "chiusa", "chiusura", "gesloten", "afgesloten", "sluitingsdatum"]),
    ("done", &["erledigt", "fertig", "terminé", "terminée", "terminado", "terminada", "completado", "completato", "afgerond"]),
    ("updated", &["aktualisiert", "geändert", "änderung", "modifié", "modification", "actualizado", "modificado", "aggiornato", "modificato", "bijgewerkt", "gewijzigd"]),
    ("due", &["fällig", "fälligkeit", "fälligkeitsdatum", "échéance", "vencimiento", "scadenza", "vervaldatum"]),
    ("planned", &["geplant", "prévu", "prévue", "previsto", "gepland"]),
    ("group", &["gruppe", "groupe", "grupo", "gruppo", "groep", "supportgruppe", "bearbeitergruppe"]),
    ("team", &["équipe", "equipo", "squadra"]),
];

/// Words written in one that are two in English.
#[rustfmt::skip]
const PAIRS: [(&str, [&str; 2]); 10] = [
    ("ticketnummer", ["ticket", "number"]),
    ("vorgangsnummer", ["case", "number"]),
    ("fallnummer", ["case", "number"]),
    ("auftragsnummer", ["order", "number"]),
    ("meldungsnummer", ["ticket", "number"]),
    ("zaaknummer", ["case", "number"]),
    ("meldingsnummer", ["ticket", "number"]),
    ("ticketid", ["ticket", "id"]),
    ("vorgangsid", ["case", "id"]),
    ("fallid", ["case", "id"]),
];

/// The words in English, as far as they are known.
pub(crate) fn english(words: &[String]) -> Vec<String> {
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        if let Some((_, pair)) = PAIRS.iter().find(|(w, _)| w == word) {
            all.extend(pair.map(str::to_owned));
            continue;
        }
        let meant = MEANINGS.iter().find(|(_, others)| others.contains(&word.as_str()));
        all.push(meant.map_or_else(|| word.clone(), |(english, _)| (*english).to_owned()));
    }
    all
}
