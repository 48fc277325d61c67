//! What a client could be sent when its credit runs low, in the language of its documents. Credit only: there is nothing
//! here that a cost or a markup could come in by.

use domain::{Date, DocumentLanguage, ExactAmount, Money, MoneyError};
use render::figures::{date_in, with_currency_in};

/// Credit that is good for some models only.
pub(crate) struct Scoped {
    /// The models.
    pub(crate) models: Vec<String>,
    /// What is left.
    pub(crate) left: ExactAmount,
    /// The local day it ends on.
    pub(crate) ends: Option<Date>,
}

/// What is said.
pub(crate) struct Said<'a> {
    /// The seller.
    pub(crate) agency: &'a str,
    /// To whom.
    pub(crate) client: &'a str,
    /// What the credit fell below.
    pub(crate) threshold: ExactAmount,
    /// What could be spent on any model then.
    pub(crate) spendable: ExactAmount,
    /// The client's day then.
    pub(crate) day: Date,
    /// What is left beside.
    pub(crate) scoped: Vec<Scoped>,
    /// Whom to ask; may be empty.
    pub(crate) contact: &'a str,
}

/// Subject and text.
///
/// # Errors
/// An amount beyond what a document can hold.
pub(crate) fn message(said: &Said, language: DocumentLanguage) -> Result<(String, String), MoneyError> {
    let (limit, left) = (written(said.threshold, language)?, written(said.spendable, language)?);
    let (agency, client, day) = (said.agency, said.client, plain(date_in(said.day, language)));
    let used_up = said.threshold.amount().is_zero();
    let (subject, greeting, news, then) = match language {
        DocumentLanguage::English => (
            if used_up { "your credit is used up".to_owned() } else { format!("your credit is below {limit}") },
            format!("Hello {client},"),
            if used_up {
                format!("your credit with {agency} is used up: since {day} none is left that is good for every model.")
            } else {
                format!(
                    "your credit with {agency} fell below {limit}: on {day} there was {left} that is good for every model."
                )
            },
            "Nothing is charged automatically: you decide when to add credit, and how much.",
        ),
        DocumentLanguage::German => (
            if used_up {
                "Ihr Guthaben ist aufgebraucht".to_owned()
            } else {
                format!("Ihr Guthaben liegt unter {limit}")
            },
            format!("Guten Tag {client},"),
            if used_up {
                format!(
                    "Ihr Guthaben bei {agency} ist aufgebraucht: Seit dem {day} ist keines mehr da, das für alle Modelle gilt."
                )
            } else {
                format!(
                    "Ihr Guthaben bei {agency} ist unter {limit} gefallen: Am {day} waren noch {left} da, die für alle Modelle gelten."
                )
            },
            "Es wird nichts automatisch abgebucht: Sie entscheiden, wann und wie viel Sie aufladen.",
        ),
        DocumentLanguage::Chinese => (
            if used_up { "您的余额已用完".to_owned() } else { format!("您的余额低于 {limit}") },
            format!("{client}，您好："),
            if used_up {
                format!("您在 {agency} 的余额已用完：自 {day} 起，可用于所有模型的余额为零。")
            } else {
                format!("您在 {agency} 的余额已低于 {limit}：{day} 可用于所有模型的余额为 {left}。")
            },
            "系统不会自动扣款：何时充值、充值多少，由您决定。",
        ),
    };
    let mut parts = vec![greeting, news];
    for scoped in &said.scoped {
        parts.push(beside(scoped, language)?);
    }
    parts.push(then.to_owned());
    parts.push([agency, said.contact].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"));
    Ok((format!("{agency}: {subject}"), parts.join("\n\n")))
}

fn beside(scoped: &Scoped, language: DocumentLanguage) -> Result<String, MoneyError> {
    let (left, models) = (written(scoped.left, language)?, scoped.models.join(", "));
    let ends = scoped.ends.map(|day| plain(date_in(day, language)));
    Ok(match (language, ends) {
        (DocumentLanguage::English, Some(day)) => format!("For {models} another {left} is left, until {day}."),
        (DocumentLanguage::English, None) => format!("For {models} another {left} is left."),
        (DocumentLanguage::German, Some(day)) => format!("Für {models} sind noch {left} da, bis zum {day}."),
        (DocumentLanguage::German, None) => format!("Für {models} sind noch {left} da."),
        (DocumentLanguage::Chinese, Some(day)) => format!("{models} 另有 {left} 可用，有效期至 {day}。"),
        (DocumentLanguage::Chinese, None) => format!("{models} 另有 {left} 可用。"),
    })
}

/// An amount that never says more than there is: what was rounded up is taken back by one minor unit.
fn written(amount: ExactAmount, language: DocumentLanguage) -> Result<String, MoneyError> {
    let near = amount.round()?;
    let over = near.to_decimal() > amount.amount();
    let money = if over { Money::from_minor(near.minor() - 1, near.currency()) } else { near };
    Ok(plain(with_currency_in(money, language)))
}

/// Without the blanks that keep a printed line together: this is pasted into mails.
fn plain(text: String) -> String {
    text.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use domain::Currency;
    use expect_test::expect;

    use super::*;

    fn usd(text: &str) -> ExactAmount {
        ExactAmount::new(text.parse().unwrap(), Currency::USD)
    }

    fn shown(threshold: &str, spendable: &str, language: DocumentLanguage) -> String {
        let day: Date = "2026-11-18".parse().unwrap();
        let ends = Some(day.plus_days(90));
        let scoped = Scoped { models: vec!["fast-chat".to_owned()], left: usd("6"), ends };
        let said = Said {
            agency: "Lanternworks",
            client: "Acme",
            threshold: usd(threshold),
            spendable: usd(spendable),
            day,
            scoped: vec![scoped],
            contact: "books@lanternworks.example",
        };
        let (subject, text) = message(&said, language).unwrap();
        format!("{subject}\n---\n{text}\n")
    }

    #[test]
    fn s1_16_below_five_and_again_at_nothing_in_each_language() {
        expect![[r#"
            Lanternworks: your credit is below USD 5.00
            ---
            Hello Acme,

            your credit with Lanternworks fell below USD 5.00: on 18 Nov 2026 there was USD 4.99 that is good for every model.

            For fast-chat another USD 6.00 is left, until 16 Feb 2027.

            Nothing is charged automatically: you decide when to add credit, and how much.

            Lanternworks
            books@lanternworks.example
        "#]]
        .assert_eq(&shown("5", "4.999", DocumentLanguage::English));
        expect![[r#"
            Lanternworks: Ihr Guthaben liegt unter 5,00 USD
            ---
            Guten Tag Acme,

            Ihr Guthaben bei Lanternworks ist unter 5,00 USD gefallen: Am 18.11.2026 waren noch 4,01 USD da, die für alle Modelle gelten.

            Für fast-chat sind noch 6,00 USD da, bis zum 16.02.2027.

            Es wird nichts automatisch abgebucht: Sie entscheiden, wann und wie viel Sie aufladen.

            Lanternworks
            books@lanternworks.example
        "#]]
        .assert_eq(&shown("5", "4.0149", DocumentLanguage::German));
        expect![[r#"
            Lanternworks: 您的余额已用完
            ---
            Acme，您好：

            您在 Lanternworks 的余额已用完：自 2026年11月18日 起，可用于所有模型的余额为零。

            fast-chat 另有 USD 6.00 可用，有效期至 2027年2月16日。

            系统不会自动扣款：何时充值、充值多少，由您决定。

            Lanternworks
            books@lanternworks.example
        "#]]
        .assert_eq(&shown("0", "0", DocumentLanguage::Chinese));
    }
}
