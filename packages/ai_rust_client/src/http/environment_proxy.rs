//! The proxy that the environment variables set for a server.
//!
//! reqwest reads them too, but not `NO_PROXY` with ports or spaces, and it prefers the names in capitals, unlike curl
//! and Python. All requests of a client go to one server, so that one proxy is enough.

use reqwest::{ClientBuilder, Proxy};
use url::Url;

use crate::http::no_proxy;

#[derive(Debug, PartialEq, Eq)]
pub enum EnvironmentProxy {
    /// No variable applies. The settings of macOS and Windows still may.
    Unset,
    /// The server is excluded from them.
    Excluded,
    Url(String),
}

impl EnvironmentProxy {
    /// `variable` reads a variable. One in lower case wins over the same in capitals.
    pub fn new(url: &Url, variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| variable(name).or_else(|| variable(&name.to_ascii_uppercase()));
        if either("no_proxy").is_some_and(|list| no_proxy::excludes(&list, url)) {
            return Self::Excluded;
        }
        // In a CGI script, HTTP_PROXY is the header `Proxy` of the request (https://httpoxy.org).
        let own = if url.scheme() == "http" && variable("REQUEST_METHOD").is_some() {
            variable("http_proxy")
        } else {
            either(&format!("{}_proxy", url.scheme()))
        };
        let proxy = own.filter(|proxy| !proxy.trim().is_empty()).or_else(|| either("all_proxy"));
        match proxy.map(|proxy| proxy.trim().to_owned()) {
            Some(proxy) if !proxy.is_empty() => Self::Url(proxy),
            _ => Self::Unset,
        }
    }

    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Url(url) => Some(url),
            Self::Unset | Self::Excluded => None,
        }
    }

    pub fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        match self {
            Self::Unset => builder,
            Self::Excluded => builder.no_proxy(),
            // As everywhere else, a variable that is not a URL sets nothing.
            Self::Url(url) => match Proxy::all(&**url) {
                Ok(proxy) => builder.proxy(proxy),
                Err(_) => builder.no_proxy(),
            },
        }
    }
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
        assert_eq!(proxy("http://x", &[("http_proxy", " "), ("all_proxy", "c:1")]).url(), Some("c:1"));
    }

    #[test]
    fn the_variable_in_lower_case_wins() {
        let variables = [("HTTPS_PROXY", "a:1"), ("https_proxy", "b:1"), ("NO_PROXY", "*"), ("no_proxy", "")];
        assert_eq!(proxy("https://x", &variables).url(), Some("b:1"));
        assert_eq!(proxy("https://x", &variables[..3]), EnvironmentProxy::Excluded);
    }

    #[test]
    fn a_header_of_a_cgi_request_is_not_a_proxy() {
        let variables = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil")];
        assert_eq!(proxy("http://x", &variables), EnvironmentProxy::Unset);
    }
}
