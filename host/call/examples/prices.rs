//! Prints `docs/prices.md`; `cargo xtask docs` writes it.

use assay_call::price::{FormulaError, PRICES, RATES, VARIABLES, evaluate};
use assay_call::{BinaryOp, UnaryOp};

fn main() -> Result<(), FormulaError> {
    println!("# What calls cost\n");
    println!("Generated from the code by `cargo xtask docs`; do not edit.\n");
    println!(
        "A unit of work is about one multiply-add. A call is charged before it is done, from shapes \
         alone:\n\n    constant + bytes that it brings / 4 + its price below\n\nA call that is \
         refused costs the constant and its bytes. A price too large to be counted (2^64) is covered \
         by no budget. The budget itself: `limits.md`.\n"
    );
    println!("## Rates\n\n| what | work | per | why |\n|---|---:|---|---|");
    for rate in RATES {
        println!("| {} | {} | {} | {} |", rate.what, grouped(rate.work), rate.per, rate.reason);
    }
    println!("\n## Variables\n\n| name | meaning |\n|---|---|");
    for (name, meaning) in VARIABLES {
        println!("| `{name}` | {meaning} |");
    }
    println!("\nDivisions round down; `log2ceil(x)` is the logarithm to base 2, rounded up.");
    let unary = UnaryOp::ALL.iter().filter(|op| op.is_transcendental()).map(|op| op.name());
    let binary = BinaryOp::ALL.iter().filter(|op| op.is_transcendental()).map(|op| op.name());
    let names: Vec<_> = unary.chain(binary).map(|name| format!("`{name}`")).collect();
    println!("Transcendental functions: {}.", names.join(", "));
    let mut interface = "";
    for price in PRICES {
        let of = price.call.split('.').next().unwrap_or_default();
        if of != interface {
            println!("\n## {of}\n\n| call | price | example |\n|---|---|---|");
            interface = of;
        }
        let note = if price.note.is_empty() { String::new() } else { format!("; {}", price.note) };
        println!("| `{}` | `{}`{note} | {} |", price.call, price.formula, example(price)?);
    }
    Ok(())
}

fn example(price: &assay_call::price::Price) -> Result<String, FormulaError> {
    let bound = |name: &str| price.example.iter().find(|(at, _)| *at == name).map(|(_, v)| *v);
    let work = evaluate(price.formula, bound)?.map_or_else(|| "too much".to_owned(), grouped);
    let values: Vec<_> =
        price.example.iter().map(|(name, value)| format!("{name} {}", grouped(*value))).collect();
    Ok(if values.is_empty() { work } else { format!("{}: {work}", values.join(", ")) })
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let mut groups: Vec<&str> = if head.is_empty() { vec![] } else { vec![head] };
    groups.extend((0..tail.len()).step_by(3).map(|at| &tail[at..at + 3]));
    groups.join(",")
}
