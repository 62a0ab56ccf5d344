"""`help()` is of use: every public name says what it is."""

import inspect
from collections.abc import Iterator

import pytest

import ai_rust_client

CLASSES = [value for name in ai_rust_client.__all__ if inspect.isclass(value := getattr(ai_rust_client, name))]


def names() -> Iterator[tuple[str, object]]:
    for cls in CLASSES:
        yield cls.__name__, cls
        for name, value in vars(cls).items():
            if not name.startswith("_") and not isinstance(value, str):
                yield f"{cls.__name__}.{name}", value


@pytest.mark.parametrize(("name", "value"), list(names()), ids=[name for name, _ in names()])
def test_a_public_name_has_a_docstring(name: str, value: object) -> None:
    assert value.__doc__, name
    assert value.__doc__.strip()


def test_help_tells_the_settings_their_units_and_what_is_raised() -> None:
    text = inspect.getdoc(ai_rust_client.AIClient) or ""
    for word in ("first_token_timeout", "seconds", "max_retries", "ValueError", "Thread-safe"):
        assert word in text
    assert str(inspect.signature(ai_rust_client.AIClient)).startswith("(api_key=None, *, base_url='https://openrouter")


def test_the_package_itself_is_described() -> None:
    assert "streaming client" in (ai_rust_client.__doc__ or "")
