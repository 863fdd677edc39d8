//! Results that were computed before, by lineage.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assay_ids::Digest;

use crate::Tensor;

/// Expensive results of one lane, shared by all units of a phase and bounded in bytes.
///
/// Nobody can tell a hit from a miss: work is charged before anybody looks here, and a measure has
/// no clock. When the bound is passed, what was asked for longest ago goes.
pub struct Cache {
    bytes_max: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<Digest, Entry>,
    bytes: u64,
    /// Counts requests; an entry remembers its last one.
    clock: u64,
    hits: u64,
    misses: u64,
}

struct Entry {
    tensors: Vec<Tensor>,
    bytes: u64,
    used: u64,
}

/// What a cache has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Requests answered.
    pub hits: u64,
    /// Requests that had to be computed.
    pub misses: u64,
    /// Bytes held.
    pub bytes: u64,
}

impl Cache {
    /// An empty cache of at most this many bytes.
    pub fn new(bytes_max: u64) -> Self {
        Self { bytes_max, state: Mutex::default() }
    }

    /// What it has done so far.
    pub fn statistics(&self) -> CacheStatistics {
        let state = self.lock();
        CacheStatistics { hits: state.hits, misses: state.misses, bytes: state.bytes }
    }

    /// The results of this lineage, if they are here.
    pub(crate) fn get(&self, lineage: &Digest) -> Option<Vec<Tensor>> {
        let mut state = self.lock();
        state.clock += 1;
        let now = state.clock;
        let found = state.entries.get_mut(lineage).map(|entry| {
            entry.used = now;
            entry.tensors.clone()
        });
        match &found {
            Some(_) => state.hits += 1,
            None => state.misses += 1,
        }
        found
    }

    /// Keeps results. Those that would fill more than a quarter of the cache are not kept: they
    /// would push out everything else.
    pub(crate) fn put(&self, lineage: Digest, tensors: &[Tensor]) {
        let bytes: u64 = tensors.iter().map(Tensor::bytes).sum();
        if bytes > self.bytes_max / 4 {
            return;
        }
        let mut state = self.lock();
        state.clock += 1;
        let entry = Entry { tensors: tensors.to_vec(), bytes, used: state.clock };
        if let Some(old) = state.entries.insert(lineage, entry) {
            state.bytes -= old.bytes;
        }
        state.bytes += bytes;
        while state.bytes > self.bytes_max {
            let oldest = state.entries.iter().min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(lineage, _)| *lineage) else { break };
            if let Some(gone) = state.entries.remove(&oldest) {
                state.bytes -= gone.bytes;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Every change below is complete before the lock is let go.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: u8) -> Digest {
        Digest::of(&[name])
    }

    fn tensors(values: usize) -> Vec<Tensor> {
        vec![Tensor::new(vec![values], vec![1.0; values])]
    }

    #[test]
    fn what_was_asked_for_longest_ago_goes_first() {
        let cache = Cache::new(4 * 40);
        for name in 0..4 {
            cache.put(key(name), &tensors(10));
        }
        assert!(cache.get(&key(0)).is_some());
        cache.put(key(4), &tensors(10));
        assert!(cache.get(&key(1)).is_none(), "the oldest is gone");
        assert!(cache.get(&key(0)).is_some(), "the used one stays");
        assert_eq!(cache.statistics(), CacheStatistics { hits: 2, misses: 1, bytes: 160 });
    }

    #[test]
    fn nothing_too_large_is_kept_and_nothing_counts_twice() {
        let cache = Cache::new(160);
        cache.put(key(0), &tensors(11));
        assert!(cache.get(&key(0)).is_none());
        cache.put(key(1), &tensors(10));
        cache.put(key(1), &tensors(5));
        assert_eq!(cache.statistics().bytes, 20);
    }
}
