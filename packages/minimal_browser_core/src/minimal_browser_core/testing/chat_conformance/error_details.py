"""Errors: their classes, messages and attributes."""

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Answer, Body, Bytes, Cut, Error, FakeServer, Raw

from .base import KEY, MODEL, QUESTION, ChatSuite, Errors, MakeClient

STATUSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "InsufficientCreditsError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    413: "BadRequestError",
    418: "APIStatusError",
    422: "BadRequestError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
    529: "InternalServerError",
}


class ErrorDetails(ChatSuite):
    """Each failure raises its own error, with a useful message and without the key."""

    @pytest.mark.parametrize(("status", "name"), STATUSES.items())
    def test_each_status_has_its_error(
        self, client: ChatClient, server: FakeServer, errors: Errors, status: int, name: str
    ) -> None:
        refusal = Error(status, "said the provider", headers={"x-request-id": "req-3"})
        server.script += [refusal, refusal]
        for ask in (lambda: client.chat(QUESTION, MODEL), lambda: list(client.stream(QUESTION, MODEL))):
            with pytest.raises(errors.APIStatusError, match="said the provider") as caught:
                ask()
            error = caught.value
            assert type(error) is getattr(errors, name)
            assert (error.status, error.request_id) == (status, "req-3")
            assert "said the provider" in error.body
            assert error.retryable is (status in (408, 409, 429) or status >= 500)
            assert error.code

    def test_a_rate_limit_error_has_the_time_to_wait(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script += [Error(429, headers={"Retry-After": "7"}), Error(429)]
        waits = []
        for _ in range(2):
            with pytest.raises(errors.RateLimitError) as caught:
                client.chat(QUESTION, MODEL)
            waits.append(caught.value.retry_after)
        assert waits == [7.0, None]

    def test_an_html_error_page_is_reported_as_text(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
        server.script.append(Body(page, status=502, content_type="text/html"))
        with pytest.raises(errors.InternalServerError, match="502 Bad Gateway") as caught:
            client.chat(QUESTION, MODEL)
        assert caught.value.body == page

    def test_an_error_body_is_limited_to_64_kib(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Body("x" * 500_000, status=500, content_type="text/plain"))
        with pytest.raises(errors.InternalServerError) as caught:
            client.chat(QUESTION, MODEL)
        assert len(caught.value.body) <= 64 << 10
        assert len(str(caught.value)) < 2000

    def test_an_unreachable_server_is_named(self, make_client: MakeClient, errors: Errors) -> None:
        with FakeServer() as gone:
            url = gone.base_url
        client = make_client(base_url=url, max_retries=0)
        for ask in (lambda: client.chat(QUESTION, MODEL), lambda: list(client.stream(QUESTION, MODEL)), client.models):
            with pytest.raises(errors.APIConnectionError, match=r"127\.0\.0\.1") as caught:
                ask()
            assert caught.value.retryable is True

    @pytest.mark.parametrize("reset", [False, True])
    def test_a_connection_that_closes_before_it_answers(
        self, client: ChatClient, server: FakeServer, errors: Errors, reset: bool
    ) -> None:
        server.script.append(Cut(reset=reset))
        with pytest.raises(errors.APIConnectionError):
            client.chat(QUESTION, MODEL)

    def test_a_server_without_http_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Raw((Bytes(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),)))
        with pytest.raises(errors.AIClientError):
            client.chat(QUESTION, MODEL)

    @pytest.mark.parametrize(
        "body", ["{oops", "[]", '"text"', "{}", '{"choices": []}', '{"choices": [1]}', '{"choices": {}}']
    )
    def test_a_response_with_another_structure_raises(
        self, client: ChatClient, server: FakeServer, errors: Errors, body: str
    ) -> None:
        server.script.append(Body(body))
        with pytest.raises(errors.ProtocolError):
            client.chat(QUESTION, MODEL)

    def test_a_truncated_response_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Answer("text", cut_after=20))
        with pytest.raises(errors.AIClientError):
            client.chat(QUESTION, MODEL)

    def test_json_nested_without_end_is_refused(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Body('{"choices": ' + "[" * 200_000))
        with pytest.raises(errors.ProtocolError):
            client.chat(QUESTION, MODEL)

    def test_a_list_of_models_of_another_shape(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.models_script.append(Body('{"surprise": true}'))
        with pytest.raises(errors.ProtocolError):
            client.models()

    def test_a_redirect_to_another_server_gets_neither_key_nor_question(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        with FakeServer() as other:
            target = f"{other.base_url}/chat/completions"
            server.script.append(Body("", status=307, headers={"Location": target}))
            with pytest.raises(errors.APIStatusError):
                client.chat(QUESTION, MODEL)
            assert other.requests == []

    def test_a_redirect_within_the_server_is_followed_with_the_question(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        server.script += [Body("", status=308, headers={"Location": "/v1/chat/completions"}), Answer("here")]
        assert client.chat(QUESTION, MODEL).text == "here"
        assert server.requests[1].json == server.requests[0].json

    def test_redirects_without_end_come_to_an_end(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.default = Body("", status=307, headers={"Location": "/v1/chat/completions"})
        with pytest.raises(errors.AIClientError):
            client.chat(QUESTION, MODEL)

    # -- secrets -------------------------------------------------------------------------------------------------------

    def test_the_key_is_never_shown(self, make_client: MakeClient, errors: Errors) -> None:
        with FakeServer([Error(401, f"Incorrect API key provided: {KEY}")]) as server:
            client = make_client(api_key=KEY, base_url=server.base_url, max_retries=0)
            assert KEY not in repr(client) + str(client)
            with pytest.raises(errors.AuthenticationError) as caught:
                client.chat(QUESTION, MODEL)
        error: BaseException | None = caught.value
        while error is not None:
            assert KEY not in repr(error) + str(error) + str(vars(error))
            error = error.__cause__ or error.__context__

    def test_credentials_in_the_base_url_are_never_shown(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        url = server.base_url.replace("//", "//someone:hunter2@")
        client = make_client(base_url=url, max_retries=0)
        server.script.append(Error(404))
        assert "hunter2" not in repr(client)
        with pytest.raises(errors.NotFoundError) as caught:
            client.chat(QUESTION, MODEL)
        assert "hunter2" not in str(caught.value)

    def test_a_key_that_no_header_can_carry_is_refused_unseen(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        with pytest.raises(ValueError, match="api_key") as caught:
            make_client(api_key=f"{KEY}\n", base_url=server.base_url)
        assert KEY not in str(caught.value)

    @pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/v1", "127.0.0.1:11434/v1", "http://"])
    def test_a_base_url_that_is_none_is_refused(self, make_client: MakeClient, url: str) -> None:
        with pytest.raises(ValueError, match="base_url"):
            make_client(base_url=url)
