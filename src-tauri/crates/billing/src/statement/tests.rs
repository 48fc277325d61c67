use domain::{GatewayId, PriceVersionId};

use super::*;
use crate::Ledger;
use crate::ledger::{Due, EntryKind, Promotions, Receipt};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn used(day: &str, model: &str, charge: Option<&str>) -> StatementUse {
    StatementUse {
        day: date(day),
        model: ModelName::new(model),
        quantities: Quantities::NONE.with(Meter::Requests, 2),
        failed_requests: 1,
        charge: charge.map(|charge| ExactAmount::new(charge.parse().unwrap(), Currency::USD)),
        private: charge == Some("0"),
    }
}

fn statement(usage: Vec<StatementUse>) -> Statement {
    Statement {
        seller: Seller::default(),
        buyer: Party::default(),
        period: ServicePeriod::new(date("2026-10-01"), date("2026-10-31")).unwrap(),
        zone: Zone::utc(),
        drawn_up: "2026-11-01T08:00:00Z".parse().unwrap(),
        as_of: None,
        erased_through: None,
        currency: Currency::USD,
        language: DocumentLanguage::English,
        usage,
        keys: Vec::new(),
        credit: None,
        invoices: Vec::new(),
    }
}

#[test]
fn days_and_models_add_up_to_the_same_total() {
    let statement = statement(vec![
        used("2026-10-01", "a", Some("0.004")),
        used("2026-10-01", "b", Some("0.014")),
        used("2026-10-02", "a", Some("0.004")),
        used("2026-10-03", "own", Some("0")),
        used("2026-10-03", "new", None),
    ]);
    let total = statement.total().unwrap();
    let (models, days) = (statement.by_model().unwrap(), statement.sums(|one| one.day).unwrap());
    let minor = |charges: Vec<i64>| charges.iter().sum::<i64>();
    assert_eq!((total.charge.minor(), total.exact.amount().to_string().as_str()), (2, "0.022"));
    assert_eq!(minor(models.iter().map(|sum| sum.charge.minor()).collect()), 2);
    assert_eq!(minor(days.iter().map(|sum| sum.charge.minor()).collect()), 2);
    assert_eq!(models[0].of.as_str(), "b", "the dearest first");
    assert_eq!((total.private_requests, total.unpriced, total.failed_requests), (2, true, 5));
    assert!(models.iter().filter(|sum| sum.unpriced).all(|sum| sum.of.as_str() == "new"));
    assert_eq!(self::statement(Vec::new()).total().unwrap().charge.minor(), 0, "a month without usage");
}

#[test]
fn credit_moves_on_the_day_it_counts_from() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let usd = |text: &str| ExactAmount::new(text.parse().unwrap(), Currency::USD);
    let mut ledger = Ledger::open(Currency::USD);
    let terms = (5.into(), &Promotions::default());
    let mut entries = ledger.deposit(at("2026-10-05T12:00:00Z"), usd("25"), ("pi_1", ""), terms).unwrap();
    for entry in &entries {
        ledger.post(entry).unwrap();
    }
    let receipt = Receipt {
        day: date("2026-10-31"),
        gateway: GatewayId(1),
        model: ModelName::new("a"),
        version: PriceVersionId(1),
        rule: "*".to_owned(),
    };
    let due = Due {
        receipt,
        valued_at: at("2026-10-31T00:00:00Z"),
        charge: usd("30"),
        quantities: Quantities::NONE.with(Meter::Requests, 1),
    };
    entries.extend(ledger.charge(at("2026-11-01T00:10:00Z"), &due).unwrap());
    let month = |name: &str| name.parse::<domain::Month>().unwrap().period(&Zone::utc());
    let october = Movements::between(Currency::USD, &entries, &month("2026-10")).unwrap();
    assert_eq!((october.opening.paid, october.closing.paid), (usd("0"), usd("0")));
    assert_eq!(october.closing.owed, usd("5"), "charged in November for a day of October");
    let kinds: Vec<EntryKind> = october.lines.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [EntryKind::Deposit, EntryKind::Charge]);
    assert_eq!(october.lines[1].1.paid, usd("-25"));
    let november = Movements::between(Currency::USD, &entries, &month("2026-11")).unwrap();
    assert_eq!(november.opening, october.closing, "one month ends as the next begins");
    assert!(november.lines.is_empty());
}
