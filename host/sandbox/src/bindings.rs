//! Bindings generated from the WIT package, as wasmtime's macro writes them.

wasmtime::component::bindgen!({
    path: "../../wit/v0.1.0",
    world: "measure",
    imports: { default: trappable },
    with: {
        "assay:measure/tensors.tensor": crate::state::TensorEntry,
        "assay:measure/networks.network": crate::state::NetworkEntry,
        "assay:measure/data.dataset": crate::state::DatasetEntry,
    },
});
