from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.commands.builtin import register_builtins
from minimal_browser_core.commands.parser import check, parse, split_words
from minimal_browser_core.commands.registry import Command, CommandRegistry, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError

ALL = CommandRegistry()
register_builtins(ALL)


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
        ("ask", ("ask", {"question": None}, None)),
        ("bookmark a 'b c' \"d e\"", ("bookmark", {"tags": ("a", "b c", "d e")}, None)),
        ("bookmark", ("bookmark", {"tags": ()}, None)),
        ("zoom 150", ("zoom", {"percent": 150}, None)),
        ("scroll-page -0.5", ("scroll-page", {"pages": -0.5}, None)),
        ("bd 2", ("tab-close", {"number": 2}, None)),
        ("3back", ("back", {}, 3)),
        (":3", ("tab", {"which": "3"}, None)),
        (" : 3 back", ("back", {}, 3)),
        ("tab-next", ("tab-next", {}, None)),
        ("tab-move -1", ("tab-move", {"steps": -1}, None)),
        ("hint tab", ("hint", {"where": "tab"}, None)),
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
        ("open", r":open needs <address>: an address, or words to search for"),
        ("zoom big", r"<percent> of :zoom has to be a whole number, not 'big'"),
        ("zoom 99999999999999999999", r"too large"),
        ("scroll-page 1e9", r"has to be a number such as 1 or 0.5, not '1e9'"),
        ("scroll sideways", r"is one of left, right, up, down, not 'sideways'"),
        ("scroll", r":scroll needs <left\|right\|up\|down>: which way \(usage: "),
        ("reload now", r"too much for :reload: 'now'; :reload takes no argument"),
        ("tab-close 1 2", r"too much for :tab-close: '2'; usage: :tab-close \[number\]"),
        ("bookmark 'open", r"a quote is opened and not closed in: 'open"),
        ("2quit", r":quit takes no count"),
        ("99999999999back", r"a count is too large"),
        ("qiut", r"there is no command :qiut: did you mean :quit"),
        ("3 4", r"a command begins with its name, not with '4'"),
    ],
)
def test_a_wrong_line_is_refused_with_what_to_do(line: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        parse(line, ALL)


def test_words_after_others_are_collected() -> None:
    registry = CommandRegistry()
    parameters = (Parameter("first", ParameterKind.WORD, "one"), Parameter("rest", ParameterKind.WORDS, "more"))
    registry.add(Command("do", lambda browser: None, "Does it.", "Group", parameters))
    invocation = parse("do a b c", registry)
    assert invocation is not None
    assert invocation.arguments == {"first": "a", "rest": ("b", "c")}
    with pytest.raises(CommandError, match="needs <rest…>"):
        parse("do a", registry)


def test_backslashes_and_hashes_are_letters_like_others() -> None:
    assert split_words(r"C:\new #tag a\ b") == ["C:\\new", "#tag", "a\\", "b"]


def test_a_line_can_be_checked_without_being_run() -> None:
    assert check("open x", ALL) is None
    assert "no command" in (check("opne x", ALL) or "")
    assert check(" ", ALL) == "the command is blank"


LINES = st.one_of(st.text(max_size=40), st.builds("{} {}".format, st.sampled_from(ALL.names), st.text(max_size=20)))


@given(LINES)
def test_any_line_is_parsed_or_refused_and_nothing_else(line: str) -> None:
    with suppress(CommandError):
        parse(line, ALL)
