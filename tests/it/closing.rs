//! The end of a month on the embedded sandbox: journey J7, and the source systems' rules about it by their ids.

use std::collections::BTreeMap;

use acceptance::Profile;
use app::command::account::account_attribute;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::command::import::{import_apply, import_preview};
use app::command::invoice::{invoice_credit, invoice_draft_month, invoice_finalise_month, invoice_save};
use app::command::price::price_set;
use app::query::invoice::invoice_get;
use app::query::usage::usage_table;
use app::wire::{
    BatchOutcome, BatchResult, ChargeKind, CommissionInput, DocumentKind, InvoiceView, ListInput, PayerName,
    PriceChange, RuleInput, ThemeChoice, UnitPriceView, UsageGroup,
};
use app::{App, Origin};

use crate::journey::Scene;
use crate::stage::{self, exact};

const BY: Origin = Origin::Window;
const MONTH: &str = "2026-11";
/// In seconds.
const DAY: i64 = 24 * 60 * 60;
/// The example of S2-05: what cost 0.1530 by the list cost 0.0810.
const FLEX: &str = "2026-11-10T10:00:00Z,Flexible,flex-large,1000000,0.0810\n";
const LATE: &str = "2026-11-30T22:59:59Z,Late,flex-large,1000,3.00\n";

/// A gateway whose usage comes from files, and what is told by each.
struct Bills<'a> {
    app: &'a App,
    folder: &'a Profile,
    gateway: String,
}

impl<'a> Bills<'a> {
    async fn open(app: &'a App, folder: &'a Profile) -> Self {
        let path = folder.path().join("bill.csv");
        std::fs::write(&path, "time,account,model,input_tokens,cost\n").unwrap();
        let typed = stage::gateway("file", "Bills", path.to_str().unwrap());
        let gateway = gateway_connect(app, BY, typed, String::new()).await.unwrap().id;
        Self { app, folder, gateway }
    }

    async fn tell(&self, rows: &str) {
        let path = self.folder.path().join("bill.csv");
        std::fs::write(&path, format!("time,account,model,input_tokens,cost\n{rows}")).unwrap();
        let path = path.to_str().unwrap();
        let preview = import_preview(self.app, &self.gateway, path, None).await.unwrap();
        assert_eq!(preview.problems, []);
        import_apply(self.app, &self.gateway, path, preview.columns).await.unwrap();
    }

    /// A client for the account of this name.
    async fn client(&self, name: &str) -> String {
        let id = client_create(self.app, BY, stage::client(name, &[])).await.unwrap().id;
        let mut reader = self.app.store().reader().await.unwrap();
        let accounts = reader.account().list().await.unwrap();
        drop(reader);
        let own = accounts.iter().find(|one| one.account.external_id.as_str() == name).expect("the file named it");
        account_attribute(self.app, BY, &own.id.to_string(), Some(&id)).await.unwrap();
        id
    }
}

/// 20 % of what is saved against 0.153 per million tokens (S2-01).
fn commission(client: &str) -> PriceChange {
    let list = UnitPriceView { meter: "input_tokens".to_owned(), price: "0.153".to_owned() };
    let rule = RuleInput {
        percent: Some("20".to_owned()),
        prices: vec![list],
        list: Some(ListInput { currency: "USD".to_owned(), exchange: None }),
        commission: Some(CommissionInput { payer: PayerName::Client, free: vec![] }),
        ..RuleInput::plain(Some(client.to_owned()), "*", ChargeKind::Commission)
    };
    PriceChange { effective_from: "2026-11-01".to_owned(), note: String::new(), set: vec![rule], remove: vec![] }
}

async fn page(app: &App, result: &BatchResult) -> InvoiceView {
    invoice_get(app, result.invoice_id.as_deref().unwrap(), ThemeChoice::Light).await.unwrap()
}

async fn saved(app: &App, folder: &Profile, id: &str, kind: DocumentKind) -> Vec<u8> {
    let to = folder.path().join("saved").display().to_string();
    std::fs::read(invoice_save(app, id, kind, Some(to)).await.unwrap().path).unwrap()
}

/// The sum of a column of a CSV document, exact. Counted from the right: only names at the left have commas.
fn column(csv: &[u8], name: &str) -> i128 {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    let mut lines = text.lines();
    let place = lines.next().unwrap().rsplit(',').position(|column| column == name).unwrap();
    lines.map(|line| exact(line.rsplit(',').nth(place).unwrap())).sum()
}

