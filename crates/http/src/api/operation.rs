//! One operation of the API, declared where its handler is: route, description and viewer come from it.

use crate::problem::Kind;
use axum::routing::MethodRouter;
use serde_json::Value;

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: &'static str,
    /// `path`, `query` or `header`.
    pub(crate) place: &'static str,
    /// What it is for.
    pub(crate) about: String,
    /// What may stand there.
    pub(crate) schema: Value,
    /// A value to try.
    pub(crate) example: Option<String>,
}

/// A body that is sent or answered.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// Its media type.
    pub(crate) media: &'static str,
    /// What it looks like.
    pub(crate) schema: Value,
    /// One to look at.
    pub(crate) example: Option<Value>,
}

/// An answer when all went well.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// What it means.
    pub(crate) about: &'static str,
    /// Its body; none where there is none.
    pub(crate) content: Option<Content>,
}

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// Its name, unique.
    pub(crate) id: String,
    /// Its method, in small letters.
    pub(crate) method: &'static str,
    /// Its path, with parameters in braces.
    pub(crate) path: String,
    /// The chapter it stands in.
    pub(crate) chapter: &'static str,
    /// What it does, in a few words.
    pub(crate) summary: String,
    /// What else there is to know.
    pub(crate) about: String,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// What is sent.
    pub(crate) body: Option<Content>,
    /// What is answered when all went well.
    pub(crate) answers: Vec<Answer>,
    /// What else may be answered.
    pub(crate) problems: Vec<Kind>,
}

/// A route and the operations it answers.
pub(crate) struct Endpoint<S> {
    /// The path of the route.
    pub(crate) path: String,
    /// Its handler.
    pub(crate) route: MethodRouter<S>,
    /// What it answers.
    pub(crate) operations: Vec<Operation>,
}

impl Operation {
    fn new(method: &'static str, path: &str, id: &str, chapter: &'static str, summary: &str) -> Self {
        Self {
            id: id.to_owned(),
            method,
            path: path.to_owned(),
            chapter,
            summary: summary.to_owned(),
            about: String::new(),
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: vec![Kind::Malformed, Kind::Unauthenticated, Kind::ForeignHost, Kind::TooMany, Kind::Unavailable],
        }
    }
    /// An operation that reads.
    pub(crate) fn get(path: &str, id: &str, chapter: &'static str, summary: &str) -> Self {
        Self::new("get", path, id, chapter, summary)
    }
    /// An operation that writes. It takes an actor and an idempotency key.
    pub(crate) fn post(path: &str, id: &str, chapter: &'static str, summary: &str) -> Self {
        Self::new("post", path, id, chapter, summary).writes()
    }
    /// An operation that puts something in its place.
    pub(crate) fn put(path: &str, id: &str, chapter: &'static str, summary: &str) -> Self {
        Self::new("put", path, id, chapter, summary).writes()
    }
    /// An operation that takes something away.
    pub(crate) fn delete(path: &str, id: &str, chapter: &'static str, summary: &str) -> Self {
        Self::new("delete", path, id, chapter, summary).writes()
    }
    fn writes(mut self) -> Self {
        for (name, about, example) in super::write::HEADERS {
            self.parameters.push(Parameter {
                name,
                place: "header",
                about: (*about).to_owned(),
                schema: serde_json::json!({"type": "string"}),
                example: Some((*example).to_owned()),
            });
        }
        self.problem(Kind::Malformed)
            .problem(Kind::ForeignOrigin)
            .problem(Kind::KeyReused)
            .problem(Kind::TooLarge)
            .problem(Kind::MediaType)
    }
    /// Takes off what only writes with a person behind them need.
    pub(crate) fn without_headers(mut self) -> Self {
        self.parameters.retain(|p| p.place != "header");
        self.problems.retain(|p| *p != Kind::KeyReused);
        self
    }
    /// What else there is to know.
    pub(crate) fn about(mut self, about: &str) -> Self {
        self.about = about.to_owned();
        self
    }
    /// A parameter in the path.
    pub(crate) fn path(mut self, name: &'static str, about: &str, example: &str) -> Self {
        let schema = serde_json::json!({"type": "string"});
        self.parameters.push(Parameter {
            name,
            place: "path",
            about: about.to_owned(),
            schema,
            example: Some(example.to_owned()),
        });
        self.problem(Kind::NotFound)
    }
    /// A parameter in the query.
    pub(crate) fn query(mut self, name: &'static str, schema: Value, about: &str) -> Self {
        self.parameters.push(Parameter { name, place: "query", about: about.to_owned(), schema, example: None });
        self.problem(Kind::Malformed)
    }
    /// A header it takes.
    pub(crate) fn takes(mut self, name: &'static str, about: &str) -> Self {
        let schema = serde_json::json!({"type": "string"});
        self.parameters.push(Parameter { name, place: "header", about: about.to_owned(), schema, example: None });
        self
    }
    /// The JSON that is sent.
    pub(crate) fn sends(mut self, schema: Value, example: Value) -> Self {
        self.body = Some(Content { media: "application/json", schema, example: Some(example) });
        self
    }
    /// The JSON that is answered.
    pub(crate) fn answers(mut self, status: u16, about: &'static str, schema: Value) -> Self {
        let content = Some(Content { media: "application/json", schema, example: None });
        self.answers.push(Answer { status, about, content });
        self
    }
    /// Something else that is answered.
    pub(crate) fn answers_as(mut self, status: u16, about: &'static str, media: Option<&'static str>) -> Self {
        let content =
            media.map(|media| Content { media, schema: serde_json::json!({"type": "string"}), example: None });
        self.answers.push(Answer { status, about, content });
        self
    }
    /// A problem it may answer with.
    pub(crate) fn problem(mut self, kind: Kind) -> Self {
        if !self.problems.contains(&kind) {
            self.problems.push(kind);
        }
        self
    }
    /// The route that answers this operation.
    pub(crate) fn by<S>(self, route: MethodRouter<S>) -> Endpoint<S> {
        Endpoint { path: self.path.clone(), route, operations: vec![self] }
    }
}
