//! The words of labels: what they suggest, in English and the words most used in German, French, Spanish, Italian
//! and Dutch. Words are lower case; an entry of several words is looked for as they stand.

use watercourse_core::activity::Activity;

use crate::mapping::FlowState;

use Activity::{DeliverSupport, DesignTransition, Engage, Improve, ObtainBuild, Plan};
use FlowState::{Active, Cancelled, Done, New, Waiting};

type Words = &'static [&'static str];

/// Words that suggest a flow state. The first row with a word of the label wins, so the rows stand in order of weight.
#[rustfmt::skip]
pub(crate) const STATES: [(FlowState, Words); 7] = [
    (Cancelled, &[
        "cancelled", "canceled", "cancel", "rejected", "reject", "declined", "withdrawn", "abandoned", "aborted",
        "discarded", "duplicate", "obsolete", "denied", "refused", "invalid", "dropped", "voided", "won t do",
        "won t fix", "wont fix", "wontfix", "not reproducible", "cannot reproduce", "failed", "abgebrochen",
        "storniert", "abgelehnt", "verworfen", "zurückgezogen", "dublette", "annulé", "annulée", "rejeté",
        "rejetée", "refusé", "refusée", "abandonné", "cancelado", "cancelada", "rechazado", "rechazada",
        "descartado", "annullato", "annullata", "rifiutato", "rifiutata", "geannuleerd", "afgewezen", "vervallen",
    ]),
    (Waiting, &[
        "awaiting", "waiting", "wait", "waits", "pending", "hold", "onhold", "blocked", "queued", "queue",
        "suspended", "paused", "deferred", "postponed", "parked", "ready", "selected", "scheduled", "assigned",
        "authorize", "authorise", "impeded", "snoozed", "waiting for", "ready for", "to be", "wartend", "warten",
        "wartet", "warteschlange", "angehalten", "ausstehend", "blockiert", "zurückgestellt", "geplant",
        "zugewiesen", "bereit", "wiedervorlage", "attente", "suspendu", "suspendue", "bloqué", "bloquée",
        "planifié", "planifiée", "attribué", "attribuée", "assigné", "reporté", "espera", "pendiente", "bloqueado",
        "bloqueada", "asignado", "asignada", "programado", "aplazado", "attesa", "sospeso", "sospesa", "bloccato",
        "bloccata", "assegnato", "assegnata", "pianificato", "wacht", "wachten", "wachtend", "geblokkeerd",
        "opgeschort", "toegewezen", "gepland", "in de wacht", "等待", "待处理",
    ]),
    (Done, DONE),
    (Done, &[
        "released", "shipped", "deployed", "merged", "live", "success", "successful", "succeeded", "passed",
    ]),
    (Active, &[
        "in arbeit", "in bearbeitung", "en cours", "en curso", "in corso",
    ]),
    (New, &[
        "new", "open", "opened", "created", "submitted", "registered", "register", "received", "reported",
        "logged", "draft", "insert", "todo", "to do", "intake", "backlog", "triage", "triggered", "unassigned",
        "neu", "offen", "eröffnet", "erstellt", "angelegt", "erfasst", "gemeldet", "zu erledigen", "nouveau",
        "nouvelle", "ouvert", "ouverte", "créé", "créée", "enregistré", "à faire", "nuevo", "nueva", "abierto",
        "abierta", "creado", "creada", "registrado", "por hacer", "nuovo", "nuova", "aperto", "aperta", "creato",
        "registrato", "da fare", "nieuw", "geopend", "aangemaakt", "geregistreerd", "te doen", "待办", "新建",
    ]),
    (Active, &[
        "active", "progress", "working", "work", "doing", "started", "start", "development", "developing",
        "investigating", "investigation", "analysis", "implementing", "implementation", "implement", "testing",
        "test", "qa", "uat", "diagnosis", "diagnose", "accepted", "acknowledged", "reopened", "charge", "ongoing",
        "build", "building", "review", "reviewing", "assess", "assessment", "processing", "running", "deploying",
        "coding", "design", "escalated", "wip", "fixing", "bearbeitung", "arbeit", "umsetzung", "entwicklung",
        "analyse", "prüfung", "prüfen", "wiedereröffnet", "angenommen", "läuft", "cours", "traitement",
        "développement", "réouvert", "accepté", "prise en charge", "curso", "proceso", "progreso", "desarrollo",
        "revisión", "reabierto", "pruebas", "corso", "lavorazione", "sviluppo", "revisione", "riaperto",
        "verifica", "behandeling", "uitvoering", "ontwikkeling", "heropend", "bezig", "进行中",
    ]),
];

