//! Credit that runs low and how long it lasts, to the cent: usage comes from a file, so each day costs what the test says.

use std::sync::Arc;

use acceptance::Profile;
use app::command::account::client_from_account;
use app::command::client::client_update;
use app::command::gateway::gateway_connect;
use app::command::import::{import_apply, import_preview};
use app::command::ledger::{ledger_adjust, ledger_charge, ledger_deposit, ledger_prepay, ledger_rules_set};
use app::command::notice::notice_seen;
use app::command::price::price_set;
use app::command::sync::sync_run;
use app::query::client::account_list;
use app::query::ledger::{ledger_get, ledger_rules};
use app::query::notice::{notice_list, notice_message};
use app::query::overview::overview;
use app::wire::{
    AdjustInput, ChargeKind, ClientInput, Code, CreditKind, DepositInput, LanguageChoice, LedgerKind, LedgerView,
    NoticeView, PriceChange, RuleInput, RunwayState,
};
use app::{App, Clock, Origin};

use crate::stage::{self, HandClock, NOW, exact};

const BY: Origin = Origin::Window;
/// In seconds.
const DAY: i64 = 24 * 60 * 60;
const HEADINGS: &str = "id,time,account,model,input_tokens,cost\n";

/// An agency that sells at cost, and its one client, whose usage comes from a file.
struct Shop {
    app: App,
    clock: Arc<HandClock>,
    profile: Profile,
    gateway: String,
    client: String,
    rows: String,
}

impl Shop {
    /// A client that pays in advance since this morning and has used nothing since.
    async fn open() -> Self {
        let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
        let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
        let path = profile.path().join("usage.csv");
        let rows = format!("{HEADINGS}r-0,2026-11-17T10:00:00Z,acme,smart-chat,1,0.5\n");
        std::fs::write(&path, &rows).unwrap();
        let typed = stage::gateway("file", "Bills", path.to_str().unwrap());
        let gateway = gateway_connect(&app, BY, typed, String::new()).await.unwrap().id;
        let mut shop = Self { app, clock, profile, gateway, client: String::new(), rows };
        shop.import().await;
        let account = account_list(&shop.app).await.unwrap().remove(0);
        shop.client = client_from_account(&shop.app, BY, &account.id).await.unwrap().id;
        let rule = RuleInput { percent: Some("0".to_owned()), ..RuleInput::plain(None, "*", ChargeKind::Markup) };
        let (effective_from, note) = ("2026-11-01".to_owned(), String::new());
        price_set(&shop.app, BY, &PriceChange { effective_from, note, set: vec![rule], remove: vec![] }).await.unwrap();
        let mut rules = ledger_rules(&shop.app).await.unwrap();
        assert_eq!(rules.low_balance, "5, 0", "S1-16");
        rules.first_deposit_percent = "100".to_owned();
        rules.first_deposit_models = "fast-chat".to_owned();
        ledger_rules_set(&shop.app, BY, rules).await.unwrap();
        ledger_prepay(&shop.app, BY, &shop.client, true).await.unwrap();
        shop
    }

    async fn import(&self) {
        let path = self.profile.path().join("usage.csv");
        std::fs::write(&path, &self.rows).unwrap();
        let path = path.to_str().unwrap();
        let preview = import_preview(&self.app, &self.gateway, path, None).await.unwrap();
        assert_eq!(preview.problems, []);
        import_apply(&self.app, &self.gateway, path, preview.columns).await.unwrap();
    }

    /// A day on which some models cost something; the file of it comes the morning after, and its charges are posted, twice.
    async fn day(&mut self, costs: &[(&str, &str)]) -> LedgerView {
        let at = self.clock.now().plus_millis(2 * 60 * 60 * 1000);
        for (model, cost) in costs {
            let number = self.rows.lines().count();
            self.rows.push_str(&format!("r-{number},{at},acme,{model},1000,{cost}\n"));
        }
        self.clock.advance(DAY);
        self.import().await;
        sync_run(&self.app, BY, None).await.unwrap();
        ledger_charge(&self.app, BY, None).await.unwrap();
        self.ledger().await
    }

    async fn ledger(&self) -> LedgerView {
        ledger_get(&self.app, &self.client, None).await.unwrap()
    }

    async fn deposit(&self, amount: &str) -> Result<LedgerView, app::AppError> {
        let typed = DepositInput { amount: amount.to_owned(), reference: String::new(), note: String::new() };
        ledger_deposit(&self.app, BY, &self.client, &typed).await
    }

    /// Every notice there ever was, first told first: `5.00@4.99`.
    async fn told(&self) -> Vec<String> {
        let mut all = notice_list(&self.app, true).await.unwrap();
        all.reverse();
        all.iter().map(|notice| format!("{}@{}", notice.threshold.text, notice.spendable.text)).collect()
    }

