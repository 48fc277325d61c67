//! `purser settings`.

use std::path::Path;

use app::wire::{BrandingView, SettingsView, VaultState};
use app::{App, command, query};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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
        Settings::Branding { fields } if fields.is_empty() => {
            out.answer(&query::branding::branding(app).await?, branding)
        }
        Settings::Branding { fields } => {
            let now = query::branding::branding(app).await?.branding;
            let typed = edited(&now, &fields, "purser settings branding")?;
            out.answer(&command::branding::settings_branding(app, ORIGIN, typed).await?, branding)
        }
        Settings::Logo { file, .. } => {
            let file = file.map(|file| read(&file)).transpose()?;
            out.answer(&command::branding::settings_logo(app, ORIGIN, file).await?, branding)
        }
        Settings::Sample { language, file } => {
            let typed = query::branding::branding(app).await?.branding;
            let page = query::branding::branding_preview(app, typed, &language).await?;
            let refused = |problem| Fault::io(&format!("`{}` cannot be written", file.display()), &problem);
            std::fs::write(&file, page).map_err(refused)?;
            out.line(&format!("The sample is in {}.", file.display()))
        }
    }
}

/// A file as base64.
fn read(file: &Path) -> Result<String, Fault> {
    let refused = |problem| Fault::io(&format!("`{}` cannot be read", file.display()), &problem);
    Ok(STANDARD.encode(std::fs::read(file).map_err(refused)?))
}

fn branding(view: &BrandingView) -> String {
    let logo = if view.logo.is_some() { format!("{} bytes", view.logo_bytes) } else { "–".to_owned() };
    let rows = fields(&view.branding).into_iter().chain([("logo".to_owned(), logo)]);
    let rows = rows.map(|(field, value)| vec![field, if value.is_empty() { "–".to_owned() } else { value }]);
    format!("{}\n{}", heading("How your documents look"), table(&["field", "~value"], rows))
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
