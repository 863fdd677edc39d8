//! Two sides doing the same work in turns.

use anyhow::Result;
use serde_json::{Value, json};

use super::worker::{Sample, Worker};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Pairs of rounds.
    pub(crate) rounds: usize,
    /// Seconds of one round, about.
    pub(crate) seconds: f64,
    /// Networks of a task that the winning measure runs on.
    pub(crate) networks: usize,
    /// Also the network that takes minutes.
    pub(crate) long: bool,
    /// Units of a round that measures what a unit costs.
    pub(crate) units: u32,
}

impl Effort {
    pub(crate) const QUICK: Self =
        Self { rounds: 3, seconds: 0.5, networks: 3, long: false, units: 32 };
    pub(crate) const FULL: Self =
        Self { rounds: 7, seconds: 1.0, networks: 8, long: false, units: 160 };
}

/// The samples of one side and the other, pair by pair.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pub(crate) theirs: Vec<Sample>,
    pub(crate) ours: Vec<Sample>,
}

/// A middle with its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of at least one number.
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => f64::midpoint(values[middle - 1], values[middle]),
            _ => values[middle],
        };
        Some(Self { median, least, most })
    }
}

impl Pairs {
    pub(crate) fn push(&mut self, theirs: Sample, ours: Sample) {
        self.theirs.push(theirs);
        self.ours.push(ours);
    }

    /// Their time divided by ours, on the clock or in processor time: how many times faster we are.
    /// Nothing where a side has no such time.
    pub(crate) fn faster(&self, time: Time) -> Option<Spread> {
        let both = self.theirs.iter().zip(&self.ours);
        let ratios = both.map(|(theirs, ours)| Some(time.of(theirs)? / time.of(ours)?));
        // A tick of processor time may be longer than the work.
        let ratios: Option<Vec<f64>> = ratios.collect();
        Spread::of(ratios.filter(|all| all.iter().all(|ratio| ratio.is_finite()))?)
    }
}

/// Which time of a sample counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Time {
    /// On the clock.
    Wall,
    /// Of the processor.
    Cpu,
}

impl Time {
    fn of(self, sample: &Sample) -> Option<f64> {
        match self {
            Self::Wall => Some(sample.wall),
            Self::Cpu => sample.cpu,
        }
    }
}

/// Half of the samples took less than this on the clock.
pub(crate) fn median_seconds(samples: &[Sample]) -> String {
    let spread = Spread::of(samples.iter().map(|sample| sample.wall).collect());
    spread.map_or_else(|| "-".to_owned(), |spread| format!("{:.3}", spread.median))
}

/// Repeats what both workers have been made ready for, in turns.
pub(crate) fn measure(sides: &mut [Worker; 2], effort: Effort) -> Result<(Pairs, usize)> {
    let [theirs, ours] = sides;
    let repeat = |times: usize| json!({"do": "repeat", "times": times});
    let (_, first) = theirs.timed(&repeat(1))?;
    let (_, second) = ours.timed(&repeat(1))?;
    let times = (effort.seconds / first.wall.max(second.wall)).ceil().max(1.0) as usize;
    let mut pairs = Pairs::default();
    for round in 0..effort.rounds {
        let (a, b) = in_turn(round, theirs, ours, &repeat(times), &repeat(times))?;
        pairs.push(a.1, b.1);
    }
    Ok((pairs, times))
}

/// Asks both; who begins changes from round to round.
pub(crate) fn in_turn(
    round: usize,
    theirs: &mut Worker,
    ours: &mut Worker,
    to_them: &Value,
    to_us: &Value,
) -> Result<((Value, Sample), (Value, Sample))> {
    if round.is_multiple_of(2) {
        let first = theirs.timed(to_them)?;
        Ok((first, ours.timed(to_us)?))
    } else {
        let first = ours.timed(to_us)?;
        Ok((theirs.timed(to_them)?, first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall: f64, cpu: Option<f64>) -> Sample {
        Sample { wall, cpu }
    }

    #[test]
    fn ratios_are_taken_within_pairs() {
        let mut pairs = Pairs::default();
        pairs.push(sample(1.0, Some(1.0)), sample(2.0, Some(4.0)));
        pairs.push(sample(10.0, Some(10.0)), sample(5.0, Some(5.0)));
        pairs.push(sample(4.0, Some(4.0)), sample(4.0, Some(4.0)));
        // The middle pair is the one where we are twice as fast.
        assert_eq!(pairs.faster(Time::Wall), Some(Spread { median: 1.0, least: 0.5, most: 2.0 }));
        assert_eq!(pairs.faster(Time::Cpu), Some(Spread { median: 1.0, least: 0.25, most: 2.0 }));
        pairs.push(sample(1.0, None), sample(1.0, Some(1.0)));
        assert_eq!(pairs.faster(Time::Cpu), None);
        let wall = Some(Spread { median: 1.0, least: 0.5, most: 2.0 });
        assert_eq!(pairs.faster(Time::Wall), wall);
    }

    #[test]
    fn an_even_number_has_its_median_in_between() {
        let spread = Spread::of(vec![4.0, 1.0, 2.0, 8.0]).unwrap();
        assert_eq!((spread.median, spread.least, spread.most), (3.0, 1.0, 8.0));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
