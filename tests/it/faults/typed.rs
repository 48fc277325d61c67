//! What people type.

use std::sync::Arc;

use acceptance::Profile;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::command::key::key_create;
use app::query::client::client_list;
use app::wire::{BudgetInput, Code};
use app::{App, Origin};
use sandbox::Server;

use super::{Wanted, must};
use crate::stage::{self, HandClock, NOW};

const BY: Origin = Origin::Window;

async fn connected(profile: &Profile, seed: u8) -> (App, Server, String) {
    let clock = HandClock::at(NOW);
    let server = stage::sandbox(Arc::clone(&clock), seed).await;
    let app = stage::open(profile.path(), clock).await;
    let token = server.admin_token.expose().to_owned();
    let view = gateway_connect(&app, BY, stage::sandbox_at("A", &server.base_url), token).await.unwrap();
    (app, server, view.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn r34_names_are_text_or_are_refused() {
    let profile = Profile::new().unwrap();
    let (app, server, gateway) = connected(&profile, 5).await;
    let allowed = [
        "<img src=x onerror=alert(1)>",
        "=HYPERLINK(\"http://evil.example\")",
        "O'Brien & Söhne 株式会社",
        "'; DROP TABLE client; --",
    ];
    for name in allowed {
        let row = client_create(&app, BY, stage::client(name, &[&gateway])).await.unwrap();
        assert_eq!(row.name, name, "kept as it was typed");
        assert_eq!(stage::account_of(&app, &row.id).await.name, name, "and sent so");
    }
    let long = "x".repeat(10 * 1024);
    let refused: [(&str, &[&str], &[&str]); 6] = [
        ("Acme\u{202e}gnp.exe", &["invisible"], &["type it again"]),
        ("Acme\u{200f}", &["invisible"], &["type it again"]),
        ("Acme\nLtd", &["invisible"], &["type it again"]),
        ("Acme\0", &["invisible"], &["type it again"]),
        (&long, &["10240 characters"], &["at most 120"]),
        ("   ", &["name is needed"], &["name is needed"]),
    ];
    for (name, cause, remedy) in refused {
        let error = client_create(&app, BY, stage::client(name, &[&gateway])).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some("name"), "{error:?}");
        let what = format!("{:?}", name.chars().take(20).collect::<String>());
        must(&what, &error, &Wanted { code: Code::Invalid, cause, remedy });
    }
    let error = client_create(&app, BY, stage::client(allowed[0], &[])).await.unwrap_err();
    let taken = Wanted { code: Code::Conflict, cause: &["already a client"], remedy: &["choose another name"] };
    must("a name that is taken", &error, &taken);
    assert_eq!(client_list(&app).await.unwrap().len(), allowed.len());
    let there = stage::sandbox_told(&stage::http(), &server, "/admin/v1/accounts?limit=500").await;
    assert_eq!(there.len(), 12 + allowed.len(), "what is refused here is not sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn budgets_that_make_no_sense_are_not_sent() {
    let profile = Profile::new().unwrap();
    let (app, server, gateway) = connected(&profile, 6).await;
    let row = client_create(&app, BY, stage::client("Acme", &[&gateway])).await.unwrap();
    let account = stage::account_of(&app, &row.id).await.id;
    let refused: [(&str, &str, &[u8], &str); 11] = [
        ("-1", "daily", &[], "budget.amount"),
        ("-0.000000001", "daily", &[], "budget.amount"),
        ("1000000000.01", "daily", &[], "budget.amount"),
        ("9223372036854775808", "daily", &[], "budget.amount"),
        ("1e300", "daily", &[], "budget.amount"),
        ("NaN", "daily", &[], "budget.amount"),
        ("inf", "daily", &[], "budget.amount"),
        ("", "daily", &[], "budget.amount"),
        ("ten", "daily", &[], "budget.amount"),
        ("10", "hourly", &[], "budget.period"),
        ("10", "daily", &[0, 101], "budget.warnAt"),
    ];
    for (amount, period, warn_at, field) in refused {
        let budget = BudgetInput { warn_at: warn_at.to_vec(), ..stage::budget(amount, period) };
        let typed = app::wire::KeyInput { budget: Some(budget), ..stage::key(&account, "never", "dev") };
        let error = key_create(&app, BY, typed).await.unwrap_err();
        let what = format!("a budget of `{amount}` {period} {warn_at:?}");
        assert_eq!(error.field.as_deref(), Some(field), "{what}: {error:?}");
        let wanted = Wanted {
            code: Code::Invalid,
            cause: &["budget", "amount", "number", "period", "warning", "decimal"],
            remedy: &["use ", "write ", "at most", "negative", "for example"],
        };
        must(&what, &error, &wanted);
    }
    let keys = stage::sandbox_told(&stage::http(), &server, "/admin/v1/keys?limit=500").await;
    assert!(keys.iter().all(|key| key["name"] != "never"), "nothing was sent");
    let typed =
        app::wire::KeyInput { budget: Some(stage::budget("0", "total")), ..stage::key(&account, "zero", "dev") };
    let made = key_create(&app, BY, typed).await.unwrap();
    let secret = app::command::key::secret_reveal(&app, made.ticket.as_deref().unwrap()).await.unwrap();
    let status = stage::chat(&stage::http(), &made.base_url, &secret, "gpt-4.1-nano").await;
    assert_eq!(status, 402, "S3-07: a budget of zero stops everything; it is not `no budget`");
}
