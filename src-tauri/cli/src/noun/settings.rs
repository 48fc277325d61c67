//! `purser settings`.

use app::wire::{SettingsView, VaultState};
use app::{App, command, query};

use super::ORIGIN;
use super::edit::{edited, fields};
use crate::args::Settings;
use crate::fault::Fault;
use crate::out::{Out, heading, table};

pub async fn run(app: &App, verb: Settings, out: &Out) -> Result<(), Fault> {
    match verb {
        Settings::Show => out.answer(&query::setting::settings(app).await?, shown),
        Settings::Agency { fields } => {
            let agency = edited(&app.agency().await?, &fields, "purser settings show")?;
            out.answer(&command::setting::settings_agency(app, ORIGIN, agency).await?, shown)
        }
    }
}

fn shown(settings: &SettingsView) -> String {
    let credentials = match (settings.vault, &settings.vault_problem) {
        (VaultState::Keychain, _) => "in the keychain of this system".to_owned(),
        (VaultState::Session, _) => "asked for in each call".to_owned(),
        (VaultState::Unavailable, Some(problem)) => format!("{problem} `--session-vault` asks for them instead."),
        (VaultState::Unavailable, None) => "nowhere: there is no keychain".to_owned(),
    };
    let rows = [
        ("credentials", credentials),
        ("data", settings.data_dir.clone()),
        ("documents", settings.documents_dir.clone()),
        ("release", settings.version.clone()),
    ];
    let agency = fields(&settings.agency).into_iter();
    let agency = agency.map(|(field, value)| vec![field, if value.is_empty() { "–".to_owned() } else { value }]);
    format!(
        "{}\n{}\n\n{}\n{}",
        heading("Your agency, as it stands on invoices"),
        table(&["field", "~value"], agency),
        heading("This Purser"),
        table(&["", "~"], rows.map(|(name, value)| vec![name.to_owned(), value])),
    )
}
