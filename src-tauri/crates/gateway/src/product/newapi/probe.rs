//! Who is this instance, what may the credential do, and what should the operator know?

use std::collections::BTreeMap;

use domain::Timestamp;
use rust_decimal::Decimal;

use super::api::{Api, ROLE_ADMIN, ROLE_ROOT, Window};
use super::config::{Learned, Rate, WALLET_LOW};
use super::flow::CALLS_MANY;
use super::inventory::{is_plain_no, settle};
use super::naming::{Asked, Remark};
use super::wire::{Listed, Ratio, Row, Setting, Status, User};
use super::{Mode, allowance, error};
use crate::http::Http;
use crate::{ErrorKind, Finding, FindingLevel, GatewayError, Recognised};

/// What was found out.
pub struct Probed {
    pub learned: Learned,
    pub findings: Vec<Finding>,
    /// New API's clock.
    pub date: Option<Timestamp>,
    status: Status,
    role: u32,
}

/// New API tells strangers how much a unit of quota is.
pub async fn recognise(base_url: String) -> Option<Recognised> {
    let api = Api::new(&Http::new(&base_url, None).ok()?, None, allowance::at(&base_url)).ok()?;
    let status = api.status().await.ok()?.value;
    status.quota_per_unit?;
    status.quota_display_type.as_ref()?;
    Some(Recognised { version: status.version })
}

/// Who it is and who we are: enough to read amounts.
pub async fn learn(api: &Api) -> Result<Probed, GatewayError> {
    let status = api.status().await?;
    let Some(Ratio(per_dollar)) = status.value.quota_per_unit else {
        let message = "something answers there, but it is not New API: check the address and the port";
        return Err(GatewayError::new(ErrorKind::NotThisProduct, "GET /api/status", message));
    };
    if status.value.quota_display_type.is_none() {
        return Err(too_old("GET /api/status"));
    }
    let me = match api.me().await {
        Err(error) if is_plain_no(&error) => return Err(error::bad_credential(error)),
        me => me?,
    };
    if api.has_flow_report().await? {
        api.allow(CALLS_MANY);
    }
    let learned = Learned {
        asked: true,
        version: status.value.version.clone().filter(|version| !version.is_empty()),
        rate: Rate::new(per_dollar).unwrap_or_default(),
        me: me.id,
        is_admin: me.role >= ROLE_ADMIN,
        login_has_riddle: status.value.turnstile_check,
        rows_are_places: rows_are_places(api, me.role, status.date).await?,
        channels: may_see_channels(api, me.role).await?,
    };
    Ok(Probed { learned, findings: Vec::new(), date: status.date, status: status.value, role: me.role })
}

fn too_old(call: &str) -> GatewayError {
    let message = "this New API is too old to administer: update it to release 0.12.7 or later";
    GatewayError::new(ErrorKind::TooOld, call, message)
}

/// Asks everything.
pub async fn run(api: &Api, mode: Mode) -> Result<Probed, GatewayError> {
    let mut probed = learn(api).await?;
    let mut findings = settings(&probed.status, &probed.learned);
    if mode == Mode::Users {
        findings.extend(low_wallets(&users(api, probed.role).await?));
    }
    findings.extend(ratios(api).await?);
    match probed.role {
        ROLE_ROOT.. => findings.extend(hidden_settings(api).await?),
        ROLE_ADMIN.. => findings.push(note("settings_hidden", SETTINGS_HIDDEN)),
        _ => findings.push(warning("usage_hidden", USAGE_HIDDEN)),
    }
    probed.findings = findings;
    Ok(probed)
}

/// The first users: whether they can be listed in pages, and the credential may do so.
async fn users(api: &Api, role: u32) -> Result<Listed<User>, GatewayError> {
    match api.users(1).await {
        Ok(users) => Ok(users),
        // A list without pages: release 0.8 or earlier.
        Err(error) if error.kind == ErrorKind::Malformed && role >= ROLE_ADMIN => Err(too_old("GET /api/user/")),
        Err(error) => Err(settle(api, true, error).await),
    }
}

/// Accounts without a budget whose wallet runs low: New API has no unlimited user. The first hundred are looked at.
fn low_wallets(users: &Listed<User>) -> Option<Finding> {
    let is_low = |user: &&User| user.quota < WALLET_LOW && Remark::parse(&user.remark).asked == Asked::Unlimited;
    let low: Vec<&str> = users.items.iter().filter(is_low).map(|user| user.display_name.as_str()).collect();
    let message = format!(
        "New API knows no unlimited wallet, and these clients without a budget have used more than half of theirs: {}; save \
         each client's account once, and its wallet is filled again",
        low.join(", ")
    );
    (!low.is_empty()).then(|| warning("wallet_low", message))
}

