"""The real keyring library, with its own test backends or one in memory."""

from collections.abc import Iterator

import keyring
import keyring.backends.fail
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.secrets import SERVICE, KeyringStore, Secret


class _Memory(KeyringBackend):
    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.passwords[service, username]


class _Locked(_Memory):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")


class _Faulty(_Memory):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"cannot store {password}")


@pytest.fixture(autouse=True)
def keep_backend() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_key_is_stored_under_the_name_of_its_provider() -> None:
    backend = _Memory()
    keyring.set_keyring(backend)
    store = KeyringStore()
    assert store.get("openai") is None
    store.set("openai", Secret("sk-1"))
    assert backend.passwords == {(SERVICE, "openai"): "sk-1"}
    assert store.get("openai") == Secret("sk-1")
    assert store.delete("openai")
    assert not store.delete("openai")


def test_without_a_keyring_the_error_names_the_environment_variables() -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(ConfigError, match=r"no keyring.*OPENROUTER_API_KEY"):
        KeyringStore().get("openai")
    with pytest.raises(ConfigError, match=r"no keyring.*OPENROUTER_API_KEY"):
        KeyringStore().set("openai", Secret("sk-1"))


def test_a_locked_keyring_raises_an_error_that_says_so() -> None:
    keyring.set_keyring(_Locked())
    with pytest.raises(ConfigError, match=r"locked.*Unlock"):
        KeyringStore().get("openai")


def test_a_backend_that_fails_does_not_show_the_key() -> None:
    keyring.set_keyring(_Faulty())
    with pytest.raises(ConfigError) as error:
        KeyringStore().set("openai", Secret("sk-1"))
    assert "OSError" in str(error.value)
    assert "sk-1" not in str(error.value)
