//! The graphics adapter that the lane computes on.

use assay_call::Fault;
use burn::tensor::{Device, ExecutionError};

/// A graphics adapter, ready to compute.
#[derive(Debug, Clone)]
pub struct Adapter {
    pub(crate) device: Device,
    about: String,
}

/// There is no adapter that can compute.
#[derive(Debug, thiserror::Error)]
#[error(
    "no graphics adapter can be used: {0}\n\
     hint: install your adapter's Vulkan driver; without a graphics card Debian's \
     mesa-vulkan-drivers computes in software (slowly: for tests)"
)]
pub struct NoAdapter(String);

/// The adapter failed while it computed.
#[derive(Debug, thiserror::Error)]
#[error("the graphics adapter failed: {0}")]
pub struct AdapterError(#[from] ExecutionError);

impl From<AdapterError> for Fault {
    fn from(error: AdapterError) -> Self {
        Self(error.to_string())
    }
}

impl Adapter {
    /// Opens the best adapter of this machine. A process opens it once.
    ///
    /// The environment variable `CUBECL_WGPU_DEFAULT_DEVICE` names another one (`Cpu`,
    /// `DiscreteGpu(1)`, ...), as Burn documents.
    pub fn open() -> Result<Self, NoAdapter> {
        // Graphics drivers panic in more ways than they fail: none of them may look like a bug here.
        let opened = std::panic::catch_unwind(|| Device::wgpu_options().init_with_setup());
        let (device, setup) = opened
            .map_err(|_| NoAdapter("the driver panicked".to_owned()))?
            .map_err(|error| NoAdapter(error.to_string()))?;
        let info = setup.adapter.get_info();
        let about = format!(
            "{} ({:?}, {:?}, driver {})",
            info.name, info.device_type, info.backend, info.driver_info
        );
        Ok(Self { device, about })
    }

    /// The adapter's name, kind, interface and driver.
    pub fn about(&self) -> &str {
        &self.about
    }
}
