//! One scan over the cheapest roll-up that can answer.
//!
//! Where dates are not told apart, whole months and thirds of months are read from the roll-ups of spans and only the
//! dates around them one by one. The answer comes as one text instead of many rows: through the driver, a row costs an
//! allocation per value and its share of a hop between threads, ten times what adding it up costs.

use domain::{ClientId, GatewayId, KeyId};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{Consumption, Filter, Group, date};
use crate::column::days;
use crate::usage::{AMOUNTS, Amounts, Cover, MEDIA, amount_columns, cover};
use crate::{StoreError, StoreResult};

/// Most slots of a scan.
const SLOTS: usize = 4;

/// The values of the slots, in order; the rest is 0.
pub(super) type Slots = [i64; SLOTS];

/// What a row of the answer is told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Local date.
    Day,
    /// A member of a group.
    Member(Group),
}

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Every meter, failed requests and cost.
    All,
    /// The same, where no request made images, video, speech or transcripts: those are not read, and 0 in the answer.
    Tokens,
    /// Cost alone; everything else is 0 in the answer.
    Cost,
}

/// The roll-ups, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// By day, gateway and model: all clients together.
    ModelDay,
    /// By client, day and gateway.
    ClientDay,
    /// By client, day, account and model.
    Model,
    /// By client, day, account and key.
    Key,
}

/// A scan that is ready to run.
#[derive(Debug)]
pub(super) struct Scan {
    source: Source,
    slots: Vec<Slot>,
    measure: Measure,
    cover: Cover,
    clients: Vec<i64>,
    gateways: Vec<i64>,
    keys: Vec<i64>,
    models: Vec<i64>,
    model_names: Vec<String>,
}

impl Scan {
    pub(super) fn new(filter: &Filter, slots: &[Slot]) -> StoreResult<Self> {
        let (first, last) = (days(filter.first), days(filter.last));
        Ok(Self {
            source: source(filter, slots)?,
            slots: slots.to_vec(),
            measure: Measure::All,
            cover: Cover { spans: Vec::new(), edges: [(first, last), (1, 0)] },
            clients: filter.clients.iter().map(|ClientId(id)| *id).collect(),
            gateways: filter.gateways.iter().map(|GatewayId(id)| *id).collect(),
            keys: filter.keys.iter().map(|KeyId(id)| *id).collect(),
            models: Vec::new(),
            model_names: filter.models.iter().map(|name| name.as_str().to_owned()).collect(),
        })
    }

    /// Restricts the scan to some members of a group.
    pub(super) fn only(&mut self, group: Group, ids: &[i64]) {
        let list = match group {
            Group::Client => &mut self.clients,
            Group::Gateway => &mut self.gateways,
            Group::Key => &mut self.keys,
            Group::Model => &mut self.models,
        };
        ids.clone_into(list);
        if group == Group::Model {
            self.model_names.clear();
        }
    }

    /// Adds up something else than everything.
    pub(super) fn measuring(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// The answer, in the order of its slots. Rows that are all zero are left out, except where only cost is measured.
    pub(super) async fn run(mut self, conn: &mut SqliteConnection) -> StoreResult<Vec<(Slots, Consumption)>> {
        if !self.model_names.is_empty() {
            self.models = model_ids(conn, &self.model_names).await?;
        }
        if self.has_spans() {
            let (known, media) = known(conn).await?;
            self.coarsen(known);
            // Quantities are never negative, so where the sum over everybody is 0 each part of it is.
            if self.measure == Measure::All && !media {
                self.measure = Measure::Tokens;
            }
        }
        let [before, after] = self.cover.edges;
        let query = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(self.sql()))
            .bind(list(&self.clients))
            .bind(list(&self.cover.spans))
            .bind(before.0)
            .bind(before.1)
            .bind(after.0)
            .bind(after.1)
            .bind(list(&self.gateways))
            .bind(list(&self.keys))
            .bind(list(&self.models));
        let text = query.fetch_one(conn).await?.unwrap_or_default();
        self.read(&text)
    }

    /// Whether a roll-up of spans can stand for whole months and thirds.
    fn has_spans(&self) -> bool {
        self.source != Source::ModelDay && !self.slots.contains(&Slot::Day)
    }

    /// Cuts the range along spans. `known` are the first and last date of any usage: beyond them, a range may as well go
    /// on to the end of its month, since there is nothing to add.
    pub(super) fn coarsen(&mut self, known: Option<(i64, i64)>) {
        let (mut first, mut last) = self.cover.edges[0];
        if let Some((earliest, latest)) = known {
            first = if first <= earliest { month_of(earliest).0 } else { first };
            last = if last >= latest { month_of(latest).1 } else { last };
        }
        self.cover = cover(first, last);
    }

