use std::fs;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn place(state: &State, situation: Situation) -> usize {
    let company = COMPANIES.iter().position(|company| company.situation == situation).unwrap();
    state.seeded[&company]
}

fn per_cent(state: &mut State, situation: Situation, now: Timestamp) -> u32 {
    let holder = Holder::Account(place(state, situation));
    let (spent, _) = state.spent(holder, now).unwrap();
    state.budget(holder).unwrap().per_cent(spent)
}

#[test]
fn the_near_and_the_past_cap_stories_hold_whenever_it_is_opened() {
    let rows = [
        "2026-11-21T10:00:00Z",
        "2026-12-01T00:00:00Z",
        "2026-12-01T00:00:00.001Z",
        "2027-01-31T23:59:59.999Z",
        "2028-02-29T12:00:00Z",
    ];
    for now in rows.map(at) {
        for seed in [1, 2] {
            let mut state = State::open(None, seed, now).unwrap();
            let near = per_cent(&mut state, Situation::NearCap, now);
            assert!((90..=97).contains(&near), "near its cap: {near} % at {now:?}");
            let past = per_cent(&mut state, Situation::PastCap, now);
            assert!((101..=115).contains(&past), "past its cap: {past} % at {now:?}");
        }
    }
}

#[test]
fn other_budgets_are_not_used_up_on_the_first_day() {
    let now = at("2026-11-21T10:00:00Z");
    let mut state = State::open(None, 1, now).unwrap();
    let past = Holder::Account(place(&state, Situation::PastCap));
    for holder in state.holders().into_iter().filter(|holder| *holder != past) {
        let (spent, _) = state.spent(holder, now).unwrap();
        let budget = state.budget(holder).unwrap();
        assert!(spent < budget.amount(), "{holder:?} spent {spent} of {}", budget.amount());
    }
}

#[test]
fn whoever_is_past_its_cap_or_paused_makes_no_more_seeded_requests() {
    let opened = at("2026-11-21T10:00:00Z");
    let mut state = State::open(None, 1, opened).unwrap();
    let later = opened.plus_days(5);
    state.advance(later);
    let window = Period::new(opened.plus_millis(1), later).unwrap();
    let count = |state: &State, situation| state.entries(window, Some(place(state, situation)), later).count();
    assert_eq!(count(&state, Situation::PastCap), 0, "402 until the month ends");
    assert_eq!(count(&state, Situation::Paused), 0);
    assert_eq!(count(&state, Situation::New), 0);
    assert!(count(&state, Situation::SlowPayer) > 20, "others go on");
    let month = at("2026-12-02T00:00:00Z");
    state.advance(month);
    let december = Period::new(at("2026-12-01T00:00:00Z"), month).unwrap();
    assert!(state.entries(december, Some(place(&state, Situation::PastCap)), month).count() > 0, "S0-10: a new month");
}

#[test]
fn the_request_that_crosses_a_budget_is_the_last_of_its_period() {
    let opened = at("2026-11-21T10:00:00Z");
    let mut state = State::open(None, 1, opened).unwrap();
    let near = place(&state, Situation::NearCap);
    let later = at("2026-12-01T00:00:00Z").plus_millis(-1);
    state.advance(later);
    let holder = Holder::Account(near);
    let budget = state.budget(holder).unwrap();
    let (spent, reset) = state.spent(holder, later).unwrap();
    let month = Period::new(at("2026-11-01T00:00:00Z"), later).unwrap();
    let told: Vec<Nanos> = state.entries(month, Some(near), later).map(|entry| entry.cost).collect();
    assert_eq!(told.iter().map(|cost| cost.0).sum::<i64>(), spent.0, "what is spent is what is told");
    assert!(spent >= budget.amount(), "ten days later it ran into its cap");
    assert!(spent.0 - told.last().unwrap().0 < budget.amount().0, "only the last request went over");
    assert_eq!(reset, Some(at("2026-12-01T00:00:00Z")));
}

#[test]
fn it_is_the_same_whether_it_was_watched_or_not() {
    let (opened, later) = (at("2026-11-21T10:00:00Z"), at("2026-12-09T07:30:00Z"));
    let window = Period::new(opened, later.plus_millis(1)).unwrap();
    let mut asleep = State::open(None, 1, opened).unwrap();
    asleep.advance(later);
    let mut awake = State::open(None, 1, opened).unwrap();
    let mut now = opened;
    while now < later {
        now = now.plus_millis(3 * 3_600_000 + 1234).min(later);
        awake.advance(now);
    }
    let told = |state: &State| state.entries(window, None, later).map(|entry| entry.place).collect::<Vec<_>>();
    assert_eq!(told(&asleep), told(&awake));
    let account = place(&awake, Situation::SlowPayer);
    assert_eq!(
        asleep.spent(Holder::Account(account), later).map(|(spent, _)| spent),
        awake.spent(Holder::Account(account), later).map(|(spent, _)| spent)
    );
}

#[test]
fn a_budget_that_somebody_set_is_kept() {
    let now = at("2026-11-21T10:00:00Z");
    let folder = std::env::temp_dir().join(format!("purser-sandbox-told-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    let mut state = State::open(Some(file.clone()), 1, now).unwrap();
    let near = place(&state, Situation::NearCap);
    let id = state.book.accounts[near].id.clone();
    let budget = BudgetBody {
        amount: Amount(Nanos::units(9_999)),
        currency: "USD".to_owned(),
        period: "monthly".to_owned(),
        warn_at: None,
    };
    let patch = wire::AccountPatch { budget: Some(Some(budget.clone())), ..Default::default() };
    state.account_patch(&id, patch, now).unwrap();
    let again = State::open(Some(file.clone()), 99, now.plus_days(30)).unwrap();
    assert_eq!(again.book.accounts[near].settings.budget, Some(budget));
    assert_eq!(again.book.seed, 1, "the seed of the file is kept");
    assert_eq!(again.book.epoch, state.book.epoch, "and so is the day it counts from");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn files_that_cannot_be_used_are_refused_with_a_sentence() {
    let now = at("2026-11-21T10:00:00Z");
    let folder = std::env::temp_dir().join(format!("purser-sandbox-bad-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    for (text, expected) in [("{\"format\":1,", "damaged"), ("{}", "damaged"), ("{\"format\":2}", "later release")] {
        fs::write(&file, text).unwrap();
        let refused = State::open(Some(file.clone()), 1, now).err().unwrap().to_string();
        assert!(refused.contains(expected), "{text}: {refused}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "what cannot be read is not overwritten");
    }
    let nowhere = folder.join("no").join("such").join("state.json");
    let refused = State::open(Some(nowhere), 1, now).err().unwrap();
    assert!(matches!(refused, SandboxError::Unwritable { .. }), "{refused}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn budgets_are_rounded_to_figures_people_type() {
    for (spent, expected) in [(412_370_000_000, 445_000_000_000), (1_000, 1_080), (93, 100)] {
        assert_eq!(believable(Nanos(spent), 93), Nanos(expected), "{spent}");
    }
}
