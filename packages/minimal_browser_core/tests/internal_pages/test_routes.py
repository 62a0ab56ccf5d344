from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.internal_pages.routes import (
    AllVisits,
    BookmarksPage,
    ConversationPage,
    ConversationsPage,
    DayVisits,
    ForgetPage,
    HelpPage,
    HistoryPage,
    LastHourVisits,
    PageAddress,
    PageAddressError,
    PageVisits,
    SiteVisits,
    StartPage,
    VersionPage,
    VisitSelection,
    forget_url,
    parse_address,
)
from minimal_browser_core.internal_pages.urls import PAGES, page_url


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("mb://start", StartPage()),
        ("mb://start/", StartPage()),
        ("MB://Help#tab-next", HelpPage()),
        ("mb://version?x=1", VersionPage()),
        ("mb://bookmarks", BookmarksPage()),
        ("mb://bookmarks?q=two+words", BookmarksPage("two words")),
        ("mb://conversations/?q=a%26b&q=c%20d", ConversationsPage("c d")),
        ("mb://conversations?q=&cursor=", ConversationsPage()),
        ("mb://conversations?q=x&cursor=abc", ConversationsPage("x", "abc")),
        ("mb://history", HistoryPage()),
        ("mb://history?q=two+words&cursor=c", HistoryPage("two words", "c")),
        ("mb://history?day=2026-11-23&q=x", HistoryPage("x", day=date(2026, 11, 23))),
        ("mb://history?forget=page&url=https://a.test/?x%26y", ForgetPage(PageVisits("https://a.test/?x&y"))),
        ("mb://history?forget=site&host=a.test", ForgetPage(SiteVisits("a.test"))),
        ("mb://history?forget=day&day=2026-11-23", ForgetPage(DayVisits(date(2026, 11, 23)))),
        ("mb://history?forget=hour", ForgetPage(LastHourVisits())),
        ("mb://history?forget=all", ForgetPage(AllVisits())),
        ("mb://conversations?id=7&q=x", ConversationPage(7)),
        ("mb://conversations?q=%ff%00", ConversationsPage("\ufffd\0")),
    ],
)
def test_an_address_becomes_a_page_with_its_parameters(url: str, page: PageAddress) -> None:
    assert parse_address(url) == page


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mb://nowhere", "There is no page mb://nowhere. The pages are mb://start, mb://help"),
        ("mb://start/etc/passwd", "There is no page"),
        ("mb://user@start", "There is no page"),
        ("mb://start:80", "There is no page"),
        ("mb:start", "There is no page"),
        ("https://start", "is not a page of the browser"),
        ("", "is not a page of the browser"),
        ("mb://[start", "is not a well-formed address"),
        ("mb://conversations?id=", "a number such as 7, not ''"),
        ("mb://conversations?id=-1", "not '-1'"),
        ("mb://conversations?id=0", "not '0'"),
        ("mb://conversations?id=٣", "not '٣'"),
        ("mb://conversations?id=9223372036854775808", "a number such as 7"),
        ("mb://history?day=yesterday", "written as 2026-11-23, not 'yesterday'"),
        ("mb://history?day=0001-01-01", "starts in 1970"),
        ("mb://history?day=9999-12-31", "starts in 1970"),
        ("mb://history?forget=", "what to forget"),
        ("mb://history?forget=everything", "what to forget"),
        ("mb://history?forget=page", "what to forget"),
        ("mb://history?forget=day", "A day is written as"),
        ("mb://conversations?" + "&".join(f"a{n}=1" for n in range(99)), "too many parameters"),
    ],
)
def test_a_wrong_address_is_refused_with_the_reason(url: str, words: str) -> None:
    with pytest.raises(PageAddressError, match=words):
        parse_address(url)


def test_every_page_has_an_address_that_leads_to_it() -> None:
    assert len({type(parse_address(page_url(name))) for name in PAGES}) == len(PAGES)


@given(st.text())
def test_any_query_survives_its_address(query: str) -> None:
    assert parse_address(page_url("conversations", q=query)) == ConversationsPage(query)


def test_a_query_that_no_encoding_can_hold_still_makes_an_address() -> None:
    assert page_url("conversations", q="a\ud800b") == "mb://conversations?q=a%3Fb"


@given(st.text().map("mb://".__add__) | st.text().map("mb://conversations?id=".__add__) | st.text())
def test_any_address_is_parsed_or_refused_and_nothing_else(url: str) -> None:
    with suppress(PageAddressError):
        parse_address(url)


@pytest.mark.parametrize(
    "visits",
    [
        PageVisits("https://a.test/?x&y#z"),
        SiteVisits("a.test"),
        DayVisits(date(2026, 11, 23)),
        LastHourVisits(),
        AllVisits(),
    ],
)
def test_the_visits_to_forget_survive_their_address(visits: VisitSelection) -> None:
    assert parse_address(forget_url(visits)) == ForgetPage(visits)
