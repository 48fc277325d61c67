//! `field=value` on what the app takes as one form: the agency's data, a client's data.

use app::wire::Code;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fault::Fault;

/// A form with some fields changed. Fields are named as [`fields`] shows them; capitals, dashes and underscores do not
/// matter. `see` is the command that shows them.
///
/// # Errors
/// A text that is not `field=value`, a field the form does not have, or a value it does not take.
pub fn edited<T: Serialize + DeserializeOwned>(form: &T, changes: &[String], see: &str) -> Result<T, Fault> {
    let mut value = serde_json::to_value(form).map_err(|problem| unread(&problem))?;
    for change in changes {
        let (name, text) = change.split_once('=').ok_or_else(|| {
            Fault::usage(format!("`{change}` is not a change: write field=value, for example city=Berlin"))
        })?;
        let slot = value.as_object_mut().and_then(|form| {
            form.iter_mut().find(|(field, slot)| plain(slot) && folded(field) == folded(name)).map(|(_, slot)| slot)
        });
        let Some(slot) = slot else {
            return Err(Fault::missing(format!("there is no field `{name}`"), format!("See `{see}` for the fields.")));
        };
        *slot = match slot {
            Value::Number(_) => number(name, text)?,
            _ => Value::String(text.to_owned()),
        };
    }
    serde_json::from_value(value).map_err(|problem| unread(&problem))
}

/// The fields of a form that [`edited`] can change, with their values: `legal-name`, `Acme Ltd`.
pub fn fields<T: Serialize>(form: &T) -> Vec<(String, String)> {
    let value = serde_json::to_value(form).unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| text.replace('\n', ", "));
    let form = value.as_object().into_iter().flatten();
    form.filter(|(_, value)| plain(value)).map(|(field, value)| (dashed(field), text(value))).collect()
}

/// Lists and forms within a form have verbs of their own.
fn plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

fn number(name: &str, text: &str) -> Result<Value, Fault> {
    let number: Result<u64, _> = text.trim().parse();
    number
        .map(Value::from)
        .map_err(|_| Fault::usage(format!("`{text}` is no {name}: write a whole number, for example 14")))
}

fn unread(problem: &serde_json::Error) -> Fault {
    let message = format!("the values do not go together: {problem}");
    app::AppError::new(Code::Invalid, message).hint("Change one field at a time to see which.").into()
}

fn folded(field: &str) -> String {
    field.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

fn dashed(field: &str) -> String {
    let mut text = String::new();
    for c in field.chars() {
        if c.is_uppercase() {
            text.push('-');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn form() -> BTreeMap<String, Value> {
        let rows =
            [("legalName", Value::from("Acme")), ("termsDays", Value::from(14)), ("models", Value::Array(vec![]))];
        rows.map(|(name, value)| (name.to_owned(), value)).into()
    }

    fn changed(change: &str) -> Result<BTreeMap<String, Value>, Fault> {
        edited(&form(), &[change.to_owned()], "purser client show")
    }

    #[test]
    fn fields_are_changed_by_the_name_they_are_shown_under() {
        assert_eq!(fields(&form()), [("legal-name", "Acme"), ("terms-days", "14")].map(|(a, b)| (a.into(), b.into())));
        for name in ["legal-name", "legalName", "LEGAL_NAME"] {
            assert_eq!(changed(&format!("{name}=A=B")).unwrap()["legalName"], "A=B", "{name}");
        }
        assert_eq!(changed("terms-days=30").unwrap()["termsDays"], 30);
        for (change, code) in [("legal", 2), ("colour=red", 3), ("models=x", 3), ("terms-days=soon", 2)] {
            assert_eq!(changed(change).unwrap_err().exit_code(), code, "{change}");
        }
    }
}
