//! Connecting: what goes wrong, and that nothing is kept then.

use super::rig::{Rig, WINDOW, client, key};
use crate::command::client::client_create;
use crate::command::gateway::{gateway_connect, gateway_update};
use crate::command::key::key_create;
use crate::error::hints;
use crate::query::gateway::{gateway_list, gateway_products, gateway_test, model_list};
use crate::wire::{Code, GatewayInput};
use gateway::ErrorKind;

#[tokio::test]
async fn a_gateway_that_does_not_answer_leaves_nothing_behind() {
    let rig = Rig::new().await;
    let admin = rig.server.admin_token.expose().to_owned();
    let typed = |product: &str, base_url: &str| GatewayInput {
        product: product.to_owned(),
        name: "Main".to_owned(),
        base_url: base_url.to_owned(),
    };
    let here = rig.server.base_url.clone();
    let rows = [
        (typed("sandbox", "not a url"), admin.as_str(), Code::Invalid),
        (typed("sandbox", ""), &admin, Code::Invalid),
        (typed("sandbox", "http://gateway.example"), &admin, Code::Invalid),
        (typed("sandbox", "http://127.0.0.1:1"), &admin, Code::GatewayUnreachable),
        (typed("sandbox", &here), "sk-wrong", Code::GatewayDenied),
        (typed("sandbox", &here), "  ", Code::GatewayDenied),
        (typed("sandbox", &format!("{here}/ui")), &admin, Code::Unsupported),
        (typed("no-such-product", &here), &admin, Code::Invalid),
    ];
    for (typed, credential, code) in rows {
        let tested = gateway_test(&rig.app, typed.clone(), credential.to_owned()).await.unwrap_err();
        let error = gateway_connect(&rig.app, WINDOW, typed.clone(), credential.to_owned()).await.unwrap_err();
        assert_eq!((tested.code, error.code), (code, code), "{typed:?} {error}");
        assert!(!error.hints.is_empty(), "{error} says what to do");
    }
    let file = gateway_test(&rig.app, typed("file", "/home/ada/bill.pdf"), String::new()).await.unwrap_err();
    assert_eq!(file.hints, ["It looks like /home/ada/usage-2026-11.csv."], "a file has no web address: {file}");
    assert!(gateway_list(&rig.app).await.unwrap().is_empty());
    let mut reader = rig.app.store().reader().await.unwrap();
    assert!(reader.audit().list(&store::table::AuditFilter::default()).await.unwrap().is_empty());
}

#[test]
fn every_error_of_a_gateway_says_what_to_do() {
    use ErrorKind as K;
    let all = [
        K::BadAddress,
        K::Unreachable,
        K::Tls,
        K::NotThisProduct,
        K::TooOld,
        K::Unauthorized,
        K::Forbidden,
        K::NotFound,
        K::Conflict,
        K::RateLimited,
        K::Unsupported,
        K::Unavailable,
        K::Malformed,
        K::Rejected,
    ];
    for kind in all {
        let told = hints(kind, None);
        assert!(told.iter().all(|hint| hint.ends_with('.') && hint.len() > 20), "{kind:?}: {told:?}");
    }
    let wait = hints(K::RateLimited, Some(std::time::Duration::from_secs(37)));
    assert!(wait[0].contains("37 seconds"), "Retry-After is passed on: {wait:?}");
}

#[tokio::test]
async fn a_read_only_credential_is_refused_before_anything_is_sent() {
    let rig = Rig::new().await;
    let credential = rig.server.read_only_token.expose().to_owned();
    let view = gateway_connect(&rig.app, WINDOW, rig.typed("Main"), credential).await.unwrap();
    assert!(view.probe.unwrap().read_only);
    let error = client_create(&rig.app, WINDOW, client("Harborlight", &[view.id.parse().unwrap()])).await.unwrap_err();
    assert_eq!(error.code, Code::GatewayDenied);
    assert!(error.message.contains("can only read"), "{error}");
    let mut reader = rig.app.store().reader().await.unwrap();
    assert_eq!(reader.audit().unsettled().await.unwrap(), [], "not even an intent");
}

#[tokio::test]
async fn what_a_gateway_cannot_do_is_said_before_anything_is_sent() {
    let rig = Rig::new().await;
    let file = rig.dir.path().join("usage.csv");
    std::fs::write(&file, "time,model,cost\n").unwrap();
    let path = file.display().to_string();
    let typed = GatewayInput { product: "file".to_owned(), name: "Bills".to_owned(), base_url: path };
    let view = gateway_connect(&rig.app, WINDOW, typed, String::new()).await.unwrap();
    assert!(!view.has_credential);
    let error = client_create(&rig.app, WINDOW, client("Harborlight", &[view.id.parse().unwrap()])).await.unwrap_err();
    assert_eq!(error.code, Code::Unsupported);
    assert!(error.message.contains("Bills cannot make accounts"), "{error}");
}

#[tokio::test]
async fn a_gateway_is_renamed_and_its_credential_changed_in_place() {
    let rig = Rig::new().await;
    let id = rig.connect("Main").await.unwrap();
    let entry = async || {
        let stored = rig.app.store().reader().await.unwrap().gateway().get(id).await.unwrap();
        stored.connection.vault_ref.unwrap()
    };
    let before = entry().await;
    let wrong = gateway_update(&rig.app, WINDOW, &id.to_string(), rig.typed("Main"), Some("sk-wrong".to_owned())).await;
    assert_eq!(wrong.unwrap_err().code, Code::GatewayDenied);
    let kept = rig.vault.get(&before).await.unwrap().unwrap();
    assert_eq!(kept.expose(), rig.server.admin_token.expose(), "a wrong one does not replace a right one");
    let read_only = rig.server.read_only_token.expose().to_owned();
    let view = gateway_update(&rig.app, WINDOW, &id.to_string(), rig.typed("Reader"), Some(read_only)).await.unwrap();
    assert_eq!((view.name.as_str(), view.probe.unwrap().read_only), ("Reader", true));
    assert_eq!(entry().await, before, "one item per gateway");
}

#[tokio::test]
async fn products_and_models_are_on_offer() {
    let rig = Rig::new().await;
    let id = rig.connect("Main").await.unwrap();
    let products = gateway_products(&rig.app).await.unwrap();
    assert!(products.iter().any(|one| one.product == "litellm"
        && one.credential == crate::wire::CredentialNeedView::Required
        && one.needs_url));
    assert!(model_list(&rig.app, Some(&id.to_string())).await.unwrap().contains(&"gpt-4.1-mini".to_owned()));
    let (_, account) = rig.client(id, "Harborlight").await;
    let mut typed = key(&account, "harborlight-prod");
    typed.models = vec!["no-such-model".to_owned()];
    let error = key_create(&rig.app, WINDOW, typed).await.unwrap_err();
    assert_eq!(error.code, Code::GatewayRefused, "{error}");
}
