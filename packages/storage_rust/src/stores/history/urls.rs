//! The host of a URL.

/// The host of a URL in lower case, without user and port; empty if it has none.
pub fn host_of(url: &str) -> String {
    let Some((_, rest)) = url.split_once("://") else { return String::new() };
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.starts_with('[') {
        &host[..host.find(']').map_or(0, |end| end + 1)]
    } else {
        host.split_once(':').map_or(host, |(host, _)| host)
    };
    host.trim_end_matches('.').to_lowercase()
}
