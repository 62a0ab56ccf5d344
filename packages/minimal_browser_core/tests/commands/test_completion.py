from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.commands.builtin import register_builtins
from minimal_browser_core.commands.completion import (
    MAX_CANDIDATES,
    Candidate,
    argument_of,
    bookmark_candidates,
    complete,
    tab_candidates,
    tag_candidates,
)
from minimal_browser_core.commands.registry import CommandRegistry, Completion
from minimal_browser_core.ports.browser import TabInfo

ADDRESSES = [
    Candidate("https://news.example.org/", "Morning news"),
    Candidate("https://www.example.org/", "Example"),
    Candidate("https://lens.test/example", "About lenses"),
]
SOURCES = {
    Completion.ADDRESS: lambda: ADDRESSES,
    Completion.TAB: lambda: tab_candidates(
        [TabInfo(1, "Alpha", "https://a.test"), TabInfo(2, "Beta", "https://b.test")]
    ),
    Completion.TAG: lambda: [Candidate("red"), Candidate("green")],
}
ALL = CommandRegistry()
register_builtins(ALL)


def offered(line: str) -> list[str]:
    completions = complete(line, ALL, SOURCES)
    return [completions.apply(line, candidate) for candidate in completions.candidates]


def test_an_empty_line_offers_every_command_in_its_order() -> None:
    assert offered("")[:3] == ["open", "tabopen", "bgopen"]


def test_the_beginning_of_a_name_goes_before_the_middle() -> None:
    assert offered("tab")[:2] == ["tab", "tabopen"]
    assert offered("new").index("tab-new") < offered("new").index("thread-new")


def test_a_count_before_the_name_stays() -> None:
    assert offered("3bac")[0] == "3back"
    assert offered(":3 bac")[0] == ":3 back"


def test_letters_in_order_are_enough() -> None:
    assert offered("bkmks") == ["bookmarks"]


def test_words_of_the_explanation_are_found() -> None:
    assert "devtools" in offered("developer")


def test_addresses_are_found_by_host_without_scheme_and_by_title() -> None:
    assert offered("open exam")[0] == "open https://www.example.org/"
    assert offered("open morning news") == ["open https://news.example.org/"]
    assert len(offered("open ")) == 3


def test_an_alias_completes_as_its_command() -> None:
    assert offered("o lens") == ["o https://lens.test/example"]


def test_tabs_are_found_by_title_and_completed_by_number() -> None:
    assert offered("b beta") == ["b 2"]


def test_each_word_of_a_list_is_completed_by_itself() -> None:
    assert offered("bookmark red gr") == ["bookmark red green"]


def test_choices_and_help_topics_are_offered() -> None:
    assert offered("scroll ") == ["scroll left", "scroll right", "scroll up", "scroll down"]
    assert offered("help zoom-i") == ["help zoom-in"]


@pytest.mark.parametrize("line", ["reload ", "nonsense x", "scroll up extra", "zoom 1", "conversations x", "bd 1 2 3"])
def test_nothing_is_offered_where_nothing_is_known(line: str) -> None:
    assert offered(line) == []


def test_equal_candidates_keep_the_order_of_their_source() -> None:
    sources = {Completion.ADDRESS: lambda: [Candidate(f"https://x.test/{name}") for name in "cab"]}
    assert [candidate.text[-1] for candidate in complete("open x.test", ALL, sources).candidates] == ["c", "a", "b"]


def test_an_address_that_comes_twice_is_offered_once() -> None:
    offered = [Candidate("https://x.test/", "first"), Candidate("https://x.test/", "again")]
    sources = {Completion.ADDRESS: lambda: offered}
    assert complete("open x", ALL, sources).candidates == [Candidate("https://x.test/", "first")]


def test_there_is_an_end_to_what_is_offered() -> None:
    sources = {Completion.ADDRESS: lambda: [Candidate(f"https://x.test/{number}") for number in range(1000)]}
    assert len(complete("open ", ALL, sources).candidates) == MAX_CANDIDATES


@dataclass(frozen=True)
class KeptBookmark:
    url: str
    title: str
    tags: tuple[str, ...]
    id: int = 1
    note: str = ""
    keyword: str | None = None
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


def test_bookmarks_give_addresses_and_their_tags_by_use() -> None:
    bookmarks = [
        KeptBookmark("https://a.test/", "A", ("red",)),
        KeptBookmark("https://b.test/", "B", ("green", "blue")),
        KeptBookmark("https://c.test/", "C", ("blue",)),
    ]
    assert [candidate.text for candidate in bookmark_candidates(bookmarks)] == [
        "https://a.test/",
        "https://b.test/",
        "https://c.test/",
    ]
    assert [candidate.text for candidate in tag_candidates(bookmarks)] == ["blue", "red", "green"]
    sources = {Completion.ADDRESS: lambda: bookmark_candidates(bookmarks)}
    assert [candidate.text for candidate in complete("open green", ALL, sources).candidates] == ["https://b.test/"]


@given(
    st.one_of(st.text(max_size=30), st.builds(" ".join, st.tuples(st.sampled_from(ALL.names), st.text(max_size=12))))
)
def test_completion_never_raises_and_only_rewrites_the_end(line: str) -> None:
    completions = complete(line, ALL, SOURCES)
    assert 0 <= completions.start <= len(line)
    for candidate in completions.candidates:
        assert completions.apply(line, candidate).startswith(line[: completions.start])


def test_what_the_source_found_itself_keeps_its_place_before_all_others() -> None:
    found = [Candidate("https://z.test/", "Élan", found=True), Candidate("https://a.test/elan", found=True)]
    offered = [*found, Candidate("elan"), Candidate("https://a.test/elan"), Candidate("x")]
    sources = {Completion.ADDRESS: lambda: offered}
    assert list(complete("open elan", ALL, sources).candidates) == [*found, Candidate("elan")]


def test_the_argument_being_typed_is_told() -> None:
    def told(line: str) -> tuple[str, str] | None:
        argument = argument_of(line, ALL)
        return (argument.typed, argument.parameter.name) if argument else None

    assert told("open a b") == ("a b", "address")
    assert told(":3 o ") == ("", "address")
    assert told("bookmark red gr") == ("gr", "tags")
    assert told("tab-move 1 2") is None
    for line in ("", "open", "nonsense x", "reload x"):
        assert told(line) is None
