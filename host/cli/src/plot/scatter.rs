//! Scatter plots: one panel beside the other, each with its own axes.

use super::svg::{Anchor, Svg};

const PANEL: (f64, f64) = (460.0, 360.0);
/// Room for labels: left, right, above, below.
const LEFT: f64 = 80.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 50.0;
/// About so many marks on an axis.
const MARKS: f64 = 5.0;

/// A point with its name.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// One plot.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) title: String,
    /// Below the title.
    pub(crate) caption: String,
    pub(crate) x_axis: String,
    pub(crate) y_axis: String,
    pub(crate) points: Vec<Point>,
}

/// An axis: which values it shows, and where.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// Over all values, with some room at both ends; from one pixel to another.
    fn over(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        // Halved first, since the whole of two large numbers may be beyond a float's range.
        let room = match (high / 2.0 - low / 2.0) * 0.1 {
            room if room > 0.0 && room.is_finite() => room,
            _ => low.abs() * 0.05 + f64::from(u8::from(low == 0.0)),
        };
        Self { low: (low - room).max(f64::MIN), high: (high + room).min(f64::MAX), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let (low, high) = (self.low / 2.0, self.high / 2.0);
        let share = ((value / 2.0 - low) / (high - low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// Round values to mark, with their labels.
    fn marks(&self) -> Vec<(f64, String)> {
        let rough = (self.high / 2.0 - self.low / 2.0) / (MARKS / 2.0);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = step.into_iter().find(|step| *step >= rough).unwrap_or(rough);
        let first = (self.low / step).ceil();
        let count = (self.high / step).floor() - first;
        if !(first.is_finite() && (0.0..=20.0).contains(&count)) {
            return vec![
                (self.low, format!("{:e}", self.low)),
                (self.high, format!("{:e}", self.high)),
            ];
        }
        let largest = self.low.abs().max(self.high.abs());
        let label = |value: f64| {
            if largest >= 1e6 || step < 1e-5 {
                format!("{value:.2e}")
            } else {
                let digits = (-step.log10().floor()).max(0.0) as usize;
                format!("{value:.digits$}")
            }
        };
        // Multiplied rather than added up, so that zero is zero.
        let values = (0..=count as u32).map(|at| (first + f64::from(at)) * step);
        values.map(|value| (value, label(value))).collect()
    }
}

/// The picture of some panels.
pub(crate) fn scatter(panels: &[Panel]) -> String {
    let mut svg = Svg::new(PANEL.0 * panels.len() as f64, PANEL.1);
    for (at, panel) in panels.iter().enumerate() {
        draw(&mut svg, PANEL.0 * at as f64, panel);
    }
    svg.finish()
}

fn draw(svg: &mut Svg, left: f64, panel: &Panel) {
    let finite = |point: &&Point| point.x.is_finite() && point.y.is_finite();
    let points: Vec<&Point> = panel.points.iter().filter(finite).collect();
    let missing = panel.points.len() - points.len();
    let (x0, x1) = (left + LEFT, left + PANEL.0 - RIGHT);
    let (y0, y1) = (PANEL.1 - BOTTOM, TOP);
    let across = Axis::over(points.iter().map(|point| point.x), x0, x1);
    let up = Axis::over(points.iter().map(|point| point.y), y0, y1);
    let middle = f64::midpoint(x0, x1);
    svg.label((middle, 18.0), Anchor::Middle, &panel.title);
    let caption = match missing {
        0 => panel.caption.clone(),
        count => format!("{} ({count} infinite, not drawn)", panel.caption),
    };
    svg.label((middle, 34.0), Anchor::Middle, &caption);
    svg.line((x0, y0), (x1, y0), "black");
    svg.line((x0, y0), (x0, y1), "black");
    for (value, label) in across.marks() {
        let x = across.place(value);
        svg.line((x, y0), (x, y0 + 4.0), "black");
        svg.label((x, y0 + 17.0), Anchor::Middle, &label);
    }
    for (value, label) in up.marks() {
        let y = up.place(value);
        svg.line((x0 - 4.0, y), (x0, y), "black");
        svg.line((x0, y), (x1, y), "#eeeeee");
        svg.label((x0 - 7.0, y + 4.0), Anchor::End, &label);
    }
    svg.label((middle, PANEL.1 - 12.0), Anchor::Middle, &panel.x_axis);
    svg.label((left + 8.0, y1 - 6.0), Anchor::Start, &panel.y_axis);
    for point in points {
        let title =
            format!("{}: {} {}, {} {}", point.name, panel.x_axis, point.x, panel.y_axis, point.y);
        svg.disc((across.place(point.x), up.place(point.y)), 4.0, "#1f5fa8", &title);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(values: &[(f64, f64)]) -> Panel {
        let point =
            |(at, (x, y)): (usize, &(f64, f64))| Point { name: format!("n{at}"), x: *x, y: *y };
        Panel {
            title: "title".to_owned(),
            caption: "caption".to_owned(),
            x_axis: "gap".to_owned(),
            y_axis: "value".to_owned(),
            points: values.iter().enumerate().map(point).collect(),
        }
    }

    #[test]
    fn axes_have_round_marks_within_them() {
        let labels = |low, high| {
            let axis = Axis { low, high, from: 0.0, to: 100.0 };
            axis.marks().into_iter().map(|(_, label)| label).collect::<Vec<_>>()
        };
        assert_eq!(labels(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-1.5, 1.5), ["-1", "0", "1"]);
        assert_eq!(labels(12.0, 13.1), ["12.0", "12.5", "13.0"]);
        assert_eq!(labels(0.0, 3e9), ["0.00e0", "1.00e9", "2.00e9", "3.00e9"]);
    }

    #[test]
    fn larger_lies_further_up_and_right() {
        let text = scatter(&[panel(&[(0.0, -1.0), (1.0, 3.0)])]);
        let at = |name: &str, attribute: &str| -> f64 {
            let line = text.lines().find(|line| line.contains(&format!("<title>{name}:"))).unwrap();
            let rest = line.split(&format!("{attribute}=\"")).nth(1).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        assert!(at("n0", "cx") < at("n1", "cx") && at("n0", "cy") > at("n1", "cy"), "{text}");
    }

    #[test]
    fn every_number_can_be_drawn() {
        let large = f64::MAX;
        for values in [
            &[][..],
            &[(0.0, 0.0)],
            &[(0.1, 5.0), (0.2, 5.0)],
            &[(0.0, f64::INFINITY), (0.5, 1.0)],
            &[(-large, -large), (large, large)],
            &[(0.0, f64::MIN_POSITIVE), (1.0, 0.0)],
        ] {
            let text = scatter(&[panel(values), panel(values)]);
            assert!(!text.contains("\"NaN\"") && !text.contains("\"inf"), "{values:?}\n{text}");
            let drawn = values.iter().filter(|(_, y)| y.is_finite()).count();
            assert_eq!(text.matches("<circle").count(), 2 * drawn);
        }
        assert!(scatter(&[panel(&[(0.0, f64::INFINITY)])]).contains("1 infinite, not drawn"));
    }
}
