"""API keys: a string type that does not print, and its storage in the system's keyring."""

from types import ModuleType
from typing import Any, Protocol, Self

from minimal_browser_core.errors import ConfigError

MASK = "***"
SERVICE = "minimal_browser"

_ALTERNATIVE = "Put the key in the environment instead: OPENROUTER_API_KEY, OPENAI_API_KEY or MINIMAL_BROWSER_API_KEY."


class Secret:
    """Holds a key that `repr`, `str`, `format`, `pickle` and JSON encoders cannot see; only `reveal()` returns it.

    Immutable. Equal secrets compare equal, in constant time. False if empty.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_Secret__value", value)

    def reveal(self) -> str:
        """Return the secret itself."""
        return self.__value  # type: ignore[no-any-return,attr-defined]

    def scrub(self, text: str) -> str:
        """Return `text` with every occurrence of the secret masked."""
        secret = self.reveal()
        return text.replace(secret, MASK) if secret else text

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Secret cannot be changed")

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # loads OpenSSL, which no start-up needs

        return hmac.compare_digest(_bytes(self), _bytes(other))

    def __hash__(self) -> int:
        return hash(("Secret", self.reveal()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickle leaves the process (caches, crash reports), so it contains only the mask.
        return (Secret, (MASK,))


def _bytes(secret: Secret) -> bytes:
    return secret.reveal().encode("utf-8", "surrogatepass")


class SecretStore(Protocol):
    """Stores one key per provider: openrouter, openai, anthropic, server.

    Every call may block, even on a dialog. Failures are `ConfigError`s that say what to do.
    """

    def get(self, user: str) -> Secret | None: ...
    def set(self, user: str, secret: Secret) -> None: ...
    def delete(self, user: str) -> bool:
        """Delete a key; returns False if there was none."""


class KeyringStore:
    """A `SecretStore` in the system's keyring: Secret Service, KWallet, macOS Keychain, Windows Credential Locker.

    The first call imports the keyring library, which takes tens of milliseconds and may connect to D-Bus. Any call may
    wait until the user unlocks the keyring: make none before the first paint. As thread-safe as the keyring's backend.
    """

    def get(self, user: str) -> Secret | None:
        """Return the key, or None if there is none."""
        keyring = _import_keyring()
        try:
            password = keyring.get_password(SERVICE, user)
        except Exception as error:  # noqa: BLE001  backends raise any exception
            raise _keyring_error("read", user, error) from None
        return Secret(password) if password else None

    def set(self, user: str, secret: Secret) -> None:
        """Store a key in place of an earlier one."""
        keyring = _import_keyring()
        try:
            keyring.set_password(SERVICE, user, secret.reveal())
        except Exception as error:  # noqa: BLE001  backends raise any exception
            raise _keyring_error("stored", user, error) from None

    def delete(self, user: str) -> bool:
        """Delete a key; returns False if there was none."""
        keyring = _import_keyring()
        try:
            if keyring.get_password(SERVICE, user) is None:
                return False
            keyring.delete_password(SERVICE, user)
        except Exception as error:  # noqa: BLE001  backends raise any exception
            raise _keyring_error("deleted", user, error) from None
        return True


def _import_keyring() -> ModuleType:
    try:
        import keyring
    except ImportError as error:
        raise ConfigError(f"The keyring library cannot be loaded ({error}). {_ALTERNATIVE}") from None
    return keyring


def _keyring_error(action: str, user: str, error: Exception) -> ConfigError:
    # The backend's message may contain the key, so only the type of the error is reported.
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    match error:
        case NoKeyringError() | InitError():
            return ConfigError(f"This system has no keyring that can be used. {_ALTERNATIVE}")
        case KeyringLocked():
            return ConfigError(
                f"The system keyring is locked, so the key of {user} cannot be {action}. Unlock it first."
            )
        case _:
            return ConfigError(
                f"The system keyring failed ({type(error).__name__}), so the key of {user} cannot be {action}. "
                f"{_ALTERNATIVE}"
            )
