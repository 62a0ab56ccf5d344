"""Suggests how to complete a command line.

Pure: the window passes what it knows (tabs, bookmarks, addresses) as sources. They are called on the GUI thread at each
key, so they have to answer from memory.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from minimal_browser_core.commands.aliases import expand_alias
from minimal_browser_core.commands.chain import split_chain
from minimal_browser_core.commands.command import Command
from minimal_browser_core.commands.parameters import Completion, Parameter, ParameterKind
from minimal_browser_core.commands.parser import split_leading_flags
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.hosts.display import display_url, editable_url
from minimal_browser_core.storage.port import Bookmark

MAX_CANDIDATES = 50

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://(www\.)?")
_NAME = re.compile(r"\s*:*\s*[0-9]*\s*(\S*)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One suggestion."""

    text: str
    """What goes into the line."""
    detail: str = ""
    """What it is: shown beside it, and searched too."""

    is_match: bool = False
    """Whether its source matched it already: it stays, and goes before those that are matched here."""


class NumberedTab(Protocol):
    """What completion needs to know of a tab."""

    @property
    def number(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...


Sources = Mapping[Completion, Callable[[], Iterable[Candidate]]]
"""All candidates of a kind, the likeliest first; `complete` chooses those that fit what was typed."""


@dataclass(frozen=True, slots=True)
class Completions:
    """`candidates`, best first. The text of the chosen one replaces the line from `start` on."""

    start: int
    candidates: Sequence[Candidate] = field(default=())

    def apply(self, line: str, candidate: Candidate) -> str:
        """`line` with `candidate` in it."""
        return line[: self.start] + candidate.text


@dataclass(frozen=True, slots=True)
class Argument:
    """The argument at the end of a line; `flags` are those that may be typed in its place."""

    typed: str
    parameter: Parameter | None
    flags: Mapping[str, Parameter] = field(default_factory=dict)
    before: Sequence[str] = ()
    """The arguments before it, without flags."""


def argument_of(line: str, registry: CommandRegistry) -> Argument | None:
    """The argument that is being typed at the end of `line`, or None. Never raises."""
    *_, part = split_chain(line, registry)
    *_, expanded = split_chain(expand_alias(part, registry), registry)
    match = _NAME.match(expanded)
    if match is None or match.end() == len(expanded):
        return None
    command = registry.get(match.group(1))
    if command is None:
        return None
    argument = _last_argument(command, expanded[match.end() :].lstrip())
    return argument if argument and line.endswith(argument.typed) else None


def _last_argument(command: Command, typed: str) -> Argument | None:
    positional, flags = command.positional, command.flags
    if command.takes_line:
        text = split_leading_flags(typed)[1] if flags else typed
        at_flag = bool(flags) and not text and not typed.endswith(" ") and typed != ""
        return Argument(typed.rpartition(" ")[2], None, flags) if at_flag else Argument(text, positional[0], flags)
    *words, word = typed.split(" ")
    before = [given for given in words if given not in flags]
    if len(before) < len(positional):
        return Argument(word, positional[len(before)], flags, before)
    if positional and positional[-1].kind is ParameterKind.WORDS:
        return Argument(word, positional[-1], flags, before)
    return Argument(word, None, flags) if flags else None


def complete(line: str, registry: CommandRegistry, sources: Sources) -> Completions:
    """What could be at the end of `line` (without its prefix `:`), at most `MAX_CANDIDATES`. Never raises."""
    *_, part = split_chain(line, registry)
    match = _NAME.match(part)
    if match is not None and match.end() == len(part):
        start = len(line) - len(match.group(1))
        return Completions(start, _rank(match.group(1), [*_commands(registry), *_user_aliases(registry)]))
    argument = argument_of(line, registry)
    if argument is None:
        return Completions(len(line))
    if argument.typed.startswith("-") and argument.flags:
        offered: Iterable[Candidate] = [Candidate(flag, parameter.help) for flag, parameter in argument.flags.items()]
    else:
        offered = _candidates(argument, registry, sources)
    return Completions(len(line) - len(argument.typed), _rank(argument.typed, offered))


def _candidates(argument: Argument, registry: CommandRegistry, sources: Sources) -> Iterable[Candidate]:
    parameter = argument.parameter
    if parameter is None:
        return ()
    if parameter.suggestions:
        return [Candidate(text, detail) for text, detail in parameter.suggestions.find(argument.before)]
    if parameter.choices:
        return [Candidate(choice) for choice in parameter.choices]
    if parameter.completion is Completion.COMMAND:
        return _commands(registry)
    source = sources.get(parameter.completion) if parameter.completion else None
    return source() if source else ()


def _commands(registry: CommandRegistry) -> list[Candidate]:
    return [Candidate(command.name, command.summary) for command in registry]


def _user_aliases(registry: CommandRegistry) -> list[Candidate]:
    return [Candidate(name, f":{line}") for name, line in registry.user_aliases.items()]


def tab_candidates(tabs: Iterable[NumberedTab]) -> list[Candidate]:
    """The number of each tab, with its title and address as the detail."""
    return [Candidate(str(tab.number), f"{tab.title} {display_url(tab.url)}".strip()) for tab in tabs]


def bookmark_candidates(bookmarks: Iterable[Bookmark]) -> list[Candidate]:
    """The address of each bookmark, with its title and tags as the detail."""
    return [Candidate(editable_url(bookmark.url), " ".join([bookmark.title, *bookmark.tags])) for bookmark in bookmarks]


def tag_candidates(bookmarks: Iterable[Bookmark]) -> list[Candidate]:
    """Every tag once, the most used first."""
    uses = Counter(tag for bookmark in bookmarks for tag in bookmark.tags)
    return [Candidate(tag, f"{count}×") for tag, count in uses.most_common()]


def _rank(typed: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that fit, best first. Equally good ones keep their order, and each text comes once."""
    scored: dict[str, tuple[int, Candidate]] = {}
    query = typed.casefold()
    for candidate in candidates:
        score = -1 if candidate.is_match else _score(query, candidate)
        if score is not None and candidate.text not in scored:
            scored[candidate.text] = (score, candidate)
    best = sorted(scored.values(), key=lambda pair: pair[0])
    return [candidate for _, candidate in best[:MAX_CANDIDATES]]


def _score(query: str, candidate: Candidate) -> int | None:
    """Smaller is better: the whole text, its start, a part of it, words of the text or the detail, letters in order."""
    text = candidate.text.casefold()
    if text == query:
        return 0
    if text.startswith(query):
        return 1
    if query in text:
        return _score_part(query, text)
    words = query.split()
    both = f"{text} {candidate.detail.casefold()}"
    if words and all(word in both for word in words):
        return 5
    letters = iter(text)
    if len(query) > 1 and all(letter in letters for letter in query):
        return 6
    return None


def _score_part(query: str, text: str) -> int:
    if _SCHEME.sub("", text).startswith(query):
        return 2
    return 3 if re.search(rf"\b{re.escape(query)}", text) else 4
