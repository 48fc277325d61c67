//! Usage: the chart, the rows beside it, and the requests behind both.

mod bars;
mod days;

use std::collections::BTreeMap;

use domain::{ClientId, Currency, Date, ExactAmount, GatewayId, KeyId, Meter, ModelName, Nanos};
use render::chart::{ChartKind, ChartSpec, Heading, Series, Unit};
use render::{Chart, Theme};
use rust_decimal::Decimal;
use store::report::{self, Consumption, Filter, Group, Member, RequestCursor, RequestRow};
use store::table::key::StoredKey;

use super::names::{Names, keys};
use crate::rating::{PricedRow, Prices, Tally, model_text, price_book, rows_summed, tallies};
use crate::wire::{
    AmountRole, ChartPoint, ChartSeries, ChartView, FreshnessView, RequestPageView, RequestView, ThemeChoice,
    UsageFilterInput, UsageGroup, UsageRow, UsageTable,
};
use crate::{App, AppError, agency, format};

use days::{charge_days, cost_days};

pub use bars::{Bars, usage_bars};

/// Series told apart in a chart; the rest is "other".
const SERIES: u16 = 7;
/// Longest range of one chart or table, in days.
const RANGE_MAX: i32 = 3 * 366;
/// Requests on a page.
const PAGE: u16 = 200;

/// The chart over a range, stacked by what the filter groups by.
///
/// # Errors
/// A range that makes no sense; charge by key, which the cache cannot tell.
pub async fn usage_chart(
    app: &App,
    filter: &UsageFilterInput,
    role: AmountRole,
    theme: ThemeChoice,
) -> Result<ChartView, AppError> {
    let wanted = parsed(filter)?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let book = price_book(app, &mut reader).await?;
    let keys = if filter.group == UsageGroup::Key { keys(&mut reader).await? } else { BTreeMap::new() };
    let days = match role {
        AmountRole::Charge => charge_days(&mut reader, &book, &wanted, filter.group).await?,
        _ => cost_days(&mut reader, &wanted, filter.group).await?,
    };
    let series = days.into_series(&names, &keys);
    let what = if role == AmountRole::Charge { "Charge" } else { "Cost" };
    let title = format!("{what} per day by {}, {} to {}", noun(filter.group), filter.first, filter.last);
    let points: Vec<Date> = each_day(wanted.first, wanted.last).collect();
    let spec = ChartSpec {
        points,
        series,
        ..ChartSpec::new(kind(&wanted), title, Unit::Money { what: what.to_lowercase(), currency: book.currency() })
    };
    let freshness = names.freshness(concerned(&names, &wanted));
    view(&spec, book.currency(), if role == AmountRole::Charge { role } else { AmountRole::Cost }, theme, freshness)
}

