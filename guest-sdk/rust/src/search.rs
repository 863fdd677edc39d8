//! Searches for the size of a perturbation that a network just bears.

/// What a trial of a size says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// Larger sizes may do as well.
    Larger,
    /// It has to be smaller.
    Smaller,
    /// Close enough: the search ends.
    Found,
}

impl Trial {
    /// For something that grows with the size: found within `near` of what is wanted, or too much or too
    /// little of it.
    pub fn towards(wanted: f64, near: f64, came: f64) -> Self {
        if (came - wanted).abs() < near {
            Self::Found
        } else if came > wanted {
            Self::Smaller
        } else {
            Self::Larger
        }
    }
}

/// Halves the interval from `low` to `high` until a trial has [found](Trial::Found) its size, the
/// interval is narrower than `width`, or `steps` trials have been made. Returns the middle that was
/// tried last, as the competition's sharpness does (`low` if `steps` is 0).
///
/// # Errors
/// The trial's.
///
/// ```
/// use assay_sdk::search::{Trial, bisect};
///
/// let root = bisect(0.0, 2.0, 50, 1e-12, |x| {
///     Ok::<_, ()>(if x * x < 2.0 { Trial::Larger } else { Trial::Smaller })
/// });
/// assert!((root.unwrap() - 2_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn bisect<E>(
    low: f64,
    high: f64,
    steps: u32,
    width: f64,
    mut trial: impl FnMut(f64) -> Result<Trial, E>,
) -> Result<f64, E> {
    let (mut low, mut high, mut middle) = (low, high, low);
    for _ in 0..steps {
        middle = f64::midpoint(low, high);
        let said = trial(middle)?;
        if said == Trial::Found || high - low < width {
            break;
        }
        match said {
            Trial::Larger => low = middle,
            Trial::Smaller | Trial::Found => high = middle,
        }
    }
    Ok(middle)
}

/// The largest size that is borne, by order of magnitude first: `start` is doubled while it is borne,
/// or halved until it is, at most `reach` times; then the last interval is halved `steps` times.
/// Returns the largest size found to be borne: 0 if none was.
///
/// # Errors
/// The trial's.
///
/// ```
/// use assay_sdk::search::largest;
///
/// let size = largest(1.0, 20, 10, |x| Ok::<_, ()>(x <= 100.0)).unwrap();
/// assert!((99.9..=100.0).contains(&size));
/// ```
pub fn largest<E>(
    start: f64,
    reach: u32,
    steps: u32,
    mut borne: impl FnMut(f64) -> Result<bool, E>,
) -> Result<f64, E> {
    let mut size = start;
    let grows = borne(size)?;
    let mut best = if grows { size } else { 0.0 };
    let mut bracketed = false;
    for _ in 0..reach {
        size *= if grows { 2.0 } else { 0.5 };
        let bears = borne(size)?;
        if bears {
            best = size;
        }
        if bears != grows {
            bracketed = true;
            break;
        }
    }
    if !bracketed {
        return Ok(best);
    }
    let mut high = best * 2.0;
    for _ in 0..steps {
        let middle = f64::midpoint(best, high);
        if borne(middle)? { best = middle } else { high = middle }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::{Trial, bisect, largest};

    fn below(limit: f64) -> impl FnMut(f64) -> Result<Trial, ()> {
        move |x| Ok(if x < limit { Trial::Larger } else { Trial::Smaller })
    }

    #[test]
    fn bisection_ends_by_each_of_its_three_reasons() {
        // Middles: 4, 2, 3.
        assert_eq!(bisect(0.0, 8.0, 3, 0.0, below(3.5)), Ok(3.0));
        // The third middle is tried while the interval is 2 wide.
        assert_eq!(bisect(0.0, 8.0, 50, 2.5, below(3.5)), Ok(3.0));
        assert_eq!(bisect(0.0, 8.0, 50, 0.0, |_| Ok::<_, ()>(Trial::Found)), Ok(4.0));
        assert_eq!(bisect(1.0, 8.0, 0, 0.0, below(3.5)), Ok(1.0));
        assert_eq!(bisect(0.0, 8.0, 3, 0.0, |_| Err("no")), Err("no"));
    }

    #[test]
    fn the_largest_size_is_found_from_below_and_from_above() {
        let borne = |limit: f64| move |x: f64| Ok::<_, ()>(x <= limit);
        // 1, 2, 4, 8 not; then 6 not, 5, 5.5 not.
        assert_eq!(largest(1.0, 10, 3, borne(5.2)), Ok(5.0));
        // 8, 4, 2 is borne; then 3 not, 2.5, 2.75 not.
        assert_eq!(largest(8.0, 10, 3, borne(2.6)), Ok(2.5));
        assert_eq!(largest(1.0, 3, 3, borne(f64::INFINITY)), Ok(8.0));
        assert_eq!(largest(1.0, 3, 3, borne(0.0)), Ok(0.0));
        assert_eq!(largest(1.0, 3, 3, |_| Err("no")), Err("no"));
    }
}
