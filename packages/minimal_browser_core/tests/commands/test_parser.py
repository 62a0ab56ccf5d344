from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parser import parse, split_words
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.window import OpenTarget

ALL = all_commands()


def parsed(line: str, count: int | None = None) -> tuple[str, dict[str, object], int | None]:
    invocation = parse(line, ALL, count)
    assert invocation is not None
    return invocation.command.name, dict(invocation.arguments), invocation.count


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("open example.org", ("open", {"address": "example.org"}, None)),
        (":open  two  words ", ("open", {"address": "two  words"}, None)),
        ('ask what\'s "this"?', ("ask", {"question": 'what\'s "this"?'}, None)),
        ("ask --why", ("ask", {"question": "--why"}, None)),
        ("ask", ("ask", {}, None)),
        ("bookmark a 'b c' \"d e\"", ("bookmark", {"tags": ("a", "b c", "d e")}, None)),
        ("bookmark", ("bookmark", {}, None)),
        ("zoom 150", ("zoom", {"percent": 150}, None)),
        ("scroll-page -0.5", ("scroll-page", {"pages": -0.5}, None)),
        ("bd 2", ("tab-close", {"number": 2}, None)),
        ("3back", ("back", {}, 3)),
        (":3", ("tab", {"which": "3"}, None)),
        (" : 3 back", ("back", {}, 3)),
        ("tab-next", ("tab-next", {}, None)),
        ("tab-move -1", ("tab-move", {"steps": -1}, None)),
        ("hint tab", ("hint", {"where": OpenTarget.TAB}, None)),
        ("hint --tab", ("hint", {"where": OpenTarget.TAB}, None)),
        ("open --tab  a --window", ("open", {"where": OpenTarget.TAB, "address": "a --window"}, None)),
        ("open --tab --tab a", ("open", {"where": OpenTarget.TAB, "address": "a"}, None)),
        ("open --private -- --tab", ("open", {"where": OpenTarget.PRIVATE_WINDOW, "address": "--tab"}, None)),
    ],
)
def test_a_line_becomes_a_command_with_its_arguments(line: str, expected: object) -> None:
    assert parsed(line) == expected


@pytest.mark.parametrize("line", ["", "  ", ":", ":: "])
def test_a_blank_line_is_nothing(line: str) -> None:
    assert parse(line, ALL) is None


def test_a_count_in_the_line_goes_before_the_one_of_a_key() -> None:
    assert parsed("back", 4)[2] == 4
    assert parsed("2back", 4)[2] == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("open", r"^:open needs <address>: an address, or words to search for\. Usage: :open \[--tab\|"),
        ("tabopen", r"^:tabopen needs <address>: an address, or words to search for\.$"),
        ("open --tabs x", r"^:open has no flag --tabs. It has --tab, --background, --window, --private; -- goes"),
        ("open --tab --window x", r"^:open takes one of --tab, --background, --window, --private, not several\.$"),
        ("open --tab", r"^:open needs <address>"),
        ("hint --tabs", r"^:hint has no flag --tabs\."),
        ("zoom big", r"^<percent> of :zoom has to be a whole number, not 'big'\.$"),
        ("zoom 99999999999999999999", r"too large\.$"),
        ("scroll-page 1e9", r"has to be a number such as 1 or 0.5, not '1e9'\.$"),
        ("scroll sideways", r"^<direction> of :scroll is one of left, right, up, down, not 'sideways'\.$"),
        ("scroll", r"^:scroll needs <left\|right\|up\|down>: which way\.$"),
        ("reload now", r"^:reload has no use for 'now'\. It takes no arguments\.$"),
        ("reload --now", r"^:reload has no use for '--now'\."),
        ("tab-close 1 2", r"^:tab-close has no use for '2'\. Usage: :tab-close \[number\]$"),
        ("bookmark 'open", r"^A quote is opened and not closed in: 'open$"),
        ("2quit", r"^:quit takes no count\. Type it without 2\.$"),
        ("99999999999back", r"^A count has to have at most 9 digits; 99999999999 is too large\.$"),
        ("qiut", r"^There is no command :qiut\. Did you mean :quit"),
        ("3 4", r"^A command starts with its name, not with '4'\. :help lists all commands\.$"),
    ],
)
def test_a_wrong_line_is_refused_with_what_to_do(line: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        parse(line, ALL)


@command(group="Group")
def do(browser: object, first: str, rest: tuple[str, ...], *, dry_run: bool = False) -> None:
    """Do it.

    first: one
    rest: more
    dry_run: only show what would happen
    """


def test_words_after_others_are_collected() -> None:
    registry = CommandRegistry()
    registry.add(do)
    for line in ("do a b c", "do a 'b' c"):
        invocation = parse(line, registry)
        assert invocation is not None
        assert invocation.arguments == {"first": "a", "rest": ("b", "c")}
    with pytest.raises(CommandError, match="needs <rest…>"):
        parse("do a", registry)


def test_a_flag_may_be_anywhere_among_words_and_two_dashes_end_the_flags() -> None:
    registry = CommandRegistry()
    registry.add(do)
    for line in ("do --dry-run a b", "do a b --dry-run", "do a --dry-run b"):
        invocation = parse(line, registry)
        assert invocation is not None
        assert invocation.arguments == {"first": "a", "rest": ("b",), "dry_run": True}
    invocation = parse("do a -- --dry-run", registry)
    assert invocation is not None
    assert invocation.arguments == {"first": "a", "rest": ("--dry-run",)}
    assert do.usage == ":do [--dry-run] <first> <rest…>"


def test_backslashes_and_hashes_are_letters_like_others() -> None:
    assert split_words(r"C:\new #tag a\ b") == ["C:\\new", "#tag", "a\\", "b"]


LINES = st.one_of(st.text(max_size=40), st.builds("{} {}".format, st.sampled_from(ALL.names), st.text(max_size=20)))


@given(LINES)
def test_any_line_is_parsed_or_refused_and_nothing_else(line: str) -> None:
    with suppress(CommandError):
        parse(line, ALL)