/// On a ClickHouse log database the numbers of rows count up from 1 on every list; elsewhere the newest has the highest.
/// A day is looked at: every list counts its rows first, and a log of years would take long.
async fn rows_are_places(api: &Api, role: u32, date: Option<Timestamp>) -> Result<bool, GatewayError> {
    let Some(date) = date.filter(|_| role >= ROLE_ADMIN) else { return Ok(false) };
    let now = date.as_millis().div_euclid(1000);
    match api.log(Window { first: now - 86_400, last: now }, 1).await {
        Ok(list) => Ok(are_places(&list)),
        Err(error) if is_plain_no(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Administrators see channels, unless that right was taken from them.
async fn may_see_channels(api: &Api, role: u32) -> Result<bool, GatewayError> {
    if role < ROLE_ADMIN {
        return Ok(false);
    }
    match api.channels(1).await {
        Ok(_) => Ok(true),
        Err(error) if is_plain_no(&error) => Ok(false),
        Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::Unsupported | ErrorKind::NotFound) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn are_places(list: &Listed<Row>) -> bool {
    list.items.len() > 1 && list.items.iter().zip(1..).all(|(row, place)| row.id == place)
}

const SETTINGS_HIDDEN: &str = "the credential is an administrator's, and only the root user's shows the settings: whether \
                               usage is logged could not be checked";
const USAGE_HIDDEN: &str = "the credential is not an administrator's: keys can be managed, usage cannot be read; use an \
                            administrator's token";

/// What the public settings mean for us.
fn settings(status: &Status, learned: &Learned) -> Vec<Finding> {
    let mut findings = Vec::new();
    let shown = status.quota_display_type.as_deref().unwrap_or("USD");
    if shown != "USD" {
        findings.push(note(
            "quota_display",
            format!("New API's console shows amounts as {shown}; here they are in USD, as New API counts them"),
        ));
    }
    if status.enable_batch_update {
        findings.push(warning(
            "batch_update",
            "New API writes what is spent only every few seconds (BATCH_UPDATE_ENABLED): budgets overrun by what is called \
             in between, and a budget changed in that time may be off by it",
        ));
    }
    if status.turnstile_check {
        findings.push(warning(
            "login_riddle",
            "logging in to New API needs a riddle solved in a browser (Turnstile), so Purser cannot fetch the token of a \
             new client: entrust each by hand, or switch Turnstile off",
        ));
    }
    if learned.rows_are_places {
        findings.push(note(
            "rows_are_places",
            "New API keeps its log in ClickHouse, where rows have no number of their own: requests are known by their \
             request id",
        ));
    }
    findings
}

/// Groups whose price is not the provider's.
async fn ratios(api: &Api) -> Result<Option<Finding>, GatewayError> {
    let pricing = match api.pricing().await {
        Ok(pricing) => pricing,
        Err(error) if matches!(error.kind, ErrorKind::RateLimited | ErrorKind::Unavailable) => return Err(error),
        Err(_) => return Ok(None),
    };
    Ok(marked_up(&pricing.group_ratio))
}

fn marked_up(ratios: &BTreeMap<String, Ratio>) -> Option<Finding> {
    let other: Vec<String> = ratios
        .iter()
        .filter(|(_, Ratio(ratio))| *ratio != Decimal::ONE)
        .map(|(group, Ratio(ratio))| format!("{group}: {}", ratio.normalize()))
        .collect();
    let free = ratios.values().any(|Ratio(ratio)| ratio.is_zero());
    if other.is_empty() {
        return None;
    }
    let cost = if free { "; calls of a group with ratio 0 are told without a cost" } else { "" };
    let message = format!(
        "New API charges groups at other than the provider's price ({}): wallets and budgets are spent at that rate, while \
         costs here are without it, so that a markup is not charged twice{cost}. Set the ratios to 1 to see the same \
         figures in both places",
        other.join(", ")
    );
    Some(Finding { level: FindingLevel::Warning, code: "group_ratio", message })
}

/// What only the root user's settings tell.
async fn hidden_settings(api: &Api) -> Result<Vec<Finding>, GatewayError> {
    let settings = match api.settings().await {
        Err(error) if is_plain_no(&error) || error.kind == ErrorKind::Forbidden => return Ok(Vec::new()),
        settings => settings?,
    };
    let is_off = |name: &str| value(&settings, name) == Some("false");
    let mut findings = Vec::new();
    if is_off("LogConsumeEnabled") {
        findings.push(Finding {
            level: FindingLevel::Danger,
            code: "usage_off",
            message:
                "New API does not log what is consumed, so there is no usage to invoice: switch the consumption log on \
                      under Operation Settings"
                    .to_owned(),
        });
    }
    if is_off("PasswordLoginEnabled") {
        findings.push(warning(
            "password_login_off",
            "logging in with a password is switched off on New API, so Purser cannot fetch the token of a new client: \
             entrust each by hand",
        ));
    }
    Ok(findings)
}

fn value<'a>(settings: &'a [Setting], name: &str) -> Option<&'a str> {
    settings.iter().find(|setting| setting.key == name).map(|setting| setting.value.as_str())
}

fn note(code: &'static str, message: impl Into<String>) -> Finding {
    Finding { level: FindingLevel::Note, code, message: message.into() }
}

fn warning(code: &'static str, message: impl Into<String>) -> Finding {
    Finding { level: FindingLevel::Warning, code, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ratios_other_than_one_are_told() {
        let ratios = |rows: &[(&str, &str)]| -> BTreeMap<String, Ratio> {
            rows.iter().map(|(group, ratio)| ((*group).to_owned(), Ratio(ratio.parse().unwrap()))).collect()
        };
        assert_eq!(marked_up(&ratios(&[("default", "1"), ("vip", "1.0")])), None);
        let finding = marked_up(&ratios(&[("default", "1"), ("vip", "1.250"), ("free", "0")])).unwrap();
        assert!(finding.message.contains("free: 0, vip: 1.25"), "{}", finding.message);
        assert!(finding.message.contains("without a cost"), "{}", finding.message);
    }
}
