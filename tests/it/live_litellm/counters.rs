//! The proxy's own counters and its cube of days are the sums of its rows, and so Purser's.

use super::proxy::Proxy;
use crate::live::{Cast, Row, sums};

pub(crate) async fn agree_with_totals(proxy: &Proxy, cast: &Cast, rows: &[Row]) {
    for (hash, (cost, ..)) in sums(rows, |row| row.key.clone()) {
        let (alias, counted) = proxy.key_spend(&hash).await;
        assert_eq!(counted, cost, "the counter of the key {alias}");
    }
    for client in &cast.clients {
        let own: Vec<&Row> = rows.iter().filter(|row| row.account == client.account).collect();
        let cost: i128 = own.iter().map(|row| row.nanos).sum();
        let served = own.iter().filter(|row| row.served).count() as u64;
        assert_eq!(proxy.cube(&client.account).await, (served, cost), "the cube of {}", client.row.name);
        assert_eq!(proxy.team_spend(&client.account).await, cost, "the counter of the team of {}", client.row.name);
    }
}
