//! What is said when an invoice cannot be an e-invoice.

use std::fmt;

use en16931::validation::{Finding, ValidationReport};

use super::XmlFormat;

/// One rule that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its number: `BR-09`, `BR-DE-15`.
    pub rule: String,
    /// What to do, or what the rule says.
    pub sentence: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.sentence, self.rule)
    }
}

impl std::error::Error for Problem {}

/// Why an invoice cannot be an e-invoice of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EInvoiceError {
    format: XmlFormat,
    problems: Vec<Problem>,
}

impl EInvoiceError {
    pub(super) fn new(format: XmlFormat, problems: Vec<Problem>) -> Self {
        Self { format, problems }
    }

    /// Every rule that fails.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for EInvoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.problems.iter().map(ToString::to_string).collect();
        write!(f, "the invoice cannot be sent as {} yet: {}", self.format.name(), told.join("; "))
    }
}

impl std::error::Error for EInvoiceError {}

/// Each failed rule once.
pub(super) fn told(report: &ValidationReport) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for problem in report.fatal().map(problem) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

fn problem(finding: &Finding) -> Problem {
    let path = finding.path.to_string();
    let field = by_rule(&finding.rule).or_else(|| path.rsplit(['/', ' ']).find_map(by_term));
    let sentence = field.map_or_else(|| finding.message.clone(), |(field, place)| format!("fill in {field} {place}"));
    Problem { rule: finding.rule.clone(), sentence }
}

/// A field, and where it is filled in.
type Field = (&'static str, &'static str);

/// Where the agency's data is typed.
const OWN: &str = "under Settings";
/// Where a client's data is typed.
const THEIRS: &str = "with the client's address";

/// Rules that a missing field breaks without a path that names it.
fn by_rule(rule: &str) -> Option<Field> {
    Some(match rule {
        "BR-16" => ("at least one line", "on the draft: nothing was used in this period"),
        "BR-CO-26" => ("your VAT ID or your registration number", OWN),
        "BR-S-02" | "BR-Z-02" | "BR-E-02" => ("your VAT ID or your tax number", OWN),
        "BR-DE-1" => ("your IBAN", OWN),
        "BR-DE-2" => ("who answers questions, with telephone number and e-mail address,", OWN),
        "BR-DE-16" => ("your VAT ID or your tax number", OWN),
        "PEPPOL-EN16931-R003" => ("the reference the client wants quoted", THEIRS),
        _ => return None,
    })
}

/// The field behind a business term.
fn by_term(term: &str) -> Option<Field> {
    Some(match term {
        "BT-31" => ("your VAT ID", OWN),
        "BT-32" => ("your tax number", OWN),
        "BT-34" => ("your electronic address", OWN),
        "BT-35" => ("your street", OWN),
        "BT-37" => ("your city", OWN),
        "BT-38" => ("your post code", OWN),
        "BT-40" => ("your country", OWN),
        "BT-41" => ("who answers questions about invoices", OWN),
        "BT-42" => ("the telephone number for questions", OWN),
        "BT-43" => ("your e-mail address", OWN),
        "BT-84" => ("your IBAN", OWN),
        "BT-10" => ("the reference the client wants quoted (a Leitweg-ID, an order number)", THEIRS),
        "BT-48" => ("the client's VAT ID", THEIRS),
        "BT-49" => ("the client's electronic address", THEIRS),
        "BT-50" => ("the client's street", THEIRS),
        "BT-52" | "BT-77" => ("the client's city", THEIRS),
        "BT-53" | "BT-78" => ("the client's post code", THEIRS),
        "BT-55" => ("the client's country", THEIRS),
        _ => return None,
    })
}
