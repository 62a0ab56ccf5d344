"""Servers that ask for a name and a password."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


@pytest.fixture
def vault(site: Any) -> str:
    site.locked["/vault"] = "Basic " + base64.b64encode(b"ann:s3cret").decode()
    return str(site.add("/vault", "<title>Vault</title>open"))


class Person:
    """Answers each dialog, when it comes."""

    def __init__(self, qtbot: Any, answer: Callable[[QDialog], None]) -> None:
        self.said: list[str] = []
        self._answer = answer
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(20)

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            self.said.append(" ".join(label.text() for label in dialog.findChildren(QLabel)))
            self._answer(dialog)


def fill_in(name: str, password: str) -> Callable[[QDialog], None]:
    def answer(dialog: QDialog) -> None:
        for field, text in zip(dialog.findChildren(QLineEdit), (name, password), strict=True):
            field.setText(text)
        dialog.accept()

    return answer


def test_the_person_is_asked_and_the_page_opens(browser: Any, qtbot: Any, site: Any, vault: str) -> None:
    person = Person(qtbot, fill_in("ann", "s3cret"))
    browser.open(vault)
    browser.until(lambda: browser.browser.page.title() == "Vault")
    assert len(person.said) == 1
    assert f"{site.url.removeprefix('http://')} asks" in person.said[0]
    assert "the vault" in person.said[0]
    assert "not encrypted" in person.said[0]


def test_who_does_not_answer_gets_the_servers_own_page(browser: Any, qtbot: Any, site: Any, vault: str) -> None:
    person = Person(qtbot, lambda dialog: dialog.reject())
    browser.open(vault)
    browser.until(lambda: browser.js("document.body ? document.body.innerText : ''") == "locked")
    assert "status 401" in browser.message
    assert len(person.said) == 1


@pytest.mark.parametrize("tag", ["img", "iframe"])
def test_a_part_of_a_page_from_elsewhere_may_not_ask(browser: Any, qtbot: Any, site: Any, vault: str, tag: str) -> None:
    person = Person(qtbot, lambda dialog: dialog.reject())
    elsewhere = vault.replace("127.0.0.1", "localhost")
    browser.open(site.add("/page", f"<title>Page</title><{tag} src='{elsewhere}'></{tag}>"))
    browser.until(lambda: "/vault" in site.requests)
    qtbot.wait(300)
    assert person.said == []
