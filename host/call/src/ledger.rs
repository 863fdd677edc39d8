//! The work ledger: charges before work is done, and never goes below zero.

/// The ledger did not cover a charge. The unit ends; the guest never sees this as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work budget is exhausted")]
pub struct Exhausted;

/// Work spent against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    limit: u64,
    used: u64,
}

impl Ledger {
    /// An untouched ledger.
    pub fn new(limit: u64) -> Self {
        Self { limit, used: 0 }
    }

    /// Charges an amount; `None` is an amount too large to count. A charge that is not covered uses
    /// the ledger up.
    pub fn charge(&mut self, amount: Option<u64>) -> Result<(), Exhausted> {
        match amount.and_then(|amount| self.used.checked_add(amount)) {
            Some(used) if used <= self.limit => {
                self.used = used;
                Ok(())
            }
            _ => {
                self.used = self.limit;
                Err(Exhausted)
            }
        }
    }

    /// The whole budget.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Work charged so far.
    pub fn used(&self) -> u64 {
        self.used
    }

    /// Work left.
    pub fn left(&self) -> u64 {
        self.limit - self.used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_covered_and_one_more_is_not() {
        let mut ledger = Ledger::new(10);
        assert_eq!(ledger.charge(Some(9)), Ok(()));
        assert_eq!(ledger.charge(Some(1)), Ok(()));
        assert_eq!(ledger.left(), 0);
        assert_eq!(ledger.charge(Some(1)), Err(Exhausted));
        assert_eq!(Ledger::new(u64::MAX).charge(None), Err(Exhausted));
    }
}
