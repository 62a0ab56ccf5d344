"""Converts Markdown to HTML that is safe to show: no scripts, no remote resources, only http and https links."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p",
    "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}

MAX_TAIL = 8_000
"""Characters of an unfinished block, which each new piece renders again; a longer one is cut at a line end."""


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Raw HTML is shown as text. Images are left out, as they would be loaded.
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def render(text: str) -> str:
    """The HTML of `text` for QTextDocument."""
    import nh3

    # QTextDocument shows the newline that ends a code block as an empty line.
    html = _parser().render(text).strip().replace("\n</code></pre>", "</code></pre>")
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None)


@dataclass(slots=True)
class BlockSplitter:
    """Splits growing Markdown into complete blocks and a tail that more text may still change.

    In CommonMark a top-level block is complete once the next one starts. A block that does not end is cut where
    that keeps its meaning: a code fence between two lines, anything else at a line end or a space.
    """

    tail: str = ""

    def feed(self, text: str) -> list[str]:
        """The blocks that are complete now, each valid Markdown by itself; the rest stays in `tail`."""
        self.tail += text.replace("\r", "")  # line ends as the parser counts them
        complete: list[str] = []
        while (cut := self._cut()) > 0:
            head, self.tail = self.tail[:cut], self.tail[cut:]
            complete.append(head)
        while len(self.tail) > MAX_TAIL:
            complete.append(self._cut_inside())
        return complete

    def _cut(self) -> int:
        """Where the last top-level block begins, in characters; 0 if it is the only one."""
        starts = [token.map[0] for token in _parser().parse(self.tail) if token.level == 0 and token.map]
        if len(set(starts)) < 2:
            return 0
        lines = re.split(r"(?<=\n)", self.tail)
        # Only a complete first line shows what a block is: `1` may become `1. more`, part of the list before it.
        if not lines[max(starts)].endswith("\n"):
            return 0
        return sum(len(line) for line in lines[: max(starts)])

    def _cut_inside(self) -> str:
        end = self.tail.rfind("\n", 0, MAX_TAIL) + 1 or self.tail.rfind(" ", 0, MAX_TAIL) + 1 or MAX_TAIL
        head, rest = self.tail[:end], self.tail[end:]
        first = next((token for token in _parser().parse(head) if token.level == 0), None)
        if first is not None and first.type == "fence":
            self.tail = f"{first.markup}{first.info}\n{rest}"
            return head if head.endswith("\n") else head + "\n"
        self.tail = rest
        return head
