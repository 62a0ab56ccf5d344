"""What could come next on the command line.

Pure: the window hands in what it knows (tabs, bookmarks, addresses) as sources, which must answer from memory, since
they are asked at each key on the GUI thread.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from minimal_browser_core.commands.registry import CommandRegistry, Completion, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError
from minimal_browser_core.ports.browser import TabInfo
from minimal_browser_core.storage.port import Bookmark

MAX_CANDIDATES = 50

_BARE = re.compile(r"^[a-z][a-z0-9+.-]*://(www\.)?")
_NAME = re.compile(r":*\s*[0-9]*\s*(\S*)")


@dataclass(frozen=True, slots=True)
class Candidate:
    text: str
    """What goes into the line."""
    detail: str = ""
    """What it is, shown beside it and looked through too."""

    found: bool = False
    """The source has matched it in a way of its own: it stays, and goes before those that are matched here."""


Sources = Mapping[Completion, Callable[[], Iterable[Candidate]]]
"""All candidates of a kind, the likeliest first; `complete` picks those that fit what was typed."""


@dataclass(frozen=True, slots=True)
class Completions:
    """`candidates`, best first; the text of the one chosen takes the place of the line from `start` on."""

    start: int
    candidates: Sequence[Candidate] = field(default=())

    def apply(self, line: str, candidate: Candidate) -> str:
        """The line with `candidate` in it."""
        return line[: self.start] + candidate.text


@dataclass(frozen=True, slots=True)
class Argument:
    """What is being typed at the end of a line."""

    typed: str
    parameter: Parameter


def argument_of(line: str, registry: CommandRegistry) -> Argument | None:
    """None where no argument of a command is being typed. Never raises."""
    match = _NAME.match(line)
    assert match is not None  # noqa: S101  every part may be empty, so anything matches
    if match.end() == len(line):
        return None
    try:
        command = registry.find(match.group(1))
    except CommandError:
        return None
    if not command.parameters:
        return None
    typed = line[match.end() :].lstrip()
    if command.parameters[0].kind is ParameterKind.TEXT:
        return Argument(typed, command.parameters[0])
    words = typed.split(" ")
    parameter = command.parameters[min(len(words), len(command.parameters)) - 1]
    if len(words) > len(command.parameters) and parameter.kind is not ParameterKind.WORDS:
        return None
    return Argument(words[-1], parameter)


def complete(line: str, registry: CommandRegistry, sources: Sources) -> Completions:
    """What could stand at the end of `line` (without the prefix `:`), at most `MAX_CANDIDATES`. Never raises."""
    match = _NAME.match(line)
    assert match is not None  # noqa: S101  every part may be empty, so anything matches
    if match.end() == len(line):
        return Completions(match.start(1), _rank(match.group(1), _commands(registry)))
    argument = argument_of(line, registry)
    if argument is None:
        return Completions(len(line))
    parameter = argument.parameter
    if parameter.choices:
        offered: Iterable[Candidate] = [Candidate(choice) for choice in parameter.choices]
    elif parameter.completion is Completion.COMMAND:
        offered = _commands(registry)
    else:
        source = sources.get(parameter.completion) if parameter.completion else None
        offered = source() if source else ()
    return Completions(len(line) - len(argument.typed), _rank(argument.typed, offered))


def _commands(registry: CommandRegistry) -> list[Candidate]:
    return [Candidate(command.name, command.summary) for command in registry]


def tab_candidates(tabs: Iterable[TabInfo]) -> list[Candidate]:
    return [Candidate(str(tab.number), f"{tab.title} {tab.url}".strip()) for tab in tabs]


def bookmark_candidates(bookmarks: Iterable[Bookmark]) -> list[Candidate]:
    return [Candidate(bookmark.url, " ".join([bookmark.title, *bookmark.tags])) for bookmark in bookmarks]


def tag_candidates(bookmarks: Iterable[Bookmark]) -> list[Candidate]:
    """Every tag once, the most used first."""
    uses: dict[str, int] = {}
    for bookmark in bookmarks:
        for tag in bookmark.tags:
            uses[tag] = uses.get(tag, 0) + 1
    return [Candidate(tag, f"{count}×") for tag, count in sorted(uses.items(), key=lambda item: -item[1])]


def _rank(typed: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that fit, best first; as good ones keep the order in which they came, and each text comes once."""
    scored: dict[str, tuple[int, Candidate]] = {}
    wanted = typed.casefold()
    for candidate in candidates:
        score = -1 if candidate.found else _score(wanted, candidate)
        if score is not None and candidate.text not in scored:
            scored[candidate.text] = (score, candidate)
    best = sorted(scored.values(), key=lambda pair: pair[0])
    return [candidate for _, candidate in best[:MAX_CANDIDATES]]


def _score(wanted: str, candidate: Candidate) -> int | None:
    """Smaller is better: the text itself, its beginning, the beginning of a word, a part; then the detail; then letters
    of the text in order."""
    text = candidate.text.casefold()
    if text == wanted:
        return 0
    if text.startswith(wanted):
        return 1
    if wanted in text:
        if _BARE.sub("", text).startswith(wanted):
            return 2
        return 3 if re.search(rf"\b{re.escape(wanted)}", text) else 4
    words = wanted.split()
    both = f"{text} {candidate.detail.casefold()}"
    if words and all(word in both for word in words):
        return 5
    letters = iter(text)
    if len(wanted) > 1 and all(letter in letters for letter in wanted):
        return 6
    return None
