//! The instruction set that kernels use: chosen once, the same bits whichever it is.
//!
//! A lane's threads carry their lane's level; other threads have the process's choice, which is the
//! best that the processor has unless `ASSAY_SIMD` names one.

use std::cell::Cell;
use std::str::FromStr;
use std::sync::OnceLock;

/// Environment variable that forces a level: `avx512`, `avx2` or `scalar`.
const VARIABLE: &str = "ASSAY_SIMD";

/// An instruction set that the kernels are written for. All give the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimdLevel {
    /// 16 values at a time: AVX-512F.
    Avx512,
    /// 8 values at a time: AVX2 and FMA.
    Avx2,
    /// No instruction set beyond the target's: fused multiply-adds one by one.
    Scalar,
}

/// A level that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// No level has this name.
    #[error("{VARIABLE} is {0:?}; the levels are avx512, avx2 and scalar")]
    Unknown(String),
    /// This processor lacks the level's instructions.
    #[error("this processor has no {}", .0.name())]
    Missing(SimdLevel),
}

impl SimdLevel {
    /// The levels that this processor has, the fastest first. The last is always `Scalar`.
    pub fn available() -> Vec<Self> {
        [Self::Avx512, Self::Avx2, Self::Scalar].into_iter().filter(|level| level.found()).collect()
    }

    /// The level that `ASSAY_SIMD` names, or the fastest that this processor has.
    pub fn chosen() -> Result<Self, LevelError> {
        static CHOSEN: OnceLock<Result<SimdLevel, LevelError>> = OnceLock::new();
        let choose = || match std::env::var_os(VARIABLE) {
            Some(name) => name.to_string_lossy().parse::<Self>()?.checked(),
            None => Ok(Self::fastest()),
        };
        CHOSEN.get_or_init(choose).clone()
    }

    /// The level's name in `ASSAY_SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Scalar => "scalar",
        }
    }

    /// This level, if the processor has it.
    pub(crate) fn checked(self) -> Result<Self, LevelError> {
        if self.found() { Ok(self) } else { Err(LevelError::Missing(self)) }
    }

    fn fastest() -> Self {
        let all = [Self::Avx512, Self::Avx2];
        all.into_iter().find(|level| level.found()).unwrap_or(Self::Scalar)
    }

    #[cfg(target_arch = "x86_64")]
    fn found(self) -> bool {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        match self {
            Self::Avx512 => avx2 && is_x86_feature_detected!("avx512f"),
            Self::Avx2 => avx2,
            Self::Scalar => true,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn found(self) -> bool {
        self == Self::Scalar
    }
}

impl FromStr for SimdLevel {
    type Err = LevelError;

    fn from_str(name: &str) -> Result<Self, LevelError> {
        let all = [Self::Avx512, Self::Avx2, Self::Scalar];
        let found = all.into_iter().find(|level| level.name() == name);
        found.ok_or_else(|| LevelError::Unknown(name.to_owned()))
    }
}

thread_local! {
    /// Always a level that was found on this processor: kernels call its instructions unasked.
    static LEVEL: Cell<Option<SimdLevel>> = const { Cell::new(None) };
}

/// The level of this thread's kernels; this processor has it.
pub(crate) fn current() -> SimdLevel {
    LEVEL.with(|level| {
        level.get().unwrap_or_else(|| {
            // A wrong `ASSAY_SIMD` was an error where the lane was made; here no lane was asked for.
            let chosen = SimdLevel::chosen().unwrap_or_else(|_| SimdLevel::fastest());
            level.set(Some(chosen));
            chosen
        })
    })
}

/// Gives this thread's kernels a level. It must come from [`SimdLevel::checked`] or the like.
pub(crate) fn settle(level: SimdLevel) {
    debug_assert!(level.found(), "{level:?} is not on this processor");
    LEVEL.with(|slot| slot.set(Some(level)));
}

/// Compiles the body of a function for every level and calls the one of the thread's level.
///
/// For loops that the compiler's vectoriser handles well. Rust never fuses or reorders floating-point
/// operations by itself, so every version gives the same bits.
macro_rules! for_each_level {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $type),*) {
            // Only an inlined body takes its caller's instruction set.
            #[inline(always)]
            fn body($($arg: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn avx512($($arg: $type),*) {
                body($($arg),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $type),*) {
                body($($arg),*);
            }

            match $crate::cpu::level::current() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a thread's level was found on this processor.
                $crate::SimdLevel::Avx512 => unsafe { avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::SimdLevel::Avx2 => unsafe { avx2($($arg),*) },
                _ => body($($arg),*),
            }
        }
    };
}
pub(crate) use for_each_level;

/// Runs a function once under each level that this processor has.
#[cfg(test)]
pub(crate) fn under_each(mut function: impl FnMut(SimdLevel)) {
    let before = current();
    for level in SimdLevel::available() {
        settle(level);
        function(level);
    }
    settle(before);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_names_and_unknown_names_are_refused() {
        for level in SimdLevel::available() {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert_eq!(SimdLevel::available().last(), Some(&SimdLevel::Scalar));
        let error = "sse".parse::<SimdLevel>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "ASSAY_SIMD is \"sse\"; the levels are avx512, avx2 and scalar"
        );
    }

    #[test]
    fn a_level_that_the_processor_lacks_is_refused() {
        for level in [SimdLevel::Avx512, SimdLevel::Avx2, SimdLevel::Scalar] {
            let found = SimdLevel::available().contains(&level);
            assert_eq!(level.checked().is_ok(), found, "{level:?}");
        }
    }
}
