//! Routes as last listed, and the stretches in which a model was private.

use domain::{GatewayId, Health, HealthState, ModelName, Name, Route, RoutePrice, Target, Timestamp, Told};
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::column::{self, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

/// A route and when it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRoute {
    /// The gateway it is behind.
    pub gateway: GatewayId,
    /// What it does.
    pub route: Route,
    /// The listing that told of it.
    pub seen_at: Timestamp,
}

/// A stretch in which a model was private, as far as anybody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateSpan {
    /// The gateway.
    pub gateway: GatewayId,
    /// The model as the client calls it.
    pub model: ModelName,
    /// The listing that first told so; the epoch where it was private when it was first seen at all.
    pub from: Timestamp,
    /// The listing that no longer told so; `None` while it does.
    pub until: Option<Timestamp>,
}

struct Row {
    id: i64,
    gateway: i64,
    model: String,
    price: String,
    backups_told: bool,
    switch_told: bool,
    switched_at: Option<i64>,
    seen_at: i64,
}

struct TargetRow {
    route: i64,
    backup: bool,
    upstream: Option<String>,
    runs_at: Option<String>,
    via: Option<String>,
    health: String,
    checked_at: Option<i64>,
}

impl TryFrom<TargetRow> for Target {
    type Error = StoreError;

    fn try_from(row: TargetRow) -> StoreResult<Self> {
        let at = column::Row { noun: "target of route", id: row.route };
        let state = at.known("health", HealthState::from_code(&row.health))?;
        Ok(Self {
            upstream: row.upstream.map(ModelName::new),
            runs_at: row.runs_at.map(|name| Name::lossy(&name, "?")),
            via: row.via.map(ModelName::new),
            health: Health { state, told_at: row.checked_at.map(time) },
        })
    }
}

fn stored(row: Row, targets: Vec<TargetRow>) -> StoreResult<StoredRoute> {
    let at = column::Row { noun: "route", id: row.id };
    let (backups, primary): (Vec<_>, Vec<_>) = targets.into_iter().partition(|target| target.backup);
    let read = |rows: Vec<TargetRow>| rows.into_iter().map(Target::try_from).collect::<StoreResult<Vec<_>>>();
    let route = Route {
        model: ModelName::new(row.model),
        primary: read(primary)?,
        backups: if row.backups_told { Told::Told(read(backups)?) } else { Told::NotTold },
        last_switch: if row.switch_told { Told::Told(row.switched_at.map(time)) } else { Told::NotTold },
        price: at.known("price", RoutePrice::from_code(&row.price))?,
    };
    Ok(StoredRoute { gateway: GatewayId(row.gateway), route, seen_at: time(row.seen_at) })
}

/// Reads of routes.
#[derive(Debug)]
pub struct RouteTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl RouteTable<'_> {
    /// Every route, by gateway and model.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredRoute>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", gateway, model, price, backups_told AS "backups_told: bool",
                      switch_told AS "switch_told: bool", switched_at, seen_at
               FROM route ORDER BY gateway, model"#
        );
        let rows = rows.fetch_all(&mut *self.conn).await?;
        let targets = query_as!(
            TargetRow,
            r#"SELECT route, backup AS "backup: bool", upstream, runs_at, via, health, checked_at
               FROM route_target ORDER BY route, place"#
        );
        let mut of: std::collections::HashMap<i64, Vec<TargetRow>> = std::collections::HashMap::new();
        for target in targets.fetch_all(&mut *self.conn).await? {
            of.entry(target.route).or_default().push(target);
        }
        rows.into_iter()
            .map(|row| {
                let own = of.remove(&row.id).unwrap_or_default();
                stored(row, own)
            })
            .collect()
    }

    /// Every stretch in which a model was private, by gateway, model and start.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn private_spans(&mut self) -> StoreResult<Vec<PrivateSpan>> {
        let rows =
            query!("SELECT gateway, model, starts_at, ends_at FROM private_span ORDER BY gateway, model, starts_at");
        let span = |row: (i64, String, i64, Option<i64>)| PrivateSpan {
            gateway: GatewayId(row.0),
            model: ModelName::new(row.1),
            from: time(row.2),
            until: row.3.map(time),
        };
        let rows = rows.fetch_all(&mut *self.conn).await?.into_iter();
        Ok(rows.map(|row| span((row.gateway, row.model, row.starts_at, row.ends_at))).collect())
    }
}

