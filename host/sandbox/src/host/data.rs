//! Interface `data`.

use assay_call::{Call, DatasetHandle, Reply};
use wasmtime::component::Resource;

use super::{fallible, infallible};
use crate::bindings::assay::measure::data::{Host, HostDataset, Statistics};
use crate::bindings::assay::measure::types::Error;
use crate::state::{DatasetEntry, State, TensorEntry};

type Fallible<T> = wasmtime::Result<Result<T, Error>>;
type Dataset = Resource<DatasetEntry>;

impl State {
    fn dataset(&self, dataset: &Dataset) -> wasmtime::Result<DatasetHandle> {
        Ok(self.table.get(dataset)?.0)
    }
}

impl Host for State {}

impl HostDataset for State {
    fn examples(&mut self, own: Dataset) -> wasmtime::Result<u32> {
        let call = Call::DataExamples { dataset: self.dataset(&own)? };
        // Counts of examples and classes fit: datasets index them by 32 bits.
        infallible!(self, call, Reply::Number(count) => count as u32)
    }

    fn classes(&mut self, own: Dataset) -> wasmtime::Result<u32> {
        let call = Call::DataClasses { dataset: self.dataset(&own)? };
        infallible!(self, call, Reply::Number(count) => count as u32)
    }

    fn shape(&mut self, own: Dataset) -> wasmtime::Result<Vec<u32>> {
        let call = Call::DataShape { dataset: self.dataset(&own)? };
        infallible!(self, call, Reply::Shape(shape) => shape)
    }

    fn value_statistics(&mut self, own: Dataset) -> wasmtime::Result<Statistics> {
        let call = Call::DataStatistics { dataset: self.dataset(&own)? };
        infallible!(self, call, Reply::Statistics(found) => Statistics {
            minimum: found.minimum,
            maximum: found.maximum,
            mean: found.mean,
            deviation: found.deviation,
        })
    }

    fn labels(&mut self, own: Dataset, start: u32, length: u32) -> Fallible<Vec<u32>> {
        let call = Call::DataLabels { dataset: self.dataset(&own)?, start, length };
        fallible!(self, call, Reply::Indices(labels) => labels)
    }

    fn class_indices(&mut self, own: Dataset, class: u32) -> Fallible<Vec<u32>> {
        let call = Call::DataClassIndices { dataset: self.dataset(&own)?, class };
        fallible!(self, call, Reply::Indices(indices) => indices)
    }

    fn batch(&mut self, own: Dataset, start: u32, length: u32) -> Fallible<Resource<TensorEntry>> {
        let dataset = self.dataset(&own)?;
        self.handle(Call::DataBatch { dataset, start, length })
    }

    fn gather(&mut self, own: Dataset, indices: Vec<u32>) -> Fallible<Resource<TensorEntry>> {
        let dataset = self.dataset(&own)?;
        self.handle(Call::DataGather { dataset, indices })
    }

    fn drop(&mut self, own: Dataset) -> wasmtime::Result<()> {
        self.table.delete(own)?;
        Ok(())
    }
}
