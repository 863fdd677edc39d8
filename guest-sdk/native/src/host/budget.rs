//! Interfaces `budget` and `log`: what does not concern the engine.

use assay_call::{Call, Host as _, Reply};
use assay_sdk::native::budget::Budget;
use assay_sdk::native::log::{Level as Given, Log};

use super::{NativeHost, taken};
use crate::log::{FUEL_MAX, Level};

impl NativeHost {
    fn work(&self, call: Call) -> u64 {
        taken!(self, self.ask_infallible(call), Reply::Number(work) => work)
    }

    /// Fuel is not counted: all of it is left, always.
    fn fuel(&self, name: &str) -> u64 {
        self.session.borrow_mut().note(name, &FUEL_MAX.to_string());
        FUEL_MAX
    }
}

impl Budget for NativeHost {
    fn work_limit(&self) -> u64 {
        self.work(Call::BudgetWorkLimit)
    }

    fn work_left(&self) -> u64 {
        self.work(Call::BudgetWorkLeft)
    }

    fn fuel_limit(&self) -> u64 {
        self.fuel("budget.fuel-limit")
    }

    fn fuel_left(&self) -> u64 {
        self.fuel("budget.fuel-left")
    }
}

impl Log for NativeHost {
    fn write(&self, level: Given, text: &str) {
        let level = match level {
            Given::Debug => Level::Debug,
            Given::Info => Level::Info,
            Given::Warning => Level::Warning,
        };
        self.session.borrow_mut().note("log.write", text);
        self.log.borrow_mut().write(level, text);
    }
}
