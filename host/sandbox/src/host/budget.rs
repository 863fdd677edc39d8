//! Interface `budget`, linked by hand: fuel is read from the store, which the generated traits do
//! not hand out.

use assay_call::{Call, Reply};
use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use super::infallible;
use crate::state::State;

/// Links the interface's four functions.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut budget = linker.instance("assay:measure/budget@0.1.0")?;
    budget.func_wrap("work-limit", |store: StoreContextMut<'_, State>, (): ()| {
        work(store, Call::BudgetWorkLimit)
    })?;
    budget.func_wrap("work-left", |store: StoreContextMut<'_, State>, (): ()| {
        work(store, Call::BudgetWorkLeft)
    })?;
    budget.func_wrap("fuel-limit", |mut store: StoreContextMut<'_, State>, (): ()| {
        let fuel = store.data().fuel_max;
        store.data_mut().note("budget.fuel-limit", &fuel.to_string());
        Ok((fuel,))
    })?;
    budget.func_wrap("fuel-left", |mut store: StoreContextMut<'_, State>, (): ()| {
        let fuel = store.get_fuel()?;
        store.data_mut().note("budget.fuel-left", &fuel.to_string());
        Ok((fuel,))
    })
}

fn work(mut store: StoreContextMut<'_, State>, call: Call) -> wasmtime::Result<(u64,)> {
    infallible!(store.data_mut(), call, Reply::Number(work) => (work,))
}
