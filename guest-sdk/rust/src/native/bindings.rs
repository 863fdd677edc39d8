//! The contract's modules outside a component, under the names that the generated ones have: resources and
//! functions are those of [`native`](crate::native), since the generated ones work nowhere but in
//! WebAssembly; types without a handle are the generated ones.

#[path = "../bindings.rs"]
#[allow(dead_code, reason = "nothing but the types is used")]
mod generated;

pub(crate) mod assay {
    pub(crate) mod measure {
        pub(crate) use super::super::generated::assay::measure::types;
        pub(crate) use crate::native::{budget, data, images, log, networks, tensors};

        /// The generated modules, of which `native` takes the types.
        pub(crate) mod plain {
            pub(crate) use super::super::super::generated::assay::measure::{
                data, images, log, networks, tensors,
            };
        }
    }
}
