//! A bill of a period, line by line against the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use billing::reconcile::{BillLine, DayPool, Finding, KnownRow, Measure, Place, SpareRow, Split};
use domain::{AccountId, BillId, Date, KeyId, Nanos, Zone};
use store::Reader;
use store::report::{BilledLine, CellId};

use super::Scene;
use super::sides::{Sides, measure, sum};
use crate::AppError;

/// What a bill says of a period, and where the rows say otherwise.
pub(super) struct Billed {
    told: Nanos,
    lines: u64,
    /// Lines that lie in another period.
    pub(super) outside: u64,
    findings: Vec<Finding>,
    /// What is billed of the requests in a cell.
    cells: BTreeMap<CellId, Nanos>,
}

impl Billed {
    pub(super) async fn read(reader: &mut Reader, scene: &Scene, bill: BillId) -> Result<Self, AppError> {
        let (mut inside, mut outside) = (Vec::new(), 0);
        for line in reader.report().billed_lines(bill).await? {
            let day = day_of(&line);
            if (scene.span.first..=scene.span.last).contains(&day) { inside.push(line) } else { outside += 1 }
        }
        let told = sum(inside.iter().map(|line| line.weight.cost))?;
        let mut cells: BTreeMap<CellId, Nanos> = BTreeMap::new();
        for line in inside.iter().filter(|line| !line.repeated) {
            if let Some(row) = line.row {
                let cell = cells.entry(row.cell).or_default();
                *cell = cell.checked_add(line.weight.cost)?;
            }
        }
        let lines = inside.len() as u64;
        let mut findings = findings(scene, inside)?;
        for row in reader.report().unbilled_rows(&scene.span, bill).await? {
            if scene.sides.owns(row.cell.account) {
                let spare = SpareRow { place: scene.sides.place(&row.cell), cost: row.cost, twin: row.twin };
                findings.extend(spare.finding());
            }
        }
        Ok(Self { told, lines, outside, findings, cells })
    }

    pub(super) fn told(&self) -> Nanos {
        self.told
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines == 0
    }

    pub(super) fn of_cell(&self, cell: &CellId) -> Option<Nanos> {
        self.cells.get(cell).copied()
    }

    /// The bill against the rows.
    pub(super) fn split(&self, sides: &Sides) -> Result<Split, AppError> {
        let rows = sides.row_count().saturating_add(self.lines);
        Ok(Split::new(self.told, sides.rows()?, rows, self.findings.iter().cloned())?)
    }
}

/// The UTC day a line belongs to: its request's, where that is known.
fn day_of(line: &BilledLine) -> Date {
    line.row.map_or_else(|| Zone::utc().date_of(line.at), |row| row.cell.day)
}

/// Why lines are not what the rows say; what is of no known request, day by day against the day totals.
fn findings(scene: &Scene, lines: Vec<BilledLine>) -> Result<Vec<Finding>, AppError> {
    let known = Known::of(scene);
    let lines: Vec<(Measure, BillLine)> =
        lines.into_iter().map(|told| (measure(told.weight), known.line(scene, told))).collect();
    let mut pools = Pools::of(scene, &lines)?;
    let mut findings = Vec::new();
    for (weight, line) in lines {
        match line.finding() {
            Ok(finding) => findings.extend(finding),
            Err(line) => pools.add(&line.place, weight, true)?,
        }
    }
    findings.extend(pools.pools.values().filter_map(DayPool::finding));
    Ok(findings)
}

/// How finely a day's lines can be told apart where they name no request we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Day,
    Account,
    Key,
}

/// Day totals and the lines that are compared with them, as finely as all lines of a day allow.
struct Pools {
    levels: BTreeMap<Date, Level>,
    pools: BTreeMap<(Date, Option<AccountId>, Option<KeyId>), DayPool>,
}

