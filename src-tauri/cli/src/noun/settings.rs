//! `purser settings`.

use app::wire::{AgencyInput, SettingsView};
use app::{App, command, query};
use serde_json::Value;

use super::ORIGIN;
use crate::args::Settings;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Settings, out: &Out) -> Result<(), Fault> {
    match verb {
        Settings::Show => out.answer(&query::setting::settings(app).await?, shown),
        Settings::Agency { fields } => {
            let agency = changed(&app.agency().await?, &fields)?;
            out.answer(&command::setting::settings_agency(app, ORIGIN, agency).await?, shown)
        }
    }
}

/// The agency with some fields changed. Fields are named as in the JSON, with or without capitals in the middle.
fn changed(agency: &AgencyInput, fields: &[String]) -> Result<AgencyInput, Fault> {
    let fault = |problem: serde_json::Error| Fault::usage(format!("the agency's data cannot be changed: {problem}"));
    let mut value = serde_json::to_value(agency).map_err(fault)?;
    for field in fields {
        let (name, text) = field
            .split_once('=')
            .ok_or_else(|| Fault::usage(format!("`{field}` is not field=value, for example name=Acme")))?;
        let known = value.as_object_mut().and_then(|object| {
            object
                .iter_mut()
                .find(|(key, _)| key.eq_ignore_ascii_case(&name.replace(['_', '-'], "")))
                .map(|(_, slot)| slot)
        });
        let slot = known
            .ok_or_else(|| Fault::usage(format!("the agency has no field `{name}`: see `purser settings show`")))?;
        *slot = match slot {
            Value::Number(_) => serde_json::from_str(text).map_err(fault)?,
            _ => Value::String(text.to_owned()),
        };
    }
    serde_json::from_value(value).map_err(fault)
}

fn shown(settings: &SettingsView) -> String {
    let agency = serde_json::to_value(&settings.agency).unwrap_or_default();
    let fields = agency.as_object().cloned().unwrap_or_default();
    let rows = fields
        .into_iter()
        .map(|(name, value)| vec![name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)]);
    let vault = match &settings.vault_problem {
        Some(problem) => problem.clone(),
        None => format!("credentials: {:?}", settings.vault).to_lowercase(),
    };
    format!(
        "{}\n\n{vault}\ndata: {}\ndocuments: {}\nPurser {}",
        table(&["field", "value"], rows),
        settings.data_dir,
        settings.documents_dir,
        settings.version
    )
}