    async fn waiting(&self) -> Vec<NoticeView> {
        overview(&self.app).await.unwrap().notices
    }

    async fn restart(self) -> Self {
        self.app.close().await;
        let app = stage::open(self.profile.path(), Arc::clone(&self.clock) as Arc<dyn Clock>).await;
        Self { app, ..self }
    }
}

fn credit(ledger: &LedgerView) -> [&str; 3] {
    [ledger.paid.text.as_str(), ledger.bonus.text.as_str(), ledger.owed.text.as_str()]
}

#[tokio::test(flavor = "multi_thread")]
async fn j5_s1_16_exactly_two_notices_through_the_whole_journey_with_restarts_in_between() {
    let mut shop = Shop::open().await;
    let first = shop.deposit("10").await.unwrap();
    assert_eq!(credit(&first), ["$10.00", "$10.00", "$0.00"], "step 1");
    let spent = shop.day(&[("fast-chat", "4"), ("smart-chat", "3")]).await;
    assert_eq!(credit(&spent), ["$7.00", "$6.00", "$0.00"], "step 2");
    let refused = shop.deposit("4.99").await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("amount")), "step 3: {refused}");
    assert_eq!(shop.told().await, Vec::<String>::new(), "7.00 is above both thresholds, and a bonus lifts none");

    let low = shop.day(&[("smart-chat", "2.01")]).await;
    assert_eq!(credit(&low), ["$4.99", "$6.00", "$0.00"]);
    assert_eq!(shop.told().await, ["$5.00@$4.99"], "step 4");
    shop = shop.restart().await;
    sync_run(&shop.app, BY, None).await.unwrap();
    shop.day(&[("smart-chat", "1"), ("fast-chat", "1")]).await;
    assert_eq!(shop.told().await.len(), 1, "neither a restart nor more of the same tells it again");
    assert_eq!(shop.waiting().await.len(), 1);

    let empty = shop.day(&[("smart-chat", "3.99")]).await;
    assert_eq!(credit(&empty), ["$0.00", "$5.00", "$0.00"]);
    assert_eq!(shop.told().await, ["$5.00@$4.99", "$0.00@$0.00"], "step 4: and again at nothing");
    shop = shop.restart().await;
    let waiting = shop.waiting().await;
    assert_eq!((waiting.len(), waiting[0].used_up), (1, true), "one line per client, the last one: {waiting:?}");
    let on = shop.day(&[("fast-chat", "1"), ("smart-chat", "0.25")]).await;
    assert_eq!(credit(&on), ["$0.00", "$4.00", "$0.25"], "what is left of the bonus still pays for its model");

    shop.clock.advance(90 * DAY);
    shop = shop.restart().await;
    sync_run(&shop.app, BY, None).await.unwrap();
    let ended = shop.ledger().await;
    assert_eq!(credit(&ended), ["$0.00", "$0.00", "$0.00"], "step 5: the bonus has ended");
    assert_eq!(ended.carried.text, "$0.25", "too little to invoice");
    let kinds = |kind| ended.entries.iter().filter(|entry| entry.kind == kind).count();
    assert_eq!((kinds(LedgerKind::Expiry), kinds(LedgerKind::Deposit)), (1, 1), "nothing was charged automatically");
    assert_eq!(shop.told().await.len(), 2, "two notices only");
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_16_a_top_up_arms_a_notice_again_and_a_person_marks_it_as_seen() {
    let mut shop = Shop::open().await;
    shop.deposit("10").await.unwrap();
    shop.day(&[("smart-chat", "10")]).await;
    assert_eq!(shop.told().await, ["$5.00@$0.00", "$0.00@$0.00"], "both lie below it");
    let open = shop.waiting().await.remove(0);
    let alerts = shop.ledger().await.alerts;
    assert_eq!((alerts.len(), &alerts[0]), (2, &open), "on the client's page too");
    assert_eq!(notice_seen(&shop.app, BY, &open.notice_id).await.unwrap(), [], "with the earlier one of the client");
    assert_eq!(shop.waiting().await, []);
    assert!(shop.ledger().await.alerts.iter().all(|alert| alert.seen_at.is_some()), "still true, and seen");
    let unknown = notice_seen(&shop.app, BY, "nt_99").await.unwrap_err();
    assert_eq!(unknown.code, Code::NotFound, "{unknown}");

    let topped = shop.deposit("20").await.unwrap();
    assert_eq!(topped.alerts, [], "no longer true");
    shop.day(&[("smart-chat", "16")]).await;
    assert_eq!(shop.told().await[2..], ["$5.00@$4.00"], "told again after the top-up");
    let more = AdjustInput { amount: "3".to_owned(), kind: CreditKind::Free, reason: "goodwill".to_owned() };
    ledger_adjust(&shop.app, BY, &shop.client, &more).await.unwrap();
    assert_eq!(shop.waiting().await, [], "a gift for every model is a top-up as well");
    shop.day(&[("smart-chat", "2.5")]).await;
    assert_eq!(shop.told().await[3..], ["$5.00@$4.50"]);

    let mut rules = ledger_rules(&shop.app).await.unwrap();
    for wrong in ["five", "-1", "1,2,3,4,5,6,7,8,9,10,11"] {
        rules.low_balance = wrong.to_owned();
        let refused = ledger_rules_set(&shop.app, BY, rules.clone()).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("lowBalance")), "{refused}");
    }
    rules.low_balance = "2".to_owned();
    ledger_rules_set(&shop.app, BY, rules).await.unwrap();
    shop.day(&[("smart-chat", "0.5")]).await;
    shop.day(&[("smart-chat", "4")]).await;
    assert_eq!(shop.told().await[4..], ["$2.00@$0.00"], "the agency's own threshold, and no other");
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_16_what_a_client_can_be_sent_is_its_own_credit_in_its_own_language() {
    let mut shop = Shop::open().await;
    let name = |language| ClientInput { language, ..stage::client("Müller & Söhne", &[]) };
    client_update(&shop.app, BY, &shop.client, name(LanguageChoice::German)).await.unwrap();
    shop.deposit("10").await.unwrap();
    shop.day(&[("smart-chat", "5.2345")]).await;
    let notice = shop.waiting().await.remove(0).notice_id;
    let message = notice_message(&shop.app, &notice).await.unwrap();
    assert_eq!(message.email, "books@client.example");
    assert!(message.subject.ends_with("Ihr Guthaben liegt unter 5,00 USD"), "{message:?}");
    for words in ["Müller & Söhne", "4,76 USD", "fast-chat", "10,00 USD", "nichts automatisch"] {
        assert!(message.text.contains(words), "{words}: {}", message.text);
    }
    for agencys in ["5,23", "Bills", "smart-chat", "nt_", "cl_"] {
        assert!(!message.text.contains(agencys), "{agencys} is the agency's: {}", message.text);
    }
    client_update(&shop.app, BY, &shop.client, name(LanguageChoice::Agency)).await.unwrap();
    let message = notice_message(&shop.app, &notice).await.unwrap();
    assert!(message.text.contains("fell below USD 5.00"), "{}", message.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn s0_13_how_long_credit_lasts_is_said_from_full_days_or_not_at_all() {
    let mut shop = Shop::open().await;
    let state = |ledger: &LedgerView| ledger.runway.as_ref().map(|runway| (runway.state, runway.days, runway.of_days));
    assert_eq!(state(&shop.ledger().await), Some((RunwayState::UsedUp, 0, 0)));
    shop.deposit("30").await.unwrap();
    assert_eq!(state(&shop.ledger().await), Some((RunwayState::Unknown, 0, 0)));
    let one = shop.day(&[("smart-chat", "3")]).await;
    assert_eq!(state(&one), Some((RunwayState::Unknown, 0, 1)), "one day is no pace");
    let two = shop.day(&[("smart-chat", "2")]).await;
    assert_eq!(state(&two), Some((RunwayState::Days, 10, 2)), "25 at 2.50 a day");
    let runway = two.runway.unwrap();
    assert_eq!((runway.spendable.text.as_str(), runway.spent.text.as_str()), ("$25.00", "$5.00"));
    assert_eq!(runway.through.as_deref(), Some("2026-11-19"), "the day that is begun does not count");
    for _ in 0..5 {
        shop.day(&[("fast-chat", "1")]).await;
    }
    let week = shop.ledger().await;
    assert_eq!(exact(&week.paid.amount), exact("25"), "the bonus paid");
    assert_eq!(state(&week), Some((RunwayState::Days, 17, 7)), "25 at 10 in 7 days");
    for _ in 0..7 {
        shop.day(&[]).await;
    }
    assert_eq!(state(&shop.ledger().await), Some((RunwayState::NothingSpent, 0, 7)));
    let little = shop.day(&[("smart-chat", "0.01")]).await;
    assert_eq!(state(&little), Some((RunwayState::MoreThanAYear, 0, 7)));
    let used_up = shop.day(&[("smart-chat", "100")]).await;
    assert_eq!(state(&used_up), Some((RunwayState::UsedUp, 0, 7)));
    ledger_prepay(&shop.app, BY, &shop.client, false).await.unwrap();
    assert_eq!(state(&shop.ledger().await), None, "who is invoiced has no credit to run out");
}
