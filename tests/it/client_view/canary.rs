//! R29: a canary cost and a canary markup, searched for in everything a client can get, names of files and metadata included;
//! and the same search finds one that was planted, in each of them.

use std::path::Path;
use std::process::{Command, Stdio};

use app::App;
use app::command::account::client_from_account;
use app::command::client::client_update;
use app::command::gateway::gateway_connect;
use app::command::import::{import_apply, import_preview};
use app::command::invoice::{invoice_draft, invoice_finalise, invoice_save};
use app::command::ledger::{ledger_deposit, ledger_prepay};
use app::command::price::price_set;
use app::command::setting::settings_agency;
use app::export::{metadata_export, statement_save};
use app::query::client::{account_list, client_get};
use app::query::statement::statement_get;
use app::wire::{
    AgencyInput, ChargeKind, ClientInput, DepositInput, DocumentKind, LanguageChoice, PriceChange, RuleInput,
    SavedFile, StatementFormat, StatementPeriod, TableFormat, TaxChoice, ThemeChoice,
};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{BY, FORMATS, days};
use crate::journey::Scene;
use crate::stage;

/// Digits that nothing else has: the costs of two requests, and the markup in per cent.
const COSTS: [&str; 2] = ["4137.618033989", "2996.473125077"];
const MARKUP: &str = "27.1828";
/// What is planted: one of the shapes that are searched for.
const PLANT: &str = "plant-4137.62";
const DOCUMENTS: [DocumentKind; 5] =
    [DocumentKind::Pdf, DocumentKind::Csv, DocumentKind::Json, DocumentKind::Cii, DocumentKind::Ubl];

/// A file, or an answer, with everything that can be read out of it.
struct Artefact {
    name: String,
    text: String,
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn grouped(text: &str) -> String {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let from = whole.len() % 3;
    let mut groups: Vec<&str> = if from > 0 { vec![&whole[..from]] } else { Vec::new() };
    groups.extend((from..whole.len()).step_by(3).map(|at| &whole[at..at + 3]));
    if part.is_empty() { groups.join(",") } else { format!("{}.{part}", groups.join(",")) }
}

/// The separators of the other languages, turned around.
fn german(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == ',' {
                '.'
            } else if c == '.' {
                ','
            } else {
                c
            }
        })
        .collect()
}

