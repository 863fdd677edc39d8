//! Training data, kept from one unit to the next of the same task.

use std::sync::Arc;

use assay_engine::PreparedData;
use assay_task::{TaskError, TaskView};

/// The data of the task that was asked for last, and of no other.
#[derive(Default)]
pub(crate) struct LastData(Option<(usize, Arc<PreparedData>)>);

impl LastData {
    /// The data of a task as its phase shows it; `at` tells tasks apart.
    pub(crate) fn of(
        &mut self,
        at: usize,
        task: &TaskView,
    ) -> Result<Arc<PreparedData>, TaskError> {
        if let Some((of, data)) = &self.0
            && *of == at
        {
            return Ok(Arc::clone(data));
        }
        // Before the next is read: never the data of two tasks in memory.
        self.0 = None;
        let data = Arc::new(PreparedData::new(task.dataset()?));
        self.0 = Some((at, Arc::clone(&data)));
        Ok(data)
    }
}
