"""The certificates of encrypted connections."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpcore2

from minimal_browser_core.chat.python.config import Config


def make_context(config: Config) -> ssl.SSLContext:
    """Return the platform's certificates with those of the settings. Raises `httpcore2.ConnectError`."""
    context = httpcore2.default_ssl_context()
    if config.ca_bundle is not None:
        _load("ca_bundle", config.ca_bundle, context.load_verify_locations)
    if config.client_cert is not None:
        # With a password, even an empty one, OpenSSL does not ask for one on the terminal.
        _load("client_cert", config.client_cert, lambda file: context.load_cert_chain(file, password=""))
    return context


def _load(setting: str, file: Path, load: Callable[[Path], None]) -> None:
    try:
        load(file)
    except (ssl.SSLError, OSError) as error:
        raise httpcore2.ConnectError(f"{setting}: {file}: {error.strerror or error}") from None
