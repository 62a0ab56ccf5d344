"""`AzureOpenAI` of `ai_rust_client.compat` sends what that of the OpenAI library sends.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.fake_server import FakeServer

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")

ASK: dict[str, Any] = {"model": "gpt four/o", "messages": [{"role": "user", "content": "q"}]}
HEADERS = ("authorization", "api-key", "x-own")
VARIABLES = ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def sent(library: Any, script: Callable[[Any], Any], **options: Any) -> list[Any]:
    """The path and the headers of all requests of a script; `URL` in the options is that of the server."""
    with FakeServer() as server:
        root = server.base_url.removesuffix("/v1")
        given = {
            name: value.replace("URL", root) if isinstance(value, str) else value for name, value in options.items()
        }
        with library.AzureOpenAI(**({"api_version": "2026-01-01"} | given)) as client:
            script(client)
        return [(r.path, [r.headers.get(name) for name in HEADERS]) for r in server.requests]


def create(client: Any, **options: Any) -> None:
    """Ask; the server has none of the paths of Azure."""
    with contextlib.suppress(openai.NotFoundError, compat.NotFoundError):
        client.chat.completions.create(**ASK | options)


def ask(client: Any) -> None:
    create(client)
    create(client, model="other", extra_headers={"X-Own": "1"}, extra_query={"q": "é"})


def ask_with_other_options(client: Any) -> None:
    other = client.with_options(api_version="v2", default_headers={"X-Own": "2"}, max_retries=0)
    create(other)
    create(other.copy(set_default_query={"only": 1}))
    create(client.with_options(azure_ad_token="token"))
    create(client, extra_headers={"api-key": "own"})


TARGETS: dict[str, dict[str, Any]] = {
    "endpoint": {"azure_endpoint": "URL", "api_key": "k"},
    "endpoint with a slash": {"azure_endpoint": "URL/", "api_key": "k"},
    "deployment": {"azure_endpoint": "URL", "azure_deployment": "dep", "api_key": "k"},
    "base_url": {"base_url": "URL/own/path", "api_key": "k"},
    "base_url of a deployment": {"base_url": "URL/openai/deployments/d", "api_key": "k"},
    "token": {"azure_endpoint": "URL", "azure_ad_token": "t"},
    "token function": {"azure_endpoint": "URL", "azure_ad_token_provider": lambda: "t"},
    "key function": {"azure_endpoint": "URL", "api_key": lambda: "k"},
    "own headers": {"azure_endpoint": "URL", "api_key": "k", "default_headers": {"api-key": "x", "X-Own": "0"}},
}


@pytest.mark.parametrize("script", [ask, ask_with_other_options])
@pytest.mark.parametrize("options", TARGETS.values(), ids=list(TARGETS))
def test_requests_are_the_same(options: dict[str, Any], script: Callable[[Any], Any]) -> None:
    ours = sent(compat, script, **options)
    assert ours == sent(openai, script, **options)
    assert "api-version" in ours[0][0]


@pytest.mark.parametrize("options", [TARGETS["endpoint"], TARGETS["deployment"], TARGETS["base_url"]])
def test_the_model_list_is_not_below_a_deployment(options: dict[str, Any]) -> None:
    def paths(library: Any) -> list[str]:
        with FakeServer() as server:
            root = server.base_url.removesuffix("/v1")
            given = {name: value.replace("URL", root) for name, value in options.items()}
            with library.AzureOpenAI(api_version="v", **given) as client, contextlib.suppress(library.NotFoundError):
                client.models.list()
            return [request.path for request in server.requests]

    assert paths(compat) == paths(openai)
    assert "deployments" not in paths(compat)[0]


@pytest.mark.parametrize(
    "variables",
    [
        {"AZURE_OPENAI_API_KEY": "k"},
        {"AZURE_OPENAI_AD_TOKEN": "t"},
        {"AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_AD_TOKEN": "t"},
    ],
)
def test_settings_come_from_the_environment(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for name, value in {**variables, "OPENAI_API_VERSION": "v"}.items():
        monkeypatch.setenv(name, value)
    for library in (openai, compat):
        with FakeServer() as server:
            monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.base_url.removesuffix("/v1"))
            with library.AzureOpenAI() as client:
                create(client)
            seen.append([(r.path, [r.headers.get(name) for name in HEADERS]) for r in server.requests])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "options",
    [
        {"azure_endpoint": "http://127.0.0.1:1", "api_version": "v"},
        {"azure_endpoint": "http://127.0.0.1:1", "api_key": "k"},
        {"api_key": "k", "api_version": "v"},
        {"api_key": "k", "api_version": "v", "azure_endpoint": "http://127.0.0.1:1", "base_url": "http://127.0.0.1:1"},
        {"api_key": "k", "azure_ad_token": "t", "api_version": "v", "azure_endpoint": "http://127.0.0.1:1"},
    ],
)
def test_missing_and_conflicting_arguments_raise_the_same_class(options: dict[str, Any]) -> None:
    with pytest.raises((openai.OpenAIError, ValueError)) as theirs:
        openai.AzureOpenAI(**options)
    with pytest.raises((compat.OpenAIError, ValueError)) as ours:
        compat.AzureOpenAI(**options)
    assert type(ours.value).__name__ == type(theirs.value).__name__


@pytest.mark.parametrize("is_coroutine", [False, True])
async def test_each_call_asks_for_a_token(is_coroutine: bool) -> None:
    tokens = iter(["t1", "t2"])

    async def later() -> str:
        return next(tokens)

    with FakeServer() as server:
        async with compat.AsyncAzureOpenAI(
            azure_endpoint=server.base_url.removesuffix("/v1"),
            api_version="v",
            azure_ad_token_provider=later if is_coroutine else lambda: next(tokens),
        ) as client:
            for _ in range(2):
                with contextlib.suppress(compat.NotFoundError):
                    await client.chat.completions.create(**ASK)
        assert [r.headers["authorization"] for r in server.requests] == ["Bearer t1", "Bearer t2"]


def test_neither_key_nor_token_is_shown() -> None:
    for name in ("api_key", "azure_ad_token"):
        with compat.AzureOpenAI(
            azure_endpoint="http://127.0.0.1:1", api_version="v", **{name: "very-secret"}
        ) as client:
            assert "very-secret" not in repr([client, vars(client), vars(client._connections)])
