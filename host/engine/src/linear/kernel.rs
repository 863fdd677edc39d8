//! The inner loops of linear algebra, with a fixed order of accumulation.
//!
//! A sum of products runs in sixteen lanes (term `i` goes to lane `i mod 16`, by fused multiply-adds
//! in order from zero); then lane `i` is added to lane `i + 8`'s, `4`, `2`, `1`. Vectors are padded
//! with zeros to multiples of sixteen, which changes no sum.
//!
//! Bodies are written once in plain Rust and compiled for each instruction set. A fused multiply-add
//! is rounded once by definition, so all of them give the same bits.

#![expect(
    unsafe_code,
    reason = "calling functions compiled for instruction sets found at run time"
)]

use crate::SimdLevel;
use crate::cpu::level::current;

/// Lanes of a sum; lengths of vectors are multiples of it.
pub(super) const LANES: usize = 16;

/// `length` rounded up to whole lanes.
pub(super) const fn padded(length: usize) -> usize {
    length.next_multiple_of(LANES)
}

/// `index` rounded down to where lanes begin.
pub(super) const fn aligned(index: usize) -> usize {
    index - index % LANES
}

/// A computation that is compiled for each instruction set. `run` must be `#[inline(always)]`, and
/// so must everything hot that it calls: only inlined code takes its caller's instruction set.
pub(super) trait Body {
    type Output;
    fn run(self) -> Self::Output;
}

/// Runs a body with the instructions of this thread's level.
pub(super) fn run<B: Body>(body: B) -> B::Output {
    match current() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a thread's level was found on this processor.
        SimdLevel::Avx512 => unsafe { run_avx512(body) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 => unsafe { run_avx2(body) },
        _ => body.run(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn run_avx512<B: Body>(body: B) -> B::Output {
    body.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<B: Body>(body: B) -> B::Output {
    body.run()
}

/// The sum of products of two vectors of the same length, which is whole lanes.
#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
pub(super) fn dot_body(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [[0.0_f64; 4]; LANES / 4];
    for (x, y) in x.as_chunks::<LANES>().0.iter().zip(y.as_chunks::<LANES>().0) {
        let (x, y) = (x.as_chunks::<4>().0, y.as_chunks::<4>().0);
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum = std::array::from_fn(|lane| x[lane].mul_add(y[lane], sum[lane]));
        }
    }
    let add = |a: [f64; 4], b: [f64; 4]| -> [f64; 4] { std::array::from_fn(|i| a[i] + b[i]) };
    across(&add(add(sums[0], sums[2]), add(sums[1], sums[3])))
}

/// The last two steps of a sum. Out of line, so that the lanes above it are kept in whole registers:
/// seeing the scalars in sight, the compiler would cut them up.
#[inline(never)]
fn across([a, b, c, d]: &[f64; 4]) -> f64 {
    (a + c) + (b + d)
}

/// The sum of products of two vectors of whole lanes.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    run(Dot(x, y))
}

/// Adds `scale` times `x` to `y`; both are whole lanes.
pub(super) fn add_scaled(y: &mut [f64], scale: f64, x: &[f64]) {
    run(AddScaled(y, scale, x));
}

/// The sum of products as a body.
struct Dot<'a>(&'a [f64], &'a [f64]);

impl Body for Dot<'_> {
    type Output = f64;

    #[expect(clippy::inline_always, reason = "see `Body`")]
    #[inline(always)]
    fn run(self) -> f64 {
        dot_body(self.0, self.1)
    }
}

/// The multiple of a vector as a body.
struct AddScaled<'a>(&'a mut [f64], f64, &'a [f64]);

impl Body for AddScaled<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "see `Body`")]
    #[inline(always)]
    fn run(self) {
        for (y, x) in self.0.iter_mut().zip(self.2) {
            *y = self.1.mul_add(*x, *y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::level::under_each;

    fn sample(count: usize, salt: usize) -> Vec<f64> {
        (0..count).map(|at| ((at * 7919 + salt) % 1009) as f64 / 97.0 - 5.0).collect()
    }

    #[test]
    fn every_instruction_set_sums_in_the_documented_order() {
        for length in [0, 16, 48, 160] {
            let (x, y) = (sample(length, 1), sample(length, 2));
            let mut lanes = [0.0_f64; LANES];
            for at in 0..length {
                lanes[at % LANES] = x[at].mul_add(y[at], lanes[at % LANES]);
            }
            for width in [8, 4, 2, 1] {
                for lane in 0..width {
                    lanes[lane] += lanes[lane + width];
                }
            }
            under_each(|level| {
                assert_eq!(dot(&x, &y).to_bits(), lanes[0].to_bits(), "{level:?} {length}");
                let mut moved = y.clone();
                add_scaled(&mut moved, 0.3, &x);
                let expected = x.iter().zip(&y).map(|(x, y)| 0.3_f64.mul_add(*x, *y));
                assert!(moved.into_iter().eq(expected), "{level:?} {length}");
            });
        }
    }

    #[test]
    fn lanes_begin_and_end() {
        assert_eq!([0, 1, 16, 17].map(padded), [0, 16, 16, 32]);
        assert_eq!([0, 15, 16, 40].map(aligned), [0, 0, 16, 32]);
    }
}
