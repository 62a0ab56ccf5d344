//! `NO_PROXY`: which servers are reached without the proxy.
//!
//! There is no standard. An entry is `*` for all servers, a host name (which includes its subdomains, with or without a
//! dot or `*.` before it), an IP address, or a network in CIDR notation. A host or address may have a port; an IPv6
//! address then needs brackets. Entries are separated by commas or white space, and invalid ones are ignored. Names are
//! compared as they are: they are not resolved to addresses.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

/// Whether an entry of `list` excludes the server of `url`.
pub fn excludes(list: &str, url: &Url) -> bool {
    list.split(|c: char| c == ',' || c.is_whitespace()).any(|entry| matches(entry, url))
}

fn matches(entry: &str, url: &Url) -> bool {
    if entry == "*" {
        return true;
    }
    // Without its brackets, a port cannot be told from the end of an IPv6 address.
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, Some(port)),
        _ => (entry, None),
    };
    if let Some(port) = port
        && url.port_or_known_default() != port.parse().ok()
    {
        return false;
    }
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match url.host() {
        Some(Host::Ipv4(address)) => matches_address(host, IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => matches_address(host, IpAddr::V6(address)),
        Some(Host::Domain(domain)) => matches_domain(host, domain),
        None => false,
    }
}

fn matches_address(entry: &str, address: IpAddr) -> bool {
    entry.parse() == Ok(address) || entry.parse().is_ok_and(|network: IpNet| network.contains(&address))
}

fn matches_domain(entry: &str, domain: &str) -> bool {
    let entry = entry.trim_start_matches('*').trim_matches('.').to_ascii_lowercase();
    let domain = domain.trim_end_matches('.');
    let before = domain.strip_suffix(&*entry).filter(|_| !entry.is_empty());
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_vector_is_decided_as_it_says() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../minimal_browser_core/src/minimal_browser_core/testing/vectors/no_proxy.json"
        );
        let vectors: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for vector in vectors {
            let list = vector["no_proxy"].as_str().unwrap();
            for (urls, is_excluded) in [("direct", true), ("proxied", false)] {
                for url in vector[urls].as_array().unwrap() {
                    let url = Url::parse(url.as_str().unwrap()).unwrap();
                    assert_eq!(excludes(list, &url), is_excluded, "{}: {url}", vector["name"]);
                }
            }
        }
    }
}
