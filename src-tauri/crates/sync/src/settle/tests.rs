//! Verdicts: what was meant against what was read back.

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeyFingerprint, KeyLabel,
    KeySpec, KeyStatus, Limit, Mark, ModelName, ModelScope, Nanos, RateLimit, Scope, Secret,
};
use gateway::Action;

use super::*;

const MARK: Mark = Mark::new([7; 16]);

fn account(id: &str) -> Account {
    let spec = AccountSpec {
        name: "Harborlight".parse().unwrap(),
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
    };
    Account { external_id: ExternalId::new(id), mark: None, spec, paused: false, spent: None, resets_at: None }
}

fn key(id: &str) -> Key {
    Key {
        external_id: ExternalId::new(id),
        account: Some(ExternalId::new("team-1")),
        mark: None,
        label: KeyLabel::new("sk-…abcd"),
        fingerprint: None,
        spec: key_spec(),
        status: KeyStatus::Active,
        spent: None,
        resets_at: None,
        created_at: None,
    }
}

fn key_spec() -> KeySpec {
    KeySpec {
        name: "harborlight-prod".parse().unwrap(),
        environment: Environment::Production,
        scope: Scope::Full,
        models: ModelScope::Only(vec![ModelName::new("gpt-4o"), ModelName::new("claude")]),
        budget: Limit::Limited(Budget::new(Nanos::units(10), Currency::USD, BudgetPeriod::Monthly).unwrap()),
        rate_limit: RateLimit::default(),
        expires_at: None,
    }
}

fn print() -> KeyFingerprint {
    KeyFingerprint::new(&"ab".repeat(32)).unwrap()
}

/// Through the audit row and back, as a restart sees it.
fn reread(action: &Action) -> Intent {
    let intent = Intent::of(GatewayId(3), action, matches!(action, Action::KeyCreate { .. }).then(print));
    let record = AuditRecord {
        at: Timestamp::from_millis(0),
        actor: "window".to_owned(),
        action: intent.code.clone(),
        mark: intent.mark,
        gateway: Some(intent.gateway),
        client: None,
        account: None,
        key: None,
        subject: String::new(),
        detail: format!("asked by: someone\n{}", intent.detail()),
    };
    let back = Intent::read(&record).unwrap();
    assert_eq!(back, intent, "the audit row holds every fact");
    back
}

fn decide(action: &Action, observed: &[Item]) -> Verdict {
    verdict(&reread(action), observed)
}

#[test]
fn d21_creations_are_known_by_mark_or_fingerprint() {
    use Verdict::{Happened, NotHappened};
    let make = Action::AccountCreate { mark: MARK, spec: account("x").spec, secret: domain::Secret::new("") };
    let marked = Item::Account(Account { mark: Some(MARK), ..account("team-9") });
    assert_eq!(decide(&make, &[Item::Account(account("team-1")), marked]), Happened);
    assert_eq!(
        decide(&make, &[Item::Account(account("team-1"))]),
        NotHappened,
        "a namesake without the mark is another"
    );
    assert_eq!(decide(&make, &[]), NotHappened);
    let secret = Secret::new("sk-canary-0123456789");
    let make = Action::KeyCreate { mark: MARK, account: ExternalId::new("team-1"), spec: key_spec(), secret };
    assert_eq!(decide(&make, &[Item::Key(Key { mark: Some(MARK), ..key("k") })]), Happened);
    assert_eq!(decide(&make, &[Item::Key(Key { fingerprint: Some(print()), ..key("k") })]), Happened);
    assert_eq!(decide(&make, &[Item::Key(key("k"))]), NotHappened);
    assert!(!reread(&make).detail().contains("canary"), "the secret is in no audit row");
}

#[test]
fn pauses_and_revocations_are_read_off_the_status() {
    use Verdict::{Happened, NotHappened};
    let id = ExternalId::new("k\\n\nk: 1");
    let in_status = |status| vec![Item::Key(Key { status, ..key(id.as_str()) })];
    let (pause, resume) = (true, false);
    let rows = [
        (pause, KeyStatus::Paused, Happened),
        (pause, KeyStatus::Active, NotHappened),
        (resume, KeyStatus::Active, Happened),
        (resume, KeyStatus::Paused, NotHappened),
        (resume, KeyStatus::Revoked, NotHappened),
    ];
    for (paused, status, expected) in rows {
        let action = Action::KeyPause { key: id.clone(), paused };
        assert_eq!(decide(&action, &in_status(status)), expected, "paused {paused}, found {status}");
    }
    let revoke = Action::KeyRevoke { key: id.clone() };
    assert_eq!(decide(&revoke, &[]), Happened, "a key that is gone is revoked");
    assert_eq!(decide(&revoke, &in_status(KeyStatus::Revoked)), Happened);
    assert_eq!(decide(&revoke, &in_status(KeyStatus::Active)), NotHappened);
    let pause = Action::AccountPause { account: ExternalId::new("team-1"), paused: true };
    assert_eq!(decide(&pause, &[Item::Account(Account { paused: true, ..account("team-1") })]), Happened);
    assert_eq!(decide(&pause, &[Item::Account(account("team-1"))]), NotHappened);
}

#[test]
fn changes_are_compared_with_what_was_wanted() {
    use Verdict::{Happened, NotHappened};
    let id = ExternalId::new("k");
    let update = Action::KeyUpdate { key: id.clone(), spec: key_spec() };
    let mut seen = key("k");
    seen.spec.models = ModelScope::Only(vec![ModelName::new("claude"), ModelName::new("gpt-4o")]);
    seen.spec.environment = Environment::Other;
    assert_eq!(decide(&update, &[Item::Key(seen.clone())]), Happened, "order and what lives in Purser do not count");
    seen.spec.budget = Limit::Unlimited;
    assert_eq!(decide(&update, &[Item::Key(seen.clone())]), NotHappened, "accepted and not saved (D37) did not happen");
    let clear = Action::KeyBudget { key: id, budget: Limit::Unlimited };
    assert_eq!(decide(&clear, &[Item::Key(seen)]), Happened);
    assert_eq!(decide(&clear, &[Item::Key(key("k"))]), NotHappened);
}

#[test]
fn without_facts_nobody_can_tell() {
    let mut intent = reread(&Action::KeyRevoke { key: ExternalId::new("k") });
    intent.key = None;
    assert_eq!(verdict(&intent, &[]), Verdict::Unknown);
    let mut intent = reread(&Action::KeyPause { key: ExternalId::new("k"), paused: true });
    intent.paused = None;
    assert_eq!(verdict(&intent, &[Item::Key(key("k"))]), Verdict::Unknown);
}