/// Writes of routes.
#[derive(Debug)]
pub struct RouteTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl RouteTableMut<'_> {
    /// Keeps a route as a listing told it, and notes where it became private or stopped being so.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn put(&mut self, gateway: GatewayId, route: &Route, seen_at: Timestamp) -> StoreResult<()> {
        self.pen.touch(Tag::Gateways);
        self.note_private(gateway, route, seen_at).await?;
        let model = route.model.as_str();
        query!("DELETE FROM route WHERE gateway = ? AND model = ?", gateway.0, model)
            .execute(&mut *self.pen.conn)
            .await?;
        let (price, seen) = (route.price.code(), seen_at.as_millis());
        let backups_told = i64::from(route.backups != Told::NotTold);
        let switch_told = i64::from(route.last_switch != Told::NotTold);
        let switched = route.last_switch.as_ref().copied().flatten().map(Timestamp::as_millis);
        let id = query_scalar!(
            r#"INSERT INTO route (gateway, model, price, backups_told, switch_told, switched_at, seen_at)
               VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id AS "id!""#,
            gateway.0,
            model,
            price,
            backups_told,
            switch_told,
            switched,
            seen
        );
        let id = id.fetch_one(&mut *self.pen.conn).await?;
        let primary = route.primary.iter().map(|target| (0, target));
        let backups = route.backups.as_ref().into_iter().flatten().map(|target| (1, target));
        for (place, (backup, target)) in (0..).zip(primary.chain(backups)) {
            self.put_target((id, place, backup), target).await?;
        }
        Ok(())
    }

    async fn put_target(&mut self, (route, place, backup): (i64, i64, i64), target: &Target) -> StoreResult<()> {
        let text = |name: Option<&ModelName>| name.map(|name| name.as_str().to_owned());
        let (upstream, via) = (text(target.upstream.as_ref()), text(target.via.as_ref()));
        let runs_at = target.runs_at.as_ref().map(ToString::to_string);
        let (health, checked) = (target.health.state.code(), target.health.told_at.map(Timestamp::as_millis));
        query!(
            "INSERT INTO route_target (route, place, backup, upstream, runs_at, via, health, checked_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            route,
            place,
            backup,
            upstream,
            runs_at,
            via,
            health,
            checked
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Opens or closes a stretch. A model that was private when it was first seen is taken to have been so all along: of
    /// the time before, nothing else is known.
    async fn note_private(&mut self, gateway: GatewayId, route: &Route, seen_at: Timestamp) -> StoreResult<()> {
        let (model, seen) = (route.model.as_str(), seen_at.as_millis());
        let open = query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM private_span WHERE gateway = ? AND model = ? AND ends_at IS NULL) AS "open: bool""#,
            gateway.0,
            model
        );
        let is_open = open.fetch_one(&mut *self.pen.conn).await?;
        match (route.price == RoutePrice::Private, is_open) {
            (true, false) => {
                let known = query_scalar!(
                    r#"SELECT EXISTS (SELECT 1 FROM route WHERE gateway = ?1 AND model = ?2)
                           OR EXISTS (SELECT 1 FROM private_span WHERE gateway = ?1 AND model = ?2) AS "known: bool""#,
                    gateway.0,
                    model
                );
                let from = if known.fetch_one(&mut *self.pen.conn).await? { seen } else { 0 };
                self.pen.touch(Tag::Usage);
                query!(
                    "INSERT INTO private_span (gateway, model, starts_at) VALUES (?, ?, ?)
                     ON CONFLICT DO UPDATE SET ends_at = NULL",
                    gateway.0,
                    model,
                    from
                )
                .execute(&mut *self.pen.conn)
                .await?;
            }
            (false, true) => {
                self.pen.touch(Tag::Usage);
                query!(
                    "UPDATE private_span SET ends_at = max(starts_at, ?)
                     WHERE gateway = ? AND model = ? AND ends_at IS NULL",
                    seen,
                    gateway.0,
                    model
                )
                .execute(&mut *self.pen.conn)
                .await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Forgets the routes that the listing since `listed_at` did not tell of; how many. What was private stays known: usage
    /// of before may still come.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn forget_unlisted(&mut self, gateway: GatewayId, listed_at: Timestamp) -> StoreResult<u64> {
        self.pen.touch(Tag::Gateways);
        let listed = listed_at.as_millis();
        let gone = query!("DELETE FROM route WHERE gateway = ? AND seen_at < ?", gateway.0, listed);
        Ok(gone.execute(&mut *self.pen.conn).await?.rows_affected())
    }
}
