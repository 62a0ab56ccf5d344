"""Lists of models, and the cache of refused ones."""

from uuid import uuid4

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Answer, Data, Error, FakeServer, Reply, Stream, chunk

from .base import KEY, QUESTION, ChatSuite, Errors, MakeClient

LASTING = [
    pytest.param(Error(404, "no such model"), id="unknown"),
    pytest.param(Error(400, "first is not a valid model ID"), id="not a model"),
    pytest.param(Error(402, "needs credits"), id="no credits"),
    pytest.param(Error(403, "not for you"), id="forbidden"),
]
PASSING = [pytest.param(Error(429, "busy"), id="busy"), pytest.param(Error(503, "down"), id="down")]
OF_THE_REQUEST = [
    pytest.param(Error(400, "this model's maximum context length is 8192 tokens"), id="too long"),
    pytest.param(Error(402, "requires more credits, or fewer max_tokens"), id="too many tokens"),
    pytest.param(Error(403, "your input was flagged by moderation"), id="flagged"),
    pytest.param(Error(404, "No endpoints found that support tool use"), id="no tools"),
]


class ModelFallback(ChatSuite):
    """Lists of models: the next one replaces a refused model, which is then skipped for a while."""

    @pytest.fixture
    def preferred(self) -> list[str]:
        """Return names that no other test uses, because the process caches refusals."""
        return [f"first-{uuid4()}", f"second-{uuid4()}"]

    @pytest.fixture
    def patient(self, make_client: MakeClient, server: FakeServer) -> ChatClient:
        return make_client(api_key=KEY, base_url=server.base_url, max_retries=2)

    @pytest.mark.parametrize("refusal", LASTING + PASSING)
    @pytest.mark.parametrize("streamed", [False, True])
    def test_the_next_model_is_requested_after_a_refusal(
        self, patient: ChatClient, server: FakeServer, preferred: list[str], refusal: Reply, streamed: bool
    ) -> None:
        server.script += [refusal, Answer("from the second")]
        if streamed:
            stream = patient.stream(QUESTION, preferred)
            assert ("".join(stream), stream.model) == ("from the second", preferred[1])
        else:
            response = patient.chat(QUESTION, preferred)
            assert (response.text, response.model) == ("from the second", preferred[1])
        assert [request.json["model"] for request in server.requests] == preferred

    def test_an_error_before_the_first_content_moves_on_too(
        self, patient: ChatClient, server: FakeServer, preferred: list[str]
    ) -> None:
        role = Data(chunk({"role": "assistant", "content": ""}))
        error = Data('{"error": {"message": "overloaded", "code": 503}}')
        server.script += [Stream((role, error)), Answer("from the second")]
        assert "".join(patient.stream(QUESTION, preferred)) == "from the second"

    def test_a_preferred_model_that_answers_is_the_only_one_requested(
        self, patient: ChatClient, server: FakeServer, preferred: list[str]
    ) -> None:
        assert patient.chat(QUESTION, preferred).model == preferred[0]
        assert [request.json["model"] for request in server.requests] == preferred[:1]

    @pytest.mark.parametrize("status", [401, 400])
    def test_a_failure_common_to_all_models_raises_at_once(
        self, patient: ChatClient, server: FakeServer, errors: Errors, preferred: list[str], status: int
    ) -> None:
        server.script.append(Error(status, "temperature must be positive"))
        with pytest.raises(errors.APIStatusError):
            patient.chat(QUESTION, preferred)
        assert len(server.requests) == 1

    def test_when_all_models_refuse_the_last_refusal_is_raised(
        self, patient: ChatClient, server: FakeServer, errors: Errors, preferred: list[str]
    ) -> None:
        server.script += [Error(404, "no first"), Error(403, "no second")]
        with pytest.raises(errors.PermissionDeniedError, match="no second") as caught:
            patient.chat(QUESTION, preferred)
        assert len(caught.value.attempts) == 2
        assert "no first" in caught.value.attempts[0]

    # -- the memory ----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("refusal", LASTING)
    def test_a_refused_model_is_skipped_in_the_next_call(
        self, make_client: MakeClient, patient: ChatClient, server: FakeServer, preferred: list[str], refusal: Reply
    ) -> None:
        server.script.append(refusal)
        patient.chat(QUESTION, preferred)
        assert patient.chat(QUESTION, preferred).model == preferred[1]
        assert "".join(patient.stream(QUESTION, preferred))
        # Another client with the same server and key uses the same cache.
        make_client(api_key=KEY, base_url=server.base_url).chat(QUESTION, preferred)
        asked = [request.json["model"] for request in server.requests]
        assert asked == [preferred[0], preferred[1], preferred[1], preferred[1], preferred[1]]

    def test_a_refusal_within_a_stream_is_remembered_too(
        self, patient: ChatClient, server: FakeServer, preferred: list[str]
    ) -> None:
        server.script.append(Stream((Data('{"error": {"message": "no such model", "code": 404}}'),)))
        assert "".join(patient.stream(QUESTION, preferred))
        assert patient.chat(QUESTION, preferred).model == preferred[1]
        assert len(server.requests) == 3

    @pytest.mark.parametrize("refusal", PASSING + OF_THE_REQUEST)
    def test_a_failure_that_is_not_about_the_model_does_not_skip_it(
        self, patient: ChatClient, server: FakeServer, preferred: list[str], refusal: Reply
    ) -> None:
        server.script.append(refusal)
        assert patient.chat(QUESTION, preferred).model == preferred[1]
        assert patient.chat(QUESTION, preferred).model == preferred[0]

    def test_another_key_is_another_memory(
        self, make_client: MakeClient, patient: ChatClient, server: FakeServer, preferred: list[str]
    ) -> None:
        server.script.append(Error(403, "not for you"))
        patient.chat(QUESTION, preferred)
        other = make_client(api_key="sk-of-somebody-else", base_url=server.base_url)
        assert other.chat(QUESTION, preferred).model == preferred[0]

    def test_a_single_model_is_always_requested_and_a_success_clears_its_refusal(
        self, patient: ChatClient, server: FakeServer, errors: Errors, preferred: list[str]
    ) -> None:
        server.script += [Error(402, "needs credits"), Answer("second"), Error(402, "needs credits")]
        patient.chat(QUESTION, preferred)
        with pytest.raises(errors.InsufficientCreditsError):
            patient.chat(QUESTION, preferred[0])
        assert patient.chat(QUESTION, preferred).model == preferred[1]
        assert patient.chat(QUESTION, preferred[0]).model == preferred[0]
        assert patient.chat(QUESTION, preferred).model == preferred[0]

    def test_if_every_model_was_refused_all_are_requested_again(
        self, patient: ChatClient, server: FakeServer, errors: Errors, preferred: list[str]
    ) -> None:
        server.script += [Error(404, "no first"), Error(404, "no second")]
        with pytest.raises(errors.NotFoundError):
            patient.chat(QUESTION, preferred)
        assert patient.chat(QUESTION, preferred).model == preferred[0]

    def test_an_error_names_the_skipped_models(
        self, patient: ChatClient, server: FakeServer, errors: Errors, preferred: list[str]
    ) -> None:
        server.script += [Error(404, "no first"), Answer("second"), Error(401, "no key")]
        patient.chat(QUESTION, preferred)
        with pytest.raises(errors.AuthenticationError) as caught:
            patient.chat(QUESTION, preferred)
        passed_over, tried = caught.value.attempts
        assert passed_over.startswith(f"{preferred[0]}: not asked")
        assert "no key" in tried
