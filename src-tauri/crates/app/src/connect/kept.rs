//! What a probe told, as it is kept with the gateway and shown: the store holds it as text it does not read.

use domain::{BudgetPeriod, Enforcement, Meter, Timestamp};
use gateway::{Capability, Finding, FindingLevel, Probe, Rights};
use serde_json::{Value, json};
use store::table::{ProbeSummary, StoredGateway};

use crate::wire::{BudgetPeriodView, CapabilityRow, FindingLevelView, FindingView, ProbeView};

/// The stable name of [`Rights::ReadOnly`].
const READ_ONLY: &str = "read_only";

/// A probe's answer as it is kept.
pub(crate) fn summary(probe: &Probe, now: Timestamp) -> ProbeSummary {
    let findings: Vec<FindingView> = probe.findings.iter().map(finding).collect();
    ProbeSummary {
        version: probe.version.clone(),
        rights: if probe.rights == Rights::Admin { "admin" } else { READ_ONLY }.to_owned(),
        capability: text_of(&probe.capability).to_string(),
        findings: serde_json::to_string(&findings).unwrap_or_default(),
        clock_skew_millis: probe.clock_skew_millis,
        probed_at: now,
    }
}

/// What an instance can do, as it last told; nothing, when it never told.
#[must_use]
pub(crate) fn capability(stored: &StoredGateway) -> Capability {
    let kept = stored.probe.as_ref().map(|probe| probe.capability.as_str());
    kept.and_then(|text| serde_json::from_str(text).ok()).map(|value: Value| read(&value)).unwrap_or_default()
}

/// A kept probe to show.
pub(crate) fn probe_view(stored: &StoredGateway) -> Option<ProbeView> {
    let kept = stored.probe.as_ref()?;
    let findings = serde_json::from_str(&kept.findings).unwrap_or_default();
    let view = view(&capability(stored), kept.version.clone(), kept.rights == READ_ONLY, findings);
    Some(ProbeView { clock_skew_seconds: kept.clock_skew_millis.map(seconds), ..view })
}

/// A fresh probe to show.
pub(crate) fn view_of_probe(probe: &Probe) -> ProbeView {
    let findings = probe.findings.iter().map(finding).collect();
    let view = view(&probe.capability, probe.version.clone(), probe.rights == Rights::ReadOnly, findings);
    ProbeView { clock_skew_seconds: probe.clock_skew_millis.map(seconds), ..view }
}

fn view(
    capability: &Capability,
    version: Option<String>,
    read_only: bool,
    mut findings: Vec<FindingView>,
) -> ProbeView {
    findings.sort_by_key(|finding| match finding.level {
        FindingLevelView::Danger => 0,
        FindingLevelView::Warning => 1,
        FindingLevelView::Note => 2,
    });
    let flags = capability.flags();
    let shown = |periods: &[(BudgetPeriod, Enforcement)]| {
        let one = |(period, enforcement): &(BudgetPeriod, Enforcement)| BudgetPeriodView {
            period: period.code().to_owned(),
            enforcement: enforcement.code().to_owned(),
        };
        periods.iter().map(one).collect()
    };
    ProbeView {
        version,
        read_only,
        capabilities: flags.map(|(code, supported)| CapabilityRow { code: code.to_owned(), supported }).to_vec(),
        budget_periods: shown(&capability.budget_periods),
        account_budget_periods: shown(&capability.account_budget_periods),
        pause_bound_seconds: capability.pause_bound_seconds,
        clock_skew_seconds: None,
        findings,
    }
}

fn finding(finding: &Finding) -> FindingView {
    let level = match finding.level {
        FindingLevel::Note => FindingLevelView::Note,
        FindingLevel::Warning => FindingLevelView::Warning,
        FindingLevel::Danger => FindingLevelView::Danger,
    };
    FindingView { level, code: finding.code.to_owned(), message: finding.message.clone() }
}

fn seconds(millis: i64) -> i32 {
    i32::try_from(millis / 1000).unwrap_or(if millis < 0 { i32::MIN } else { i32::MAX })
}

