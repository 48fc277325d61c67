//! Whole lists, read page by page while others change them.
//!
//! Pages are cut by counting from the start, so a row that is inserted before the cut comes twice, and one that is
//! removed makes another one vanish between two pages. Each page is therefore asked for with the last row of the page
//! before it: as long as that place still holds a row we know, nothing was skipped; else the list is read again.

use std::collections::BTreeSet;

use super::api::{Api, Dated, LIST_PAGE};
use super::wire::{Assignment, Guardrail, Key, Workspace};
use crate::{ErrorKind, GatewayError};

/// Most times a list is read from its start.
const READINGS: u32 = 4;
/// Most pages of one list: a server that ignores the offset must not be asked for ever.
const PAGES_MAX: usize = 1000;
/// Most pages without a new row: rows that were inserted before the cut explain one, and hardly a second.
const STALE_MAX: usize = 3;

/// Every workspace, by identifier.
pub async fn workspaces(api: &Api) -> Result<Vec<Workspace>, GatewayError> {
    let fetch = |offset| async move { Ok(undated(api.workspaces(offset).await?.data)) };
    let mut found = whole("workspaces", Some(LIST_PAGE), |one: &Workspace| one.id.clone(), fetch).await?.value;
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// Every key of a workspace, oldest first, and OpenRouter's clock.
pub async fn keys(api: &Api, workspace: &str) -> Result<Dated<Vec<Key>>, GatewayError> {
    // How many keys a page holds is not promised: the last page is the one behind which nothing comes.
    let mut found = whole("keys", None, |key: &Key| key.hash.clone(), |offset| api.keys(workspace, offset)).await?;
    found.value.retain(|key| key.workspace_id == workspace);
    found.value.sort_by(|a, b| (&a.created_at, &a.hash).cmp(&(&b.created_at, &b.hash)));
    Ok(found)
}

/// Every guardrail filed under a workspace.
pub async fn guardrails(api: &Api, workspace: &str) -> Result<Vec<Guardrail>, GatewayError> {
    let fetch = |offset| async move { Ok(undated(api.guardrails(workspace, offset).await?.data)) };
    Ok(whole("guardrails", Some(LIST_PAGE), |one: &Guardrail| one.id.clone(), fetch).await?.value)
}

/// Which guardrail every key has, over all workspaces.
pub async fn assignments(api: &Api) -> Result<Vec<Assignment>, GatewayError> {
    let fetch = |offset| async move { Ok(undated(api.assignments(offset).await?.data)) };
    Ok(whole("guardrails of keys", Some(LIST_PAGE), |one: &Assignment| one.key_hash.clone(), fetch).await?.value)
}

const fn undated<T>(value: T) -> Dated<T> {
    Dated { value, date: None }
}

/// A list without gaps and repeats. With `full`, a page of fewer rows is the last one.
async fn whole<T, F, R>(
    what: &str,
    full: Option<usize>,
    id: fn(&T) -> String,
    fetch: F,
) -> Result<Dated<Vec<T>>, GatewayError>
where
    F: Fn(usize) -> R,
    R: Future<Output = Result<Dated<Vec<T>>, GatewayError>>,
{
    for _ in 0..READINGS {
        if let Some(found) = reading(full, id, &fetch).await? {
            return Ok(found);
        }
    }
    let message = format!("the list of {what} on OpenRouter changes while it is read: try again");
    Err(GatewayError::new(ErrorKind::Unavailable, format!("list {what}"), message))
}

/// One reading from start to end; `None` when rows were removed meanwhile.
async fn reading<T, F, R>(
    full: Option<usize>,
    id: fn(&T) -> String,
    fetch: &F,
) -> Result<Option<Dated<Vec<T>>>, GatewayError>
where
    F: Fn(usize) -> R,
    R: Future<Output = Result<Dated<Vec<T>>, GatewayError>>,
{
    let mut seen = BTreeSet::new();
    let mut found = undated(Vec::new());
    let (mut offset, mut stale) = (0, 0);
    for _ in 0..PAGES_MAX {
        let overlap = usize::from(offset > 0);
        let page = fetch(offset - overlap).await?;
        found.date = page.date.or(found.date);
        let rows = page.value.len();
        if overlap == 1 && page.value.first().is_none_or(|row| !seen.contains(&id(row))) {
            return Ok(None);
        }
        let known = seen.len();
        found.value.extend(page.value.into_iter().filter(|row| seen.insert(id(row))));
        if rows <= overlap || full.is_some_and(|full| rows < full) {
            return Ok(Some(found));
        }
        stale = if seen.len() == known { stale + 1 } else { 0 };
        if stale == STALE_MAX {
            return Ok(None);
        }
        offset += rows - overlap;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Reads `rows` two at a time; before the page of this number, `change` is made to them.
    async fn read(rows: &[u32], change: (usize, fn(&mut Vec<u32>)), full: Option<usize>) -> Vec<u32> {
        let state = Mutex::new((rows.to_vec(), 0));
        let fetch = |offset: usize| {
            let mut state = state.lock().unwrap();
            state.1 += 1;
            if state.1 == change.0 {
                change.1(&mut state.0);
            }
            let page = state.0.iter().skip(offset).take(2).copied().collect();
            async move { Ok(undated(page)) }
        };
        whole("numbers", full, |number: &u32| number.to_string(), fetch).await.unwrap().value
    }

    #[tokio::test]
    async fn rows_that_come_and_go_between_pages_leave_no_gap() {
        let same: (usize, fn(&mut Vec<u32>)) = (0, |_| {});
        for full in [None, Some(2)] {
            assert_eq!(read(&[], same, full).await, Vec::<u32>::new());
            assert_eq!(read(&[1], same, full).await, [1]);
            assert_eq!(read(&[1, 2, 3, 4, 5], same, full).await, [1, 2, 3, 4, 5]);
            assert_eq!(read(&[1, 2, 3, 4], (2, |rows| rows.insert(0, 9)), full).await, [1, 2, 3, 4], "one is new");
            assert_eq!(
                read(&[1, 2, 3, 4, 5], (2, |rows| rows.retain(|row| *row != 1)), full).await,
                [2, 3, 4, 5],
                "one is gone"
            );
            assert_eq!(read(&[1, 2, 3], (2, Vec::clear), full).await, Vec::<u32>::new(), "all are gone");
        }
    }

    #[tokio::test]
    async fn a_server_that_ignores_the_offset_is_told() {
        let fetch = |_| async { Ok(undated(vec![1_u32, 2, 3])) };
        let error = whole("numbers", None, |number: &u32| number.to_string(), fetch).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    }
}
