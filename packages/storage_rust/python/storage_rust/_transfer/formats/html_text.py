"""The text of a piece of HTML, with Markdown for what has no words: headings, lists, code and links."""

import html
from typing import Final

from .html_tokens import attributes, tokens

_BLOCKS: Final = ("p", "div", "ul", "ol", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6")
_SKIPPED: Final = ("script", "style")
_BEFORE: Final = {
    "br": "\n",
    "li": "\n- ",
    "tr": "\n",
    "td": " ",
    "th": " ",
    "pre": "\n\n```\n",
    **{f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)},
}
_AFTER: Final = {"pre": "\n```\n\n"}
_MARKS: Final = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}


def text_of_html(source: str) -> str:
    """The text in paragraphs, without scripts and styles."""
    reader = _Reader()
    for name, content in tokens(source):
        reader.feed(name, content)
    lines = [line.rstrip() for line in "".join(reader.parts).split("\n")]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip()


class _Reader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self._skipped = ""
        self._in_code_block = False
        self._link = ""

    def feed(self, name: str, content: str) -> None:
        """Add the text of a token."""
        tag = name.lstrip("/")
        if self._skipped:
            self._skipped = "" if name == f"/{self._skipped}" else self._skipped
        elif not name:
            text = html.unescape(content)
            self.parts.append(text if self._in_code_block else text.replace("\n", " "))
        elif name in _SKIPPED:
            self._skipped = name
        elif tag == "a":
            self._add_link(content if name == "a" else "")
        elif tag in _MARKS:
            self.parts.append("" if self._in_code_block else _MARKS[tag])
        else:
            self.parts.append(self._block(name, tag))

    def _add_link(self, content: str) -> None:
        """Begin a link, after the end of the one before it, or end it."""
        before = f"]({self._link})" if self._link else ""
        url = attributes(content).get("href", "")
        self._link = url if url.startswith(("https://", "http://")) else ""
        self.parts.append(before + ("[" if self._link else ""))

    def _block(self, name: str, tag: str) -> str:
        if tag == "pre":
            self._in_code_block = name == tag
        between = "\n\n" if tag in _BLOCKS else ""
        return _BEFORE.get(tag, between) if name == tag else _AFTER.get(tag, between)
