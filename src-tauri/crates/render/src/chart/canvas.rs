//! Drawing in CSS pixels on the SVG backend of plotters.
//!
//! The backend takes whole coordinates only, so everything is drawn at [`SUB`] times the size and the root element
//! scales it down. No element carries a `style` attribute: a strict content security policy applies to the window.

use std::fmt::Write as _;
use std::sync::OnceLock;

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle, register_font};

use super::theme::Rgb;
use crate::{RenderError, figures, fonts};

/// Drawing units per CSS pixel.
const SUB: f64 = 4.0;
/// The ratio of a plotters font size to the CSS font size it writes.
const FONT_RATIO: f64 = 1.24;
/// The family charts are set in; the window ships the same font.
const FAMILY: FontFamily<'static> = FontFamily::Name("Inter");

/// Which side of a text its position names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Middle,
    Right,
}

/// How a text is set: CSS pixels, colour, weight.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub size: f64,
    pub color: Rgb,
    pub strong: bool,
}

impl Ink {
    pub fn new(size: f64, color: Rgb) -> Self {
        Self { size, color, strong: false }
    }

    fn font(self) -> FontDesc<'static> {
        let style = if self.strong { FontStyle::Bold } else { FontStyle::Normal };
        FontDesc::new(FAMILY, self.size * SUB * FONT_RATIO, style)
    }
}

/// A point in CSS pixels.
pub(super) type Point = (f64, f64);

/// A drawing surface.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

impl Canvas<'_> {
    /// A filled rectangle between two corners; nothing where it has no area.
    pub fn rect(&mut self, from: Point, to: Point, color: RGBAColor) -> Result<(), RenderError> {
        let (from, to) = (units(from), units(to));
        if to.0 <= from.0 || to.1 <= from.1 {
            return Ok(());
        }
        self.backend.draw_rect(from, to, &fill(color), true).map_err(refused)
    }

    /// A horizontal hairline.
    pub fn rule(&mut self, from: f64, to: f64, y: f64, color: Rgb) -> Result<(), RenderError> {
        self.rect((from, y.round() - 0.5), (to, y.round() + 0.5), color.at(1.0))
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Point], width: f64, color: RGBAColor) -> Result<(), RenderError> {
        let style = ShapeStyle { color, filled: false, stroke_width: whole(width * SUB).unsigned_abs() };
        self.backend.draw_path(points.iter().copied().map(units), &style).map_err(refused)
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[Point], color: RGBAColor) -> Result<(), RenderError> {
        self.backend.fill_polygon(points.iter().copied().map(units), &fill(color)).map_err(refused)
    }

    /// A filled disc.
    pub fn dot(&mut self, centre: Point, radius: f64, color: Rgb) -> Result<(), RenderError> {
        let radius = whole(radius * SUB).unsigned_abs();
        self.backend.draw_circle(units(centre), radius, &fill(color.at(1.0)), true).map_err(refused)
    }

    /// A text, vertically centred on `at`.
    pub fn text(&mut self, text: &str, at: Point, side: Side, ink: Ink) -> Result<(), RenderError> {
        let across = match side {
            Side::Left => HPos::Left,
            Side::Middle => HPos::Center,
            Side::Right => HPos::Right,
        };
        // `Top` puts the baseline 0.76 em lower, in a unit that every reader resolves alike (`ex` is not). Capitals and
        // figures are 0.73 em high in Inter, so their middle is 0.365 em above the baseline.
        let color = ink.color.at(1.0);
        let style = TextStyle::from(ink.font()).color(&color).pos(Pos::new(across, VPos::Top));
        let at = (at.0, at.1 - ink.size * (0.76 - 0.365));
        let text = figures::visible(text);
        self.backend.draw_text(&text, &style, units(at)).map_err(refused)
    }
}

fn fill(color: RGBAColor) -> ShapeStyle {
    ShapeStyle { color, filled: true, stroke_width: 0 }
}

fn refused(error: impl std::fmt::Display) -> RenderError {
    RenderError::Drawing(error.to_string())
}

fn units(point: Point) -> (i32, i32) {
    (whole(point.0 * SUB), whole(point.1 * SUB))
}

/// The nearest whole drawing unit. Coordinates are clamped to the plot before they come here.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, and a drawing is at most 16,000 units wide"
)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

/// Makes the embedded font known to plotters, once.
fn ready() -> Result<(), RenderError> {
    static READY: OnceLock<bool> = OnceLock::new();
    let register = || {
        register_font("Inter", FontStyle::Normal, fonts::INTER).is_ok()
            && register_font("Inter", FontStyle::Bold, fonts::INTER_SEMIBOLD).is_ok()
    };
    if *READY.get_or_init(register) { Ok(()) } else { Err(RenderError::Drawing("the font cannot be read".to_owned())) }
}

/// Width of a text in CSS pixels.
pub(super) fn width_of(text: &str, ink: Ink) -> f64 {
    let measured = ready().ok().and_then(|()| ink.font().box_size(text).ok());
    let em = f64::from(u16::try_from(text.chars().count()).unwrap_or(u16::MAX));
    // Characters outside Inter measure as nothing: an em each is what CJK takes.
    let foreign = f64::from(u16::try_from(text.chars().filter(|c| *c > '\u{2fff}').count()).unwrap_or(u16::MAX));
    measured.map_or(em * ink.size * 0.6, |(width, _)| f64::from(width) / SUB + foreign * ink.size * 0.4)
}

/// The text, cut with an ellipsis so that it is at most `room` wide.
pub(super) fn fitted(text: &str, room: f64, ink: Ink) -> String {
    if width_of(text, ink) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().take(200).collect();
    while kept.len() > 1 {
        kept.pop();
        let candidate = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width_of(&candidate, ink) <= room {
            return candidate;
        }
    }
    "…".to_owned()
}

/// Draws on a fresh canvas and returns the SVG, named for screen readers.
pub(super) fn drawn(
    size: Point,
    title: &str,
    draw: impl FnOnce(&mut Canvas<'_>) -> Result<(), RenderError>,
) -> Result<String, RenderError> {
    ready()?;
    let mut svg = String::with_capacity(16 * 1024);
    let (width, height) = units(size);
    {
        let backend = SVGBackend::with_string(&mut svg, (width.unsigned_abs(), height.unsigned_abs()));
        let mut canvas = Canvas { backend };
        draw(&mut canvas)?;
        canvas.backend.present().map_err(refused)?;
    }
    let body = svg.split_once('\n').map_or("", |(_, body)| body);
    Ok(format!("{}\n{body}", root(size, title)))
}

/// The root element: CSS pixels outside, drawing units inside.
fn root((width, height): Point, title: &str) -> String {
    let mut tag = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {} {}" stroke-linejoin="round" role="img" aria-label=""#,
        width * SUB,
        height * SUB
    );
    for c in figures::visible(title).chars() {
        match c {
            '&' => tag.push_str("&amp;"),
            '<' => tag.push_str("&lt;"),
            '>' => tag.push_str("&gt;"),
            '"' => tag.push_str("&quot;"),
            c => {
                let _ = write!(tag, "{c}");
            }
        }
    }
    tag.push_str("\">");
    tag
}
