"""Mistakes of users: each line is an error to both type checkers, else its mark is one. See `usage`."""

from ai_rust_client import AIClient, APIStatusError, RateLimitError, ResponseStream, Usage
from ai_rust_client.compat import OpenAI


def settings() -> None:
    AIClient(base_uri="http://127.0.0.1:1/v1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AIClient("key", "http://127.0.0.1:1/v1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AIClient(idle_timeout="60")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AIClient(connect_timeout=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def calls(client: AIClient) -> None:
    client.chat(b"hello", "m")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.chat([], 7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.chat([])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.send_request("q", ["a", "b"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def answers(client: AIClient, stream: ResponseStream, usage: Usage) -> None:
    _ = client.chat([], "m").txt  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    _ = client.chat([], "m").usage.cost  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    stream.text = ""  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    _ = usage.cost + 1.0  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand]
    "".join(stream.events())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]


def errors(refused: APIStatusError, limited: RateLimitError) -> None:
    _ = refused.retry_after  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    _ = limited.retry_after + 1.0  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand]


async def coroutines(client: AIClient) -> None:
    _ = client.achat([], "m").text  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    for _ in client.stream([], "m").aevents():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


def coming_from_the_openai_library(client: OpenAI) -> None:
    client.chat.completions.create(messages=[])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    _ = client.chat.completions.create(model="m", messages=[]).choices[0].delta  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
