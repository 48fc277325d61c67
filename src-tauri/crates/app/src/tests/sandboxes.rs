//! The embedded sandbox with its agency.

use super::rig::{Rig, WINDOW};
use crate::command::gateway::sandbox_open;
use crate::query::client::client_list;
use crate::query::gateway::gateway_list;
use crate::query::setting::settings;

#[tokio::test]
async fn a_believable_agency_is_there_once() {
    let rig = Rig::new().await;
    let view = sandbox_open(&rig.app, WINDOW).await.unwrap();
    assert_eq!((view.accounts, view.unattributed), (12, 0), "{view:?}");
    assert!(view.keys >= 55 && view.problem.is_none() && view.has_credential, "{view:?}");
    let clients = client_list(&rig.app).await.unwrap();
    assert_eq!(clients.len(), 12);
    assert!(clients.iter().any(|client| client.zone == "Asia/Kolkata"));
    assert!(clients.iter().all(|client| client.month.unpriced.is_empty()), "every model has a price");
    assert_eq!(settings(&rig.app).await.unwrap().agency.name, "Lanternworks Studio");
    let counts = async || {
        let mut reader = rig.app.store().reader().await.unwrap();
        let invoices = reader.invoice().list(&store::table::InvoiceFilter::default()).await.unwrap().len();
        (invoices, reader.price().list().await.unwrap().len())
    };
    let (invoices, versions) = counts().await;
    assert!(invoices >= 10 && versions == 1, "{invoices} invoices, {versions} price books");

    let rig2 = &rig;
    let again = sandbox_open(&rig2.app, WINDOW).await.unwrap();
    assert_eq!(again.id, view.id);
    assert_eq!((client_list(&rig.app).await.unwrap().len(), gateway_list(&rig.app).await.unwrap().len()), (12, 1));
    assert_eq!(counts().await, (invoices, versions), "opened again, it changes nothing");
}
