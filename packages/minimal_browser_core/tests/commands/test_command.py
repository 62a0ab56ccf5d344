"""What a decorated function becomes, and which functions are refused."""

from collections.abc import Callable
from enum import Enum
from typing import Literal

import pytest

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import (
    Address,
    CommandText,
    Completion,
    Count,
    Parameter,
    ParameterKind,
    TabNumber,
    Tag,
    Text,
)


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"


def test_a_function_is_the_whole_command() -> None:
    @command(group="Tabs", aliases=("bd", "tabclose"))
    def tab_close(browser: object, number: TabNumber | None = None, *, count: Count = None) -> None:
        """Close a tab.

        A count is
        the tab's number.

        number: a tab's number; the current one
            if left out
        """

    assert (tab_close.name, tab_close.aliases, tab_close.group) == ("tab-close", ("bd", "tabclose"), "Tabs")
    assert (tab_close.summary, tab_close.note) == ("Close a tab.", "A count is the tab's number.")
    assert tab_close.takes_count
    assert tab_close.usage == ":tab-close [number]"
    (number,) = tab_close.parameters
    assert number == Parameter(
        "number",
        ParameterKind.INTEGER,
        "a tab's number; the current one if left out",
        optional=True,
        completion=Completion.TAB,
    )


def test_every_kind_of_annotation_is_read() -> None:
    @command(group="Group", name="other-name")
    def run(
        browser: object,
        word: str,
        number: int,
        amount: float,
        which: Literal["a", "b"],
        side: Side,
        words: tuple[Tag, ...] = (),
        *,
        go: Side = Side.LEFT,
        dry_run: bool = False,
    ) -> None:
        """Do it.

        word: a
        number: b
        amount: c
        which: d
        side: e
        words: f
        go: g
        dry_run: h
        """

    assert run.name == "other-name"
    assert run.usage == ":other-name [--right] [--dry-run] <word> <number> <amount> <a|b> <left|right> [words…]"
    assert [parameter.kind for parameter in run.parameters] == [
        ParameterKind.WORD,
        ParameterKind.INTEGER,
        ParameterKind.NUMBER,
        ParameterKind.CHOICE,
        ParameterKind.CHOICE,
        ParameterKind.WORDS,
        ParameterKind.CHOICE,
        ParameterKind.SWITCH,
    ]
    assert run.parameters[5].completion is Completion.TAG
    assert set(run.flags) == {"--right", "--dry-run"}


def test_the_rest_of_the_line_is_text() -> None:
    @command(group="Group")
    def open_(browser: object, address: Address) -> None:
        """Open it.

        address: where
        """

    assert open_.name == "open"
    assert open_.takes_line
    assert open_.parameters[0].completion is Completion.ADDRESS


def undocumented(browser: object) -> None:
    pass


def unfinished(browser: object) -> None:
    """Do it"""


def unexplained(browser: object, text: Text) -> None:
    """Do it."""


def unknown(browser: object) -> None:
    """Do it.

    text: which is not a parameter
    """


def no_browser() -> None:
    """Do it."""


def starred(browser: object, *words: str) -> None:
    """Do it."""


def unannotated(browser: object, text) -> None:  # type: ignore[no-untyped-def]
    """Do it.

    text: some
    """


def of_bytes(browser: object, data: bytes) -> None:
    """Do it.

    data: some
    """


def of_two_types(browser: object, data: int | str) -> None:
    """Do it.

    data: some
    """


def text_and_more(browser: object, text: Text, word: str) -> None:
    """Do it.

    text: some
    word: some
    """


def more_after_words(browser: object, words: tuple[str, ...], word: str) -> None:
    """Do it.

    word: some
    words: some
    """


def positional_switch(browser: object, quick: bool = False) -> None:
    """Do it.

    quick: some
    """


def required_flag(browser: object, *, side: Side) -> None:
    """Do it.

    side: some
    """


def word_as_flag(browser: object, *, word: str = "") -> None:
    """Do it.

    word: some
    """


def positional_count(browser: object, count: Count = None) -> None:
    """Do it."""


def raw_and_more(browser: object, text: CommandText, word: str) -> None:
    """Do it.

    text: some
    word: some
    """


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (undocumented, ValueError, "has to start with a sentence"),
        (unfinished, ValueError, "ends with a full stop"),
        (unexplained, ValueError, "lacks a line `name: help` for text"),
        (unknown, ValueError, "explains text, which is not a parameter"),
        (no_browser, TypeError, "takes the browser first"),
        (starred, TypeError, "takes the browser first"),
        (unannotated, TypeError, "parameter text has an annotation that no command line can give: None"),
        (of_bytes, TypeError, "parameter data has an annotation"),
        (of_two_types, TypeError, "parameter data has an annotation"),
        (text_and_more, TypeError, "has to be the only one"),
        (raw_and_more, TypeError, "has to be the only one"),
        (more_after_words, TypeError, "has to be the last one"),
        (positional_switch, TypeError, "quick has to be keyword-only"),
        (required_flag, TypeError, "flag side needs a default"),
        (word_as_flag, TypeError, "word has to be positional"),
        (positional_count, TypeError, "count has to be keyword-only"),
    ],
)
def test_a_wrong_function_is_refused_at_once_with_its_name(
    function: Callable[..., None], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"{function.__name__}: .*{words}"):
        command(group="Group")(function)


@pytest.mark.parametrize("name", ["", "two words", "3d", "--x"])
def test_a_name_that_could_not_be_typed_is_refused(name: str) -> None:
    def run(browser: object) -> None:
        """Do it."""

    with pytest.raises(ValueError, match="cannot be the name of a command"):
        command(group="Group", aliases=(name,))(run)
