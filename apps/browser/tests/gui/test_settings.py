"""Settings that are changed while the browser runs, and those that differ by site."""

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication

from minimal_browser_core.errors import ConfigError

SCRIPT = "<title>Page</title><p id=p>without script</p><script>p.textContent = 'with script'</script>"


@pytest.fixture
def page(site: Any) -> str:
    return str(site.add("/page", SCRIPT))


def other_host(url: str) -> str:
    """The same page of the test's server under another host name."""
    return url.replace("127.0.0.1", "localhost")


def test_a_value_is_shown_with_its_origin(start: Any, page: str) -> None:
    browser = start(page, config="[ui]\nzoom = 110\n")
    browser.command("set ui.zoom?")
    assert browser.message == "ui.zoom = 110 (from config.toml; the default is 100)."
    browser.command("set ui.zom 120")
    assert browser.message == "ui.zom: there is no such setting. Did you mean ui.zoom?"
    browser.command("set ai.provider offline")
    assert browser.message.startswith("ai.provider takes effect at the next start.")


def test_the_zoom_changes_in_all_tabs_that_were_not_zoomed_by_hand(start: Any, page: str) -> None:
    browser = start(page)
    browser.command("set ui.zoom 150")
    assert browser.message == "ui.zoom = 150"
    assert browser.view.zoomFactor() == 1.5
    browser.command(f"tabopen {page}")
    assert browser.view.zoomFactor() == 1.5


def test_a_site_has_a_zoom_of_its_own(start: Any, page: str) -> None:
    browser = start(page, config='[[site]]\npattern = "localhost"\nui.zoom = 150\n')
    assert browser.view.zoomFactor() == 1.0
    browser.open(other_host(page))
    assert browser.view.zoomFactor() == 1.5
    browser.command("zoom 200")
    browser.open(other_host(page))
    assert browser.view.zoomFactor() == 2.0
    browser.open(page)
    assert browser.view.zoomFactor() == 1.0


def test_a_page_runs_scripts_as_the_settings_for_its_site_say(start: Any, page: str) -> None:
    browser = start(page, config='[[site]]\npattern = "localhost"\nsecurity.javascript = false\n')
    assert browser.text == "with script"
    browser.open(other_host(page))
    assert browser.text == "without script"
    browser.open(page)
    assert browser.text == "with script"


def test_paths_of_one_site_differ(start: Any, site: Any) -> None:
    pages = [site.add(path, SCRIPT) for path in ("/quiet/a", "/b", "/quiet/c")]
    browser = start(pages[0], config='[[site]]\npattern = "127.0.0.1/quiet/*"\nsecurity.javascript = false\n')
    texts = [browser.text]
    for url in pages[1:]:
        browser.open(url)
        texts.append(browser.text)
    assert texts == ["without script", "with script", "without script"]


def test_scripts_are_switched_off_for_the_next_load(start: Any, page: str) -> None:
    browser = start(page)
    browser.command("set security.javascript!")
    assert browser.message == "security.javascript = false"
    browser.open(page)
    assert browser.text == "without script"
    browser.command("set-site 127.0.0.1 security.javascript true")
    browser.open(page)
    assert browser.text == "with script"


def test_a_download_from_another_site_leaves_the_page_as_it_is(start: Any, site: Any, tmp_path: Path) -> None:
    download = other_host(site.add("/file.bin", "data", kind="application/octet-stream"))
    page = site.add("/page", f"<a href='{download}'>file</a><p id=p></p>")
    config = f'[browser]\ndownload_folder = "{tmp_path}"\n[[site]]\npattern = "localhost"\n'
    browser = start(page, config=config + "ui.zoom = 200\nsecurity.javascript = false\n")
    browser.js("document.querySelector('a').click()", world=0)
    browser.until(lambda: list(tmp_path.glob("*.sh")), "the download")
    browser.until(lambda: browser.view.zoomFactor() == 1.0, "the zoom of the page")
    browser.js("p.textContent = 'still scripted'", world=0)
    assert "still scripted" in browser.text


def test_the_theme_changes_at_once(start: Any, page: str, qapp: QApplication) -> None:
    browser = start(page, config="[ui]\ntheme = 'light'\n")
    light = qapp.palette().color(QPalette.ColorRole.Window)
    browser.command("set ui.theme dark")
    assert qapp.palette().color(QPalette.ColorRole.Window).lightness() < light.lightness()
    browser.command("set ui.theme light")
    assert qapp.palette().color(QPalette.ColorRole.Window) == light


def test_the_browsers_own_pages_follow_the_theme(start: Any, page: str) -> None:
    browser = start(page, config="[ui]\ntheme = 'light'\n")
    browser.command("help")
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    browser.until(lambda: browser.view.url().host() == "help" and browser.js(scheme) == "light")
    browser.command("set ui.theme dark")
    browser.until(lambda: browser.js(scheme) == "dark")


def test_the_start_page_and_the_search_engine_change_at_once(start: Any, site: Any, page: str) -> None:
    browser = start(page)
    site.add("/search?q=two+words", "<title>Results</title>found")
    browser.command(f"set browser.search_url {site.url}/search?q={{query}}")
    browser.command("open two words")
    browser.until(lambda: browser.titles == ["Results"])
    browser.command(f"set browser.start_page {page}")
    browser.command("tab-new")
    browser.until(lambda: browser.titles == ["Results", "Page"])


def test_visits_are_not_recorded_once_that_is_switched_off(start: Any, site: Any) -> None:
    browser = start(site.add("/one", "<title>One</title>one"))
    browser.wait_for_history()
    browser.command("set history.remember false")
    browser.open(site.add("/two", "<title>Two</title>two"))
    browser.command("set history.remember")
    browser.open(site.add("/three", "<title>Three</title>three"))
    browser.until(lambda: "three" in browser.visited())
    browser.open("mb://history")
    browser.until(lambda: "Three" in browser.text)
    assert "One" in browser.text
    assert "Two" not in browser.text


def test_an_alias_is_defined_at_once_and_a_wrong_one_is_refused(start: Any, page: str) -> None:
    browser = start(page)
    browser.command("set aliases.bigger zoom 150")
    browser.command("bigger")
    assert browser.view.zoomFactor() == 1.5
    browser.command("set aliases.wrong no-such-command")
    assert "no-such-command" in browser.message
    browser.command("set aliases.wrong?")
    assert browser.message == "aliases.wrong is not set."


def test_a_closed_window_no_longer_follows_the_settings(start: Any, page: str) -> None:
    browser = start(page)
    second = browser.application.open_window()
    second.window.close()
    browser.command("set ui.zoom 150")
    browser.command("set copilot.remember false")
    assert browser.message == "copilot.remember = false"
    assert browser.view.zoomFactor() == 1.5


def test_a_tool_that_does_not_exist_stops_the_start(start: Any, page: str) -> None:
    with pytest.raises(ConfigError, match="navigate"):
        start(page, config='[copilot.actions]\nnavigat = "allow"\n')
