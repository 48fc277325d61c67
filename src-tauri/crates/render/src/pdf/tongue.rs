//! The words of documents in each language, and the forms of its dates and numbers. Which words there are is said by the
//! English file; a test holds the others to it.

mod own;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{Date, DocumentLanguage, Meter, Money, Month};
use serde_json::Value;

use crate::chart::Words;
use crate::document::{DocumentLine, LineSubject, NO_MODEL, TaxLine, of_models};
use crate::figures;

/// One language.
pub(crate) struct Tongue {
    pub language: DocumentLanguage,
    texts: BTreeMap<String, String>,
}

static TONGUES: LazyLock<[Tongue; 3]> = LazyLock::new(|| DocumentLanguage::ALL.map(Tongue::read));

/// The texts of a language.
pub(crate) fn of(language: DocumentLanguage) -> &'static Tongue {
    let [english, german, chinese] = &*TONGUES;
    match language {
        DocumentLanguage::English => english,
        DocumentLanguage::German => german,
        DocumentLanguage::Chinese => chinese,
    }
}

impl Tongue {
    fn read(language: DocumentLanguage) -> Self {
        let file = match language {
            DocumentLanguage::English => include_str!("texts/en.json"),
            DocumentLanguage::German => include_str!("texts/de.json"),
            DocumentLanguage::Chinese => include_str!("texts/zh-CN.json"),
        };
        let texts: BTreeMap<String, Value> = serde_json::from_str(file).unwrap_or_default();
        let texts = texts.into_iter().filter_map(|(key, text)| Some((key, text.as_str()?.to_owned())));
        Self { language, texts: texts.collect() }
    }

