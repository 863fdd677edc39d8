//! A writer of the few shapes of SVG 1.1 that the pictures are made of.

use std::fmt::Write as _;

use assay_ids::Plain;

/// Width of a character of the labels' font, about: browsers choose the font.
pub(crate) const CHARACTER: f64 = 6.6;

/// Where a label's coordinates lie in it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making. Coordinates are pixels from the upper left corner.
pub(crate) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

impl Svg {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A filled rectangle; browsers show the title where the pointer rests.
    pub(crate) fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), fill: &str, title: &str) {
        let ((x, y), (width, height), title) = (at, size, escaped(title));
        self.add(&format!(
            r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" fill="{fill}"><title>{title}</title></rect>"#
        ));
    }

    /// A filled disc with a title.
    pub(crate) fn disc(&mut self, (x, y): (f64, f64), radius: f64, fill: &str, title: &str) {
        let title = escaped(title);
        self.add(&format!(
            r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{fill}" fill-opacity="0.7"><title>{title}</title></circle>"#
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(&format!(
            r#"<line x1="{x1:.2}" y1="{y1:.2}" x2="{x2:.2}" y2="{y2:.2}" stroke="{stroke}"/>"#
        ));
    }

    pub(crate) fn label(&mut self, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        self.add(&format!(r#"<text x="{x:.2}" y="{y:.2}" text-anchor="{anchor}">{text}</text>"#));
    }

    fn add(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// The picture's text.
    pub(crate) fn finish(self) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"11\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
        )
    }
}

/// Text as it may stand between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in Plain(text).to_string().chars() {
        match character {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            // No document of XML may hold these two.
            '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(result, "{}", character.escape_unicode());
            }
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut svg = Svg::new(10.0, 20.0);
        svg.label((1.0, 2.0), Anchor::Middle, "</text><script>&\"\u{1b}\u{202e}\u{ffff}");
        svg.rectangle((0.0, 0.0), (1.0, 1.0), "#fff", "<b>");
        let text = svg.finish();
        let shown = r"&lt;/text&gt;&lt;script&gt;&amp;&quot;\u{1b}\u{202e}\u{ffff}</text>";
        assert!(text.contains(shown) && text.contains("<title>&lt;b&gt;</title>"), "{text}");
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
    }
}