    /// Reads the lines of an answer: slots, then amounts.
    fn read(&self, text: &str) -> StoreResult<Vec<(Slots, Consumption)>> {
        let mut rows = Vec::new();
        for line in text.split(';').filter(|line| !line.is_empty()) {
            rows.push(self.line(line).ok_or_else(|| unreadable(line))?);
        }
        rows.sort_unstable_by_key(|(slots, _)| *slots);
        // Several accounts may stand for one gateway.
        rows.dedup_by(|(slots, more), (kept, amounts)| {
            let same = slots == kept;
            if same {
                amounts.add(more);
            }
            same
        });
        let all = self.measure == Measure::Cost;
        let wanted = rows.into_iter().filter(|(_, amounts)| all || !amounts.is_zero());
        Ok(wanted.map(|(slots, amounts)| (slots, amounts.into())).collect())
    }

    fn line(&self, line: &str) -> Option<(Slots, Amounts)> {
        let mut numbers = line.split(',').map(str::parse::<i64>);
        let (mut slots, mut amounts) = ([0; SLOTS], Amounts::default());
        for slot in slots.iter_mut().take(self.slots.len()) {
            *slot = numbers.next()?.ok()?;
        }
        for place in self.places() {
            amounts.0[place] = numbers.next()?.ok()?;
        }
        numbers.next().is_none().then_some((slots, amounts))
    }

    /// The statement. Parameters: 1 clients, 2 spans, 3 to 6 the first and last day of both edges, 7 gateways, 8 keys,
    /// 9 models; lists are JSON. It answers one text: rows apart by `;`, numbers by `,`; empty when there is no row.
    pub(super) fn sql(&self) -> String {
        let told = self.slots.iter().map(|slot| self.told(*slot).to_owned());
        let numbers: Vec<String> = told.chain(self.amounts(|name| format!("SUM({name})"))).collect();
        let places: Vec<&str> = self.slots.iter().map(|slot| self.column(*slot)).collect();
        let group = if places.is_empty() { String::new() } else { format!(" GROUP BY {}", places.join(", ")) };
        let (line, from) = (numbers.join(", "), self.origin());
        format!("SELECT group_concat(line, ';') FROM (SELECT concat_ws(',', {line}) AS line FROM {from}{group})")
    }

    /// The places in [`Amounts`] of what is added up.
    fn places(&self) -> impl Iterator<Item = usize> {
        let measure = self.measure;
        (0..AMOUNTS).filter(move |place| match measure {
            Measure::All => true,
            Measure::Tokens => !MEDIA.contains(place),
            Measure::Cost => *place == AMOUNTS - 1,
        })
    }

    /// The columns that are added up, each written by `spell`.
    fn amounts(&self, spell: impl Fn(&str) -> String) -> Vec<String> {
        let all = amount_columns(spell);
        let all: Vec<&str> = all.split(", ").collect();
        self.places().filter_map(|place| all.get(place)).map(|column| (*column).to_owned()).collect()
    }

    fn origin(&self) -> String {
        let (clients, rest) = (self.clients(), self.rest());
        let (days, spans) = match self.source {
            Source::ModelDay => return format!("rollup_model_day WHERE day BETWEEN ?3 AND ?4{rest}"),
            Source::ClientDay => ("rollup_client_day", "rollup_client_span"),
            Source::Model => ("rollup_model", "rollup_model_span"),
            Source::Key => ("rollup_key", "rollup_key_span"),
        };
        if self.cover.spans.is_empty() {
            return format!("{days} WHERE {clients}day BETWEEN ?3 AND ?4{rest}");
        }
        let columns = self.slots.iter().map(|slot| self.column(*slot).to_owned());
        let columns: Vec<String> = columns.chain(self.amounts(str::to_owned)).collect();
        let columns = columns.join(", ");
        let part = |table: &str, when: &str| format!("SELECT {columns} FROM {table} WHERE {clients}{when}{rest}");
        format!(
            "({} UNION ALL {} UNION ALL {})",
            part(spans, "span IN (SELECT value FROM json_each(?2))"),
            part(days, "day BETWEEN ?3 AND ?4"),
            part(days, "day BETWEEN ?5 AND ?6")
        )
    }