/// The rows beside the chart, greatest cost first, with the total of the filtered set (S3-02).
///
/// # Errors
/// A range that makes no sense.
pub async fn usage_table(app: &App, filter: &UsageFilterInput) -> Result<UsageTable, AppError> {
    let wanted = parsed(filter)?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let book = price_book(app, &mut reader).await?;
    let group = group(filter.group);
    let totals = reader.report().totals(&wanted, group).await?;
    let keys = if group == Group::Key { keys(&mut reader).await? } else { BTreeMap::new() };
    let charges = match (group, wanted.keys.is_empty()) {
        (Group::Key, _) | (_, false) => None,
        _ => Some(charges(&rows_summed(&mut reader, &book, &wanted).await?, &book, group)?),
    };
    let whole = totals.iter().fold(Consumption::default(), |sum, (_, one)| plus(&sum, one));
    let table = Table { names: &names, keys: &keys, currency: book.currency(), whole: whole.cost };
    let rows = totals
        .iter()
        .map(|(member, consumption)| {
            let charge = charges.as_ref().map(|charges| charges.get(member));
            table.row(
                Some(member),
                consumption,
                charge.map(|c| c.cloned().unwrap_or_else(|| Tally::zero(book.currency()))),
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    let all = charges.map(|charges| sum(charges.values(), book.currency())).transpose()?;
    let total = table.row(None, &whole, all)?;
    Ok(UsageTable { rows, total, freshness: names.freshness(concerned(&names, &wanted)) })
}

/// The requests behind the figures, newest first, page by page.
///
/// # Errors
/// A range or a page mark that makes no sense.
pub async fn request_page(
    app: &App,
    filter: &UsageFilterInput,
    after: Option<String>,
) -> Result<RequestPageView, AppError> {
    let wanted = parsed(filter)?;
    let after = after.map(|mark| cursor(&mark)).transpose()?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let keys = keys(&mut reader).await?;
    let page = reader.report().request_page(&wanted, after, PAGE).await?;
    let rows = page.rows.into_iter().map(|row| request(row, &names, &keys)).collect();
    Ok(RequestPageView { rows, next: page.next.map(|next| format!("{}.{}", next.occurred_at, next.id)) })
}

fn cursor(mark: &str) -> Result<RequestCursor, AppError> {
    let parts = mark.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (occurred_at, id) = parts.ok_or_else(|| {
        AppError::invalid("after", format!("`{mark}` is not a page mark: start again at the first page"))
    })?;
    Ok(RequestCursor { occurred_at, id })
}

fn request(row: RequestRow, names: &Names, keys: &BTreeMap<KeyId, StoredKey>) -> RequestView {
    let input = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
    let tokens: u64 = input.iter().map(|meter| row.consumption.quantities.get(*meter)).sum();
    let currency = names.gateways.get(&row.gateway).map_or(Currency::USD, |gateway| gateway.connection.currency);
    RequestView {
        at: format::instant(row.occurred_at),
        client: row.client.map(|id| names.client(id)),
        key: row.key.and_then(|id| keys.get(&id)).map(|key| key.key.spec.name.to_string()),
        model: model_text(&row.model),
        gateway: names.gateway(row.gateway),
        input_tokens: format::grouped(&tokens.to_string()),
        output_tokens: format::grouped(&row.consumption.quantities.get(Meter::OutputTokens).to_string()),
        cost: format::cost(row.consumption.cost, currency, AmountRole::Cost),
        succeeded: row.outcome == domain::RequestOutcome::Succeeded,
        duration_millis: row.duration_millis,
    }
}

/// A filter as typed, made exact.
///
/// # Errors
/// Dates that are none or the wrong way round, identifiers that are none, a range over three years.
pub fn parsed(input: &UsageFilterInput) -> Result<Filter, AppError> {
    let first: Date = input.first.parse().map_err(|e: domain::TimeError| AppError::invalid("first", e.to_string()))?;
    let last: Date = input.last.parse().map_err(|e: domain::TimeError| AppError::invalid("last", e.to_string()))?;
    if last < first {
        return Err(AppError::invalid("last", format!("the range ends on {last}, before it starts on {first}")));
    }
    if last.epoch_days() - first.epoch_days() > RANGE_MAX {
        return Err(AppError::invalid("first", "the range is longer than three years: choose a shorter one"));
    }
    let mut filter = Filter::days(first, last);
    filter.clients = ids::<ClientId>(&input.clients, "clients")?;
    filter.gateways = ids::<GatewayId>(&input.gateways, "gateways")?;
    filter.keys = ids::<KeyId>(&input.keys, "keys")?;
    filter.models = input.models.iter().map(|name| ModelName::new(name.as_str())).collect();
    if !filter.keys.is_empty() && (!filter.models.is_empty() || input.group == UsageGroup::Model) {
        return Err(AppError::invalid(
            "keys",
            "keys and models cannot be combined in a chart: drop one of the filters",
        )
        .hint("The request list below can be filtered by both."));
    }
    Ok(filter)
}

fn ids<T: std::str::FromStr<Err = domain::id::NotAnId>>(texts: &[String], field: &str) -> Result<Vec<T>, AppError> {
    texts.iter().map(|text| text.parse().map_err(|e: T::Err| AppError::invalid(field, e.to_string()))).collect()
}

/// The first and the last of so many days up to today in the agency's zone.
///
/// # Errors
/// The settings cannot be read.
pub async fn last_days(app: &App, days: i32) -> Result<(String, String), AppError> {
    let today = agency_today(app).await?;
    Ok((today.plus_days(1 - days).to_string(), today.to_string()))
}

/// The first and the last day of the month before the present one in the agency's zone.
///
/// # Errors
/// The settings cannot be read.
pub async fn last_month(app: &App) -> Result<(String, String), AppError> {
    let month = agency_today(app).await?.month().previous();
    Ok((month.first().to_string(), month.last().to_string()))
}

/// Today in the agency's zone.
///
/// # Errors
/// The settings cannot be read.
pub async fn agency_today(app: &App) -> Result<Date, AppError> {
    agency::today(app, &mut app.store().reader().await?).await
}

/// The group of the store for a group of the wire.
#[must_use]
pub fn group(group: UsageGroup) -> Group {
    match group {
        UsageGroup::Client => Group::Client,
        UsageGroup::Model => Group::Model,
        UsageGroup::Key => Group::Key,
        UsageGroup::Gateway => Group::Gateway,
    }
}

fn noun(group: UsageGroup) -> &'static str {
    match group {
        UsageGroup::Client => "client",
        UsageGroup::Model => "model",
        UsageGroup::Key => "key",
        UsageGroup::Gateway => "gateway",
    }
}

/// Bars while single days can be told apart, an area beyond.
fn kind(filter: &Filter) -> ChartKind {
    let days = filter.last.epoch_days() - filter.first.epoch_days();
    if days <= 62 { ChartKind::StackedBars } else { ChartKind::StackedArea }
}

/// Every date of a range.
pub(crate) fn each_day(first: Date, last: Date) -> impl Iterator<Item = Date> {
    (first.epoch_days()..=last.epoch_days()).map(Date::from_epoch_days)
}

/// Gateways whose freshness matters to a filter.
fn concerned(names: &Names, filter: &Filter) -> Vec<GatewayId> {
    if !filter.gateways.is_empty() {
        return filter.gateways.clone();
    }
    let of_clients = |id: &ClientId| names.accounts_of(*id).map(|account| account.gateway).collect::<Vec<_>>();
    match filter.clients.is_empty() {
        true => names.connected().map(|gateway| gateway.id).collect(),
        false => filter.clients.iter().flat_map(of_clients).collect(),
    }
}

fn member_of(row: &report::RatingRow, by: Group) -> Member {
    match by {
        Group::Client | Group::Key => Member::Client(row.client),
        Group::Model => Member::Model(row.model.clone()),
        Group::Gateway => Member::Gateway(row.gateway),
    }
}

fn charges(rows: &[PricedRow], book: &Prices, by: Group) -> Result<BTreeMap<Member, Tally>, AppError> {
    tallies(rows, book, |row| member_of(row, by))
}

fn sum<'t>(tallies: impl Iterator<Item = &'t Tally>, currency: Currency) -> Result<Tally, AppError> {
    tallies.cloned().try_fold(Tally::zero(currency), |mut sum, one| {
        sum.cost = sum.cost.checked_add(one.cost)?;
        sum.charge = sum.charge.checked_add(one.charge)?;
        sum.unpriced.extend(one.unpriced);
        Ok(sum)
    })
}

fn plus(a: &Consumption, b: &Consumption) -> Consumption {
    Consumption {
        quantities: a.quantities.plus(&b.quantities),
        failed_requests: a.failed_requests.saturating_add(b.failed_requests),
        cost: Nanos(a.cost.0.saturating_add(b.cost.0)),
    }
}

/// What a row of the table is made from.
struct Table<'a> {
    names: &'a Names,
    keys: &'a BTreeMap<KeyId, StoredKey>,
    currency: Currency,
    whole: Nanos,
}

