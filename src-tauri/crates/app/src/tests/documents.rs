//! Documents in the agency's own look and the client's language, and their usage by key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{InvoiceId, Quantities};

use super::rig::{Rig, WINDOW, client};
use crate::command::branding::{settings_branding, settings_logo};
use crate::command::client::client_create;
use crate::command::gateway::sandbox_open;
use crate::command::invoice::{invoice_draft, invoice_draft_month, invoice_edit, invoice_finalise};
use crate::query::branding::{branding, branding_preview};
use crate::wire::{AdjustmentInput, BrandingInput, ClientInput, LanguageChoice, snapshot};

const LOGO: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path fill="#0f766e" d="M0 0h90v30H0z"/></svg>"##;

fn look() -> BrandingInput {
    let text = str::to_owned;
    BrandingInput {
        accent: text("0F766E"),
        greeting_de: text("Guten Tag,"),
        payment_de: text("Bitte überweisen Sie den Betrag."),
        closing_en: text("Kind regards"),
        ..BrandingInput::plain()
    }
}

/// The frozen document of a final invoice.
async fn frozen(rig: &Rig, id: &str) -> billing::InvoiceDocument {
    let id: InvoiceId = id.parse().unwrap();
    let stored = rig.app.store().reader().await.unwrap().invoice().get(id).await.unwrap();
    snapshot::from_text(&stored.draft.snapshot).unwrap().document().clone()
}

#[tokio::test]
async fn the_look_is_checked_shown_kept_and_frozen() {
    let rig = Rig::new().await;
    let pale = BrandingInput { accent: "#ffff00".to_owned(), ..look() };
    let refused = settings_branding(&rig.app, WINDOW, pale).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("accent"), "{refused}");
    let glyph = BrandingInput { greeting_en: "🚀".to_owned(), ..look() };
    let refused = settings_branding(&rig.app, WINDOW, glyph).await.unwrap_err();
    assert!(refused.message.contains('🚀'), "a glyph no font has is said at once: {refused}");
    let kept = settings_branding(&rig.app, WINDOW, look()).await.unwrap().branding;
    assert_eq!((kept.accent.as_str(), kept.greeting_de.as_str()), ("#0f766e", "Guten Tag,"));
    let broken = STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x09\0\0\0\x09");
    let refused = settings_logo(&rig.app, WINDOW, Some(broken)).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("logo"), "a bitmap that breaks off: {refused}");
    let shown = settings_logo(&rig.app, WINDOW, Some(STANDARD.encode(LOGO))).await.unwrap();
    assert!(shown.logo.is_some_and(|uri| uri.starts_with("data:image/svg+xml;base64,")));
    let page = branding_preview(&rig.app, look(), "de").await.unwrap();
    assert!(page.contains("#0f766e"), "the sample is in the colour");
    assert!(branding_preview(&rig.app, look(), "fr").await.is_err());

    let german = ClientInput { language: LanguageChoice::German, ..client("Hafenlicht", &[]) };
    let row = client_create(&rig.app, WINDOW, german).await.unwrap();
    let made = invoice_draft(&rig.app, WINDOW, &row.id, "2026-10").await.unwrap();
    let fee = AdjustmentInput { reason: "Beratung".to_owned(), amount: "100".to_owned() };
    invoice_edit(&rig.app, WINDOW, &made.row.id, vec![fee], String::new()).await.unwrap();
    invoice_finalise(&rig.app, WINDOW, &made.row.id).await.unwrap();
    settings_logo(&rig.app, WINDOW, None).await.unwrap();
    settings_branding(&rig.app, WINDOW, BrandingInput::plain()).await.unwrap();
    assert_eq!(branding(&rig.app).await.unwrap().logo, None);
    let body = frozen(&rig, &made.row.id).await.body;
    assert_eq!((body.look.language.code(), body.look.accent.as_str()), ("de", "#0f766e"));
    assert_eq!((body.look.greeting.as_str(), body.look.closing.as_str()), ("Guten Tag,", ""), "of its own language");
    assert_eq!(body.seller.payment_text, "Bitte überweisen Sie den Betrag.");
    assert_eq!(body.look.logo.len(), 64, "which logo it had stays told");
}

#[tokio::test]
async fn the_usage_by_key_adds_up_to_the_lines_and_is_frozen() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    let drafts = invoice_draft_month(&rig.app, WINDOW, "2026-10").await.unwrap();
    assert!(!drafts.is_empty());
    let mut charged = 0;
    for draft in drafts.iter().filter_map(|draft| draft.invoice_id.as_deref()).take(4) {
        if invoice_finalise(&rig.app, WINDOW, draft).await.is_err() {
            continue;
        }
        let body = frozen(&rig, draft).await.body;
        let keys = body.keys.expect("the usage of the sandbox is known by key");
        let used = body.lines.iter().fold(Quantities::NONE, |sum, line| sum.plus(&line.quantities));
        let told = keys.rows.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
        assert_eq!(told, used, "{}", body.buyer.name);
        if keys.is_charged() {
            let net: i64 = body.lines.iter().map(|line| line.net.minor()).sum();
            assert_eq!(keys.rows.iter().filter_map(|row| row.charge).map(|charge| charge.minor()).sum::<i64>(), net);
            charged += 1;
        }
    }
    assert!(charged > 0, "where prices are per unit, each key has its charge");
}
