//! The main job in the real window, on the sandbox, by hand and eye: what is clicked is there, what is read is said.

mod pictures;

use std::fs;
use std::path::PathBuf;

use acceptance::{By, Profile, Theme, Window};

/// An admin key that must leave no trace.
const CANARY: &str = "sk-canary-7f3a91d0c4-window";
/// A client nobody has yet. The mark-up in its name must be shown, never obeyed.
const CLIENT: &str = "Ada's <b>Bakery</b> & Söhne";

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_goes_from_first_run_to_the_invoice_on_disk() {
    let profile = Profile::new().unwrap();
    let window = Window::open(&profile, &[]).await.unwrap();
    first_run(&window).await;
    refused_gateway(&window, &profile).await;
    let client = new_client(&window).await;
    key_and_secret(&window, &profile).await;
    pause_and_undo(&window, &client).await;
    price_change(&window).await;
    invoice(&window, &profile).await;
    for theme in [Theme::Light, Theme::Dark] {
        pictures::every_screen(&window, theme, &client).await;
    }
    window.close().await.unwrap();
}

async fn first_run(window: &Window) {
    window.wait_for(&By::testid("first-run")).await.unwrap();
    window.screenshot("first-run-light").await.unwrap();
    window.click(&By::testid("first-run-sandbox")).await.unwrap();
    window.wait_long_for(&By::testid("section-top-clients")).await.unwrap();
    assert!(window.sees(&By::css("[data-testid=as-of][data-state=fresh]")).await.unwrap(), "figures tell their age");
    // The agency's own paper comes last: all but two of last month's invoices have a number.
    window.go("invoices").await.unwrap();
    window.wait_long_for(&By::testid("invoices-paid")).await.unwrap();
    window.go("overview").await.unwrap();
    window.wait_for(&By::testid("section-top-clients")).await.unwrap();
    let month = window.text(&By::css("main")).await.unwrap();
    for word in ["cost", "charge", "margin"] {
        assert!(month.contains(word), "every amount is labelled; `{word}` is not on the overview");
    }
}

/// An admin key is typed for a gateway that does not answer: the error stands in the dialog, and the key is nowhere after.
async fn refused_gateway(window: &Window, profile: &Profile) {
    window.go("gateways?new=1").await.unwrap();
    window.fill(&By::testid("gateway-url"), "http://127.0.0.1:1").await.unwrap();
    window.fill(&By::testid("gateway-credential"), CANARY).await.unwrap();
    window.click(&By::testid("gateway-test")).await.unwrap();
    window.wait_for(&By::css("[data-testid=connect-dialog] [role=alert]")).await.unwrap();
    window.screenshot("dialog-connect-light").await.unwrap();
    window.press("\u{e00c}").await.unwrap();
    window.wait_gone(&By::testid("connect-dialog")).await.unwrap();
    let page = window.contents().await.unwrap();
    assert!(!page.contains(CANARY), "the page has kept the admin key");
    assert_eq!(profile.files_holding(CANARY), Vec::<PathBuf>::new(), "the admin key is in a file");
    let storage = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).into_iter();
    for folder in storage.chain(std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from)) {
        let held = acceptance::profile::files_below_holding(&folder.join("app.purser.desktop"), CANARY);
        assert_eq!(held, Vec::<PathBuf>::new(), "the web view's storage has kept the admin key");
    }
}

/// Makes a client with its account; its address in the window.
async fn new_client(window: &Window) -> String {
    window.click(&By::testid("nav-clients")).await.unwrap();
    window.click(&By::testid("client-new")).await.unwrap();
    window.fill(&By::testid("client-form-name"), CLIENT).await.unwrap();
    window.screenshot("dialog-client-light").await.unwrap();
    window.click(&By::testid("form-save")).await.unwrap();
    window.wait_text(&By::testid("page-title"), CLIENT).await.unwrap();
    let place = window.eval("return location.hash").await.unwrap();
    place.as_str().unwrap().trim_start_matches("#/").split('?').next().unwrap().to_owned()
}

