"""Which requests go through the proxy of the environment.

Each entry of `vectors/no_proxy.json` is a value of `no_proxy`, URLs that are reached directly with it, and URLs that
are reached through the proxy. Port 8000 stands for the port of the server.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from minimal_browser_core.testing.fake_server import Error, FakeServer
from minimal_browser_core.testing.resources import resource

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient


@dataclass(frozen=True, slots=True)
class NoProxy:
    """A value of `no_proxy`, and the URLs for which it does and does not exclude the proxy."""

    name: str
    no_proxy: str
    direct: list[str]
    proxied: list[str]


def no_proxy_vectors() -> list[NoProxy]:
    """Return the entries of `vectors/no_proxy.json`."""
    entries: list[dict[str, Any]] = json.loads(resource("vectors", "no_proxy.json").read_text("utf-8"))
    return [NoProxy(**entry) for entry in entries]


class Proxies(ChatSuite):
    """`http_proxy` and `no_proxy` decide as everywhere else, and as the client's settings say."""

    @pytest.fixture
    def proxy(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        with FakeServer() as proxy:
            monkeypatch.setenv("http_proxy", proxy.base_url.removesuffix("/v1"))
            yield proxy

    @pytest.mark.parametrize("vector", no_proxy_vectors(), ids=lambda vector: vector.name)
    def test_no_proxy_excludes(
        self,
        make_client: MakeClient,
        server: FakeServer,
        proxy: FakeServer,
        monkeypatch: pytest.MonkeyPatch,
        vector: NoProxy,
    ) -> None:
        monkeypatch.setenv("no_proxy", vector.no_proxy.replace(":8000", f":{server.port}"))
        reachable = {"127.0.0.1", "localhost"}
        for url in (url for url in vector.direct if urlsplit(url).hostname in reachable):
            seen = len(server.requests)
            self._request(make_client, url, server)
            assert len(server.requests) == seen + 1, url
        assert proxy.requests == []
        seen = len(server.requests)
        for number, url in enumerate((url for url in vector.proxied if url.startswith("http:")), 1):
            self._request(make_client, url, server)
            assert len(proxy.requests) == number, url
        assert len(server.requests) == seen

    def _request(self, make_client: MakeClient, url: str, server: FakeServer) -> None:
        url = url.replace(":8000", f":{server.port}")
        make_client(base_url=f"{url}v1", max_retries=0).chat(QUESTION, MODEL)

    @pytest.mark.usefixtures("proxy")
    @pytest.mark.parametrize(("lower", "upper"), [(None, "127.0.0.1"), ("127.0.0.1", "other.test")])
    def test_both_variables_exclude_and_the_one_in_lower_case_wins(
        self,
        make_client: MakeClient,
        server: FakeServer,
        monkeypatch: pytest.MonkeyPatch,
        lower: str | None,
        upper: str,
    ) -> None:
        monkeypatch.setenv("NO_PROXY", upper)
        if lower is not None:
            monkeypatch.setenv("no_proxy", lower)
        make_client(base_url=server.base_url, max_retries=0).chat(QUESTION, MODEL)
        assert len(server.requests) == 1

    def test_a_variable_in_capitals_does_not_count_beside_the_other(
        self, make_client: MakeClient, server: FakeServer, proxy: FakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "other.test")
        make_client(base_url=server.base_url, max_retries=0).chat(QUESTION, MODEL)
        assert (len(server.requests), len(proxy.requests)) == (0, 1)

    def test_a_proxy_of_the_settings_is_used_for_every_host(
        self, make_client: MakeClient, server: FakeServer, proxy: FakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("no_proxy", "*")
        url = proxy.base_url.removesuffix("/v1")
        make_client(base_url=server.base_url, max_retries=0, proxy=url).chat(QUESTION, MODEL)
        assert (len(server.requests), len(proxy.requests)) == (0, 1)

    @pytest.mark.parametrize(
        "value", ["sock5://127.0.0.1:1", "htp://127.0.0.1:1", "://bad", "nonsense host:9x", "http:/127.0.0.1:1", "a:9x"]
    )
    @pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
    def test_an_invalid_variable_is_named_before_anything_is_sent(
        self,
        make_client: MakeClient,
        server: FakeServer,
        proxy: FakeServer,
        monkeypatch: pytest.MonkeyPatch,
        variable: str,
        value: str,
    ) -> None:
        monkeypatch.delenv("http_proxy")
        monkeypatch.setenv(variable, value)
        with pytest.raises(ValueError, match=variable) as caught:
            make_client(base_url=server.base_url, max_retries=0)
        assert value not in str(caught.value)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        make_client(base_url=server.base_url, max_retries=0).chat(QUESTION, MODEL)
        assert (len(server.requests), len(proxy.requests)) == (1, 0)

    def test_a_variable_may_contain_only_a_host_and_port(
        self, make_client: MakeClient, server: FakeServer, proxy: FakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", f" 127.0.0.1:{proxy.port}/ ")
        make_client(base_url=server.base_url, max_retries=0).chat(QUESTION, MODEL)
        assert (len(server.requests), len(proxy.requests)) == (0, 1)

    @pytest.mark.parametrize("proxy_url", ["http://u:sesame-1@127.0.0.1:1", "http://u:sesame-1@127.0.0.1:1/"])
    @pytest.mark.parametrize("base_url", ["http://api.test/v1", "https://api.test/v1"])
    def test_a_proxy_that_cannot_be_reached_is_named_without_its_password(
        self, make_client: MakeClient, errors: Errors, proxy_url: str, base_url: str
    ) -> None:
        with pytest.raises(errors.APIConnectionError, match=r"through the proxy http://127\.0\.0\.1:1\b") as caught:
            make_client(base_url=base_url, max_retries=0, proxy=proxy_url).chat(QUESTION, MODEL)
        assert "sesame" not in str(caught.value)

    def test_a_socks_proxy_that_cannot_be_reached_is_named(self, make_client: MakeClient, errors: Errors) -> None:
        client = make_client(base_url="http://127.0.0.1:2/v1", max_retries=0, proxy="socks5://127.0.0.1:1")
        with pytest.raises(errors.APIConnectionError, match=r"through the proxy socks5://127\.0\.0\.1:1\b"):
            client.chat(QUESTION, MODEL)

    def test_a_proxy_that_refuses_the_user_is_named(
        self, make_client: MakeClient, proxy: FakeServer, errors: Errors
    ) -> None:
        proxy.script.append(Error(407, "who are you"))
        name = proxy.base_url.removesuffix("/v1")
        with pytest.raises(errors.APIStatusError, match=f"^the proxy {name} answered 407.*who are you.*password"):
            make_client(base_url="http://api.test/v1", max_retries=0).chat(QUESTION, MODEL)
