"""The summary and the parameters of a docstring, in the styles of Google, NumPy and Sphinx."""

import inspect
import re
from dataclasses import dataclass, field

_SPHINX = re.compile(r"^:(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)$")
_FIELD = re.compile(r"^:\w[^:]*:")
_GOOGLE_SECTION = re.compile(
    r"^(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Attributes):\s*$"
)
_SECTION = re.compile(r"^[A-Z][A-Za-z ]*:\s*$")
_GOOGLE_ITEM = re.compile(r"^\*{0,2}(\w+)\s*(?:\([^)]*(?:\([^)]*\)[^)]*)*\))?\s*:\s*(.*)$")
_NUMPY_SECTION = re.compile(r"^(Parameters|Other Parameters|Attributes)\s*$")
_NUMPY_ITEM = re.compile(r"^(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_UNDERLINE = re.compile(r"^-{3,}\s*$")


@dataclass(frozen=True, slots=True)
class Docstring:
    """What a docstring says: the text before its sections, and a sentence for each parameter."""

    summary: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def parse_docstring(text: str | None) -> Docstring:
    """Read a docstring; without one, everything is empty."""
    lines = inspect.cleandoc(text or "").splitlines()
    found: dict[str, list[str]] = {}
    summary: list[str] = []
    index = 0
    in_summary = True
    while index < len(lines):
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if sphinx := _SPHINX.match(lines[index]):
            words = found[sphinx[1]] = [sphinx[2].strip()]
            index, in_summary = _read_sphinx(lines, index + 1, words), False
        elif _UNDERLINE.match(following):
            is_parameters = _NUMPY_SECTION.match(lines[index])
            index, in_summary = _read_numpy(lines, index + 2, found if is_parameters else {}), False
        elif _GOOGLE_SECTION.match(lines[index]):
            index, in_summary = _read_google(lines, index + 1, found), False
        else:
            if (_SECTION.match(lines[index]) and following.startswith(" ")) or _FIELD.match(lines[index]):
                in_summary = False
            if in_summary:
                summary.append(lines[index])
            index += 1
    return Docstring("\n".join(summary).strip(), {name: " ".join(filter(None, words)) for name, words in found.items()})


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _read_sphinx(lines: list[str], index: int, words: list[str]) -> int:
    while index < len(lines) and _indent(lines[index]) and lines[index].strip():
        words.append(lines[index].strip())
        index += 1
    return index


def _read_google(lines: list[str], index: int, found: dict[str, list[str]]) -> int:
    base: int | None = None
    words: list[str] = []
    while index < len(lines):
        line = lines[index]
        if line.strip() and not _indent(line):
            break
        if line.strip():
            base = _indent(line) if base is None else base
            match = _GOOGLE_ITEM.match(line.strip())
            if match and _indent(line) == base:
                words = found[match[1]] = [match[2].strip()]
            else:
                words.append(line.strip())
        index += 1
    return index


def _read_numpy(lines: list[str], index: int, found: dict[str, list[str]]) -> int:
    words: list[list[str]] = []
    while index < len(lines):
        line = lines[index]
        if index + 1 < len(lines) and _UNDERLINE.match(lines[index + 1]):
            break
        match = _NUMPY_ITEM.match(line)
        if match:
            names = [name.strip().lstrip("*") for name in match[1].split(",")]
            words = [found.setdefault(name, []) for name in names]
        elif line.strip():
            for one in words:
                one.append(line.strip())
        index += 1
    return index
