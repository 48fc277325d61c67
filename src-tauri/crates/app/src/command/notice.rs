//! Notices that a client's credit runs low: marking them as seen.

use domain::NoticeId;
use store::Origin;
use store::table::AuditRecord;

use crate::journal::local_record;
use crate::query::notice::{find, notice_list};
use crate::wire::NoticeView;
use crate::{App, AppError, ledger};

/// Marks a notice, and with it the earlier ones of its client, as seen. Answers those that still wait.
///
/// # Errors
/// `NotFound`.
pub async fn notice_seen(app: &App, origin: Origin, notice: &str) -> Result<Vec<NoticeView>, AppError> {
    let id: NoticeId = notice.parse()?;
    let mut writer = app.store().begin(origin).await?;
    let client = find(writer.notice().read(), id).await?.client;
    writer.notice().see(id, app.now()).await?;
    let name = ledger::client(writer.client().read(), client).await?.client.name.to_string();
    let record = local_record(app, origin, "notice_seen", name, format!("low balance seen ({id})"));
    writer.audit().done(&AuditRecord { client: Some(client), ..record }).await?;
    app.emit(writer.commit().await?);
    notice_list(app, false).await
}
