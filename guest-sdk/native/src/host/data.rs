//! Interface `data`.

use assay_call::{Call, DatasetHandle, Reply};
use assay_sdk::native::Error;
use assay_sdk::native::data::{Data, Dataset, Statistics};
use assay_sdk::native::tensors::Tensor;

use super::{NativeHost, taken};

fn own_handle(dataset: &Dataset) -> DatasetHandle {
    DatasetHandle(dataset.number())
}

impl NativeHost {
    fn count(&self, call: Call) -> u32 {
        // Counts of examples and classes fit: datasets index them by 32 bits.
        taken!(self, self.ask_infallible(call), Reply::Number(count) => count as u32)
    }
}

impl Data for NativeHost {
    fn examples(&self, own: &Dataset) -> u32 {
        self.count(Call::DataExamples { dataset: own_handle(own) })
    }

    fn classes(&self, own: &Dataset) -> u32 {
        self.count(Call::DataClasses { dataset: own_handle(own) })
    }

    fn shape(&self, own: &Dataset) -> Vec<u32> {
        let call = Call::DataShape { dataset: own_handle(own) };
        taken!(self, self.ask_infallible(call), Reply::Shape(shape) => shape)
    }

    fn value_statistics(&self, own: &Dataset) -> Statistics {
        let reply = self.ask_infallible(Call::DataStatistics { dataset: own_handle(own) });
        let found = taken!(self, reply, Reply::Statistics(found) => found);
        Statistics {
            minimum: found.minimum,
            maximum: found.maximum,
            mean: found.mean,
            deviation: found.deviation,
        }
    }

    fn labels(&self, own: &Dataset, start: u32, length: u32) -> Result<Vec<u32>, Error> {
        self.indices(Call::DataLabels { dataset: own_handle(own), start, length })
    }

    fn class_indices(&self, own: &Dataset, class: u32) -> Result<Vec<u32>, Error> {
        self.indices(Call::DataClassIndices { dataset: own_handle(own), class })
    }

    fn batch(&self, own: &Dataset, start: u32, length: u32) -> Result<Tensor, Error> {
        self.tensor(Call::DataBatch { dataset: own_handle(own), start, length })
    }

    fn gather(&self, own: &Dataset, indices: &[u32]) -> Result<Tensor, Error> {
        let indices = indices.to_vec();
        self.tensor(Call::DataGather { dataset: own_handle(own), indices })
    }

    fn dropped(&self, _number: u32) {
        // The one dataset of a unit is lent; giving it back is no call.
    }
}
