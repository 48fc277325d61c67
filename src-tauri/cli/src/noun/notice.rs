//! `purser notice`.

use app::wire::{NoticeMessage, NoticeView};
use app::{App, command, query};

use super::{ORIGIN, moment};
use crate::args::Notice;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Notice, out: &Out) -> Result<(), Fault> {
    match verb {
        Notice::List { all } => out.answer(&query::notice::notice_list(app, all).await?, |notices| list(notices)),
        Notice::Seen { notice } => {
            out.answer(&command::notice::notice_seen(app, ORIGIN, &notice).await?, |notices| list(notices))
        }
        Notice::Text { notice } => out.answer(&query::notice::notice_message(app, &notice).await?, text),
    }
}

fn list(notices: &[NoticeView]) -> String {
    if notices.is_empty() {
        return "No notice waits: `--all` lists the earlier ones.".to_owned();
    }
    let row = |notice: &NoticeView| {
        let state = match (notice.over, &notice.seen_at) {
            (true, _) => "topped up since".to_owned(),
            (false, Some(at)) => format!("seen {}", moment(at)),
            (false, None) => "waits".to_owned(),
        };
        let (left, at) = (notice.spendable.text.clone(), moment(&notice.at));
        vec![notice.notice_id.clone(), notice.client.clone(), sentence(notice), left, at, state]
    };
    table(&["notice", "<client", "~credit", ">left then", "told", "state"], notices.iter().map(row))
}

/// What happened, without the client's name.
pub(super) fn sentence(notice: &NoticeView) -> String {
    if notice.used_up { "used up".to_owned() } else { format!("below {}", notice.threshold.text) }
}

fn text(message: &NoticeMessage) -> String {
    let to = if message.email.is_empty() { "–" } else { message.email.as_str() };
    format!("To: {to}\nSubject: {}\n\n{}", message.subject, message.text)
}
