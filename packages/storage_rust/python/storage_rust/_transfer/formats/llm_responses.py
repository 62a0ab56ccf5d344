"""The tables `responses` and `conversations` of llm up to 0.35."""

from collections.abc import Iterator
from typing import Any, Final

from ..exchange import Exchange, InvalidRecordError, Key, text_of
from ..message_tree import joined
from ..sqlite_files import DamagedFileError, ForeignFile
from ..times import parse_time
from .llm_fragments import Fragments, in_order, readable
from .message_content import AttachmentCounter

_COLUMNS: Final = (
    "id",
    "model",
    "prompt",
    "response",
    "system",
    "conversation_id",
    "datetime_utc",
    "resolved_model",
    "reasoning",
)


def read(
    file: ForeignFile, fragments: Fragments, attachments: AttachmentCounter, seen: set[str]
) -> Iterator[Exchange | InvalidRecordError]:
    """The exchanges in the order of their rows. Their ids are added to `seen`."""
    attachments.count += sum(1 for _ in readable(file.rows("prompt_attachments", ["response_id"])))
    titles = {str(id): text_of(name) for id, name in readable(file.rows("conversations", ["id", "name"]))}
    tools = in_order(file.rows("tool_calls", ["response_id", "name", "id"]))
    names = ("response_id", "fragment_id", "order")
    prompts, systems = in_order(file.rows("prompt_fragments", names)), in_order(file.rows("system_fragments", names))
    last: dict[Key, Key] = {}  # the key of the last exchange of each conversation, which is the parent of the next one
    try:
        for row in file.rows("responses", _COLUMNS):
            exchange = _exchange(row, titles, last)
            if isinstance(exchange, Exchange):
                id = row[0]
                _add_fragments(exchange, fragments, prompts.get(id, []), systems.get(id, []))
                calls = [name for name in tools.get(id, []) if isinstance(name, str)]
                if calls:
                    exchange.metadata["tools"] = list(dict.fromkeys(calls))
                seen.add(str(id))
            yield exchange
    except DamagedFileError as error:  # what was read before the damage counts
        yield InvalidRecordError(f"the file is damaged from here on: {error}")


def _add_fragments(exchange: Exchange, fragments: Fragments, prompt: list[object], system: list[object]) -> None:
    """Fragments come before the prompt, as in what the model was sent."""
    text = "\n".join(fragments.texts(prompt))
    exchange.prompt = "\n".join(filter(None, (text, exchange.prompt)))
    if system:
        before = "\n".join(fragments.texts(system))
        exchange.metadata["system"] = joined(before, text_of(exchange.metadata.get("system")))
    sources = fragments.sources([*prompt, *system])
    if sources:
        exchange.metadata["fragments"] = sources


def _exchange(row: tuple[Any, ...], titles: dict[str, str], last: dict[Key, Key]) -> Exchange | InvalidRecordError:
    id, model, prompt, response, system, conversation, time, resolved, reasoning = row
    if not isinstance(prompt, str | None) or not isinstance(response, str | None):
        return InvalidRecordError("its prompt or its response is not a text")
    if prompt is None and response is None:
        return InvalidRecordError("it has neither a prompt nor a response")
    key: Key = ("llm", str(id))
    thread: Key = ("llm conversation", str(conversation)) if conversation is not None else key
    parent = last.get(thread)
    if conversation is not None:
        last[thread] = key
    details = {
        "source": "llm",
        "id": text_of(conversation),
        "system": system,
        "resolved_model": resolved,
        "reasoning": reasoning,
    }
    return Exchange(
        key=key,
        thread=thread,
        parent=parent,
        prompt=prompt or "",
        response=response or "",
        model=text_of(model),
        timestamp=parse_time(time),
        title=titles.get(str(conversation), ""),
        metadata={name: value for name, value in details.items() if isinstance(value, str) and value},
    )
