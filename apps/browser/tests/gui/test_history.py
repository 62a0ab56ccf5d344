"""Visited pages: what is recorded, what the address line makes of it, and how it is forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def test_pages_are_recorded_with_their_titles_and_typed_addresses_weigh_more(browser: Any, site: Any) -> None:
    site.add("/link", "<title>Linked</title>")
    browser.open(site.add("/two", "<title>Two</title><a id=a href=/link>go</a>"))
    browser.js("document.getElementById('a').click()")
    browser.until(lambda: browser.browser.page.title() == "Linked")
    browser.wait_for_history()
    browser.until(lambda: set(browser.visited()) == {"one", "two", "link"})
    found = browser.visited()
    assert {path: hit.title for path, hit in found.items()} == {"one": "One", "two": "Two", "link": "Linked"}
    score = {path: hit.frecency - hit.last_visited_at.timestamp() * 1000 for path, hit in found.items()}
    assert score["one"] == pytest.approx(score["two"], abs=1)
    assert score["link"] < score["two"]


def test_going_back_reloading_and_reopening_a_tab_are_not_visits(browser: Any, site: Any, qtbot: Any) -> None:
    browser.open(site.add("/two", "<title>Two</title>"))
    tabs = browser.browser.tabs
    for key in ("H", "L", "r"):
        with qtbot.waitSignal(tabs.loaded):
            browser.keys(key)
    browser.keys("t")
    browser.type(site.add("/three", "<title>Three</title>"))
    browser.keys("<CR>")
    browser.until(lambda: "three" in browser.visited())
    browser.keys("d")
    with qtbot.waitSignal(tabs.loaded):
        browser.keys("u")
    browser.wait_for_history()
    assert {path: hit.visit_count for path, hit in browser.visited().items()} == {"one": 1, "two": 1, "three": 1}


def test_the_target_of_a_redirect_is_recorded(browser: Any, site: Any) -> None:
    target = site.add("/target", "<title>Target</title>")
    site.add("/script", "<title>Script</title><script>location = '/target'</script>")
    browser.browser.navigation.open(f"{site.url}/script")
    browser.until(lambda: browser.browser.page.title() == "Target")
    browser.wait_for_history()
    browser.until(lambda: set(browser.visited()) == {"one", "target"})
    assert browser.browser.page.url() == target


def test_a_page_that_changes_its_own_address_is_recorded_at_each(browser: Any, site: Any) -> None:
    browser.open(site.add("/app", "<title>App</title>"))
    browser.js("history.pushState({}, '', '/app/first'); document.title = 'First'", world=0)
    browser.until(lambda: browser.browser.page.title() == "First")
    browser.js("history.replaceState({}, '', '/app/replaced')", world=0)
    browser.js("history.pushState({}, '', '/app/replaced#part')", world=0)
    browser.js("history.pushState({}, '', '/app/replaced#/route')", world=0)
    browser.js("history.back()", world=0)
    browser.wait_for_history()
    browser.until(lambda: {path: hit.title for path, hit in browser.visited().items()} == {
        "one": "One", "app": "App", "app/first": "First", "app/replaced#/route": "First",
    })  # fmt: skip
    assert {hit.visit_count for hit in browser.visited().values()} == {1}


def test_a_download_leaves_the_page_where_it_is(start: Any, site: Any, tmp_path: Path) -> None:
    site.add("/file", "data", "application/octet-stream")
    page = "<title>Files</title><a id=a href=/file>get</a>"
    browser = start(site.add("/files", page), config=f"[browser]\ndownload_folder = '{tmp_path}'\n")
    browser.js("document.getElementById('a').click()")
    browser.until(lambda: "Downloaded" in browser.message)
    browser.js("history.pushState({}, '', '/files/more'); document.title = 'More'", world=0)
    browser.wait_for_history()
    browser.until(lambda: {path: hit.title for path, hit in browser.visited().items()} == {
        "files": "Files", "files/more": "More",
    })  # fmt: skip


def test_an_application_served_with_an_error_status_is_recorded_at_its_next_address(start: Any, site: Any) -> None:
    site.fallback = "<title>App</title>app"
    browser = start(f"{site.url}/deep/link")
    browser.js("history.pushState({}, '', '/there'); document.title = 'There'", world=0)
    browser.wait_for_history()
    browser.until(lambda: {path: hit.title for path, hit in browser.visited().items()} == {"there": "There"})


def test_a_title_that_changes_later_is_recorded(browser: Any, site: Any) -> None:
    browser.open(site.add("/inbox", "<title>Loading</title>"))
    browser.js("document.title = 'Inbox'", world=0)
    browser.wait_for_history()
    browser.until(lambda: browser.visited()["inbox"].title == "Inbox")
    assert browser.visited()["inbox"].visit_count == 1


def test_other_schemes_and_failed_pages_are_not_recorded(browser: Any, site: Any) -> None:
    browser.open("mb://help")
    browser.open("data:text/html,<title>data</title>secret")
    browser.open(f"{site.url}/missing")
    browser.open("http://127.0.0.1:1/refused")
    browser.command("source")
    browser.browser.generated_pages.show("written", "<title>written</title>")
    browser.wait_for_history()
    browser.open(site.add("/last", "<title>Last</title>"))
    browser.until(lambda: "last" in browser.visited())
    assert set(browser.visited()) == {"one", "last"}


def test_a_page_that_failed_counts_once_it_has_loaded(browser: Any, site: Any, qtbot: Any) -> None:
    browser.open(f"{site.url}/late")
    site.add("/late", "<title>Late</title>")
    with qtbot.waitSignal(browser.browser.tabs.loaded):
        browser.keys("r")
    browser.wait_for_history()
    assert browser.visited()["late"].visit_count == 1


def test_a_password_in_an_address_is_not_recorded(browser: Any, site: Any) -> None:
    site.add("/private", "<title>Private</title>")
    browser.open(f"{site.url}/private".replace("http://", "http://user:secret@"))
    browser.wait_for_history()
    browser.until(lambda: "private" in browser.visited())
    assert browser.visited()["private"].url == f"{site.url}/private"


def test_nothing_is_recorded_if_the_settings_say_so(start: Any, site: Any) -> None:
    browser = start(site.add("/one", "<title>One</title>one"), config="[history]\nremember = false\n")
    browser.wait_for_history()
    browser.open(site.add("/two", "<title>Two</title>"))
    assert browser.visited() == {}
    browser.command("history")
    browser.until(lambda: "not recorded now" in browser.text)


def test_an_excluded_host_is_not_recorded(start: Any, site: Any) -> None:
    url = site.add("/one", "<title>One</title>one")
    browser = start(url, config='[history]\nexclude = ["localhost"]\n')
    browser.open(url.replace("127.0.0.1", "localhost"))
    browser.wait_for_history()
    assert [hit.url for hit in browser.visited().values()] == [url]


def test_visits_that_are_too_old_are_forgotten_at_start(start: Any, site: Any, tmp_path: Path) -> None:
    from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

    profile = tmp_path / "old"
    profile.mkdir()
    with PythonHistoryStore(profile / "places.db") as store:
        store.visit("https://old.test/", "Old", timestamp=datetime.now(UTC) - timedelta(days=31))
        store.visit("https://new.test/", "New", timestamp=datetime.now(UTC) - timedelta(days=29))
    browser = start(site.add("/one", "<title>One</title>one"), folder=profile, config="[history]\ndays = 30\n")
    browser.wait_for_history()
    assert set(browser.visited()) == {"", "one"}


def test_a_page_is_found_by_words_of_its_text_if_the_settings_store_it(start: Any, site: Any) -> None:
    browser = start(site.add("/one", "<title>One</title>one"), config="[history]\npage_text = true\n")
    site.add("/login", "<title>Login</title><p>wombat account</p><input type=password>")
    browser.open(site.add("/zoo", "<title>Zoo</title><p>The wombat digs by night.</p><script>var echidna</script>"))
    browser.wait_for_history()

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
    browser.until(lambda: "digs by night" in browser.text)
    assert "account" not in browser.text
    assert "echidna" not in (text_of("/zoo") or "")
    assert text_of("/login") is None


def test_no_text_is_stored_unless_the_settings_say_so(browser: Any) -> None:
    browser.wait_for_history()
    assert browser.application.parts.settings.values.history.page_text is False
    browser.command("recall anything")
    browser.until(lambda: "the texts of pages are not" in browser.text)


def test_the_history_page_lists_by_day_and_searches(browser: Any, site: Any) -> None:
    browser.open(site.add("/two", "<title>A second page</title>"))
    browser.wait_for_history()
    browser.until(lambda: "two" in browser.visited())
    browser.keys("g", "H")
    browser.until(lambda: "A second page" in browser.text)
    assert f"{datetime.now():%A}" in browser.text
    browser.command("history second")
    browser.until(lambda: "A second page" in browser.text and "One" not in browser.text.split())


def click(browser: Any, what: str, then: str) -> None:
    """Follow the link or press the button that is called so."""
    script = f"[...document.querySelectorAll('a, button')].find((e) => e.textContent.trim() === '{what}').click()"
    browser.js(script)
    browser.until(lambda: then in browser.text, then)


def test_a_page_is_forgotten_after_confirmation(browser: Any, site: Any) -> None:
    browser.open(site.add("/two", "<title>Two</title>"))
    browser.wait_for_history()
    browser.until(lambda: "two" in browser.visited())
    browser.command("history")
    browser.until(lambda: "Two" in browser.text)
    click(browser, "×", "Forget this page?")
    assert f"{site.url}/two" in browser.text
    click(browser, "Keep", "Two")
    assert "two" in browser.visited()
    click(browser, "×", "Forget this page?")
    click(browser, "Forget", "One")
    assert "1 visit forgotten" in browser.message
    assert set(browser.visited()) == {"one"}
    assert browser.browser.page.url() == "mb://history"
    browser.keys("r")
    browser.until(lambda: "One" in browser.text)
    assert set(browser.visited()) == {"one"}


def test_the_history_is_deleted_from_disk_after_confirmation(browser: Any, site: Any, tmp_path: Path) -> None:
    browser.open(site.add("/xylophone", "<title>Quetzalcoatl</title>"))
    browser.wait_for_history()
    browser.until(lambda: "xylophone" in browser.visited())
    browser.open(f"{site.url}/one")
    browser.command("history clear")
    browser.until(lambda: "Forget the whole history?" in browser.text)
    assert len(browser.visited()) == 2, "nothing is forgotten before it is confirmed"
    click(browser, "Forget", "No visits yet")
    assert browser.visited() == {}
    there = b"".join(path.read_bytes() for path in (tmp_path / "profile").glob("places.db*")).lower()
    assert b"xylophone" not in there
    assert b"quetzal" not in there
    browser.type(":open xylo")
    browser.until(lambda: browser.browser.suggestions._answered == "xylo")
    assert browser.labels == []


def test_the_last_hour_and_today_are_forgotten_by_command(browser: Any) -> None:
    browser.wait_for_history()
    long_ago = datetime.now(UTC) - timedelta(days=3)
    browser.application.parts.background.with_stores(
        lambda stores: stores.history.visit("https://a.test/old", timestamp=long_ago)
    )
    assert set(browser.visited()) == {"one", "old"}
    for what, question in (("hour", "Forget the last hour?"), ("today", "Forget this day?")):
        browser.command(f"history clear {what}")
        browser.until(lambda question=question: question in browser.text)
        click(browser, "Forget", "old")
        assert set(browser.visited()) == {"old"}


def test_a_site_is_forgotten_by_its_host(browser: Any) -> None:
    browser.wait_for_history()
    for url in ("https://www.a.test/x", "https://a.test/y", "https://b.test/z"):
        browser.application.parts.background.with_stores(lambda stores, url=url: stores.history.visit(url))
    browser.command("history-delete a.test")
    browser.until(lambda: "Forget this site?" in browser.text)
    click(browser, "Forget", "b.test")
    assert set(browser.visited()) == {"one", "z"}


def test_a_web_page_cannot_delete_history(browser: Any, site: Any, qtbot: Any) -> None:
    page = (
        "<title>evil</title><form method=post action='mb://history?forget=all'></form>"
        "<script>document.forms[0].submit();"
        "fetch('mb://history?forget=all', {method: 'POST'}).catch(() => 0);</script>"
    )
    browser.wait_for_history()
    browser.browser.navigation.open(site.add("/evil", page))
    browser.until(lambda: "may not" in browser.message)
    qtbot.wait(300)
    assert "one" in browser.visited()


def test_the_address_of_a_deletion_alone_deletes_nothing(browser: Any) -> None:
    browser.wait_for_history()
    browser.open("mb://history?forget=all")
    browser.until(lambda: "Forget the whole history?" in browser.text)
    browser.keys("r")
    browser.until(lambda: "Forget the whole history?" in browser.text)
    assert set(browser.visited()) == {"one"}
