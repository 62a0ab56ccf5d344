//! Which parts of a client's settings are secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

const CREDENTIAL_WORDS: [&str; 10] =
    ["auth", "key", "token", "secret", "cookie", "password", "session", "credential", "signature", "passwd"];

/// Whether the value of a header or of a query parameter with this name is a secret.
pub fn is_credential_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    CREDENTIAL_WORDS.iter().any(|word| name.contains(word))
}

/// Authentication schemes, which are not secret.
const SCHEMES: [&str; 12] = [
    "basic",
    "bearer",
    "token",
    "digest",
    "apikey",
    "api-key",
    "key",
    "oauth",
    "dpop",
    "signature",
    "negotiate",
    "aws4-hmac-sha256",
];

/// The secrets in the value of a header with credentials: all of it but a known scheme, and the values of its
/// parameters or cookies.
pub fn of_header(value: &str) -> Vec<String> {
    let mut secrets = Vec::new();
    let scheme = value.split_once(' ').map(|(scheme, token)| (scheme.to_ascii_lowercase(), token.trim()));
    if scheme.as_ref().is_none_or(|(scheme, _)| !SCHEMES.contains(&&**scheme)) {
        secrets.push(value.to_owned());
    }
    if let Some((scheme, token)) = scheme {
        secrets.push(token.to_owned());
        if scheme == "basic" {
            secrets.extend(of_basic_token(token));
        }
    }
    let parameters = value.split([';', ',']).filter_map(|parameter| parameter.split_once('='));
    secrets.extend(parameters.map(|(_, value)| value.trim().trim_matches('"').to_owned()));
    secrets
}

/// User and password, and the password alone.
fn of_basic_token(token: &str) -> Vec<String> {
    let Ok(pair) = STANDARD.decode(token) else { return Vec::new() };
    let pair = String::from_utf8_lossy(&pair).into_owned();
    let password = pair.split_once(':').map(|(_, password)| password.to_owned());
    std::iter::once(pair).chain(password).collect()
}

/// The user, the password and the values of the query of a URL, whose scheme may be missing.
pub fn of_url(text: &str) -> Vec<String> {
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let Ok(url) = Url::parse(&text) else { return Vec::new() };
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = (decode(url.username()), decode(url.password().unwrap_or_default()));
    let pair = format!("{user}:{password}");
    let mut secrets =
        if pair == ":" { Vec::new() } else { vec![STANDARD.encode(&pair), pair, user, password] };
    // A version is not a secret, and an error message may be about it.
    let query = url.query_pairs().filter(|(name, _)| name != "api-version");
    secrets.extend(query.map(|(_, value)| value.into_owned()));
    secrets
}
