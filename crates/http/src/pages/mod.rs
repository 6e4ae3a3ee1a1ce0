//! Pages: one view struct and one template each. The server does the thinking; scripts are a comfort.

mod access;
mod access_view;
mod activities;
mod activity_view;
mod asking;
mod chain;
mod chain_view;
mod findings;
mod history;
mod item_new_view;
mod item_view;
mod items;
mod measured;
mod moves;
mod news;
mod oops;
mod practice_view;
mod practices;
mod receivers;
mod receivers_view;
mod serve;
mod shell;
mod stream_edit;
mod stream_view;
mod streams;
mod team_view;
mod teams;
mod verb_form;
mod work;
mod work_view;

pub(crate) use oops::Oops;
pub(crate) use serve::routes;
pub(crate) use shell::{Shell, me, theme};
