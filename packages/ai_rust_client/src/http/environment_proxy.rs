//! The proxy that the environment variables set for a server.
//!
//! reqwest reads them too, but not `NO_PROXY` with ports or spaces, and it prefers the names in capitals, unlike curl
//! and Python. All requests of a client go to one server, so that one proxy is enough.

use url::Url;

use crate::http::no_proxy;

#[derive(Debug, PartialEq, Eq)]
pub enum EnvironmentProxy {
    /// No variable applies. The settings of macOS and Windows still may.
    Unset,
    /// The server is excluded from them.
    Excluded,
    Set {
        /// The name of the variable.
        variable: String,
        url: String,
    },
}

impl EnvironmentProxy {
    /// `variable` reads a variable. One in lower case wins over the same in capitals.
    pub fn new(url: &Url, variable: impl Fn(&str) -> Option<String>) -> Self {
        let names = |name: String| [name.clone(), name.to_ascii_uppercase()];
        let first = |names: &[String]| names.iter().find_map(|name| Some((name.clone(), variable(name)?)));
        let no_proxy = first(&names("no_proxy".to_owned()));
        if no_proxy.is_some_and(|(_, list)| no_proxy::excludes(&list, url)) {
            return Self::Excluded;
        }
        let own = names(format!("{}_proxy", url.scheme()));
        // In a CGI script, HTTP_PROXY is the header `Proxy` of the request (https://httpoxy.org).
        let is_cgi = url.scheme() == "http" && variable("REQUEST_METHOD").is_some();
        let is_set = |(_, text): &(String, String)| !text.trim().is_empty();
        let set = first(if is_cgi { &own[..1] } else { &own }).filter(is_set);
        match set.or_else(|| first(&names("all_proxy".to_owned())).filter(is_set)) {
            Some((variable, text)) => Self::Set { variable, url: with_scheme(text.trim()) },
            None => Self::Unset,
        }
    }

    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Set { url, .. } => Some(url),
            Self::Unset | Self::Excluded => None,
        }
    }
}

/// The variables, unlike the setting, may contain only a host and port.
fn with_scheme(text: &str) -> String {
    let is_host = !text.trim_end_matches('/').contains('/');
    if is_host { format!("http://{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(url: &str, variables: &[(&str, &str)]) -> EnvironmentProxy {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        EnvironmentProxy::new(&Url::parse(url).unwrap(), variable)
    }

    #[test]
    fn the_variable_of_the_scheme_wins_over_that_of_all() {
        let variables = [("http_proxy", "http://a"), ("ALL_PROXY", "socks5://b:1")];
        assert_eq!(proxy("http://x", &variables).url(), Some("http://a"));
        assert_eq!(proxy("https://x", &variables).url(), Some("socks5://b:1"));
        assert_eq!(proxy("https://x", &variables[..1]), EnvironmentProxy::Unset);
        assert_eq!(proxy("http://x", &[("http_proxy", " "), ("all_proxy", "c:1")]).url(), Some("http://c:1"));
    }

    #[test]
    fn the_variable_in_lower_case_wins() {
        let variables = [("HTTPS_PROXY", "a:1"), ("https_proxy", "b:1"), ("NO_PROXY", "*"), ("no_proxy", "")];
        assert_eq!(proxy("https://x", &variables).url(), Some("http://b:1"));
        assert_eq!(proxy("https://x", &variables[..3]), EnvironmentProxy::Excluded);
    }

    #[test]
    fn a_header_of_a_cgi_request_is_not_a_proxy() {
        let variables = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil")];
        assert_eq!(proxy("http://x", &variables), EnvironmentProxy::Unset);
    }
}
