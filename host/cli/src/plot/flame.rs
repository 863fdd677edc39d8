//! Flame graphs: how an amount is made up, level by level (Gregg, "The Flame Graph", CACM 59(6), 2016),
//! with the whole on top.

use super::svg::{Anchor, CHARACTER, Svg};

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const HEAD: f64 = 34.0;
const LEVEL: f64 = 18.0;
/// Parts narrower than this are not drawn: nobody could see or point at them.
const NARROWEST: f64 = 0.1;

/// A part of an amount, and what it is made up of.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    name: String,
    amount: u64,
    /// In the order in which they came; drawn from the largest.
    parts: Vec<Frame>,
}

impl Frame {
    /// Nothing yet, under a name.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), amount: 0, parts: Vec::new() }
    }

    /// Adds an amount to the part at a path below, and to all on the way there.
    pub(crate) fn add(&mut self, path: &[&str], amount: u64) {
        self.amount = self.amount.saturating_add(amount);
        let [first, rest @ ..] = path else { return };
        let known = self.parts.iter().position(|part| part.name == *first);
        let at = known.unwrap_or_else(|| {
            self.parts.push(Self::new(first));
            self.parts.len() - 1
        });
        self.parts[at].add(rest, amount);
    }

    fn depth(&self) -> usize {
        1 + self.parts.iter().map(Self::depth).max().unwrap_or(0)
    }

    /// The picture; `unit` says what is counted.
    pub(crate) fn draw(&self, unit: &str) -> String {
        let mut svg = Svg::new(WIDTH, HEAD + LEVEL * self.depth() as f64 + MARGIN);
        let head = format!("{}: {} {unit}", self.name, self.amount);
        svg.label((WIDTH / 2.0, 20.0), Anchor::Middle, &head);
        self.place(&mut svg, (MARGIN, HEAD), WIDTH - 2.0 * MARGIN, (self.amount, unit));
        svg.finish()
    }

    fn place(&self, svg: &mut Svg, (x, y): (f64, f64), width: f64, (whole, unit): (u64, &str)) {
        if width < NARROWEST {
            return;
        }
        let share = 100.0 * self.amount as f64 / whole.max(1) as f64;
        let title = format!("{}: {} {unit}, {share:.2} %", self.name, self.amount);
        // A hair of white between neighbours.
        svg.rectangle((x, y), ((width - 0.5).max(0.1), LEVEL - 1.0), &colour(&self.name), &title);
        // A label that does not fit would run into its neighbour's.
        let room = ((width - 6.0) / CHARACTER).max(0.0) as usize;
        if room >= 3 {
            let label: String = match self.name.chars().count() {
                count if count > room => self.name.chars().take(room - 1).chain(['…']).collect(),
                _ => self.name.clone(),
            };
            svg.label((x + 3.0, y + LEVEL - 6.0), Anchor::Start, &label);
        }
        let mut parts: Vec<&Self> = self.parts.iter().collect();
        parts.sort_by_key(|part| (std::cmp::Reverse(part.amount), &part.name));
        let mut x = x;
        for part in parts {
            let part_width = width * part.amount as f64 / self.amount.max(1) as f64;
            part.place(svg, (x, y + LEVEL), part_width, (whole, unit));
            x += part_width;
        }
    }
}

/// A warm colour that a name always has.
fn colour(name: &str) -> String {
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let (red, green, blue) = (205 + hash % 50, 100 + (hash >> 8) % 130, (hash >> 16) % 80);
    format!("rgb({red},{green},{blue})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_are_drawn_to_scale() {
        let mut whole = Frame::new("all");
        whole.add(&["a", "x"], 30);
        whole.add(&["a", "y"], 30);
        whole.add(&["b", "x"], 40);
        assert_eq!((whole.amount, whole.depth()), (100, 3));
        let text = whole.draw("work");
        for (title, width) in [
            ("all: 100 work, 100.00 %", 1180.0),
            ("a: 60 work, 60.00 %", 708.0),
            ("b: 40 work, 40.00 %", 472.0),
            ("y: 30 work, 30.00 %", 354.0),
        ] {
            let line = text.lines().find(|line| line.contains(title)).unwrap();
            assert!(line.contains(&format!("width=\"{:.2}\"", width - 0.5)), "{line}");
        }
        assert_eq!(whole.draw("work"), text);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let mut empty = Frame::new("all");
        empty.add(&["a"], 0);
        let text = empty.draw("fuel");
        assert!(text.contains("all: 0 fuel") && !text.contains("NaN") && !text.contains("a: 0"));
    }
}
