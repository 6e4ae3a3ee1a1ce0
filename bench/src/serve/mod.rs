//! The server, as a process of its own, beside the limits of the machine it runs on: both measured in the same
//! run and in turn, so that a noisy machine hurts both.

pub mod asks;
pub mod fill;
pub mod lean;
pub mod limits;
pub mod run;
pub mod table;