impl Pools {
    fn of(scene: &Scene, lines: &[(Measure, BillLine)]) -> Result<Self, AppError> {
        let mut pools = Self { levels: BTreeMap::new(), pools: BTreeMap::new() };
        for (_, line) in lines.iter().filter(|(_, line)| line.by_day && line.row.is_none()) {
            let Some(day) = line.place.day else { continue };
            let level = match (line.place.key, line.place.account) {
                (Some(_), _) => Level::Key,
                (None, Some(_)) => Level::Account,
                (None, None) => Level::Day,
            };
            let known = pools.levels.entry(day).or_insert(level);
            *known = level.min(*known);
        }
        for (cell, weight) in scene.sides.whole_days() {
            pools.add(&scene.sides.place(cell), measure(weight), false)?;
        }
        Ok(pools)
    }

    fn add(&mut self, place: &Place, weight: Measure, billed: bool) -> Result<(), AppError> {
        let Some(day) = place.day else { return Ok(()) };
        let level = self.levels.get(&day).copied().unwrap_or(Level::Key);
        let account = place.account.filter(|_| level >= Level::Account);
        let key = place.key.filter(|_| level == Level::Key);
        let id = (day, account.filter(|_| level == Level::Account), key);
        let place = Place { day: Some(day), account, key, ..Place::default() };
        let pool = self.pools.entry(id).or_insert_with(|| DayPool { place, ..DayPool::default() });
        let side = if billed { &mut pool.billed } else { &mut pool.counted };
        side.requests = side.requests.saturating_add(weight.requests);
        side.cost = side.cost.checked_add(weight.cost)?;
        Ok(())
    }
}

/// Accounts and keys by what a bill may call them: the gateway's identifier or the name. A name that several have is none.
struct Known {
    accounts: HashMap<String, Option<AccountId>>,
    keys: HashMap<String, Option<KeyId>>,
    /// Days of which some rows are day totals.
    whole_days: BTreeSet<Date>,
}

impl Known {
    fn of(scene: &Scene) -> Self {
        let here = scene.span.gateway;
        let accounts = scene.names.accounts.values().filter(|account| account.gateway == here);
        let accounts =
            accounts.map(|one| (one.account.external_id.to_string(), one.account.spec.name.to_string(), one.id));
        let keys = scene.keys.values().filter(|key| key.gateway == here);
        let keys = keys.map(|one| (one.key.external_id.to_string(), one.key.spec.name.to_string(), one.id));
        let whole_days = scene.sides.whole_days().map(|(cell, _)| cell.day).collect();
        Self { accounts: by_name(accounts), keys: by_name(keys), whole_days }
    }

    fn line(&self, scene: &Scene, told: BilledLine) -> BillLine {
        let find = |names: &HashMap<String, Option<KeyId>>, name: &Option<String>| {
            name.as_ref().and_then(|name| names.get(name).copied().flatten())
        };
        let day = day_of(&told);
        let key = find(&self.keys, &told.key);
        let named = told.account.as_ref().and_then(|name| self.accounts.get(name).copied().flatten());
        let account = named.or_else(|| key.and_then(|key| scene.keys.get(&key)).and_then(|key| key.account));
        let named = told.key.clone().filter(|_| key.is_none()).or(told.account.filter(|_| account.is_none()));
        let place = match told.row {
            Some(row) => scene.sides.place(&row.cell),
            None => Place { day: Some(day), account, key, named, model: Some(told.model) },
        };
        let by_day = match account {
            Some(account) => !scene.sides.is_detailed(account, day),
            None => self.whole_days.contains(&day),
        };
        BillLine {
            place,
            request: told.request,
            cost: told.weight.cost,
            aborted: told.aborted,
            repeated: told.repeated,
            key_gone: scene.is_gone(key),
            owned: account.map(|account| scene.sides.owns(account)),
            row: told.row.map(|row| KnownRow {
                cost: row.cost,
                failed: row.failed,
                owned: scene.sides.owns(row.cell.account),
            }),
            by_day,
        }
    }
}

fn by_name<T: Copy>(things: impl Iterator<Item = (String, String, T)>) -> HashMap<String, Option<T>> {
    let (mut by_id, mut by_name) = (HashMap::new(), HashMap::<String, Option<T>>::new());
    for (external, name, id) in things {
        by_id.insert(external, Some(id));
        by_name.entry(name).and_modify(|known| *known = None).or_insert(Some(id));
    }
    by_name.extend(by_id);
    by_name
}
