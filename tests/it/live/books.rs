//! Prices and invoices, against a calculation of the test's own: integers only, from the gateway's own rows.

use std::collections::BTreeMap;
use std::process::Command;

use app::App;
use app::command::invoice::{invoice_draft, invoice_finalise, invoice_save};
use app::command::price::price_set;
use app::command::setting::settings_agency;
use app::wire::{AgencyInput, ChargeKind, DocumentKind, InvoiceView, PriceChange, RuleInput};
use domain::Zone;

use super::{BY, Cast, Member, Row};
use crate::stage::{nanos, rounded};

/// Markups in per cent: on everything, and on one exact model.
const ALL: i128 = 25;
const OVERRIDE: i128 = 40;
const TAX: i128 = 19;
/// Nano-units in a cent.
const CENT: i128 = 10_000_000;

/// Sets prices from the first of the month, invoices the month for every client, and checks each invoice to the cent.
pub(crate) async fn close_the_month(app: &App, cast: &Cast, rows: &[Row]) {
    let month = Zone::utc().date_of(app.now()).month();
    agency(app).await;
    // The month before, too: at its turn a client in another zone may still be in it.
    let from = month.previous().first().to_string();
    let set = vec![markup("*", ALL), markup(cast.terms.dear, OVERRIDE)];
    let change = PriceChange { effective_from: from, note: "List price".to_owned(), set, remove: Vec::new() };
    price_set(app, BY, &change).await.unwrap();
    for client in &cast.clients {
        let expected = Expected::of(client, &month.to_string(), (rows, cast.terms.dear));
        let draft = invoice_draft(app, BY, &client.row.id, &month.to_string()).await.unwrap();
        expected.check(&draft);
        let last = invoice_finalise(app, BY, &draft.row.id).await.unwrap();
        expected.check(&last);
        eprintln!(
            "invoice {} for {}: {}",
            last.row.number.as_deref().unwrap_or("?"),
            client.row.name,
            last.row.total.text
        );
        pdf(app, &last).await;
    }
}

async fn agency(app: &App) {
    let typed = AgencyInput {
        name: "Purser live test".to_owned(),
        tax_label: "VAT".to_owned(),
        tax_percent: TAX.to_string(),
        invoice_series: "LIVE".to_owned(),
        ..app.agency().await.unwrap()
    };
    settings_agency(app, BY, typed).await.unwrap();
}

fn markup(selector: &str, percent: i128) -> RuleInput {
    RuleInput { percent: Some(percent.to_string()), ..RuleInput::plain(None, selector, ChargeKind::Markup) }
}

/// An invoice as it must be, in cents.
#[derive(Debug)]
struct Expected {
    lines: BTreeMap<String, i128>,
    net: i128,
    tax: i128,
}

impl Expected {
    fn of(client: &Member, month: &str, (rows, dear): (&[Row], &str)) -> Self {
        let mut costs: BTreeMap<String, i128> = BTreeMap::new();
        let own = rows.iter().filter(|row| row.account == client.account);
        for row in own.filter(|row| client.zone.date_of(row.at).month().to_string() == month) {
            *costs.entry(row.model.clone()).or_default() += row.nanos;
        }
        costs.retain(|_, cost| *cost != 0);
        let line = |(model, cost): (String, i128)| {
            let percent = if model == dear { OVERRIDE } else { ALL };
            (model, rounded(cost * (100 + percent), 100 * CENT))
        };
        let lines: BTreeMap<String, i128> = costs.into_iter().map(line).collect();
        let net: i128 = lines.values().sum();
        Self { lines, net, tax: rounded(net * TAX, 100) }
    }

    fn check(&self, invoice: &InvoiceView) {
        let cents = |amount: &app::wire::AmountView| {
            let nanos = nanos(&amount.amount);
            assert_eq!(nanos % CENT, 0, "an invoice holds whole cents: {amount:?}");
            nanos / CENT
        };
        for (model, expected) in &self.lines {
            let line = invoice.lines.iter().find(|line| line.description.contains(model.as_str()));
            let line = line.unwrap_or_else(|| panic!("no line for {model}: {:#?}", invoice.lines));
            assert_eq!(cents(&line.charge), *expected, "{model}: {:?}", line.trail);
        }
        let more = invoice.lines.iter().map(|line| cents(&line.charge)).sum::<i128>();
        assert_eq!(more, self.net, "no line beside these: {:#?}", invoice.lines);
        assert_eq!(cents(&invoice.net), self.net, "net");
        let (label, tax) = invoice.tax.as_ref().expect("a tax");
        assert_eq!((label.as_str(), cents(tax)), ("VAT 19 %", self.tax));
        assert_eq!(cents(&invoice.row.total), self.net + self.tax, "to pay");
    }
}

/// The PDF is one, and says the total where a reader of PDFs is at hand.
async fn pdf(app: &App, invoice: &InvoiceView) {
    let saved = invoice_save(app, &invoice.row.id, DocumentKind::Pdf, None).await.unwrap();
    assert!(std::fs::read(&saved.path).unwrap().starts_with(b"%PDF"), "{} is a PDF", saved.path);
    let Ok(output) = Command::new("pdftotext").args(["-layout", &saved.path, "-"]).output() else {
        eprintln!("pdftotext is not there: the text of the PDF is not read");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let total = invoice.row.total.text.trim_start_matches(|c: char| !c.is_ascii_digit());
    assert!(text.contains(total), "the PDF says {total}: {text}");
    for private in [format!("{ALL} %"), format!("{OVERRIDE} %"), "margin".to_owned(), "markup".to_owned()] {
        assert!(!text.to_lowercase().contains(&private), "the client must not read `{private}`: {text}");
    }
}
