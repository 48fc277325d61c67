//! A picture of every screen in `tests/screenshots/`, for people to look at.

use acceptance::{By, Theme, Window};

/// Where, and what must be there before the picture is taken.
const SCREENS: [(&str, &str); 10] = [
    ("overview", "section-top-clients"),
    ("clients", "client-search"),
    ("keys", "key-search"),
    ("usage", "usage-chart"),
    ("invoices", "invoices-draft"),
    ("prices", "price-rule-new"),
    ("reconcile", "section-leaks"),
    ("gateways", "section-accounts"),
    ("activity", "activity-client"),
    ("settings", "agency-name"),
];

/// Takes every screen in one theme, and the pages of one thing.
pub(super) async fn every_screen(window: &Window, theme: Theme, client: &str) {
    window.set_theme(theme).await.unwrap();
    for (screen, ready) in SCREENS {
        take(window, screen, screen, ready, theme).await;
    }
    take(window, "client-new", client, "client-status", theme).await;
    window.go("clients").await.unwrap();
    window.click(&By::css("[data-testid^=client-row-] a")).await.unwrap();
    window.wait_for(&By::testid("client-chart")).await.unwrap();
    picture(window, "client", theme).await;
    window.go("gateways").await.unwrap();
    window.click(&By::css("[data-testid^=route-] td")).await.unwrap();
    window.wait_for(&By::testid("route-panel")).await.unwrap();
    picture(window, "route", theme).await;
    window.go("invoices").await.unwrap();
    window.click(&By::css("[data-testid^=invoice-row-] a")).await.unwrap();
    window.wait_for(&By::testid("invoice-lines")).await.unwrap();
    picture(window, "invoice", theme).await;
    window.go("keys").await.unwrap();
    window.click(&By::css("[data-testid^=key-row-] td")).await.unwrap();
    window.wait_for(&By::testid("key-routes")).await.unwrap();
    picture(window, "key", theme).await;
    window.go("overview").await.unwrap();
    window.click(&By::testid("palette-open")).await.unwrap();
    window.fill(&By::testid("palette-input"), "har").await.unwrap();
    window.wait_for(&By::role("option", "")).await.unwrap();
    picture(window, "palette", theme).await;
    window.press("\u{e00c}").await.unwrap();
    window.wait_gone(&By::testid("palette")).await.unwrap();
}

async fn take(window: &Window, name: &str, place: &str, ready: &str, theme: Theme) {
    window.go(place).await.unwrap();
    window.wait_for(&By::testid(ready)).await.unwrap();
    picture(window, name, theme).await;
}

async fn picture(window: &Window, name: &str, theme: Theme) {
    window.screenshot(&format!("{name}-{}", theme.name())).await.unwrap();
}
