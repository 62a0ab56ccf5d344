from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.commands.aliases import define_aliases
from minimal_browser_core.commands.completion import (
    MAX_CANDIDATES,
    Candidate,
    argument_of,
    bookmark_candidates,
    complete,
    tab_candidates,
    tag_candidates,
)
from minimal_browser_core.commands.parameters import Completion
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.features.tabs import TabInfo

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
ALL = all_commands()


def offered(line: str) -> list[str]:
    completions = complete(line, ALL, SOURCES)
    return [completions.apply(line, candidate) for candidate in completions.candidates]


def test_an_empty_line_offers_every_command_in_its_order() -> None:
    assert offered("")[:3] == ["open", "tabopen", "bgopen"]


def test_the_start_of_a_name_goes_before_the_middle() -> None:
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


@pytest.mark.parametrize(
    "line",
    [
        "reload ",
        "nonsense x",
        "scroll up x",
        "conversations x",
        "bd 1 2 3",
        "back --",
        "open --x",
        "back ;; x y",
    ],
)
def test_nothing_is_offered_if_nothing_is_known(line: str) -> None:
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
class StoredBookmark:
    url: str
    title: str
    tags: tuple[str, ...]
    id: int = 1
    note: str = ""
    keyword: str | None = None
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


def test_bookmarks_give_addresses_and_their_tags_by_use() -> None:
    bookmarks = [
        StoredBookmark("https://a.test/", "A", ("red",)),
        StoredBookmark("https://b.test/", "B", ("green", "blue")),
        StoredBookmark("https://c.test/", "C", ("blue",)),
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


def test_what_the_source_matched_itself_stays_first() -> None:
    found = [Candidate("https://z.test/", "Élan", is_match=True), Candidate("https://a.test/elan", is_match=True)]
    offered = [*found, Candidate("elan"), Candidate("https://a.test/elan"), Candidate("x")]
    sources = {Completion.ADDRESS: lambda: offered}
    assert list(complete("open elan", ALL, sources).candidates) == [*found, Candidate("elan")]


def test_the_argument_at_the_end_of_a_line_is_known() -> None:
    def argument(line: str) -> tuple[str, str] | None:
        found = argument_of(line, ALL)
        return (found.typed, found.parameter.name) if found and found.parameter else None

    assert argument("open a b") == ("a b", "address")
    assert argument("open --tab a b") == ("a b", "address")
    assert argument(":3 o ") == ("", "address")
    assert argument("bookmark red gr") == ("gr", "tags")
    assert argument("back ;; open a") == ("a", "address")
    assert argument("tab-move 1 2") is None
    for line in ("", "open", "nonsense x", "reload x"):
        assert argument(line) is None


def test_flags_are_offered_where_one_starts() -> None:
    assert offered("open --") == ["open --tab", "open --background", "open --window", "open --private"]
    assert offered("open --tab --p") == ["open --tab --private"]
    assert offered("hint --b")[0] == "hint --background"
    assert offered("hint --tab --b")[0] == "hint --tab --background"
    assert offered("open --tab morning") == ["open --tab https://news.example.org/"]


def test_the_last_command_of_a_chain_is_completed() -> None:
    assert offered("back ;; relo")[0] == "back ;; reload"
    assert offered("back ;; b beta") == ["back ;; b 2"]
    assert offered("bookmark red ;; bookmark gr") == ["bookmark red ;; bookmark green"]


def test_aliases_are_offered_with_their_line_and_completed_as_it() -> None:
    registry = all_commands()
    define_aliases({"news": "open --tab", "site": "open https://a.test/"}, registry, lambda line: None)
    assert Candidate("news", ":open --tab") in complete("new", registry, SOURCES).candidates
    completions = complete("news morning", registry, SOURCES)
    assert [completions.apply("news morning", found) for found in completions.candidates] == [
        "news https://news.example.org/"
    ]
    assert complete("site x", registry, SOURCES).candidates == ()
