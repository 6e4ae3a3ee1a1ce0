//! The practices and the kinds of work they own. Shape is code: a practice is one typed constant in
//! one file, and this file is the list. Works with the ITIL 4 service value chain; the wording is ours.
//!
//! A new practice: write its file, add its `mod` line and its line in [`PRACTICES`].

pub mod field;
pub mod find;
pub mod kind;
pub mod known;
pub mod practice;

mod architecture_management;
mod change_enablement;
mod continual_improvement;
mod deployment_management;
mod incident_management;
mod infrastructure_and_platform_management;
mod it_asset_management;
mod knowledge_management;
mod measurement_and_reporting;
mod monitoring_and_event_management;
mod organizational_change_management;
mod portfolio_management;
mod problem_management;
mod relationship_management;
mod release_management;
mod risk_management;
mod service_catalogue_management;
mod service_design;
mod service_desk;
mod service_financial_management;
mod service_request_management;
mod service_validation_and_testing;
mod software_development_and_management;
mod strategy_management;
mod supplier_management;

pub use field::{COMMON, Field, FieldType};
pub use find::{kind, kind_of_key, kinds, practice};
pub use kind::Kind;
pub use known::context;
pub use practice::{Practice, Shape};

/// All practices, in the order pages list them: by the activity they mostly serve.
pub static PRACTICES: &[&Practice] = &[
    &strategy_management::PRACTICE,
    &portfolio_management::PRACTICE,
    &architecture_management::PRACTICE,
    &service_financial_management::PRACTICE,
    &risk_management::PRACTICE,
    &continual_improvement::PRACTICE,
    &measurement_and_reporting::PRACTICE,
    &organizational_change_management::PRACTICE,
    &relationship_management::PRACTICE,
    &service_desk::PRACTICE,
    &service_catalogue_management::PRACTICE,
    &supplier_management::PRACTICE,
    &service_design::PRACTICE,
    &change_enablement::PRACTICE,
    &release_management::PRACTICE,
    &service_validation_and_testing::PRACTICE,
    &knowledge_management::PRACTICE,
    &software_development_and_management::PRACTICE,
    &infrastructure_and_platform_management::PRACTICE,
    &deployment_management::PRACTICE,
    &incident_management::PRACTICE,
    &service_request_management::PRACTICE,
    &problem_management::PRACTICE,
    &monitoring_and_event_management::PRACTICE,
    &it_asset_management::PRACTICE,
];