    /// Every client by name, so that the days of each are one range of the primary key.
    fn clients(&self) -> &'static str {
        if !self.clients.is_empty() {
            "client IN (SELECT value FROM json_each(?1)) AND "
        } else if !self.keys.is_empty() {
            "client IN (SELECT client FROM rollup_key_span WHERE key IN (SELECT value FROM json_each(?8))) AND "
        } else {
            "client IN (SELECT 0 UNION ALL SELECT id FROM client) AND "
        }
    }

    /// What else restricts the rows.
    fn rest(&self) -> String {
        let mut rest = String::new();
        if !self.gateways.is_empty() {
            rest += if self.by_account() {
                " AND account IN (SELECT id FROM account WHERE gateway IN (SELECT value FROM json_each(?7)))"
            } else {
                " AND gateway IN (SELECT value FROM json_each(?7))"
            };
        }
        if !self.keys.is_empty() {
            rest += " AND key IN (SELECT value FROM json_each(?8))";
        }
        if !self.models.is_empty() || !self.model_names.is_empty() {
            rest += " AND model IN (SELECT value FROM json_each(?9))";
        }
        rest
    }

    /// Whether the roll-up leads to the gateway through the account.
    fn by_account(&self) -> bool {
        matches!(self.source, Source::Model | Source::Key)
    }

    /// The column that a slot is grouped by.
    fn column(&self, slot: Slot) -> &'static str {
        match slot {
            Slot::Day => "day",
            Slot::Member(Group::Client) => "client",
            Slot::Member(Group::Model) => "model",
            Slot::Member(Group::Key) => "key",
            Slot::Member(Group::Gateway) if self.by_account() => "account",
            Slot::Member(Group::Gateway) => "gateway",
        }
    }

    /// What is told of a slot: the gateway of an account is looked up once per group.
    fn told(&self, slot: Slot) -> &'static str {
        match self.column(slot) {
            "account" => "(SELECT a.gateway FROM account a WHERE a.id = account)",
            column => column,
        }
    }
}

/// The cheapest roll-up that tells the slots and the filter apart.
fn source(filter: &Filter, slots: &[Slot]) -> StoreResult<Source> {
    let has = |group| slots.contains(&Slot::Member(group));
    let by_model = has(Group::Model) || !filter.models.is_empty();
    let by_key = has(Group::Key) || !filter.keys.is_empty();
    let by_client = has(Group::Client) || !filter.clients.is_empty();
    match (by_model, by_key, by_client) {
        (true, true, _) => Err(StoreError::rule(
            "usage is not summed by key and model together: restrict either keys or models, or list the requests",
        )),
        (false, true, _) => Ok(Source::Key),
        (true, false, true) => Ok(Source::Model),
        (false, false, true) => Ok(Source::ClientDay),
        (_, false, false) => Ok(Source::ModelDay),
    }
}

/// Two lookups at the ends of the primary key, and one in an index that is empty or answers at once.
const KNOWN: &str = "SELECT (SELECT min(day) FROM rollup_model_day), (SELECT max(day) FROM rollup_model_day),
    EXISTS (SELECT 1 FROM rollup_model_day
            WHERE images <> 0 OR video_millis <> 0 OR speech_chars <> 0 OR audio_millis <> 0)";

/// The first and last date of any usage, `None` when there is none; and whether any of it made images, video, speech or
/// transcripts.
async fn known(conn: &mut SqliteConnection) -> StoreResult<(Option<(i64, i64)>, bool)> {
    let (first, last, media): (Option<i64>, Option<i64>, bool) = sqlx::query_as(KNOWN).fetch_one(conn).await?;
    Ok((first.zip(last), media))
}

/// The first and last day of the month that a day lies in.
fn month_of(day: i64) -> (i64, i64) {
    let month = date(day).month();
    (days(month.first()), days(month.last()))
}

fn unreadable(line: &str) -> StoreError {
    StoreError::Io { cause: format!("SQLite answered `{line}` where sums were asked for") }
}

async fn model_ids(conn: &mut SqliteConnection, names: &[String]) -> StoreResult<Vec<i64>> {
    // Never empty, so that a model nobody used finds nothing instead of everything.
    let mut ids = vec![-1];
    for name in names {
        let id = sqlx::query_scalar!(r#"SELECT id AS "id!" FROM model WHERE name = ?"#, name);
        ids.extend(id.fetch_optional(&mut *conn).await?);
    }
    Ok(ids)
}

/// Row numbers as a JSON list.
pub(super) fn list(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("[{}]", ids.join(","))
}

const _: () = assert!(AMOUNTS == 11, "a new meter needs a column in every usage table: write a migration");

#[cfg(test)]
mod tests;
