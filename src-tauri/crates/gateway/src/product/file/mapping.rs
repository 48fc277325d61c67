//! Which column of a file is what.

use domain::{Meter, Zone};

/// What a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// When the request started. Needed.
    Time,
    /// The model as the client called it. Needed.
    Model,
    /// The upstream model that answered.
    UpstreamModel,
    /// Who pays.
    Account,
    /// The key that called.
    Key,
    /// What it cost, in currency units.
    Cost,
    /// The request's own identifier.
    RequestId,
    /// Whether it was served: a word, or an HTTP status.
    Status,
    /// Time to the end of the answer, in whole milliseconds.
    DurationMillis,
    /// How long the request might wait: a duration makes it flexible (S2-02).
    StartWithin,
    /// An amount of this meter.
    Meter(Meter),
}

impl Column {
    /// Those that are no meter.
    const PLAIN: [Self; 10] = [
        Self::Time,
        Self::Model,
        Self::UpstreamModel,
        Self::Account,
        Self::Key,
        Self::Cost,
        Self::RequestId,
        Self::Status,
        Self::DurationMillis,
        Self::StartWithin,
    ];

    /// Every column, the needed ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PLAIN.into_iter().chain(Meter::ALL.map(Self::Meter))
    }

    /// The stable name used in storage, JSON and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Model => "model",
            Self::UpstreamModel => "upstream_model",
            Self::Account => "account",
            Self::Key => "key",
            Self::Cost => "cost",
            Self::RequestId => "request_id",
            Self::Status => "status",
            Self::DurationMillis => "duration_millis",
            Self::StartWithin => "start_within",
            Self::Meter(meter) => meter.code(),
        }
    }

    /// The column with this [`Column::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|column| column.code() == code)
    }

    /// Whether a file without it cannot be read.
    #[must_use]
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::Time | Self::Model)
    }

    /// How exports of gateways and providers head it: lower case, letters and digits only.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Time => &[
                "time",
                "timestamp",
                "occurredat",
                "starttime",
                "startedat",
                "createdat",
                "date",
                "datetime",
                "day",
                "created",
                "start",
            ],
            Self::Model => &["model", "modelname", "modelgroup", "alias", "modelid"],
            Self::UpstreamModel => &["upstreammodel", "modelversion", "modelpermaslug", "snapshot", "deployment"],
            Self::Account => &[
                "account",
                "accountid",
                "client",
                "customer",
                "customerid",
                "team",
                "teamid",
                "teamalias",
                "project",
                "projectid",
                "workspace",
                "workspaceid",
                "user",
                "userid",
                "username",
                "organization",
            ],
            Self::Key => {
                &["key", "keyid", "keyname", "apikey", "apikeyid", "apikeyname", "token", "tokenname", "keyalias"]
            }
            Self::Cost => {
                &["cost", "spend", "costusd", "usd", "totalcost", "amount", "amountusd", "price", "charge", "costtotal"]
            }
            Self::RequestId => &["requestid", "id", "generationid", "callid", "uuid", "transactionid"],
            Self::Status => &["status", "statuscode", "httpstatus", "outcome", "result"],
            Self::DurationMillis => {
                &["durationmillis", "durationms", "latencyms", "latency", "responsetimems", "elapsedms"]
            }
            Self::StartWithin => &["startwithin"],
            Self::Meter(meter) => meter_headings(meter),
        }
    }
}

const fn meter_headings(meter: Meter) -> &'static [&'static str] {
    match meter {
        Meter::Requests => &["requests", "requestcount", "nummodelrequests", "count", "calls"],
        Meter::InputTokens => &[
            "inputtokens",
            "prompttokens",
            "tokensin",
            "tokensprompt",
            "inputuncachedtokens",
            "usageinputtokens",
            "usageprompttokens",
            "ninputtokens",
        ],
        Meter::OutputTokens => &[
            "outputtokens",
            "completiontokens",
            "tokensout",
            "tokenscompletion",
            "usageoutputtokens",
            "usagecompletiontokens",
            "noutputtokens",
        ],
        Meter::CacheReadTokens => &[
            "cachereadtokens",
            "cachedtokens",
            "cachereadinputtokens",
            "inputcachedtokens",
            "tokenscached",
            "usagecachereadinputtokens",
        ],
        Meter::CacheWriteTokens => {
            &["cachewritetokens", "cachecreationinputtokens", "cachecreationtokens", "usagecachecreationinputtokens"]
        }
        Meter::Images => &["images", "imagecount", "nimages", "numimages"],
        Meter::VideoMillis => &["videomillis", "videoms"],
        Meter::SpeechChars => &["speechchars", "characters", "chars"],
        Meter::AudioMillis => &["audiomillis", "audioms"],
    }
}

/// Which column of a file is what, by its heading. Plain data: what [`ColumnMapping::pairs`] gives can be stored and
/// brings the same mapping back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMapping {
    headings: Vec<(Column, String)>,
    /// The zone of times that name none.
    pub zone: Zone,
}

impl Default for ColumnMapping {
    fn default() -> Self {
        Self { headings: Vec::new(), zone: Zone::utc() }
    }
}

impl ColumnMapping {
    /// The mapping that the headings of a file suggest; times without a zone are UTC. A heading is used once.
    #[must_use]
    pub fn guess(headings: &[String]) -> Self {
        let plain: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
        let mut mapping = Self::default();
        let mut used = vec![false; headings.len()];
        for column in Column::all() {
            let names = column.headings().iter();
            let found = names.flat_map(|name| plain.iter().position(|heading| heading == name)).find(|at| !used[*at]);
            if let Some(at) = found {
                used[at] = true;
                mapping.set(column, Some(headings[at].clone()));
            }
        }
        mapping
    }

    /// The heading that a column was given.
    #[must_use]
    pub fn heading(&self, column: Column) -> Option<&str> {
        self.headings.iter().find(|(known, _)| *known == column).map(|(_, heading)| heading.as_str())
    }

    /// Gives a column a heading, or takes it away.
    pub fn set(&mut self, column: Column, heading: Option<String>) {
        self.headings.retain(|(known, _)| *known != column);
        self.headings.extend(heading.map(|heading| (column, heading)));
        self.headings.sort();
    }

    /// Every column that has a heading.
    pub fn columns(&self) -> impl Iterator<Item = (Column, &str)> {
        self.headings.iter().map(|(column, heading)| (*column, heading.as_str()))
    }

    /// The needed columns that have no heading.
    #[must_use]
    pub fn missing(&self) -> Vec<Column> {
        Column::all().filter(|column| column.is_needed() && self.heading(*column).is_none()).collect()
    }

    /// The mapping as pairs of a stable code and a heading, to be remembered; the zone under `zone`.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let columns = self.columns().map(|(column, heading)| (column.code().to_owned(), heading.to_owned()));
        columns.chain([("zone".to_owned(), self.zone.name().to_owned())]).collect()
    }

    /// The mapping of remembered pairs. Codes nobody knows any more are left out; an unknown zone is UTC.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut mapping = Self::default();
        for (code, heading) in pairs {
            if code == "zone" {
                mapping.zone = heading.parse().unwrap_or_else(|_| Zone::utc());
            } else if let Some(column) = Column::from_code(&code) {
                mapping.set(column, Some(heading));
            }
        }
        mapping
    }
}

fn plain(heading: &str) -> String {
    heading.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
