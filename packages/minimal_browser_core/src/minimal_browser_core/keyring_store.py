"""Keys in the system's keyring: Secret Service, KWallet, macOS Keychain, Windows Credential Locker.

Importing this module imports no keyring; the first call does (tens of milliseconds, and D-Bus where that is the
system's way). Any call may wait for a person to unlock the keyring: never make one on the way to the first paint.
"""

from types import ModuleType

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.secrets import Secret

SERVICE = "minimal_browser"

_INSTEAD = "Put the key in the environment instead: OPENROUTER_API_KEY, OPENAI_API_KEY or MINIMAL_BROWSER_API_KEY."


class KeyringStore:
    """The SecretStore of `minimal_browser_core.ports.secrets` on the keyring. Thread-safe as its backend is."""

    def get(self, user: str) -> Secret | None:
        keyring = _keyring()
        try:
            found = keyring.get_password(SERVICE, user)
        except Exception as error:  # noqa: BLE001  backends raise what they like
            raise _refused("read", user, error) from None
        return Secret(found) if found else None

    def set(self, user: str, secret: Secret) -> None:
        keyring = _keyring()
        try:
            keyring.set_password(SERVICE, user, secret.reveal())
        except Exception as error:  # noqa: BLE001  backends raise what they like
            raise _refused("stored", user, error) from None

    def delete(self, user: str) -> bool:
        keyring = _keyring()
        try:
            if keyring.get_password(SERVICE, user) is None:
                return False
            keyring.delete_password(SERVICE, user)
        except Exception as error:  # noqa: BLE001  backends raise what they like
            raise _refused("deleted", user, error) from None
        return True


def _keyring() -> ModuleType:
    try:
        import keyring
    except ImportError as error:
        raise ConfigError(f"The keyring library cannot be loaded ({error}). {_INSTEAD}") from None
    return keyring


def _refused(done: str, user: str, error: Exception) -> ConfigError:
    # A message may hold what the backend was given, the key included, so only the kind of error is told.
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    match error:
        case NoKeyringError() | InitError():
            return ConfigError(f"This system has no keyring that can be used. {_INSTEAD}")
        case KeyringLocked():
            return ConfigError(f"The system keyring is locked, so the key of {user} cannot be {done}. Unlock it first.")
        case _:
            return ConfigError(
                f"The system keyring failed ({type(error).__name__}), so the key of {user} cannot be {done}. {_INSTEAD}"
            )
