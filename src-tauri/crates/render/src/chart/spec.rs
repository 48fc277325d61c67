//! What a chart shows.

use domain::{Currency, Date, DocumentLanguage};
use rust_decimal::Decimal;

use crate::RenderError;

/// Series drawn with a colour of their own; with more, the smallest become one series in grey.
pub const SERIES_MAX: usize = 8;

/// How the values are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartKind {
    /// One bar per point, the series on top of each other.
    StackedBars,
    /// Areas on top of each other. Drawn as bars where there is one point only, or a negative value.
    StackedArea,
    /// The running sum of all series, against a budget where there is one.
    Cumulative {
        /// The budget for all points together, in the unit of the chart; ticks stand at 50, 75 and 90 %.
        budget: Option<Decimal>,
    },
    /// The sum of all series as a small line without any text.
    Sparkline,
}

/// What is drawn above the plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Only the unit.
    Bare,
    /// The unit and the names of the series.
    Legend,
    /// The title, the unit and the names of the series.
    Full,
}

/// What the values count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Currency units; `what` says which money it is: cost, charge or margin (product.md U21).
    Money {
        /// Cost, charge or margin.
        what: String,
        /// Its currency.
        currency: Currency,
    },
    /// Things; `what` names them, for example tokens.
    Count {
        /// What is counted.
        what: String,
    },
}

impl Unit {
    /// The label above the axis: `cost, USD`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Money { what, currency } => format!("{what}, {currency}"),
            Self::Count { what } => what.clone(),
        }
    }
}

/// Words that appear inside a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Name of the series that stands for the rest.
    pub other: String,
    /// Name of the budget line.
    pub budget: String,
    /// Shown where there is nothing to draw.
    pub empty: String,
}

impl Default for Words {
    fn default() -> Self {
        Self { other: "other".to_owned(), budget: "Budget".to_owned(), empty: "No usage in this period".to_owned() }
    }
}

/// One named row of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name, as the legend shows it.
    pub name: String,
    /// One value per point, in currency units or pieces; a shorter row ends early (days that have not come yet).
    pub values: Vec<Decimal>,
}

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartSpec {
    /// How the values are drawn.
    pub kind: ChartKind,
    /// Its name; also what a screen reader says.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// The dates, in order.
    pub points: Vec<Date>,
    /// The rows of values.
    pub series: Vec<Series>,
    /// What is drawn above the plot.
    pub heading: Heading,
    /// Width in CSS pixels, clamped to 40 to 4000.
    pub width: u16,
    /// Height in CSS pixels, clamped to 16 to 4000.
    pub height: u16,
    /// Words inside the drawing.
    pub words: Words,
    /// How its dates and numbers are written.
    pub language: DocumentLanguage,
}

impl ChartSpec {
    /// A chart of 960 × 320 CSS pixels with a legend, without points or series yet.
    #[must_use]
    pub fn new(kind: ChartKind, title: impl Into<String>, unit: Unit) -> Self {
        Self {
            kind,
            title: title.into(),
            unit,
            points: Vec::new(),
            series: Vec::new(),
            heading: Heading::Legend,
            width: 960,
            height: 320,
            words: Words::default(),
            language: DocumentLanguage::English,
        }
    }

    /// Width and height within the bounds that can be drawn.
    pub(super) fn size(&self) -> (f64, f64) {
        (f64::from(self.width.clamp(40, 4000)), f64::from(self.height.clamp(16, 4000)))
    }

    /// Refuses a series with more values than points.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        let points = self.points.len();
        match self.series.iter().find(|series| series.values.len() > points) {
            None => Ok(()),
            Some(series) => {
                Err(RenderError::TooManyValues { series: series.name.clone(), values: series.values.len(), points })
            }
        }
    }
}