async fn charges(app: &App) -> BTreeMap<String, i128> {
    let table = usage_table(app, &stage::usage("2026-11-01", "2026-11-30", UsageGroup::Client)).await.unwrap();
    table.rows.into_iter().filter_map(|row| Some((row.name, exact(&row.charge?.amount)))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn j7_a_month_is_closed_with_grace_carry_forward_correction_and_no_second_time() {
    let (scene, folder) = (Scene::open().await, Profile::new().unwrap());
    let app = &scene.app;
    let bills = Bills::open(app, &folder).await;
    bills.tell(&format!("{FLEX}{LATE}").replace("3.00", "1.00")).await;
    let flexible = bills.client("Flexible").await;
    bills.client("Late").await;
    price_set(app, BY, &commission(&flexible)).await.unwrap();
    scene.clock.advance(14 * DAY);
    scene.sync().await;

    let drafts = invoice_draft_month(app, BY, MONTH).await.unwrap();
    assert!(drafts.iter().all(|one| one.outcome == BatchOutcome::Drafted), "{drafts:?}");
    let of = |name: &str| drafts.iter().find(|one| one.client == name).expect("drafted");
    let example = page(app, of("Flexible")).await;
    let csv = saved(app, &folder, &example.row.id, DocumentKind::Csv).await;
    assert_eq!(column(&csv, "exact_amount"), exact("0.0144"), "S2-05");
    let before = exact(&page(app, of("Late")).await.net.amount);
    let held = invoice_finalise_month(app, BY, MONTH, false).await.unwrap();
    assert!(held.iter().all(|one| one.outcome == BatchOutcome::InGrace), "3 days of grace: {held:?}");
    bills.tell(LATE.replace("22:59:59", "22:59:58").as_str()).await;
    assert!(exact(&page(app, of("Late")).await.net.amount) > before, "late usage is in the draft");

    scene.clock.advance(3 * DAY);
    let closed = invoice_finalise_month(app, BY, MONTH, false).await.unwrap();
    let (finals, others): (Vec<_>, Vec<_>) = closed.iter().partition(|one| one.outcome == BatchOutcome::Final);
    assert_eq!(
        others.iter().map(|one| (one.client.as_str(), one.outcome)).collect::<Vec<_>>(),
        [("Flexible", BatchOutcome::Carried)]
    );
    let numbers: Vec<u32> =
        finals.iter().map(|one| one.number.as_ref().unwrap().rsplit('-').next().unwrap().parse().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "gap-free: {numbers:?}");
    let charged = charges(app).await;
    let mut kept = BTreeMap::new();
    for one in &finals {
        let id = one.invoice_id.as_deref().unwrap();
        let (pdf, csv) =
            (saved(app, &folder, id, DocumentKind::Pdf).await, saved(app, &folder, id, DocumentKind::Csv).await);
        assert!(pdf.starts_with(b"%PDF"), "{}", one.client);
        assert_eq!(
            column(&csv, "exact_amount"),
            charged[&one.client],
            "R4: {} is charged what its usage says",
            one.client
        );
        let json = String::from_utf8(saved(app, &folder, id, DocumentKind::Json).await).unwrap();
        assert!(json.contains("\"zone\": "), "the zone of its days is told: {json}");
        kept.insert(id.to_owned(), (pdf, csv));
    }

    let dearer = RuleInput { percent: Some("90".to_owned()), ..RuleInput::plain(None, "*", ChargeKind::Markup) };
    let change =
        PriceChange { effective_from: "2026-12-01".to_owned(), note: String::new(), set: vec![dearer], remove: vec![] };
    price_set(app, BY, &change).await.unwrap();
    for (id, (pdf, csv)) in &kept {
        assert_eq!(&saved(app, &folder, id, DocumentKind::Pdf).await, pdf, "R5: the bytes are those that were issued");
        assert_eq!(&saved(app, &folder, id, DocumentKind::Csv).await, csv, "R5");
    }
    assert_eq!(invoice_draft_month(app, BY, MONTH).await.unwrap(), [], "closing again makes nothing");
    assert_eq!(invoice_finalise_month(app, BY, MONTH, true).await.unwrap(), []);
    let wrong = finals[0];
    let note =
        invoice_credit(app, BY, wrong.invoice_id.as_deref().unwrap(), "Billed to the wrong client").await.unwrap();
    assert_eq!(note.row.number.as_deref(), Some("CN-2026-0001"), "a series of its own");
    let anew = invoice_draft_month(app, BY, MONTH).await.unwrap();
    assert_eq!(
        anew.iter().map(|one| &one.client).collect::<Vec<_>>(),
        [&wrong.client],
        "only that month is open again"
    );
}