    /// A text; its key where there is none, which the tests exclude.
    pub fn text<'t>(&'t self, key: &'t str) -> &'t str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// A text with its blanks, `{name}`, filled in.
    pub fn filled(&self, key: &str, blanks: &[(&str, &str)]) -> String {
        let text = self.text(key).to_owned();
        blanks.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Every text, for the template.
    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// A number as [`figures`] writes it.
    pub fn number(&self, number: String) -> String {
        figures::localised(number, self.language)
    }

    /// An amount without its currency.
    pub fn amount(&self, money: Money) -> String {
        self.number(figures::amount(money))
    }

    /// An amount with its currency.
    pub fn total(&self, money: Money) -> String {
        figures::with_currency_in(money, self.language)
    }

    pub fn date(&self, date: Date) -> String {
        figures::date_in(date, self.language)
    }

    /// A month and its year.
    pub fn month(&self, month: Month) -> String {
        figures::month_in(month, self.language)
    }

    pub fn span(&self, (first, last): (Date, Date)) -> String {
        if first == last { self.date(first) } else { format!("{} – {}", self.date(first), self.date(last)) }
    }

    pub fn meter(&self, meter: Meter) -> &str {
        self.text(match meter {
            Meter::Requests => "meter_requests",
            Meter::InputTokens => "meter_input",
            Meter::OutputTokens => "meter_output",
            Meter::CacheReadTokens => "meter_cache_read",
            Meter::CacheWriteTokens => "meter_cache_write",
            Meter::Images => "meter_images",
            Meter::VideoMillis => "meter_video_ms",
            Meter::SpeechChars => "meter_speech_chars",
            Meter::AudioMillis => "meter_audio_ms",
        })
    }

    /// What is written inside a chart.
    pub fn of_chart(&self) -> Words {
        let (other, empty) = (self.text("other").to_owned(), self.text("no_usage").to_owned());
        Words { other, empty, ..Words::default() }
    }

    /// What a price of a meter is for.
    pub fn per(&self, meter: Meter) -> &str {
        self.text(match meter {
            Meter::InputTokens | Meter::OutputTokens | Meter::CacheReadTokens | Meter::CacheWriteTokens => {
                "per_million"
            }
            Meter::Requests => "per_request",
            Meter::Images => "per_image",
            Meter::VideoMillis => "per_second",
            Meter::SpeechChars => "per_character",
            Meter::AudioMillis => "per_minute",
        })
    }

    /// A quantity in the unit people read it in, number and unit apart.
    pub fn readable(&self, meter: Meter, count: u64) -> Option<(String, &str)> {
        let (number, _) = figures::readable(meter, count)?;
        let unit = match meter {
            Meter::VideoMillis => "unit_seconds",
            Meter::AudioMillis => "unit_minutes",
            _ => "unit_thousand",
        };
        Some((self.number(number), self.text(unit)))
    }

    /// A quantity with its name: `Audio transcribed 164.1 min`.
    pub fn in_words(&self, meter: Meter, count: u64) -> String {
        let plain = || (self.number(figures::exact(meter, count)), "");
        let (number, unit) = self.readable(meter, count).unwrap_or_else(plain);
        format!("{} {number} {unit}", self.meter(meter)).trim_end().to_owned()
    }

    /// What a line is called; `gateways` says whether the one that served it is part of that.
    pub fn title(&self, line: &DocumentLine, gateways: bool) -> String {
        let name = match &line.subject {
            LineSubject::FlatFee(models) => of_models(self.text("flat_fee"), models.as_deref()),
            LineSubject::Minimum(models) => of_models(self.text("minimum"), models.as_deref()),
            LineSubject::Words(typed) => self.own(typed).unwrap_or_else(|| typed.clone()),
            LineSubject::Model(_) => self.model(&line.title(false)).to_owned(),
        };
        match line.via.as_deref().filter(|_| gateways) {
            Some(gateway) => self.filled("via", &[("name", &name), ("gateway", gateway)]),
            None => name,
        }
    }

    /// A model's name, or that there was none.
    pub fn model<'t>(&'t self, name: &'t str) -> &'t str {
        if name == NO_MODEL { self.text("no_model") } else { name }
    }

    /// What a tax is called: as typed where it is a rate's, else by its category.
    pub fn tax(&self, tax: &TaxLine) -> String {
        let typed = tax.category == "S";
        let own = format!("tax_{}", tax.category);
        let label = if typed || !self.texts.contains_key(&own) { tax.label.as_str() } else { self.text(&own) };
        match (tax.per_cent, &tax.note) {
            (Some(rate), None) => format!("{label} {}\u{a0}%", self.number(rate.normalize().to_string())),
            _ => label.to_owned(),
        }
    }

    /// Why no tax is charged. What a person typed stays as it is; what Purser says by itself is said in the language.
    pub fn tax_note(&self, tax: &TaxLine) -> Option<String> {
        let (note, key) = (tax.note.as_deref()?, format!("tax_{}_note", tax.category));
        let ours = of(DocumentLanguage::English).texts.get(&key).is_some_and(|english| english == note);
        Some(if ours { self.text(&key).to_owned() } else { note.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything the template and this crate ask for, by key.
    const TEMPLATES: [&str; 2] = [include_str!("invoice.typ"), include_str!("statement.typ")];
    const USERS: [&str; 6] = [
        include_str!("tongue.rs"),
        include_str!("sheet.rs"),
        include_str!("sheet/usage.rs"),
        include_str!("statement.rs"),
        include_str!("../statement/page.rs"),
        include_str!("../statement/html.rs"),
    ];

    #[test]
    fn every_language_has_every_text_and_the_same_blanks() {
        let blanks = |text: &str| {
            let mut names: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
            names.sort();
            names
        };
        let english = of(DocumentLanguage::English);
        assert!(english.texts.len() > 60, "the file is read");
        for language in DocumentLanguage::ALL.map(of) {
            let keys = |tongue: &Tongue| tongue.texts.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(language), keys(english), "{}", language.language);
            for (key, text) in &language.texts {
                assert!(!text.trim().is_empty(), "{key} in {}", language.language);
                assert_eq!(blanks(text), blanks(english.text(key)), "{key} in {}", language.language);
            }
        }
    }

    #[test]
    fn every_text_can_be_drawn() {
        for language in DocumentLanguage::ALL.map(of) {
            let missing =
                language.texts.values().flat_map(|text| text.chars()).find(|c| !super::super::desk::can_draw(*c));
            assert_eq!(missing, None, "in {}", language.language);
        }
    }

    #[test]
    fn every_text_that_is_asked_for_is_there() {
        let english = of(DocumentLanguage::English);
        let used: Vec<&str> = TEMPLATES.iter().flat_map(|source| source.split("d.t.").skip(1)).map(word).collect();
        assert!(used.len() > 15, "the template asks for texts");
        for key in used {
            assert!(english.texts.contains_key(key), "the template asks for `{key}`");
        }
        for source in &USERS {
            let asked = [".text(\"", ".filled(\""].into_iter().flat_map(|call| source.split(call).skip(1)).map(word);
            for key in asked.filter(|key| !key.is_empty()) {
                assert!(english.texts.contains_key(key), "the code asks for `{key}`");
            }
        }
    }

    fn word(rest: &str) -> &str {
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default()
    }

    #[test]
    fn every_kind_of_entry_and_state_has_a_word_and_the_note_on_data_is_billings() {
        let english = of(DocumentLanguage::English);
        for kind in billing::ledger::EntryKind::ALL {
            assert!(english.texts.contains_key(&format!("st_moved_{}", kind.code())), "{kind:?}");
        }
        for state in ["open", "paid", "overdue", "credited", "credit_note"] {
            assert!(english.texts.contains_key(&format!("st_state_{state}")), "{state}");
        }
        assert_eq!(english.text("st_data"), billing::statement::DATA_NOTE);
    }

    /// The notes that `billing` freezes are English; each has its translation only as long as the English file repeats it.
    #[test]
    fn the_notes_of_the_tax_categories_are_known() {
        use domain::{BillingAddress, TaxTreatment};
        let party = |country: &str, vat_id: &str| BillingAddress {
            country: country.to_owned(),
            vat_id: vat_id.to_owned(),
            ..BillingAddress::default()
        };
        let seller = party("DE", "DE136695976");
        let rows = [
            (TaxTreatment::ReverseCharge, party("AT", "ATU13585627")),
            (TaxTreatment::IntraCommunity, party("AT", "ATU13585627")),
            (TaxTreatment::Export, party("US", "")),
            (TaxTreatment::OutOfScope, party("US", "")),
        ];
        for (treatment, buyer) in rows {
            let facts =
                billing::TaxFacts { treatment, reason: "", rate: None, exemption: "", seller: &seller, buyer: &buyer };
            let category = billing::TaxCategory::decide(&facts).unwrap().unwrap();
            let tax = TaxLine {
                label: category.label().to_owned(),
                category: category.code().to_owned(),
                per_cent: category.per_cent(),
                note: category.reason().map(str::to_owned),
                amount: Money::from_minor(0, domain::Currency::EUR),
            };
            assert_eq!(of(DocumentLanguage::English).tax_note(&tax), tax.note, "{treatment:?}");
            assert_eq!(of(DocumentLanguage::English).tax(&tax), tax.label, "{treatment:?}");
            assert_ne!(of(DocumentLanguage::German).tax_note(&tax), tax.note, "{treatment:?} is translated");
        }
    }
}
