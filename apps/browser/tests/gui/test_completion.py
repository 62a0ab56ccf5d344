"""What the command line suggests."""

from typing import Any

import pytest


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def test_commands_are_suggested_and_tab_takes_one(browser: Any) -> None:
    line = browser.browser.command_line.widget
    browser.type(":tab-n")
    assert [suggestion.label for suggestion in line.suggestions][:2] == ["tab-new", "tab-next"]
    browser.keys("<Tab>")
    assert line.edit.text() == "tab-new"
    browser.keys("<Tab>", "<Tab>")
    assert line.edit.text() == line.suggestions[2].line


def test_visited_addresses_are_suggested(browser: Any, site: Any) -> None:
    browser.open(site.add("/lighthouse", "<title>The lighthouse</title>"))
    browser.type(":open lighth")
    labels = [suggestion.label for suggestion in browser.browser.command_line.widget.suggestions]
    assert f"{site.url}/lighthouse" in labels


def test_a_page_of_an_earlier_session_is_suggested(start: Any, site: Any) -> None:
    browser = start(site.add("/lighthouse", "<title>Élan of the lighthouse</title>light"))
    browser.wait_for_history()
    browser.until(lambda: "lighthouse" in browser.visited())
    start.end(browser)
    browser = start()
    for line in (":open lighth", ":tabopen elan", ":bgopen light el"):
        browser.type(line)
        browser.until(lambda: f"{site.url}/lighthouse" in browser.labels, line)
        browser.keys("<Esc>")


def test_visited_pages_are_ordered_by_frecency(browser: Any, site: Any) -> None:
    seldom, often = site.add("/a-page", "<title>Page</title>"), site.add("/b-page", "<title>Page</title>")
    for url in (seldom, often, seldom, often, f"{site.url}/one", often):
        browser.open(url)
    browser.wait_for_history()
    browser.until(lambda: len(browser.visited()) == 3 and browser.visited()["b-page"].visit_count == 3)
    browser.type(":open page")
    browser.until(lambda: browser.labels[:2] == [often, seldom])


def test_an_answer_to_earlier_text_is_dropped(browser: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.wait_for_history()
    suggestions = browser.browser.suggestions
    asked: list[Any] = []
    look_up = browser.browser.tasks.look_up
    monkeypatch.setattr(browser.browser.tasks, "look_up", lambda *question: asked.append(question))
    browser.type(":open one")
    assert len(asked) == 1, "one question at a time"
    look_up(*asked.pop())
    browser.until(lambda: asked, "the next question")
    assert suggestions._answered is None, "the answer was one to no text at all"
    assert suggestions._asked == "one", "only the last of those typed during a look-up is looked up"
    look_up(*asked.pop())
    browser.until(lambda: browser.labels[:1] == [f"{site.url}/one"])
    assert not asked


def test_an_answer_does_not_change_a_choice(browser: Any, site: Any) -> None:
    browser.wait_for_history()
    browser.type(":open ")
    browser.until(lambda: browser.browser.suggestions._answered == "")
    browser.keys("<Tab>")
    line = browser.browser.command_line.widget
    chosen = line.edit.text()
    assert chosen != "open "
    browser.browser.suggestions.refresh()
    assert line.edit.text() == chosen
    assert line.popup.chosen() == 0


def test_bookmarks_tabs_and_internal_pages_are_suggested_too(start: Any, site: Any) -> None:
    browser = start(site.add("/one", "<title>One</title>one"), config="[history]\nremember = false\n")
    browser.command("bookmark reading")
    browser.until(lambda: "bookmarked" in browser.message)
    browser.open(site.add("/elsewhere", "<title>Elsewhere</title>"))
    for line, label in (
        ("reading", f"{site.url}/one"),
        ("elsewh", f"{site.url}/elsewhere"),
        ("mb://his", "mb://history"),
    ):
        browser.type(f":open {line}")
        browser.until(lambda label=label: label in browser.labels, line)
        browser.keys("<Esc>")
