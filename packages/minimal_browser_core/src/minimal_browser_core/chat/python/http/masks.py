"""Mask secrets in texts of servers and libraries, in every encoding in which they may come back.

The text is searched as it is, and with its escapes decoded (JSON, Python, URLs, HTML, also one inside another), for the
secrets and for their base64. What is found is replaced in the text itself.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from minimal_browser_core.secrets import MASK

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[\\/\"'nrt]"
    r"|(?:\\x[0-9a-fA-F]{2})+|(?:%[0-9a-fA-F]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});"
)
_CUT_ESCAPE = re.compile(r"(?:\\(?:[uUx][0-9a-fA-F]{0,7})?|%[0-9a-fA-F]?|&#?\w{0,7}|\ufffd)\Z")
_CONTROLS = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}
_ROUNDS = 3
_MIN_PREFIX = 4  # characters of a secret that are masked at the end of a text that was cut


class Mask:
    """Masks a set of secrets. Neither `repr` nor `pickle` contains them."""

    __slots__ = ("_needles", "_secrets")

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = secrets
        self._needles: tuple[str, ...] | None = None

    def with_secrets(self, secrets: tuple[str, ...]) -> "Mask":
        """Return a mask of these secrets too."""
        return Mask(tuple(dict.fromkeys((*self._secrets, *secrets)))) if secrets else self

    def apply(self, text: str, *, is_cut: bool = False) -> str:
        """Return `text` masked. If it `is_cut`, also mask the beginning of a secret at its end."""
        if self._needles is None:
            self._needles = tuple(dict.fromkeys(needle for secret in self._secrets for needle in _needles(secret)))
        if not self._needles or not text:
            return text
        spans = [span for view in _views(text) for span in view.find(self._needles, is_cut=is_cut)]
        return _replace(text, spans)

    def __repr__(self) -> str:
        return f"Mask({len(self._secrets)} secrets)"

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        # A pickle leaves the process, so it contains no secret.
        return type(self), ()


@dataclass(frozen=True, slots=True)
class _View:
    """A text with its escapes decoded. Character `i` comes from `starts[i]` to `ends[i]` of the original."""

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def find(self, needles: Iterable[str], *, is_cut: bool) -> Iterator[tuple[int, int]]:
        """Yield where the needles are in the original."""
        for needle in needles:
            at = self.text.find(needle)
            while at >= 0:
                yield self.starts[at], self.ends[at + len(needle) - 1]
                at = self.text.find(needle, at + 1)
            if is_cut and (length := self._cut_length(needle)):
                yield self.starts[len(_CUT_ESCAPE.sub("", self.text)) - length], self.ends[-1]

    def _cut_length(self, needle: str) -> int:
        """Return how much of the beginning of `needle` is at the end of the text."""
        text = _CUT_ESCAPE.sub("", self.text)
        longest = min(len(needle), len(text))
        return next((n for n in range(longest, _MIN_PREFIX - 1, -1) if text.endswith(needle[:n])), 0)

    def decoded(self) -> "_View | None":
        """Return the view with its escapes decoded, None if there are none."""
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for match in _ESCAPE.finditer(self.text):
            characters = _decode(match[0])
            parts += (self.text[position : match.start()], characters)
            starts += self.starts[position : match.start()]
            ends += self.ends[position : match.start()]
            size = len(match[0]) // len(characters) if characters else 0
            for number in range(len(characters)):
                first = match.start() + number * size
                starts.append(self.starts[first])
                ends.append(self.ends[(first + size if number < len(characters) - 1 else match.end()) - 1])
            position = match.end()
        if not position:
            return None
        parts.append(self.text[position:])
        return _View("".join(parts), [*starts, *self.starts[position:]], [*ends, *self.ends[position:]])


def _views(text: str) -> Iterator[_View]:
    view: _View | None = _View(text, range(len(text)), range(1, len(text) + 1))
    for _ in range(_ROUNDS):
        if view is None:
            return
        yield view
        view = view.decoded()


def _decode(escape: str) -> str:
    if escape.startswith("%"):
        return unquote(escape, errors="replace")
    if escape.startswith("&"):
        import html  # loads the names of all HTML entities

        return html.unescape(escape)
    if escape.startswith("\\u"):
        return str(json.loads(f'"{escape}"'))
    if escape.startswith("\\x"):
        data = bytes.fromhex(escape.replace("\\x", ""))
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if escape.startswith("\\U"):
        code = int(escape[2:], 16)
        return chr(code) if code < 0x110000 else escape
    return _CONTROLS.get(escape, escape[1])


def _needles(secret: str) -> Iterator[str]:
    """Yield what to search for: the secret, with spaces as forms have them, and what base64 makes of it."""
    yield secret
    if len(words := secret.split()) > 1:
        # As in forms, and as where white space is collapsed.
        yield from (secret.replace(" ", "+"), " ".join(words))
    data = secret.encode("utf-8", "surrogatepass")
    for offset in range(3):
        # The characters that depend on nothing but the secret, wherever it is in the encoded bytes.
        encoded = base64.b64encode(bytes(offset) + data).decode().rstrip("=")
        core = encoded[(0, 2, 3)[offset] : (offset + len(data)) * 8 // 6]
        if len(core) >= 2 * _MIN_PREFIX:
            yield core
            if not core.isalnum():
                yield core.replace("+", "-").replace("/", "_")
    yield base64.b64encode(data).decode().rstrip("=")


def _replace(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            parts += (text[position:start], MASK)
        position = max(position, end)
    return "".join((*parts, text[position:]))
