"""Visited pages: what is recorded, what the address line makes of it, and how it is forgotten."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from minimal_browser.background.stores import Stores
from minimal_browser_core.storage.port import HistoryHit


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def visited(browser: Any) -> dict[str, HistoryHit]:
    """By path, once all that was submitted before is stored."""
    found: list[Sequence[HistoryHit]] = []

    def read(stores: Stores) -> Sequence[HistoryHit]:
        assert stores.history is not None
        return stores.history.search("", limit=1000).hits

    browser.application.parts.background.with_stores(read, found.append)
    browser.until(lambda: found, "the history to be read")
    return {hit.url.split("/", 3)[3] if hit.url.startswith("http") else hit.url: hit for hit in found[0]}


def settled(browser: Any) -> None:
    """The stores are opened a moment after the first page."""
    browser.until(lambda: browser.application.parts.history.started, "the history to begin")


def text(browser: Any) -> str:
    return str(browser.js("document.body ? document.body.innerText : ''"))


def labels(browser: Any) -> list[str]:
    return [suggestion.label for suggestion in browser.browser.command_line.widget.suggestions]


# -- what is a visit


def test_pages_are_recorded_with_their_titles_and_typed_addresses_weigh_more(browser: Any, site: Any) -> None:
    site.add("/link", "<title>Linked</title>")
    browser.open(site.add("/two", "<title>Two</title><a id=a href=/link>go</a>"))
    browser.js("document.getElementById('a').click()")
    browser.until(lambda: browser.browser.page.title() == "Linked")
    settled(browser)
    browser.until(lambda: set(visited(browser)) == {"one", "two", "link"})
    found = visited(browser)
    assert {path: hit.title for path, hit in found.items()} == {"one": "One", "two": "Two", "link": "Linked"}
    score = {path: hit.frecency - hit.last_visited_at.timestamp() * 1000 for path, hit in found.items()}
    assert score["one"] == pytest.approx(score["two"], abs=1)
    assert score["link"] < score["two"]


def test_going_back_reloading_and_opening_a_closed_tab_again_are_no_visits(browser: Any, site: Any, qtbot: Any) -> None:
    browser.open(site.add("/two", "<title>Two</title>"))
    tabs = browser.browser.tabs
    for key in ("H", "L", "r"):
        with qtbot.waitSignal(tabs.loaded):
            browser.keys(key)
    browser.keys("t")
    browser.type(site.add("/three", "<title>Three</title>"))
    browser.keys("<CR>")
    browser.until(lambda: "three" in visited(browser))
    browser.keys("d")
    with qtbot.waitSignal(tabs.loaded):
        browser.keys("u")
    settled(browser)
    assert {path: hit.visit_count for path, hit in visited(browser).items()} == {"one": 1, "two": 1, "three": 1}


def test_of_a_redirect_the_page_that_it_leads_to_is_recorded(browser: Any, site: Any) -> None:
    target = site.add("/target", "<title>Target</title>")
    site.add("/script", "<title>Script</title><script>location = '/target'</script>")
    browser.browser.navigation.open(f"{site.url}/script")
    browser.until(lambda: browser.browser.page.title() == "Target")
    settled(browser)
    browser.until(lambda: set(visited(browser)) == {"one", "target"})
    assert browser.browser.page.url() == target


def test_a_page_that_changes_its_own_address_is_recorded_at_each(browser: Any, site: Any) -> None:
    browser.open(site.add("/app", "<title>App</title>"))
    browser.js("history.pushState({}, '', '/app/first'); document.title = 'First'", world=0)
    browser.until(lambda: browser.browser.page.title() == "First")
    browser.js("history.replaceState({}, '', '/app/replaced')", world=0)
    browser.js("history.pushState({}, '', '/app/replaced#part')", world=0)
    browser.js("history.pushState({}, '', '/app/replaced#/route')", world=0)
    browser.js("history.back()", world=0)
    settled(browser)
    browser.until(lambda: {path: hit.title for path, hit in visited(browser).items()} == {
        "one": "One", "app": "App", "app/first": "First", "app/replaced#/route": "First",
    })  # fmt: skip
    assert {hit.visit_count for hit in visited(browser).values()} == {1}


def test_a_download_leaves_the_page_where_it_is(start: Any, site: Any, tmp_path: Path) -> None:
    site.add("/file", "data", "application/octet-stream")
    page = "<title>Files</title><a id=a href=/file>get</a>"
    browser = start(site.add("/files", page), config=f"[browser]\ndownload_folder = '{tmp_path}'\n")
    browser.js("document.getElementById('a').click()")
    browser.until(lambda: "Downloaded" in browser.message)
    browser.js("history.pushState({}, '', '/files/more'); document.title = 'More'", world=0)
    settled(browser)
    browser.until(lambda: {path: hit.title for path, hit in visited(browser).items()} == {
        "files": "Files", "files/more": "More",
    })  # fmt: skip


def test_an_application_that_is_served_with_an_error_is_recorded_where_it_goes(start: Any, site: Any) -> None:
    site.fallback = "<title>App</title>app"
    browser = start(f"{site.url}/deep/link")
    browser.js("history.pushState({}, '', '/there'); document.title = 'There'", world=0)
    settled(browser)
    browser.until(lambda: {path: hit.title for path, hit in visited(browser).items()} == {"there": "There"})


def test_a_title_that_changes_later_is_the_one_that_is_kept(browser: Any, site: Any) -> None:
    browser.open(site.add("/inbox", "<title>Loading</title>"))
    browser.js("document.title = 'Inbox'", world=0)
    settled(browser)
    browser.until(lambda: visited(browser)["inbox"].title == "Inbox")
    assert visited(browser)["inbox"].visit_count == 1


def test_what_is_not_a_page_of_the_web_or_failed_is_not_recorded(browser: Any, site: Any) -> None:
    browser.open("mb://help")
    browser.open("data:text/html,<title>data</title>secret")
    browser.open(f"{site.url}/missing")
    browser.open("http://127.0.0.1:1/refused")
    browser.command("source")
    browser.browser.generated_pages.show("written", "<title>written</title>")
    settled(browser)
    browser.open(site.add("/last", "<title>Last</title>"))
    browser.until(lambda: "last" in visited(browser))
    assert set(visited(browser)) == {"one", "last"}


def test_a_page_that_failed_counts_once_it_has_loaded(browser: Any, site: Any, qtbot: Any) -> None:
    browser.open(f"{site.url}/late")
    site.add("/late", "<title>Late</title>")
    with qtbot.waitSignal(browser.browser.tabs.loaded):
        browser.keys("r")
    settled(browser)
    assert visited(browser)["late"].visit_count == 1


def test_a_password_in_an_address_is_not_recorded(browser: Any, site: Any) -> None:
    site.add("/private", "<title>Private</title>")
    browser.open(f"{site.url}/private".replace("http://", "http://user:secret@"))
    settled(browser)
    browser.until(lambda: "private" in visited(browser))
    assert visited(browser)["private"].url == f"{site.url}/private"


def test_a_server_that_answers_with_an_error_shows_its_own_page(browser: Any, site: Any) -> None:
    browser.open(f"{site.url}/missing")
    assert text(browser) == "not here"
    assert "404" in browser.message


# -- settings


def test_nothing_is_recorded_where_the_settings_say_so(start: Any, site: Any) -> None:
    browser = start(site.add("/one", "<title>One</title>one"), config="[history]\nremember = false\n")
    settled(browser)
    browser.open(site.add("/two", "<title>Two</title>"))
    assert visited(browser) == {}
    browser.command("history")
    browser.until(lambda: "not recorded now" in text(browser))


def test_an_excluded_host_is_not_recorded(start: Any, site: Any) -> None:
    url = site.add("/one", "<title>One</title>one")
    browser = start(url, config='[history]\nexclude = ["localhost"]\n')
    browser.open(url.replace("127.0.0.1", "localhost"))
    settled(browser)
    assert [hit.url for hit in visited(browser).values()] == [url]


def test_visits_that_are_too_old_are_forgotten_at_the_start(start: Any, site: Any, tmp_path: Path) -> None:
    from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

    profile = tmp_path / "old"
    profile.mkdir()
    with PythonHistoryStore(profile / "places.db") as store:
        store.visit("https://old.test/", "Old", timestamp=datetime.now(UTC) - timedelta(days=31))
        store.visit("https://new.test/", "New", timestamp=datetime.now(UTC) - timedelta(days=29))
    browser = start(site.add("/one", "<title>One</title>one"), folder=profile, config="[history]\ndays = 30\n")
    settled(browser)
    assert set(visited(browser)) == {"", "one"}


def test_a_page_is_found_by_words_of_its_text_where_that_may_be_kept(start: Any, site: Any) -> None:
    browser = start(site.add("/one", "<title>One</title>one"), config="[history]\npage_text = true\n")
    site.add("/login", "<title>Login</title><p>wombat account</p><input type=password>")
    browser.open(site.add("/zoo", "<title>Zoo</title><p>The wombat digs by night.</p><script>var echidna</script>"))
    settled(browser)

    def text_of(path: str) -> str | None:
        found: list[Any] = []
        browser.application.parts.background.with_stores(
            lambda stores: stores.history.text(f"{site.url}{path}"), lambda kept: found.append([kept])
        )
        browser.until(lambda: found)
        return found[0][0]

    browser.until(lambda: text_of("/zoo"), "the text to be kept")
    browser.open(f"{site.url}/login")
    browser.command("recall wombat")
    browser.until(lambda: "digs by night" in text(browser))
    assert "account" not in text(browser)
    assert "echidna" not in (text_of("/zoo") or "")
    assert text_of("/login") is None


def test_no_text_is_kept_unless_the_settings_say_so(browser: Any) -> None:
    settled(browser)
    assert browser.application.parts.settings.values.history.page_text is False
    browser.command("recall anything")
    browser.until(lambda: "the texts of pages are not" in text(browser))


# -- the address line


def test_a_page_of_an_earlier_session_is_suggested(start: Any, site: Any) -> None:
    browser = start(site.add("/lighthouse", "<title>Élan of the lighthouse</title>light"))
    settled(browser)
    browser.until(lambda: "lighthouse" in visited(browser))
    start.end(browser)
    browser = start()
    for line in (":open lighth", ":tabopen elan", ":bgopen light el"):
        browser.type(line)
        browser.until(lambda: f"{site.url}/lighthouse" in labels(browser), line)
        browser.keys("<Esc>")


def test_suggestions_stand_in_the_order_of_frecency(browser: Any, site: Any) -> None:
    seldom, often = site.add("/a-page", "<title>Page</title>"), site.add("/b-page", "<title>Page</title>")
    for url in (seldom, often, seldom, often, f"{site.url}/one", often):
        browser.open(url)
    settled(browser)
    browser.until(lambda: len(visited(browser)) == 3 and visited(browser)["b-page"].visit_count == 3)
    browser.type(":open page")
    browser.until(lambda: labels(browser)[:2] == [often, seldom])


def test_an_answer_to_an_older_text_is_dropped(browser: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(browser)
    suggestions = browser.browser.suggestions
    asked: list[Any] = []
    look_up = browser.application.parts.background.look_up
    monkeypatch.setattr(browser.application.parts.background, "look_up", lambda *question: asked.append(question))
    browser.type(":open one")
    assert len(asked) == 1, "one question at a time"
    look_up(*asked.pop())
    browser.until(lambda: asked, "the next question")
    assert suggestions._answered is None, "the answer was one to no text at all"
    assert suggestions._asked == "one", "of those that came meanwhile only the last is asked"
    look_up(*asked.pop())
    browser.until(lambda: labels(browser)[:1] == [f"{site.url}/one"])
    assert not asked


def test_an_answer_does_not_disturb_who_has_begun_to_choose(browser: Any, site: Any) -> None:
    settled(browser)
    browser.type(":open ")
    browser.until(lambda: browser.browser.suggestions._answered == "")
    browser.keys("<Tab>")
    line = browser.browser.command_line.widget
    chosen = line.edit.text()
    assert chosen != "open "
    browser.browser.suggestions.refresh()
    assert line.edit.text() == chosen
    assert line.popup.chosen() == 0


def test_bookmarks_tabs_and_our_own_pages_are_suggested_too(start: Any, site: Any) -> None:
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
        browser.until(lambda label=label: label in labels(browser), line)
        browser.keys("<Esc>")


# -- mb://history


def test_the_history_page_lists_by_day_and_searches(browser: Any, site: Any) -> None:
    browser.open(site.add("/two", "<title>A second page</title>"))
    settled(browser)
    browser.until(lambda: "two" in visited(browser))
    browser.keys("g", "H")
    browser.until(lambda: "A second page" in text(browser))
    assert f"{datetime.now():%A}" in text(browser)
    browser.command("history second")
    browser.until(lambda: "A second page" in text(browser) and "One" not in text(browser).split())


def click(browser: Any, what: str, then: str) -> None:
    """Follow the link or press the button that is called so."""
    script = f"[...document.querySelectorAll('a, button')].find((e) => e.textContent.trim() === '{what}').click()"
    browser.js(script)
    browser.until(lambda: then in text(browser), then)


def test_a_page_is_forgotten_once_that_is_confirmed(browser: Any, site: Any) -> None:
    browser.open(site.add("/two", "<title>Two</title>"))
    settled(browser)
    browser.until(lambda: "two" in visited(browser))
    browser.command("history")
    browser.until(lambda: "Two" in text(browser))
    click(browser, "×", "Forget this page?")
    assert f"{site.url}/two" in text(browser)
    click(browser, "Keep", "Two")
    assert "two" in visited(browser)
    click(browser, "×", "Forget this page?")
    click(browser, "Forget", "One")
    assert "1 visit forgotten" in browser.message
    assert set(visited(browser)) == {"one"}
    assert browser.browser.page.url() == "mb://history"
    browser.keys("r")
    browser.until(lambda: "One" in text(browser))
    assert set(visited(browser)) == {"one"}


def test_the_history_is_cleared_for_good_once_that_is_confirmed(browser: Any, site: Any, tmp_path: Path) -> None:
    browser.open(site.add("/xylophone", "<title>Quetzalcoatl</title>"))
    settled(browser)
    browser.until(lambda: "xylophone" in visited(browser))
    browser.open(f"{site.url}/one")
    browser.command("history clear")
    browser.until(lambda: "Forget the whole history?" in text(browser))
    assert len(visited(browser)) == 2, "nothing is forgotten before it is confirmed"
    click(browser, "Forget", "No visits yet")
    assert visited(browser) == {}
    there = b"".join(path.read_bytes() for path in (tmp_path / "profile").glob("places.db*")).lower()
    assert b"xylophone" not in there
    assert b"quetzal" not in there
    browser.type(":open xylo")
    browser.until(lambda: browser.browser.suggestions._answered == "xylo")
    assert labels(browser) == []


def test_the_last_hour_and_today_are_forgotten_by_command(browser: Any) -> None:
    settled(browser)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    browser.application.parts.background.with_stores(
        lambda stores: stores.history.visit("https://a.test/old", timestamp=long_ago)
    )
    assert set(visited(browser)) == {"one", "old"}
    for what, question in (("hour", "Forget the last hour?"), ("today", "Forget this day?")):
        browser.command(f"history clear {what}")
        browser.until(lambda question=question: question in text(browser))
        click(browser, "Forget", "old")
        assert set(visited(browser)) == {"old"}


def test_a_site_is_forgotten_by_its_host(browser: Any) -> None:
    settled(browser)
    for url in ("https://www.a.test/x", "https://a.test/y", "https://b.test/z"):
        browser.application.parts.background.with_stores(lambda stores, url=url: stores.history.visit(url))
    browser.command("history-delete a.test")
    browser.until(lambda: "Forget this site?" in text(browser))
    click(browser, "Forget", "b.test")
    assert set(visited(browser)) == {"one", "z"}


def test_a_page_of_the_web_cannot_make_the_browser_forget(browser: Any, site: Any, qtbot: Any) -> None:
    page = (
        "<title>evil</title><form method=post action='mb://history?forget=all'></form>"
        "<script>document.forms[0].submit();"
        "fetch('mb://history?forget=all', {method: 'POST'}).catch(() => 0);</script>"
    )
    settled(browser)
    browser.browser.navigation.open(site.add("/evil", page))
    browser.until(lambda: "may not" in browser.message)
    qtbot.wait(300)
    assert "one" in visited(browser)


def test_the_address_of_a_deletion_alone_deletes_nothing(browser: Any) -> None:
    settled(browser)
    browser.open("mb://history?forget=all")
    browser.until(lambda: "Forget the whole history?" in text(browser))
    browser.keys("r")
    browser.until(lambda: "Forget the whole history?" in text(browser))
    assert set(visited(browser)) == {"one"}


def test_files_of_other_browsers_are_taken_in_by_command(browser: Any, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "history.db")) as db:
        db.execute("CREATE TABLE history (id INTEGER PRIMARY KEY, url, title, visit_time, visit_count)")
        db.execute("INSERT INTO history VALUES (1, 'https://old.test/lens', 'Old lens', '2024-05-01 10:00:00', 3)")
        db.commit()
    (tmp_path / "marks.html").write_text(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF='https://marked.test/'>Marked</A></DL>"
    )
    (tmp_path / "talk.json").write_text('{"conversations": [{"prompt": "Why?", "response": "So.", "model": "m"}]}')
    for what, name in (("history", "history.db"), ("bookmarks", "marks.html"), ("conversations", "talk.json")):
        browser.command(f"import {what} {tmp_path / name}")
        browser.until(lambda what=what: browser.message == f"{what}: 1 imported", what)
        browser.command(f"import {what} '{tmp_path / name}'")
        browser.until(lambda what=what: browser.message == f"{what}: 0 imported, 1 there already", what)
    browser.type(":open old lens")
    browser.until(lambda: labels(browser) == ["https://old.test/lens"])
    browser.keys("<Esc>")
    browser.command(f"import history {tmp_path}/nothing.db")
    browser.until(lambda: "nothing.db" in browser.message and "importing" not in browser.message)
    browser.command("import photos x")
    assert "bookmarks, conversations, history" in browser.message


def test_bookmarks_of_an_earlier_version_are_taken_over(start: Any, tmp_path: Path) -> None:
    from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore

    profile = tmp_path / "earlier"
    profile.mkdir()
    with PythonBookmarkStore(profile / "bookmarks.db") as store:
        store.add("https://kept.test/", "Kept")
    browser = start(folder=profile)
    browser.open("mb://bookmarks")
    browser.until(lambda: "Kept" in text(browser))
    assert not (profile / "bookmarks.db").exists()


def test_a_file_that_holds_no_places_is_left_alone_and_told_once(start: Any, site: Any, tmp_path: Path) -> None:
    profile = tmp_path / "foreign"
    profile.mkdir()
    foreign = b"SQLite format 3\0" + b"\xff" * 5000
    (profile / "places.db").write_bytes(foreign)
    browser = start(site.add("/one", "<title>One</title>one"), folder=profile)
    browser.until(lambda: "places.db" in browser.message)
    assert len(browser.application.parts.background.stores().problems) == 1
    browser.command("history")
    browser.until(lambda: "places.db" in text(browser))
    browser.type(":open one")
    browser.until(lambda: labels(browser)[:1] == [f"{site.url}/one"], "the open tab to be suggested")
    browser.keys("<Esc>")
    assert (profile / "places.db").read_bytes() == foreign
