//! What wit-bindgen generates from the contract. Nothing outside this crate names it: the public
//! modules re-export or wrap the generated names one by one, so that a new version of the contract
//! or of the generator does not change what measures see.
#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "generated code; crossing the component border needs raw pointers"
)]

wit_bindgen::generate!({
    path: "../../wit/v0.1.0",
    world: "measure",
    pub_export_macro: true,
    default_bindings_module: "assay_sdk::export",
});