async fn key_and_secret(window: &Window, profile: &Profile) {
    window.click(&By::testid("key-new")).await.unwrap();
    window.fill(&By::testid("key-form-name"), "bakery-till").await.unwrap();
    window.screenshot("dialog-key-light").await.unwrap();
    window.click(&By::testid("form-save")).await.unwrap();
    let shown = window.wait_text(&By::testid("secret-value"), "••••").await.unwrap();
    assert!(!shown.contains("sk-"), "the secret is concealed at first");
    window.screenshot("dialog-secret-light").await.unwrap();
    window.click(&By::testid("secret-reveal")).await.unwrap();
    let secret = window.wait_text(&By::testid("secret-value"), "sk-").await.unwrap();
    assert!(secret.len() > 20, "`{secret}` is not a secret");
    window.press("\u{e00c}").await.unwrap();
    assert!(window.sees(&By::testid("secret-dialog")).await.unwrap(), "Escape must not lose a secret (U13)");
    window.click(&By::testid("secret-stored")).await.unwrap();
    window.wait_gone(&By::testid("secret-dialog")).await.unwrap();
    let page = window.contents().await.unwrap();
    assert!(!page.contains(secret.trim()), "the secret has left the page and its storage");
    assert_eq!(profile.files_holding(secret.trim()), Vec::<PathBuf>::new(), "the secret is in no file");
    window.wait_for(&By::text("bakery-till")).await.unwrap();
}

async fn pause_and_undo(window: &Window, client: &str) {
    window.go(client).await.unwrap();
    window.click(&By::testid("client-pause")).await.unwrap();
    window.wait_text(&By::testid("client-status"), "paused").await.unwrap();
    window.wait_for(&By::testid("client-resume")).await.unwrap();
    window.wait_for(&By::testid("toast-undo")).await.unwrap();
    window.screenshot("toast-paused-light").await.unwrap();
    window.click(&By::testid("toast-undo")).await.unwrap();
    window.wait_text(&By::testid("client-status"), "active").await.unwrap();
}

async fn price_change(window: &Window) {
    window.click(&By::testid("nav-prices")).await.unwrap();
    window.click(&By::testid("price-rule-new")).await.unwrap();
    window.fill(&By::testid("price-rule-selector"), "gpt-4.1-nano").await.unwrap();
    window.fill(&By::testid("price-rule-percent"), "40").await.unwrap();
    window.screenshot("dialog-rule-light").await.unwrap();
    window.click(&By::testid("form-save")).await.unwrap();
    let difference = window.wait_text(&By::testid("price-difference"), "$").await.unwrap();
    assert!(difference.contains('+'), "a higher mark-up earns more: `{difference}`");
    window.screenshot("prices-preview-light").await.unwrap();
    window.click(&By::testid("price-commit")).await.unwrap();
    window.wait_gone(&By::testid("price-staged")).await.unwrap();
    window.wait_for(&By::text("gpt-4.1-nano")).await.unwrap();
}

async fn invoice(window: &Window, profile: &Profile) {
    window.click(&By::testid("nav-invoices")).await.unwrap();
    window.click(&By::testid("invoices-draft")).await.unwrap();
    window.click(&By::css("[data-testid^=invoice-row-] a")).await.unwrap();
    let total = window.text(&By::testid("invoice-total")).await.unwrap();
    window.screenshot("invoice-draft-light").await.unwrap();
    window.click(&By::testid("invoice-finalise")).await.unwrap();
    window.screenshot("dialog-finalise-light").await.unwrap();
    window.click(&By::testid("invoice-finalise-confirm")).await.unwrap();
    window.wait_text(&By::testid("invoice-status"), "open").await.unwrap();
    let number = window.text(&By::testid("page-title")).await.unwrap();
    let after = window.text(&By::testid("invoice-total")).await.unwrap();
    assert_eq!(after, total, "finalising changes no amount");
    window.click(&By::testid("invoice-pdf")).await.unwrap();
    window.wait_text(&By::testid("toast"), ".pdf").await.unwrap();
    let pdf = profile
        .files()
        .into_iter()
        .find(|file| file.to_string_lossy().contains(&number) && file.extension().is_some_and(|end| end == "pdf"));
    let pdf = fs::read(pdf.expect("the PDF is on disk")).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000, "it is a PDF");
}
