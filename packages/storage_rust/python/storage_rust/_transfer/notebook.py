"""Rows and pages as HTML tables, for notebooks."""

from collections.abc import Sequence
from typing import Any, Final

_PAGES: Final = ("hits", "conversations")  # the attributes that hold the rows of a page
_MAX_TEXT: Final = 500  # characters of a cell in a table of several rows
_LEFT_OUT: Final = ("highlights", "cursor")


def table(shown: Any) -> str:
    """The table of a row, one line per field, or of a page, one line per row. All text is escaped.

    A page shows the beginning of long texts, and leaves out fields that are for programs.
    """
    fields = type(shown).__match_args__
    if fields[0] not in _PAGES:
        return _html(("field", "value"), [(name, _text(getattr(shown, name))) for name in fields])
    rows = getattr(shown, fields[0])
    names = [name for name in type(rows[0]).__match_args__ if name not in _LEFT_OUT] if rows else ["nothing found"]
    return _html(names, [[_shortened(_text(getattr(row, name))) for name in names] for row in rows])


def _text(value: Any) -> str:
    return "" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"


def _html(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    import html
    import re
    from pathlib import Path
    from string import Template

    text = Path(__file__).with_name("notebook.html").read_text(encoding="utf-8")
    parts = re.split(r"<!-- (?:table|row|name|cell|end) -->\n", text)[1:]
    whole, row, name, cell = (Template(part.rstrip("\n")) for part in parts[:4])

    def cells(template: Template, texts: Sequence[str]) -> str:
        return "".join(template.substitute(text=html.escape(text)) for text in texts)

    lines = [row.substitute(cells=cells(cell, values)) for values in rows]
    return whole.substitute(names=cells(name, names), rows="\n".join(lines))