impl Table<'_> {
    fn row(
        &self,
        member: Option<&Member>,
        consumption: &Consumption,
        charge: Option<Tally>,
    ) -> Result<UsageRow, AppError> {
        let input = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
        let tokens = input.iter().map(|meter| consumption.quantities.get(*meter)).sum();
        let trio = charge.map(|tally| tally.view()).transpose()?;
        Ok(UsageRow {
            id: member.and_then(id_text),
            name: member.map_or_else(|| "Total".to_owned(), |member| self.names.member(member, self.keys)),
            detail: member.and_then(|member| self.detail(member)),
            cost: format::cost(consumption.cost, self.currency, AmountRole::Cost),
            charge: trio.as_ref().map(|trio| trio.charge.clone()),
            margin: trio.as_ref().map(|trio| trio.margin.clone()),
            margin_percent: trio.as_ref().and_then(|trio| trio.margin_percent.clone()),
            unpriced: trio.map(|trio| trio.unpriced).unwrap_or_default(),
            requests: format::count(consumption.quantities.get(Meter::Requests)),
            failed: format::count(consumption.failed_requests),
            input_tokens: format::count(tokens),
            output_tokens: format::count(consumption.quantities.get(Meter::OutputTokens)),
            share: format::per_mille(consumption.cost, self.whole),
        })
    }

    fn detail(&self, member: &Member) -> Option<String> {
        match member {
            Member::Key(Some(id)) => {
                let key = self.keys.get(id)?;
                let client = key.client.map_or_else(|| "unattributed".to_owned(), |id| self.names.client(id));
                Some(format!("{} · {client}", key.key.label.as_str()))
            }
            Member::Gateway(id) => Some(self.names.gateways.get(id)?.connection.base_url.clone()),
            _ => None,
        }
    }
}

