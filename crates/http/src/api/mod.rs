//! The REST API: one file a chapter, each with its operations and their handlers.

mod access;
mod accounts;
mod audit;
mod catalogue;
mod events;
mod health;
mod import_jobs;
mod imports;
mod items;
mod once;
mod openapi;
mod operation;
mod organisation;
mod outside;
mod page;
mod provider;
mod receivers;
mod routes;
mod schemas;
mod segments;
mod sent;
mod shown;
mod streams;
mod verbs;
mod viewer;
mod views;
mod write;

pub(crate) use routes::routes;
