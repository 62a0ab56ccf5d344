//! How a client connects: proxy, certificates, local address and UNIX socket.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder, Identity, Proxy};
use url::Url;

use crate::http::environment_proxy::EnvironmentProxy;
use crate::http::invalid::{Invalid, invalid};

/// The settings as the caller passes them.
#[derive(Default)]
pub struct NetworkSettings {
    pub proxy: Option<String>,
    pub ca_bundle: Option<PathBuf>,
    /// A PEM file with a certificate and its key.
    pub client_cert: Option<PathBuf>,
    pub local_address: Option<String>,
    pub unix_socket: Option<PathBuf>,
}

pub struct Network {
    proxy: Option<Proxy>,
    /// Its URL without user and password.
    shown_proxy: Option<String>,
    /// Whether the environment excludes the server from every proxy, also from that of the system's settings.
    is_excluded: bool,
    proxy_is_tls: bool,
    roots: Vec<Certificate>,
    identity: Option<Identity>,
    local_address: Option<IpAddr>,
    unix_socket: Option<PathBuf>,
}

impl Network {
    pub fn new(settings: NetworkSettings, environment_proxy: &EnvironmentProxy) -> Result<Self, Invalid> {
        if settings.unix_socket.is_some() && settings.proxy.is_some() {
            return invalid("unix_socket and proxy exclude each other; set one of them");
        }
        let proxy = match (&settings.proxy, environment_proxy) {
            (Some(url), _) => Some((parse_proxy(url, "proxy")?, url)),
            (None, EnvironmentProxy::Set { variable, url }) if settings.unix_socket.is_none() => {
                Some((parse_proxy(url, &format!("the environment variable {variable}"))?, url))
            }
            _ => None,
        };
        Ok(Self {
            proxy_is_tls: proxy.as_ref().is_some_and(|(_, url)| is_tls_proxy(url)),
            shown_proxy: proxy.as_ref().map(|(_, url)| without_user(url)),
            proxy: proxy.map(|(proxy, _)| proxy),
            is_excluded: *environment_proxy == EnvironmentProxy::Excluded,
            roots: settings.ca_bundle.as_deref().map_or(Ok(Vec::new()), read_roots)?,
            identity: settings.client_cert.as_deref().map(read_identity).transpose()?,
            local_address: settings.local_address.as_deref().map(parse_address).transpose()?,
            unix_socket: settings.unix_socket.map(check_unix_socket).transpose()?,
        })
    }

    pub fn needs_tls(&self, base_url: &Url) -> bool {
        base_url.scheme() == "https" || self.proxy_is_tls
    }

    /// The proxy for messages.
    pub fn shown_proxy(&self) -> Option<&str> {
        self.shown_proxy.as_deref()
    }

    /// How many idle connections to a server are kept. It costs little to connect to a UNIX socket, and a connection that
    /// the server has closed could not be told from a failure.
    pub fn max_idle_connections(&self) -> usize {
        if self.unix_socket.is_some() { 0 } else { 100 }
    }

    /// Apply the settings, except for those of TLS.
    pub fn connect(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None if self.is_excluded => builder.no_proxy(),
            None => builder,
        };
        let builder = builder.local_address(self.local_address);
        #[cfg(unix)]
        if let Some(path) = &self.unix_socket {
            // A proxy would not be connected to, but reqwest would send its password to the socket.
            return builder.no_proxy().unix_socket(path.as_path());
        }
        builder
    }

    pub fn secure(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.tls_certs_merge(self.roots.iter().cloned());
        match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }
}

/// reqwest ignores a proxy with any other scheme, and would send the request, with its key, without it.
const PROXY_SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// `setting` is what the text comes from.
fn parse_proxy(text: &str, setting: &str) -> Result<Proxy, Invalid> {
    let text = text.trim();
    let is_complete = text.split_once("://").is_some_and(|(scheme, rest)| {
        let has_host = !rest.starts_with(['/', '\\'])
            && Url::parse(text).is_ok_and(|url| url.host_str().is_some_and(|host| !host.is_empty()));
        has_host && PROXY_SCHEMES.contains(&&*scheme.to_ascii_lowercase())
    });
    match Proxy::all(text) {
        Ok(proxy) if is_complete => Ok(proxy),
        // The text is not shown: it may contain the proxy's password.
        _ => invalid(format!(
            "{setting} is not a proxy URL; it must look like http://host:3128 or socks5h://host:1080"
        )),
    }
}

fn without_user(proxy: &str) -> String {
    let Ok(url) = Url::parse(proxy.trim()) else { return "proxy".to_owned() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

fn is_tls_proxy(proxy: &str) -> bool {
    proxy.trim_start().to_ascii_lowercase().starts_with("https:")
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, Invalid> {
    std::fs::read(path).map_err(|error| Invalid::File { setting, path: path.to_owned(), error })
}

fn read_roots(path: &Path) -> Result<Vec<Certificate>, Invalid> {
    match Certificate::from_pem_bundle(&read("ca_bundle", path)?) {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        _ => invalid(format!("ca_bundle: no PEM certificate in {}", path.display())),
    }
}

fn read_identity(path: &Path) -> Result<Identity, Invalid> {
    Identity::from_pem(&read("client_cert", path)?).or_else(|_| {
        let path = path.display();
        invalid(format!(
            "client_cert: {path} must contain a certificate and its key without a password, as PEM"
        ))
    })
}

fn parse_address(text: &str) -> Result<IpAddr, Invalid> {
    text.parse()
        .or_else(|_| invalid(format!("local_address must be an IP address of this machine, not {text:?}")))
}

fn check_unix_socket(path: PathBuf) -> Result<PathBuf, Invalid> {
    if cfg!(unix) { Ok(path) } else { invalid("unix_socket: this system has no UNIX sockets; use base_url") }
}
