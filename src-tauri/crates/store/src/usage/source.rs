//! Which grain counts for an account's UTC day.

use std::collections::{BTreeMap, BTreeSet};

use domain::Grain;
use sqlx::{Row as _, SqliteConnection};

use super::bulk::{self, Shape};
use crate::StoreResult;

/// An account and a UTC day.
pub(crate) type AccountDay = (i64, i64);

/// Which grain counts, and which are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) grain: Grain,
    /// Bit 1: requests are known; bit 2: day totals are known.
    seen: i64,
    pub(crate) pinned: bool,
}

fn bit(grain: Grain) -> i64 {
    match grain {
        Grain::Request => 1,
        Grain::Day => 2,
    }
}

impl Source {
    /// The source once a statement of a grain has arrived.
    fn with(self, arrived: Grain, prefer: Grain) -> Self {
        let seen = self.seen | bit(arrived);
        let both = seen == bit(Grain::Request) | bit(Grain::Day);
        let grain = if both && !self.pinned { prefer } else { self.grain };
        Self { grain, seen, ..self }
    }

    fn first(arrived: Grain) -> Self {
        Self { grain: arrived, seen: bit(arrived), pinned: false }
    }

    /// The same source counting a grain from now on, whatever arrives.
    pub(crate) fn pin(self, grain: Grain) -> Self {
        Self { grain, pinned: true, ..self }
    }
}

/// A day whose counted grain changes: (before, after).
pub(super) type Flip = (AccountDay, Grain, Grain);

/// The sources of the days a batch touches.
#[derive(Debug, Default)]
pub(super) struct Sources {
    now: BTreeMap<AccountDay, Source>,
}

impl Sources {
    /// Whether a statement of a grain counts.
    pub(super) fn counts(&self, day: AccountDay, grain: Grain) -> bool {
        self.now.get(&day).is_some_and(|source| source.grain == grain)
    }

    /// Brings the sources up to date with what arrived, and tells which days change their counted grain.
    pub(super) async fn update(
        conn: &mut SqliteConnection,
        arrived: &BTreeSet<(AccountDay, bool)>,
        also: &BTreeSet<AccountDay>,
        prefer: Grain,
    ) -> StoreResult<(Self, Vec<Flip>)> {
        let days: BTreeSet<AccountDay> = arrived.iter().map(|(day, _)| *day).chain(also.iter().copied()).collect();
        let days: Vec<AccountDay> = days.into_iter().collect();
        let before = load(conn, &days).await?;
        let mut now = before.clone();
        for (day, is_request) in arrived {
            let grain = if *is_request { Grain::Request } else { Grain::Day };
            let source = now.get(day).map_or(Source::first(grain), |source| source.with(grain, prefer));
            now.insert(*day, source);
        }
        let changed: Vec<(AccountDay, Source)> =
            now.iter().filter(|(day, source)| before.get(*day) != Some(*source)).map(|(d, s)| (*d, *s)).collect();
        save(conn, &changed).await?;
        let flips = changed.iter().filter_map(|(day, source)| {
            let old = before.get(day)?;
            (old.grain != source.grain).then_some((*day, old.grain, source.grain))
        });
        let flips = flips.collect();
        Ok((Self { now }, flips))
    }
}

/// The known sources of these days.
pub(crate) async fn load(
    conn: &mut SqliteConnection,
    days: &[AccountDay],
) -> StoreResult<BTreeMap<AccountDay, Source>> {
    let shape = Shape {
        before: "WITH v (account, utc_day) AS (VALUES".to_owned(),
        row: bulk::row(2),
        after: ") SELECT s.account, s.utc_day, s.grain, s.seen, s.pinned FROM v
                JOIN usage_day_source s ON s.account = v.account AND s.utc_day = v.utc_day"
            .to_owned(),
    };
    let bind = |day: &AccountDay, binder: &mut bulk::Binder| binder.ints(&[day.0, day.1]);
    let rows = bulk::read(conn, &shape, days, bind).await?;
    rows.iter().map(read).collect()
}

/// Every known source of an account.
pub(super) async fn of_account(conn: &mut SqliteConnection, account: i64) -> StoreResult<BTreeMap<AccountDay, Source>> {
    let sql = "SELECT account, utc_day, grain, seen, pinned FROM usage_day_source WHERE account = ?";
    let rows = sqlx::query(sql).bind(account).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

fn read(row: &sqlx::sqlite::SqliteRow) -> StoreResult<(AccountDay, Source)> {
    let grain = if row.try_get::<&str, _>(2)? == Grain::Day.code() { Grain::Day } else { Grain::Request };
    let source = Source { grain, seen: row.try_get(3)?, pinned: row.try_get::<i64, _>(4)? != 0 };
    Ok(((row.try_get(0)?, row.try_get(1)?), source))
}

/// Keeps sources, new or known.
pub(crate) async fn save(conn: &mut SqliteConnection, sources: &[(AccountDay, Source)]) -> StoreResult<()> {
    for (grain, code) in [(Grain::Request, "'request'"), (Grain::Day, "'day'")] {
        let shape = Shape {
            before: "WITH v (account, utc_day, seen, pinned) AS (VALUES".to_owned(),
            row: bulk::row(4),
            after: format!(
                ") INSERT INTO usage_day_source (account, utc_day, grain, seen, pinned)
                 SELECT account, utc_day, {code}, seen, pinned FROM v WHERE true
                 ON CONFLICT (account, utc_day) DO UPDATE SET
                     grain = excluded.grain, seen = excluded.seen, pinned = excluded.pinned"
            ),
        };
        let rows: Vec<_> = sources.iter().filter(|(_, source)| source.grain == grain).collect();
        let bind = |(day, source): &&(AccountDay, Source), binder: &mut bulk::Binder| {
            binder.ints(&[day.0, day.1, source.seen, i64::from(source.pinned)])
        };
        bulk::write(conn, &shape, &rows, bind).await?;
    }
    Ok(())
}