fn cents_of(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// An amount as anybody might write it.
fn shapes(amount: Decimal) -> Vec<String> {
    let exact = amount.normalize().to_string();
    let cents = format!("{:.2}", cents_of(amount));
    let mut shapes = vec![exact.replace('.', ""), cents.replace('.', ""), cents.replace('.', ",")];
    shapes.extend([german(&grouped(&exact)), german(&grouped(&cents))]);
    shapes.extend([grouped(&exact), grouped(&cents), exact, cents]);
    shapes
}

/// Costs by request, day and all together, what is earned on each, and the markup as per cent, factor and part.
fn needles() -> Vec<String> {
    let costs: Vec<Decimal> = COSTS.iter().map(|cost| number(cost)).collect();
    let amounts = [costs[0], costs[1], costs[0] + costs[1]];
    let part = number(MARKUP) / Decimal::ONE_HUNDRED;
    let mut needles: Vec<String> =
        amounts.iter().flat_map(|cost| [shapes(*cost), shapes(*cost * part)].concat()).collect();
    let markup = [MARKUP, "27,1828", "1.271828", "0.271828", "271828", "27.18 %", "27.18%"];
    needles.extend(markup.iter().map(|shape| (*shape).to_owned()));
    needles.push("markup".to_owned());
    needles
}

fn run(program: &str, args: &[&str]) -> String {
    let ran = Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = ran.unwrap_or_else(|problem| panic!("{program} is needed (`cargo xtask setup`): {problem}"));
    assert!(!output.stdout.is_empty(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a person reads in a file: the words of a PDF, a page without its style.
pub(super) fn words_of(path: &Path) -> String {
    let text = match path.extension().and_then(|kind| kind.to_str()) {
        Some("pdf") => run("pdftotext", &["-layout", "-enc", "UTF-8", path.to_str().unwrap(), "-"]),
        _ => std::fs::read_to_string(path).unwrap(),
    };
    text.rsplit("</style>").next().unwrap_or_default().to_owned()
}

/// Everything that can be read out of a file, its name included: of a PDF the words as they stand on the page and as they
/// follow each other, and every stream and object uncompressed, with metadata and attachments.
pub(super) fn text_of(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut text = format!("{}\n{}", path.file_name().unwrap().to_string_lossy(), String::from_utf8_lossy(&bytes));
    if bytes.starts_with(b"%PDF") {
        let path = path.to_str().unwrap();
        text += &run("pdftotext", &["-layout", "-enc", "UTF-8", path, "-"]);
        text += &run("pdftotext", &["-raw", "-enc", "UTF-8", path, "-"]);
        text += &run("qpdf", &["--qdf", "--object-streams=disable", "--stream-data=uncompress", path, "-"]);
    }
    text
}

/// Every needle in every artefact that holds it.
fn hits<'a>(artefact: &Artefact, needles: &'a [String]) -> Vec<&'a str> {
    let text = artefact.text.to_lowercase();
    needles.iter().filter(|needle| text.contains(needle.as_str())).map(String::as_str).collect()
}

/// A client's usage from a file: two requests of which only the agency knows the cost.
async fn imported(app: &App, folder: &Path) {
    let [one, two] = COSTS;
    let rows = format!(
        "request_id,time,account,key,model,input_tokens,output_tokens,cost\n\
         r-1,2026-11-05T10:00:00Z,canary-co,canary-key,gpt-4.1,1200,300,{one}\n\
         r-2,2026-11-06T10:00:00Z,canary-co,canary-key,gpt-4.1,1300,400,{two}\n\
         r-3,2026-11-05T10:00:00Z,planted-co,planted-key,{PLANT},1200,300,1.5\n"
    );
    let file = folder.join("usage.csv");
    std::fs::write(&file, rows).unwrap();
    let path = file.to_str().unwrap();
    let gateway = gateway_connect(app, BY, stage::gateway("file", "Bills", path), String::new()).await.unwrap();
    let preview = import_preview(app, &gateway.id, path, None).await.unwrap();
    assert_eq!((preview.rows, preview.problems.len()), (3, 0), "{:?}", preview.problems);
    import_apply(app, &gateway.id, path, preview.columns).await.unwrap();
}

/// A client that gets every e-invoice, pays in advance from today, and has the canary markup.
async fn client(app: &App, account: &str) -> String {
    let accounts = account_list(app).await.unwrap();
    let found = accounts.into_iter().find(|one| one.name == account || one.external_id == account).expect("imported");
    let row = client_from_account(app, BY, &found.id).await.unwrap();
    let typed = ClientInput {
        street: "Ring 1".to_owned(),
        postal_code: "1010".to_owned(),
        city: "Wien".to_owned(),
        country: "AT".to_owned(),
        vat_id: "ATU13585627".to_owned(),
        tax: TaxChoice::ReverseCharge,
        ..stage::client(account, &[])
    };
    client_update(app, BY, &row.id, typed).await.unwrap();
    ledger_prepay(app, BY, &row.id, true).await.unwrap();
    let deposit = DepositInput { amount: "50".to_owned(), reference: "pi_9".to_owned(), note: String::new() };
    ledger_deposit(app, BY, &row.id, &deposit).await.unwrap();
    let rule = RuleInput {
        percent: Some(MARKUP.to_owned()),
        ..RuleInput::plain(Some(row.id.clone()), "*", ChargeKind::Markup)
    };
    let change = PriceChange {
        effective_from: "2026-11-01".to_owned(),
        note: format!("+{MARKUP} %"),
        set: vec![rule],
        remove: Vec::new(),
    };
    price_set(app, BY, &change).await.unwrap();
    row.id
}

/// Its statement in the other languages, each in a folder of its own.
async fn translated(app: &App, client: &str, period: &StatementPeriod) -> Vec<SavedFile> {
    let mut files = Vec::new();
    for language in [LanguageChoice::German, LanguageChoice::Chinese] {
        let details = client_get(app, client).await.unwrap().details;
        client_update(app, BY, client, ClientInput { language, ..details }).await.unwrap();
        let folder = app.profile().documents_dir.join(format!("{language:?}"));
        for format in [StatementFormat::Pdf, StatementFormat::Html] {
            files.push(statement_save(app, client, period, format, folder.to_str()).await.unwrap());
        }
    }
    files
}

/// Everything a client can get.
async fn artefacts(app: &App, client: &str) -> Vec<Artefact> {
    let period = days("2026-11-01", "2026-11-30");
    let mut files = Vec::new();
    for format in FORMATS {
        files.push(statement_save(app, client, &period, format, None).await.unwrap());
    }
    let draft = invoice_draft(app, BY, client, "2026-11").await.unwrap();
    assert!(draft.row.obstacles.is_empty(), "{:?}", draft.row.obstacles);
    invoice_finalise(app, BY, &draft.row.id).await.unwrap();
    for kind in DOCUMENTS {
        files.push(invoice_save(app, &draft.row.id, kind, None).await.unwrap());
    }
    // Once more: now an invoice is on it.
    files.push(statement_save(app, client, &period, FORMATS[0], None).await.unwrap());
    files.extend(translated(app, client, &period).await);
    for format in [TableFormat::Csv, TableFormat::JsonLines] {
        files.push(metadata_export(app, client, format).await.unwrap());
    }
    let mut all: Vec<Artefact> =
        files.iter().map(|file| Artefact { name: file.path.clone(), text: text_of(file.path.as_ref()) }).collect();
    for theme in [ThemeChoice::Light, ThemeChoice::Dark] {
        let view = statement_get(app, client, &period, theme).await.unwrap();
        all.push(Artefact { name: format!("the {theme:?} view"), text: serde_json::to_string(&view).unwrap() });
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn r29_no_cost_and_no_markup_is_in_anything_a_client_gets() {
    let scene = Scene::open().await;
    let app = &scene.app;
    let text = str::to_owned;
    let agency = AgencyInput {
        street: text("Torstraße 140"),
        postal_code: text("10119"),
        city: text("Berlin"),
        country: text("DE"),
        vat_id: text("DE136695976"),
        iban: text("DE89370400440532013000"),
        ..app.agency().await.unwrap()
    };
    settings_agency(app, BY, agency).await.unwrap();
    imported(app, &app.profile().data_dir).await;
    let (clean, planted) = (client(app, "canary-co").await, client(app, "planted-co").await);

    let needles = needles();
    let factor = Decimal::ONE + number(MARKUP) / Decimal::ONE_HUNDRED;
    let charge = (number(COSTS[0]) + number(COSTS[1])) * factor;
    for shape in shapes(charge) {
        assert!(!needles.iter().any(|needle| shape.contains(needle)), "the charge itself must hold no canary: {shape}");
    }
    let found = artefacts(app, &clean).await;
    assert_eq!(found.len(), FORMATS.len() + DOCUMENTS.len() + 9, "every artefact was made");
    for artefact in &found {
        assert_eq!(hits(artefact, &needles), Vec::<&str>::new(), "R29: {}", artefact.name);
        // Proof that it was read: it says what the client pays, or in metadata what it counted.
        let cents = format!("{:.2}", cents_of(charge));
        let days = COSTS.map(|cost| (number(cost) * factor).normalize().to_string());
        let paid = [cents.clone(), grouped(&cents), german(&grouped(&cents)), days[0].clone(), "1200".to_owned()];
        assert!(paid.iter().any(|paid| artefact.text.contains(paid)), "{} says none of {paid:?}", artefact.name);
    }
    for artefact in artefacts(app, &planted).await {
        let hit = hits(&artefact, &needles);
        assert!(hit.contains(&"4137.62"), "what was planted in {} is found: {hit:?}", artefact.name);
    }
}