fn id_text(member: &Member) -> Option<String> {
    match member {
        Member::Client(id) => id.map(|id| id.to_string()),
        Member::Key(id) => id.map(|id| id.to_string()),
        Member::Gateway(id) => Some(id.to_string()),
        Member::Model(model) => Some(model.to_string()),
        Member::Other => None,
    }
}

/// A chart as it crosses: the drawing, the hover map, and every value as text.
///
/// # Errors
/// The chart cannot be drawn.
pub fn view(
    spec: &ChartSpec,
    currency: Currency,
    role: AmountRole,
    theme: ThemeChoice,
    freshness: FreshnessView,
) -> Result<ChartView, AppError> {
    let Chart { svg, map, rows } = render::chart(spec, &self::theme(theme))?;
    let text = |value: &Decimal| format::amount(ExactAmount::new(*value, currency), role).text;
    let series = map.series.iter().map(|series| ChartSeries {
        name: series.name.clone(),
        color: series.color.to_string(),
        values: series.values.iter().map(text).collect(),
    });
    let [left, top, right, bottom] = map.plot.map(pixel);
    Ok(ChartView {
        title: spec.title.clone(),
        role,
        width: pixel(map.width),
        height: pixel(map.height),
        plot: (left, top, right, bottom),
        points: map.points.iter().map(|p| ChartPoint { label: p.label.to_string(), x: pixel(p.x) }).collect(),
        series: series.collect(),
        totals: rows.iter().map(|row| text(&row.total)).collect(),
        svg,
        freshness,
    })
}

fn theme(choice: ThemeChoice) -> Theme {
    match choice {
        ThemeChoice::Light => Theme::light(),
        ThemeChoice::Dark => Theme::dark(),
    }
}

/// A coordinate of a drawing as a whole pixel.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a pixel position, clamped first")]
fn pixel(position: f64) -> u32 {
    position.round().clamp(0.0, 10_000.0) as u32
}

/// Amounts by day as a small drawing without words, for a table cell.
///
/// # Errors
/// The chart cannot be drawn.
pub fn sparkline(days: &[(Date, Nanos)], first: Date, last: Date, currency: Currency) -> Result<String, AppError> {
    let amounts: BTreeMap<Date, Nanos> = days.iter().copied().collect();
    let points: Vec<Date> = each_day(first, last).collect();
    let values = points.iter().map(|day| amounts.get(day).copied().unwrap_or_default().to_decimal()).collect();
    let spec = ChartSpec {
        points,
        series: vec![Series { name: "cost".to_owned(), values }],
        heading: Heading::Bare,
        width: 120,
        height: 28,
        ..ChartSpec::new(
            ChartKind::Sparkline,
            "Cost of the last 30 days",
            Unit::Money { what: "cost".to_owned(), currency },
        )
    };
    Ok(render::chart(&spec, &Theme::light())?.svg)
}
