//! The search for one example's radius: when to enlarge it, and when it is found.

/// Most steps of a search.
pub(crate) const STEPS: u32 = 27;
/// After so many steps that gain little the radius is doubled.
const PATIENCE: u32 = 3;
/// What a step has to gain, and where the search ends, as shares of the largest loss that counts.
const GAIN: f64 = 0.03;
const ENOUGH: f64 = 0.24;

/// Where one search stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    /// The current radius, as a multiple of the first one.
    pub(crate) scale: f64,
    last_gain: u32,
    last_loss: f64,
}

/// What happens after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Step,
    /// The radius has been doubled, and the positions have to be moved outwards.
    Double,
    Found,
}

impl Walk {
    pub(crate) fn new() -> Self {
        Self { scale: 1.0, last_gain: 0, last_loss: f64::NEG_INFINITY }
    }

    /// Takes note of the loss before step number `step`, as a share of the largest that counts.
    pub(crate) fn after(&mut self, step: u32, loss: f64) -> Next {
        if loss - self.last_loss >= GAIN {
            self.last_gain = step;
        }
        self.last_loss = loss;
        if step >= self.last_gain + PATIENCE {
            self.scale *= 2.0;
            self.last_gain = step;
            self.last_loss = f64::NEG_INFINITY;
            return Next::Double;
        }
        if loss >= ENOUGH { Next::Found } else { Next::Step }
    }
}

#[cfg(test)]
mod tests {
    use super::{Next, Walk};

    #[test]
    fn the_radius_doubles_after_three_steps_without_gain() {
        let mut walk = Walk::new();
        let losses = [0.01, 0.02, 0.03, 0.05, 0.05, 0.09, 0.30];
        let next: Vec<_> = (0..).zip(losses).map(|(step, loss)| walk.after(step, loss)).collect();
        // The first loss is a gain over nothing; so is the one after the radius was doubled.
        let expected = [Next::Step, Next::Step, Next::Step, Next::Double];
        assert_eq!(next[..4], expected);
        assert_eq!(next[4..], [Next::Step, Next::Step, Next::Found]);
        assert_eq!(walk.scale, 2.0);
    }

    #[test]
    fn a_network_that_doubts_at_once_has_the_first_radius() {
        let mut walk = Walk::new();
        assert_eq!(walk.after(0, 0.24), Next::Found);
        assert_eq!(walk.scale, 1.0);
    }
}
