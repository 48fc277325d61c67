//! The invented agency inside the sandbox: its client companies, where they are, what they call and how much.
//! Every name is made up. Order is part of the seeded history: add at the end, never in the middle.

/// What is going on with a company, so that every screen has something to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// Ordinary usage.
    Ordinary,
    /// Has used about 93 % of its monthly budget.
    NearCap,
    /// Has used more than its monthly budget, which was lowered.
    PastCap,
    /// Stopped by the agency some days ago.
    Paused,
    /// Ordinary usage, but slow to pay: its invoices are meant to be left overdue.
    SlowPayer,
    /// Signed up, has never called.
    New,
    /// Calls only the model on the agency's own hardware, at price 0 (S0-14).
    Private,
}

/// A client company of the invented agency.
#[derive(Debug, PartialEq, Eq)]
pub struct Company {
    /// Its name, as typed by the agency; markup in it is meant.
    pub name: &'static str,
    /// Lower-case stem of its key names.
    pub slug: &'static str,
    /// ISO 3166-1 alpha-2 country code.
    pub country: &'static str,
    /// City, for its address.
    pub city: &'static str,
    /// IANA zone of its calendar days.
    pub zone: &'static str,
    /// ISO 4217 code of the currency it might be invoiced in. The sandbox itself counts in US dollars.
    pub currency: &'static str,
    /// Address for invoices, under a domain that never resolves.
    pub email: &'static str,
    /// What is going on with it.
    pub situation: Situation,
    /// Key names after the slug. The environment is the first word.
    pub keys: &'static [&'static str],
    /// How often each model of the catalogue is called, by name.
    pub models: &'static [(&'static str, u64)],
    /// Days of history before the day the sandbox was first opened.
    pub days: i32,
    /// Requests on an ordinary weekday in the middle of its history.
    pub requests: u64,
    /// Upper end of its prompts, in tokens.
    pub prompt: u64,
    /// Its monthly budget in US dollars, if it has one. Those near and past their cap get theirs from their spend.
    pub budget: Option<i32>,
}

