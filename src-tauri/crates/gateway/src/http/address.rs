//! Which addresses may be spoken to.

use reqwest::Url;

use crate::{ErrorKind, GatewayError};

const NOT_AN_ADDRESS: &str = "that is not a web address: one begins with https://";

/// Reads a base address as an operator gives it.
///
/// # Errors
/// [`ErrorKind::BadAddress`] with the remedy.
pub fn parse(text: &str) -> Result<Url, GatewayError> {
    let refused = |message: String| GatewayError::new(ErrorKind::BadAddress, "connect", message);
    let text = text.trim().trim_end_matches('/');
    let url = Url::parse(text).map_err(|_| refused(NOT_AN_ADDRESS.to_owned()))?;
    if url.host_str().is_none_or(str::is_empty) || !matches!(url.scheme(), "http" | "https") {
        return Err(refused(NOT_AN_ADDRESS.to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "the address holds a user name or password: give the credential in its own field".to_owned(),
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("the address has a `?` or `#` part: give only the part before it".to_owned()));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let host = url.host_str().unwrap_or_default();
        return Err(refused(format!(
            "plain http would send the admin credential in clear to {host}: use https://, or a tunnel to this machine"
        )));
    }
    Ok(url)
}

/// Whether an address stays on this machine.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    ip.map_or_else(|_| host == "localhost" || host.ends_with(".localhost"), |ip| ip.is_loopback())
}

/// Whether an address leads to this machine or to a network of one's own.
pub fn is_near(text: &str) -> bool {
    use std::net::IpAddr;
    let Ok(url) = Url::parse(text) else { return false };
    let host = url.host_str().unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => host == "localhost" || NEAR.iter().any(|end| host.ends_with(end)),
    }
}

/// Ends of names that no public network gives out.
const NEAR: [&str; 4] = [".localhost", ".local", ".internal", ".lan"];

/// The base address with a path put behind whatever path it has already (a gateway behind `/llm/`).
pub fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/');
    url.set_path(&format!("{prefix}{path}"));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_used() {
        for good in [
            "https://gateway.example",
            "https://gateway.example/llm/",
            "http://127.0.0.1:4000",
            "http://localhost:4000/",
            "http://[::1]:4000",
            " https://gateway.example ",
        ] {
            assert!(parse(good).is_ok(), "{good} is fine");
        }
        for bad in [
            "",
            "gateway.example",
            "ftp://gateway.example",
            "http://gateway.example",
            "http://192.168.1.4:4000",
            "http://localhost.evil.example",
            "https://user:pass@gateway.example",
            "https://gateway.example?key=1",
            "https://",
            "javascript:alert(1)",
        ] {
            assert_eq!(parse(bad).map(|url| url.to_string()).map_err(|e| e.kind), Err(ErrorKind::BadAddress), "{bad}");
        }
    }

    #[test]
    fn a_prefix_is_kept() {
        let base = parse("https://gateway.example/llm/").unwrap();
        assert_eq!(join(&base, "/key/list").as_str(), "https://gateway.example/llm/key/list");
    }
}
