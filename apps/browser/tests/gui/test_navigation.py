"""Opening pages, going back and forward, and pages that cannot be loaded."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def test_javascript_typed_as_an_address_is_never_run(browser: Any) -> None:
    before = browser.browser.page.url()
    browser.command("open javascript:document.title='ran'")
    browser.browser.navigation.stop()
    assert browser.js("document.title", world=0) != "ran"
    assert before


def test_back_and_forward_report_the_ends_of_the_history(browser: Any, site: Any) -> None:
    browser.keys("H")
    assert "go back" in browser.message
    browser.open(site.add("/next", "<title>Next</title>"))
    browser.keys("H")
    browser.until(lambda: browser.browser.page.title() == "One")
    browser.keys("L")
    browser.until(lambda: browser.browser.page.title() == "Next")


def test_a_server_that_does_not_answer_gets_the_error_page_and_reload_tries_again(browser: Any, site: Any) -> None:
    url = site.add("/late", "<title>Late</title>here now")
    site.close()
    browser.open(url)
    browser.until(lambda: "did not open" in browser.text)
    assert "refused" in browser.text
    assert browser.browser.page.url() == url
    assert browser.browser.status.url.full_text == url
    browser.keys("r")
    browser.until(lambda: "Tried again: net::ERR_CONNECTION_REFUSED" in browser.message)
    assert "did not open" in browser.text
    site.open()
    browser.keys("r")
    browser.until(lambda: browser.browser.page.title() == "Late")
    browser.keys("H")
    browser.until(lambda: browser.browser.page.title() == "One", "the page before the error")


def test_a_page_whose_process_ended_can_be_loaded_again(browser: Any, site: Any) -> None:
    browser.open(site.add("/fragile", "<title>Fragile</title>here"))
    os.kill(browser.view.web_page.renderProcessPid(), signal.SIGKILL)
    browser.until(lambda: browser.browser.page.title() == "The page stopped working")
    assert "did not open" not in browser.text
    browser.keys("r")
    browser.until(lambda: browser.browser.page.title() == "Fragile")


def test_a_missing_file_gets_the_error_page(browser: Any, tmp_path: Path) -> None:
    browser.open(str(tmp_path / "nothing.html"))
    browser.until(lambda: "no such file" in browser.text)


def test_a_server_that_answers_with_an_error_shows_its_own_page(browser: Any, site: Any) -> None:
    browser.open(f"{site.url}/missing")
    assert browser.text == "not here"
    assert "404" in browser.message


PDF = (
    "%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def test_a_pdf_opens_in_the_viewer(start: Any, site: Any, tmp_path: Path) -> None:
    browser = start(config=f"[browser]\ndownload_folder = '{tmp_path / 'downloads'}'\n")
    browser.open(site.add("/paper.pdf", PDF, "application/pdf"))
    browser.until(lambda: browser.browser.page.url().endswith("/paper.pdf"), "the viewer")
    assert not (tmp_path / "downloads").exists()