/// The companies, 12 with 60 keys together.
pub const COMPANIES: [Company; 12] = [
    Company {
        name: "Harborlight Dental Group",
        slug: "harborlight",
        country: "US",
        city: "Portland, OR",
        zone: "America/Los_Angeles",
        currency: "USD",
        email: "accounts@harborlight.example",
        situation: Situation::NearCap,
        keys: &["prod", "prod-intake", "prod-reminders", "staging", "dev", "dev-notebooks"],
        models: &[("gpt-4.1", 40), ("gpt-4.1-mini", 45), ("claude-sonnet-4-5", 15)],
        days: 548,
        requests: 62,
        prompt: 190_000,
        budget: None,
    },
    Company {
        name: "Fjordkraft Analyse AS",
        slug: "fjordkraft",
        country: "NO",
        city: "Bergen",
        zone: "Europe/Oslo",
        currency: "EUR",
        email: "faktura@fjordkraft.example",
        situation: Situation::Ordinary,
        keys: &["prod", "prod-reports", "staging", "dev", "dev-ci"],
        models: &[("claude-sonnet-4-5", 55), ("claude-haiku-4-5", 35), ("gemini-2.5-flash", 10)],
        days: 548,
        requests: 48,
        prompt: 190_000,
        budget: Some(450),
    },
    Company {
        name: "株式会社みなと翻訳",
        slug: "minato",
        country: "JP",
        city: "横浜市",
        zone: "Asia/Tokyo",
        currency: "JPY",
        email: "keiri@minato.example",
        situation: Situation::Ordinary,
        keys: &["prod", "prod-batch", "staging", "dev", "dev-eval"],
        models: &[("gpt-4.1", 30), ("deepseek-chat", 50), ("gemini-2.5-flash", 20)],
        days: 500,
        requests: 44,
        prompt: 160_000,
        budget: Some(150),
    },
    Company {
        name: "Brandt & Söhne \"Papier\" GmbH",
        slug: "brandt",
        country: "DE",
        city: "Leipzig",
        zone: "Europe/Berlin",
        currency: "EUR",
        email: "rechnung@brandt.example",
        situation: Situation::SlowPayer,
        keys: &["prod", "prod-shop", "staging", "dev", "dev-oskar"],
        models: &[("gpt-4.1-mini", 60), ("gpt-4.1-nano", 30), ("gpt-4.1", 10)],
        days: 430,
        requests: 40,
        prompt: 90_000,
        budget: Some(60),
    },
    Company {
        name: "Kaveri Logistics Private Limited",
        slug: "kaveri",
        country: "IN",
        city: "Bengaluru",
        zone: "Asia/Kolkata",
        currency: "USD",
        email: "finance@kaveri.example",
        situation: Situation::PastCap,
        keys: &["prod", "prod-dispatch", "prod-voice", "staging", "dev", "dev-tests"],
        models: &[("claude-haiku-4-5", 50), ("gemini-2.5-flash", 35), ("gpt-4.1", 15)],
        days: 365,
        requests: 66,
        prompt: 180_000,
        budget: None,
    },
    Company {
        name: "The Worshipful Guild of Independent Booksellers, Bookbinders and Antiquarian Map Dealers of the West \
               Country",
        slug: "guild",
        country: "GB",
        city: "Exeter",
        zone: "Europe/London",
        currency: "GBP",
        email: "treasurer@guild.example",
        situation: Situation::Ordinary,
        keys: &["prod", "prod-catalogue", "staging", "dev"],
        models: &[("gpt-4.1-nano", 70), ("gpt-4.1-mini", 30)],
        days: 300,
        requests: 30,
        prompt: 60_000,
        budget: None,
    },
    Company {
        name: "Clínica Veterinária Maré Alta",
        slug: "marealta",
        country: "BR",
        city: "Recife",
        zone: "America/Recife",
        currency: "USD",
        email: "contas@marealta.example",
        situation: Situation::Paused,
        keys: &["prod", "prod-whatsapp", "staging", "dev"],
        models: &[("deepseek-chat", 70), ("gpt-4.1-mini", 30)],
        days: 400,
        requests: 34,
        prompt: 80_000,
        budget: Some(25),
    },
    Company {
        name: "Tūī Ridge Winery",
        slug: "tuiridge",
        country: "NZ",
        city: "Blenheim",
        zone: "Pacific/Auckland",
        currency: "USD",
        email: "office@tuiridge.example",
        situation: Situation::Ordinary,
        keys: &["prod", "prod-cellar", "staging", "dev"],
        models: &[("claude-haiku-4-5", 60), ("gpt-4.1-mini", 40)],
        days: 240,
        requests: 26,
        prompt: 90_000,
        budget: None,
    },
    Company {
        name: "Sahara Solaire SARL",
        slug: "sahara",
        country: "MA",
        city: "Ouarzazate",
        zone: "Africa/Casablanca",
        currency: "EUR",
        email: "compta@sahara.example",
        situation: Situation::Ordinary,
        keys: &["prod", "prod-fleet", "prod-forecast", "staging", "dev", "dev-sim"],
        models: &[("gemini-2.5-flash", 50), ("claude-sonnet-4-5", 20), ("deepseek-chat", 30)],
        days: 330,
        requests: 52,
        prompt: 190_000,
        budget: Some(240),
    },
    Company {
        name: "Northfold Hospital Trust",
        slug: "northfold",
        country: "CA",
        city: "St. John's, NL",
        zone: "America/St_Johns",
        currency: "CAD",
        email: "ap@northfold.example",
        situation: Situation::Private,
        keys: &["prod", "prod-triage", "prod-letters", "staging", "dev", "dev-research"],
        models: &[("private-llama", 100)],
        days: 180,
        requests: 70,
        prompt: 120_000,
        budget: None,
    },
    Company {
        name: "Copperkettle Games",
        slug: "copperkettle",
        country: "AU",
        city: "Adelaide",
        zone: "Australia/Adelaide",
        currency: "AUD",
        email: "billing@copperkettle.example",
        situation: Situation::Ordinary,
        keys: &["prod", "prod-npc", "prod-moderation", "staging", "staging-load", "dev"],
        models: &[("gpt-4.1-nano", 55), ("gpt-4.1-mini", 30), ("claude-haiku-4-5", 15)],
        days: 120,
        requests: 90,
        prompt: 48_000,
        budget: Some(60),
    },
    Company {
        name: "Quillfeather Legal",
        slug: "quillfeather",
        country: "IE",
        city: "Cork",
        zone: "Europe/Dublin",
        currency: "EUR",
        email: "hello@quillfeather.example",
        situation: Situation::New,
        keys: &["prod", "staging", "dev"],
        models: &[("claude-sonnet-4-5", 100)],
        days: 4,
        requests: 0,
        prompt: 1,
        budget: Some(100),
    },
];

impl Company {
    /// What is in its key's name after the slug: `prod-intake` is of the environment `prod`.
    #[must_use]
    pub fn environment(key: &str) -> domain::Environment {
        let word = key.split('-').next().unwrap_or_default();
        domain::Environment::from_code(word).unwrap_or(domain::Environment::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agency_has_twelve_believable_clients_and_sixty_keys() {
        assert_eq!(COMPANIES.iter().map(|company| company.keys.len()).sum::<usize>(), 60);
        for company in &COMPANIES {
            assert!(company.name.parse::<domain::Name>().is_ok(), "{}", company.name);
            assert!(company.zone.parse::<domain::Zone>().is_ok(), "{}", company.zone);
            assert!(company.currency.parse::<domain::Currency>().is_ok(), "{}", company.currency);
            let known = |(model, _): &(&str, u64)| crate::catalogue::find(model).is_some();
            assert!(company.models.iter().all(known), "{} calls a model that is on offer", company.name);
            for key in company.keys {
                assert_ne!(Company::environment(key), domain::Environment::Other, "{}-{key}", company.slug);
            }
        }
    }
}