/// Words that suggest one of the six activities; the first row wins.
#[rustfmt::skip]
pub(crate) const ACTIVITIES: [(Activity, Words); 6] = [
    (Improve, &[
        "improve", "improvement", "retrospective", "lesson", "lessons", "survey", "postmortem", "learn",
        "evaluate", "evaluation", "feedback", "pir", "verbesserung", "amélioration", "mejora", "miglioramento",
        "verbetering", "rückblick",
    ]),
    (Plan, &[
        "plan", "planned", "planning", "prioritise", "prioritize", "prioritised", "prioritized", "budget",
        "roadmap", "portfolio", "strategy", "forecast", "approve", "approved", "approval", "authorise",
        "authorize", "decide", "backlog", "triage", "assess", "refinement", "grooming", "estimated", "genehmigt",
        "genehmigung", "freigabe", "planung", "priorisierung", "approbation", "approuvé", "validation métier",
        "planification", "aprobado", "aprobación", "planificación", "approvato", "approvazione", "goedgekeurd",
        "goedkeuring",
    ]),
    (ObtainBuild, &[
        "build", "building", "develop", "developing", "development", "implement", "implementing", "implementation",
        "code", "coding", "procure", "purchase", "buy", "obtain", "vendor", "supplier", "committed", "merged",
        "entwicklung", "umsetzung", "bestellung", "lieferant", "développement", "réalisation", "achat",
        "fournisseur", "desarrollo", "compra", "proveedor", "sviluppo", "acquisto", "fornitore", "ontwikkeling",
        "inkoop", "leverancier",
    ]),
    (DesignTransition, &[
        "design", "architecture", "specify", "specification", "test", "testing", "qa", "uat", "verify", "verified",
        "verification", "validate", "validation", "release", "released", "change", "transition", "document",
        "knowledge", "draft", "review", "staging", "entwurf", "prüfung", "freigegeben", "abnahme", "conception",
        "recette", "revue", "diseño", "pruebas", "revisión", "progettazione", "collaudo", "revisione", "ontwerp",
        "testen",
    ]),
    (Engage, &[
        "customer", "user", "caller", "register", "registration", "registered", "receive", "received", "receipt",
        "submit", "submitted", "request", "open", "opened", "new", "created", "insert", "inform", "notify",
        "communication", "contact", "reminder", "intake", "offer", "reported", "logged", "triggered", "requested",
        "requester", "kunde", "neu", "offen", "erstellt", "eröffnet", "angelegt", "anfrage", "client", "nouveau",
        "ouvert", "créé", "demande", "cliente", "nuevo", "abierto", "creado", "solicitud", "nuovo", "aperto",
        "creato", "richiesta", "klant", "nieuw", "aangemaakt",
    ]),
    (DeliverSupport, &[
        "resolve", "resolved", "resolution", "close", "closed", "done", "completed", "complete", "finished",
        "fixed", "solved", "deliver", "delivery", "delivered", "deploy", "deployed", "deploying", "support",
        "restore", "assign", "assigned", "assignment", "reassignment", "reassign", "progress", "active",
        "accepted", "acknowledged", "wait", "waiting", "awaiting", "pending", "queued", "update", "diagnosis",
        "investigate", "investigating", "investigation", "operator", "incident", "problem", "service", "ticket",
        "schedule", "charge", "impact", "status", "reopen", "reopened", "check", "monitor", "hold", "blocked",
        "escalated", "fulfilled", "archived", "erledigt", "abgeschlossen", "geschlossen", "gelöst", "behoben",
        "fertig", "beendet", "fertiggestellt", "résolu", "résolue", "clos", "fermé", "fermée", "terminé",
        "terminée", "clôturé", "clôturée", "livré", "resuelto", "resuelta", "cerrado", "cerrada", "completado",
        "completada", "finalizado", "finalizada", "terminado", "terminada", "solucionado", "risolto", "risolta",
        "chiuso", "chiusa", "completato", "completata", "concluso", "opgelost", "gesloten", "afgesloten",
        "afgerond", "voltooid", "afgehandeld", "已完成", "完成", "bearbeitung", "arbeit", "wartend", "warten", "wartet",
        "zugewiesen", "cours", "traitement", "attente", "attribué", "curso", "espera", "asignado", "lavorazione",
        "attesa", "assegnato", "behandeling", "wacht", "toegewezen",
    ]),
];

/// Words that say the work is done, once a label also ends most of its cases.
#[rustfmt::skip]
pub(crate) const DONE: Words = &[
    "done", "closed", "close", "completed", "complete", "resolved", "resolve", "solved", "fixed", "finished",
    "delivered", "fulfilled", "archived", "erledigt", "abgeschlossen", "geschlossen", "gelöst", "behoben",
    "fertig", "beendet", "fertiggestellt", "résolu", "résolue", "clos", "fermé", "fermée", "terminé", "terminée",
    "clôturé", "clôturée", "livré", "resuelto", "resuelta", "cerrado", "cerrada", "completado", "completada",
    "finalizado", "finalizada", "terminado", "terminada", "solucionado", "risolto", "risolta", "chiuso", "chiusa",
    "completato", "completata", "concluso", "opgelost", "gesloten", "afgesloten", "afgerond", "voltooid",
    "afgehandeld", "已完成", "完成",
];

/// Words that turn such a word into its opposite.
#[rustfmt::skip]
pub(crate) const NOT_DONE: Words = &[
    "not", "un", "re", "reopen", "reopened", "to", "before", "pre", "cancelled", "canceled", "rejected", "in",
    "nicht", "nie", "non", "ne", "no", "niet", "wieder", "zu", "partially", "teilweise",
];
