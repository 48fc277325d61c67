//! The HTTP side: routes, who may use them, and how answers and refusals look.
//!
//! **Owns:** the wire. **Does not own:** any decision; those are [`crate::state`]'s.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{MethodRouter, get, post, put};
use domain::{Secret, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::state::State;
use crate::{Clock, SandboxError, secret};

mod accounts;
mod caller;
mod keys;
mod offers;
mod openai;
mod reply;
mod usage;

/// A sandbox being served. Dropping it stops it; [`Server::shutdown`] also waits.
#[derive(Debug)]
pub struct Server {
    /// Where it is, as `http://127.0.0.1:43210`.
    pub base_url: String,
    /// May read and change everything.
    pub admin_token: Secret,
    /// May read everything and change nothing.
    pub read_only_token: Secret,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Stops serving: open requests are answered first.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            let _ended = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The task ends by itself once the sender is gone.
        drop(self.stop.take());
    }
}

/// What every handler sees.
#[derive(Clone)]
struct Desk {
    state: Arc<Mutex<State>>,
    clock: Clock,
    random: [u8; 32],
    admin: String,
    read_only: String,
}

impl Desk {
    /// The state, brought up to now. A handler holds it for one step and never across a wait.
    fn open(&self) -> (MutexGuard<'_, State>, Timestamp) {
        let now = (self.clock)();
        // A panic while holding the state would be a bug of ours; what is in it is still whole, step by step.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.advance(now);
        (state, now)
    }
}

/// Serves a state on a free port of this machine.
pub(crate) async fn serve(state: Arc<Mutex<State>>, clock: Clock, random: [u8; 32]) -> Result<Server, SandboxError> {
    let admin_token = secret::for_purpose(&random, "admin");
    let read_only_token = secret::for_purpose(&random, "readonly");
    let (admin, read_only) = (secret::fingerprint(&admin_token), secret::fingerprint(&read_only_token));
    let desk = Desk { state, clock, random, admin, read_only };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(SandboxError::Listen)?;
    let port = listener.local_addr().map_err(SandboxError::Listen)?.port();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = router(desk);
    let task = tokio::spawn(async move {
        let ended = axum::serve(listener, app).with_graceful_shutdown(async {
            let _sender_gone = stopped.await;
        });
        if let Err(why) = ended.await {
            tracing::warn!(%why, "the sandbox stopped serving");
        }
    });
    let base_url = format!("http://127.0.0.1:{port}");
    Ok(Server { base_url, admin_token, read_only_token, stop: Some(stop), task: Some(task) })
}

/// Every path with what serves it. `openapi.json` describes exactly these; a test compares the two.
fn routes() -> Vec<(&'static str, &'static [&'static str], MethodRouter<Desk>)> {
    vec![
        ("/health", &["get"], get(offers::health)),
        ("/version", &["get"], get(offers::version)),
        ("/admin/v1/me", &["get"], get(offers::me)),
        ("/admin/v1/models", &["get"], get(offers::models)),
        ("/admin/v1/routes", &["get"], get(offers::routes)),
        ("/admin/v1/tiers", &["get"], get(offers::tiers)),
        ("/admin/v1/accounts", &["get", "post"], get(accounts::list).post(accounts::create)),
        ("/admin/v1/accounts/{id}", &["get", "patch"], get(accounts::read).patch(accounts::patch)),
        ("/admin/v1/accounts/{id}/pause", &["put"], put(accounts::pause)),
        ("/admin/v1/keys", &["get", "post"], get(keys::list).post(keys::create)),
        ("/admin/v1/keys/{id}", &["get", "patch", "delete"], get(keys::read).patch(keys::patch).delete(keys::revoke)),
        ("/admin/v1/keys/{id}/pause", &["put"], put(keys::pause)),
        ("/admin/v1/usage/requests", &["get"], get(usage::requests)),
        ("/admin/v1/usage/days", &["get"], get(usage::days)),
        ("/v1/models", &["get"], get(openai::models)),
        ("/v1/usage", &["get"], get(openai::usage)),
        ("/v1/chat/completions", &["post"], post(openai::chat)),
    ]
}

fn router(desk: Desk) -> Router {
    let empty = Router::new().fallback(reply::no_such_path).method_not_allowed_fallback(reply::no_such_method);
    let all = routes().into_iter().fold(empty, |router, (path, _, serve)| router.route(path, serve));
    all.with_state(desk)
}

#[cfg(test)]
mod tests;