fn text_of(capability: &Capability) -> Value {
    let flags: Vec<&str> = capability.flags().iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    let meters: Vec<&str> = capability.usage_meters.iter().map(|meter| meter.code()).collect();
    json!({
        "can": flags,
        "account_budget_periods": pairs(&capability.account_budget_periods),
        "key_name_bytes": capability.key_name_bytes,
        "budget_periods": pairs(&capability.budget_periods),
        "budget_stop_status": capability.budget_stop_status,
        "pause_bound_seconds": capability.pause_bound_seconds,
        "usage_delay_seconds": capability.usage_delay_seconds,
        "usage_meters": meters,
    })
}

fn pairs(periods: &[(BudgetPeriod, Enforcement)]) -> Vec<Value> {
    periods.iter().map(|(period, enforcement)| json!([period.code(), enforcement.code()])).collect()
}

fn read(value: &Value) -> Capability {
    let can = |name: &str| value["can"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == name));
    let number = |name: &str| value[name].as_u64().and_then(|number| u32::try_from(number).ok());
    let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    Capability {
        account_list: can("account_list"),
        account_write: can("account_write"),
        account_pause: can("account_pause"),
        account_budget_periods: list("account_budget_periods").iter().filter_map(period).collect(),
        account_models: can("account_models"),
        account_credential: can("account_credential"),
        key_list: can("key_list"),
        key_write: can("key_write"),
        key_pause: can("key_pause"),
        key_models: can("key_models"),
        key_scope: can("key_scope"),
        key_rate_limit: can("key_rate_limit"),
        key_expiry: can("key_expiry"),
        key_expiry_change: can("key_expiry_change"),
        key_reveal: can("key_reveal"),
        key_name_bytes: number("key_name_bytes").and_then(|bytes| u16::try_from(bytes).ok()),
        budget_periods: list("budget_periods").iter().filter_map(period).collect(),
        budget_stop_status: number("budget_stop_status").and_then(|status| u16::try_from(status).ok()),
        pause_bound_seconds: number("pause_bound_seconds").unwrap_or_default(),
        usage_requests: can("usage_requests"),
        usage_days: can("usage_days"),
        usage_days_by_model: can("usage_days_by_model"),
        usage_delay_seconds: number("usage_delay_seconds").unwrap_or_default(),
        usage_meters: list("usage_meters").iter().filter_map(|meter| Meter::from_code(meter.as_str()?)).collect(),
        model_list: can("model_list"),
        route_list: can("route_list"),
        route_backups: can("route_backups"),
        route_health: can("route_health"),
    }
}

fn period(pair: &Value) -> Option<(BudgetPeriod, Enforcement)> {
    let known = [Enforcement::Gateway, Enforcement::App, Enforcement::Advisory];
    let code = pair.get(1)?.as_str()?;
    let enforcement = known.into_iter().find(|one| one.code() == code)?;
    Some((BudgetPeriod::from_code(pair.get(0)?.as_str()?)?, enforcement))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_instance_can_do_survives_being_kept() {
        let told = Capability {
            account_list: true,
            key_expiry: true,
            usage_days: true,
            usage_days_by_model: true,
            model_list: true,
            budget_periods: vec![(BudgetPeriod::Daily, Enforcement::Gateway), (BudgetPeriod::Total, Enforcement::App)],
            budget_stop_status: Some(402),
            pause_bound_seconds: 60,
            usage_delay_seconds: 90,
            usage_meters: vec![Meter::InputTokens, Meter::OutputTokens],
            ..Capability::default()
        };
        assert_eq!(read(&text_of(&told)), told);
        assert_eq!(read(&Value::Null), Capability::default(), "never told is nothing, not everything");
    }

    #[test]
    fn every_flag_survives_being_kept() {
        for (place, (name, _)) in Capability::default().flags().into_iter().enumerate() {
            let only = read(&json!({ "can": [name] })).flags();
            let on: Vec<usize> = only.iter().enumerate().filter(|(_, (_, on))| *on).map(|(at, _)| at).collect();
            assert_eq!(on, [place], "{name} is read back as itself and as nothing else");
        }
    }
}
