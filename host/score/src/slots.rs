//! Which slot a pair of models falls into, for every ordered set (u, v) of hyper-parameters.
//!
//! The scorer keys a slot by a text: `str(u of 1) + str(u of 2) + str(v of 1) + str(v of 2)`.
//! Texts of different values may collide, and a model's value may be spelled like none of the
//! possible ones, so the texts are really made here, but once per set and per pair of *classes*
//! (models with the same two texts); scoring works on indices.

use std::collections::BTreeMap;

use crate::reference::at_most;
use crate::{Hyperparameter, Model, ScoreError};

/// Slots of one set above which a reference is refused. Real tasks have at most 81; 32 x 32
/// values reach this limit.
const SLOT_LIMIT: usize = 1 << 20;
/// Bytes of the texts of one set's slots: 64 for each, if there are that many.
const TEXT_BYTES_MAX: usize = 1 << 26;
/// Slots of all sets together: of two whose slots reach their limit.
const ALL_SLOTS_MAX: usize = 2 * SLOT_LIMIT;
/// Pairs of classes in all sets. The contest's largest task has a few hundred thousand.
const PAIRS_MAX: usize = 1 << 22;

/// The slots of one ordered set (u, v).
#[derive(Debug, Clone)]
pub(crate) struct SetSlots {
    /// Position of u among the hyper-parameters.
    pub(crate) u: usize,
    /// Position of v.
    pub(crate) v: usize,
    /// Number of slots: `|V_u|^2 |V_v|^2`, colliding ones included.
    pub(crate) count: usize,
    /// Per model, its class. Models that lack u or v have the class after all others.
    pub(crate) classes: Vec<usize>,
    /// Number of classes, with the one for models that lack u or v.
    pub(crate) width: usize,
    /// `[width, width]`: the slot of a pair of classes, if there is one.
    pub(crate) slots: Vec<Option<usize>>,
}

/// All ordered sets in the scorer's order: u outside, v inside.
pub(crate) fn sets(
    models: &[Model],
    hyperparameters: &[Hyperparameter],
) -> Result<Vec<SetSlots>, ScoreError> {
    let possible: Vec<Vec<String>> = hyperparameters
        .iter()
        .map(|hyperparameter| texts(&hyperparameter.possible_values))
        .collect();
    let current: Vec<Vec<Option<String>>> = hyperparameters
        .iter()
        .map(|hyperparameter| {
            let value = |model: &Model| model.value(&hyperparameter.name).map(ToString::to_string);
            models.iter().map(value).collect()
        })
        .collect();
    let mut sets = Vec::new();
    let (mut pairs, mut slots) = (0, 0);
    for u in 0..hyperparameters.len() {
        for v in (0..hyperparameters.len()).filter(|v| *v != u) {
            let count = slot_count(possible[u].len(), possible[v].len());
            let Some(count) = count.filter(|count| *count <= SLOT_LIMIT) else {
                return Err(ScoreError::TooManySlots {
                    u: hyperparameters[u].name.clone(),
                    u_values: possible[u].len(),
                    v: hyperparameters[v].name.clone(),
                    v_values: possible[v].len(),
                    limit: SLOT_LIMIT,
                });
            };
            slots += count;
            at_most(ALL_SLOTS_MAX, slots, "slots in all sets")?;
            at_most(
                TEXT_BYTES_MAX,
                text_bytes(&possible[u], &possible[v]),
                "bytes of values in the names of slots",
            )?;
            let (classes, members) = classes(&current[u], &current[v]);
            pairs += members.len() * members.len();
            at_most(PAIRS_MAX, pairs, "pairs of models that differ, over all sets,")?;
            let positions = positions(&possible[u], &possible[v]);
            let slot = |first: &Member<'_>, second: &Member<'_>| {
                let ((u1, v1), (u2, v2)) = ((*first)?, (*second)?);
                positions.get(&[u1, u2, v1, v2].concat()).copied()
            };
            let of_pairs = members
                .iter()
                .flat_map(|first| members.iter().map(move |second| (first, second)))
                .map(|(first, second)| slot(first, second))
                .collect();
            let width = members.len();
            sets.push(SetSlots { u, v, count, width, classes, slots: of_pairs });
        }
    }
    Ok(sets)
}

/// The texts of u and v that the models of a class share; none for models that lack one.
type Member<'a> = Option<(&'a str, &'a str)>;

fn texts(values: &[crate::PyValue]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn slot_count(u_values: usize, v_values: usize) -> Option<usize> {
    let cells = u_values.checked_mul(v_values)?;
    cells.checked_mul(cells)
}

/// Bytes of all slots' texts: each value of u stands in the first two places as often as the other
/// three can be chosen, and so does each of v in the last two.
fn text_bytes(u: &[String], v: &[String]) -> usize {
    let bytes = |values: &[String]| values.iter().map(String::len).sum::<usize>();
    let share = |own: &[String], other: &[String]| {
        [bytes(own), 2, own.len(), other.len(), other.len()]
            .into_iter()
            .fold(1_usize, usize::saturating_mul)
    };
    share(u, v).saturating_add(share(v, u))
}

/// The position of each slot's text. A later slot of the same text takes it over.
fn positions(u_values: &[String], v_values: &[String]) -> BTreeMap<String, usize> {
    let mut positions = BTreeMap::new();
    let mut next = 0;
    for a in u_values {
        for b in u_values {
            for c in v_values {
                for d in v_values {
                    positions.insert([a.as_str(), b, c, d].concat(), next);
                    next += 1;
                }
            }
        }
    }
    positions
}

/// Per model its class, and per class the texts of its members.
fn classes<'a>(u: &'a [Option<String>], v: &'a [Option<String>]) -> (Vec<usize>, Vec<Member<'a>>) {
    let texts = |(u, v): (&'a Option<String>, &'a Option<String>)| -> Member<'a> {
        Some((u.as_deref()?, v.as_deref()?))
    };
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut members = Vec::new();
    let found: Vec<Option<usize>> = u
        .iter()
        .zip(v)
        .map(|pair| {
            let texts = texts(pair)?;
            Some(*known.entry(texts).or_insert_with(|| {
                members.push(Some(texts));
                members.len() - 1
            }))
        })
        .collect();
    let without = members.len();
    members.push(None);
    let classes = found.iter().map(|class| class.unwrap_or(without));
    (classes.collect(), members)
}
