"""Emoji that a provider splits into two JSON escapes: `\\ud83d` at the end of one chunk, `\\ude00` in the next."""

from typing import Any, cast

from ai_rust_client._surrogates import REPLACEMENT, SurrogateJoiner, replace_surrogates

Path = tuple[str | int, ...]
"""The keys that lead to a string; elements of lists by their `index`, if they have one."""


def has_surrogates(text: str) -> bool:
    """Whether a JSON text may contain escapes of surrogates."""
    return "\\ud" in text or "\\uD" in text


def without_surrogates(value: Any) -> Any:
    """A JSON value with lone halves as U+FFFD."""
    return ChunkJoiner()._value(value, ())


class ChunkJoiner(SurrogateJoiner):
    """Joins the halves over the chunks of one stream. A half that stays alone becomes U+FFFD."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, Any] = {}

    def join_chunk(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """The chunk without surrogates; a first half at the end of a string waits for the next chunk."""
        self._last = {name: value for name, value in chunk.items() if name not in ("choices", "usage")}
        joined: dict[str, Any] = self._value(chunk, ())
        return joined

    def rest(self) -> dict[str, Any]:
        """A last chunk for the halves that were still waiting at the end of the stream."""
        choices: dict[str | int, dict[str, Any]] = {}
        for path in self._waiting:
            _, index, _, *keys = cast("Path", path)
            choice = choices.setdefault(index, {"index": index, "delta": {}, "finish_reason": None})
            _put(choice["delta"], keys, REPLACEMENT)
        self._waiting.clear()
        return self._last | {"choices": list(choices.values())}

    def _value(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, dict):
            return {name: self._value(item, (*path, name)) for name, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, (*path, _index(item, position))) for position, item in enumerate(value)]
        return value

    def _text(self, text: str, path: Path) -> str:
        is_delta = len(path) > 3 and path[0] == "choices" and path[2] == "delta"
        return self.join(path, text) if is_delta else replace_surrogates(text)


def _index(item: Any, position: int) -> int:
    index = item.get("index") if isinstance(item, dict) else None
    return index if isinstance(index, int) else position


def _put(target: dict[str, Any], keys: list[Any], text: str) -> None:
    """Set a string in a tree of dicts and lists, which is created."""
    name, *rest = keys
    if not rest:
        target[name] = text
    elif isinstance(rest[0], int):
        item: dict[str, Any] = {"index": rest[0]}
        target.setdefault(name, []).append(item)
        _put(item, rest[1:], text)
    else:
        _put(target.setdefault(name, {}), rest, text)
