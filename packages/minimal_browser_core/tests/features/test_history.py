from datetime import date

import pytest

from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("history", ("internal_pages.show", "mb://history")),
        ("recall lens light", ("internal_pages.show", "mb://history?q=lens%20light")),
        ("history clear the desk", ("internal_pages.show", "mb://history?q=clear%20the%20desk")),
        ("history clear", ("internal_pages.show", "mb://history?forget=all")),
        ("history-clear", ("internal_pages.show", "mb://history?forget=all")),
        ("history-clear all", ("internal_pages.show", "mb://history?forget=all")),
        ("history clear hour", ("internal_pages.show", "mb://history?forget=hour")),
        ("history-clear today", ("internal_pages.show", f"mb://history?forget=day&day={date.today()}")),
        (
            "history-delete",
            ("internal_pages.show", "mb://history?forget=page&url=https%3A%2F%2Fexample.org%2Fa%2Fb%2Fc.html%3Fq%3D1"),
        ),
        ("history-delete www.A.test", ("internal_pages.show", "mb://history?forget=site&host=www.a.test")),
        ("history-delete a.test/x", ("internal_pages.show", "mb://history?forget=page&url=https%3A%2F%2Fa.test%2Fx")),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]
