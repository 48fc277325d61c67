//! The fake's users: listed with the deleted ones, overwritten whole, found again only by search.

use serde_json::{Value, json};

use super::fake::{Asked, Memory, NEWEST, failure, paged, recorded, success};

pub fn find(memory: &Memory, id: u64) -> Option<&Value> {
    memory.users.iter().find(|user| user["id"] == id)
}

fn find_mut(memory: &mut Memory, id: u64) -> Option<&mut Value> {
    memory.users.iter_mut().find(|user| user["id"] == id)
}

fn is_live(user: &Value) -> bool {
    user["DeletedAt"].is_null()
}

pub fn answer(memory: &mut Memory, asked: &Asked, me: u64) -> (u16, Value) {
    match asked.call.as_str() {
        "GET /api/user/self" => success(find(memory, me).cloned().unwrap_or_default()),
        "GET /api/user/token" => {
            memory.made += 1;
            let token = format!("throwaway-pat-{}", memory.made);
            memory.pats.retain(|_, owner| *owner != me);
            memory.pats.insert(token.clone(), me);
            success(json!(token))
        }
        "GET /api/user/" => success(paged(&sorted(memory, asked), asked)),
        "GET /api/user/search" => {
            let wanted = asked.query.get("keyword").cloned().unwrap_or_default();
            let fits = |user: &Value| {
                let told = |name: &str| user[name].as_str().unwrap_or_default().contains(&wanted);
                told("username") || told("display_name")
            };
            let found: Vec<Value> = memory.users.iter().filter(|user| fits(user)).cloned().collect();
            success(paged(&found, asked))
        }
        "GET /api/user/:id" => match find(memory, asked.id()).filter(|user| is_live(user)) {
            Some(user) => success(user.clone()),
            None => recorded("user_get_missing"),
        },
        "POST /api/user/" => create(memory, &asked.body),
        "PUT /api/user/" => edit(memory, &asked.body),
        "POST /api/user/manage" => manage(memory, &asked.body),
        _ => recorded("err_unknown_api_route"),
    }
}

/// In the order of the numbers where the release sorts, the newest first where not.
fn sorted(memory: &Memory, asked: &Asked) -> Vec<Value> {
    let mut users = memory.users.clone();
    users.sort_by_key(|user| user["id"].as_u64());
    if memory.release != NEWEST || !asked.query.contains_key("sort_by") {
        users.reverse();
    }
    users
}

fn create(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (name, password) = (text("username"), text("password"));
    let fits = |text: &str, least: usize| (least..=20).contains(&text.chars().count());
    if !fits(&name, 1) || !fits(&password, 8) || !fits(&text("display_name"), 0) {
        return failure("Invalid input");
    }
    if memory.users.iter().any(|user| user["username"] == name.as_str()) {
        return recorded("user_create_duplicate");
    }
    let id = memory.users.iter().filter_map(|user| user["id"].as_u64()).max().unwrap_or(0) + 1;
    let mut user = recorded("user_get").1["data"].clone();
    user["id"] = json!(id);
    user["username"] = json!(name);
    user["display_name"] = body["display_name"].clone();
    user["quota"] = json!(0);
    user["used_quota"] = json!(0);
    user["group"] = json!("default");
    user["status"] = json!(1);
    user.as_object_mut().unwrap().remove("remark");
    memory.users.push(user);
    memory.passwords.insert(id, password);
    recorded("user_create")
}

/// Overwrites the user: what is not sent is emptied, as the real one does.
fn edit(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let Some(user) = find_mut(memory, body["id"].as_u64().unwrap_or(0)) else { return recorded("user_get_missing") };
    if body["remark"].as_str().is_some_and(|remark| remark.chars().count() > 255) {
        return failure("Invalid input");
    }
    for name in ["username", "display_name", "group", "remark"] {
        user[name] = json!(body[name].as_str().unwrap_or_default());
    }
    success(Value::Null)
}

fn manage(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let Some(user) = find_mut(memory, body["id"].as_u64().unwrap_or(0)) else { return recorded("user_get_missing") };
    let value = body["value"].as_i64().unwrap_or(0);
    let quota = user["quota"].as_i64().unwrap_or(0);
    match (body["action"].as_str(), body["mode"].as_str()) {
        (Some("disable"), _) => user["status"] = json!(2),
        (Some("enable"), _) => user["status"] = json!(1),
        (Some("add_quota"), Some("add" | "subtract")) if value <= 0 => return failure("cannot be zero"),
        (Some("add_quota"), Some("add")) => user["quota"] = json!(quota + value),
        (Some("add_quota"), Some("subtract")) => user["quota"] = json!(quota - value),
        (Some("add_quota"), Some("override")) => panic!("override leaves Redis behind: it is never used"),
        // An action that is not known is answered with success, and nothing happens.
        _ => {}
    }
    recorded("user_manage_disable")
}

pub fn login(memory: &mut Memory, asked: &Asked) -> (u16, Value) {
    let name = asked.body["username"].as_str().unwrap_or_default();
    let found = memory.users.iter().find(|user| user["username"] == name).and_then(|user| user["id"].as_u64());
    let known = found.filter(|id| memory.passwords.get(id).map(String::as_str) == asked.body["password"].as_str());
    let Some(id) = known else { return failure("Username or password is incorrect") };
    if memory.second_factor {
        return success(json!({ "require_2fa": true }));
    }
    memory.made += 1;
    let session = format!("throwaway-session-{}", memory.made);
    memory.sessions.insert(session.clone(), id);
    if memory.release == NEWEST {
        return success(json!({ "access_token": session, "token_type": "Bearer" }));
    }
    success(json!({ "id": id, "session_cookie": session }))
}
