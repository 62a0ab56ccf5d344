from types import SimpleNamespace

import pytest

from minimal_browser_core.commands.chain import execute
from minimal_browser_core.commands.completion import complete
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError
from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.settings.schema import SETTINGS

FILE = '[ui]\nzoom = 110\n[aliases]\ngh = "open github.com"\n[[site]]\npattern = "*.example.com"\nui.zoom = 125\n'


class Browser:
    def __init__(self, registry: CommandRegistry) -> None:
        self.settings = parse_settings(FILE, source="my.toml")
        self.shown: list[str] = []
        self.messages = SimpleNamespace(show=self.shown.append)
        self._registry = registry

    def run(self, line: str) -> str:
        """The message that a command line shows."""
        execute(line, self._registry, self)
        return self.shown[-1]


@pytest.fixture
def browser(registry: CommandRegistry) -> Browser:
    return Browser(registry)


@pytest.mark.parametrize(
    ("line", "name", "value", "message"),
    [
        ("set ui.zoom 120", "ui.zoom", 120, "ui.zoom = 120"),
        ("set ui.theme dark", "ui.theme", "dark", 'ui.theme = "dark"'),
        ("set security.javascript false", "security.javascript", False, "security.javascript = false"),
        ("set security.javascript!", "security.javascript", False, "security.javascript = false"),
        ("set history.page_text", "history.page_text", True, "history.page_text = true"),
        (
            "set history.exclude a.example b.example",
            "history.exclude",
            ("a.example", "b.example"),
            'history.exclude = ["a.example", "b.example"]',
        ),
        ('set history.exclude ""', "history.exclude", (), "history.exclude = []"),
        ("set browser.download_folder '~/My files'", "browser.download_folder", "~/My files", None),
        ("set aliases.docs open --tab docs.example", "aliases.docs", "open --tab docs.example", None),
    ],
)
def test_a_setting_is_changed_and_shown(
    line: str, name: str, value: object, message: str | None, browser: Browser
) -> None:
    shown = browser.run(line)
    assert browser.settings.get(name) == value
    assert message is None or shown == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("set ui.theme?", 'ui.theme = "auto" (the default).'),
        ("set ui.theme", 'ui.theme = "auto" (the default).'),
        ("set security.javascript?", "security.javascript = true (the default)."),
        ("set ui.zoom?", "ui.zoom = 110 (from my.toml; the default is 100). For *.example.com: 125."),
        ("set ai.models?", "ai.models = [] (the default)."),
        ("set aliases?", 'aliases = { gh = "open github.com" } (from my.toml; the default is {}).'),
        ("set aliases.gh?", 'aliases.gh = "open github.com" (from my.toml).'),
        ("set aliases.no?", "aliases.no is not set."),
    ],
)
def test_a_value_is_shown_with_its_origin(line: str, message: str, browser: Browser) -> None:
    assert browser.run(line) == message


def test_a_changed_value_says_so(browser: Browser) -> None:
    browser.run("set ui.zoom 150")
    assert browser.run("set ui.zoom?").startswith("ui.zoom = 150 (from :set; the default is 100).")


def test_a_setting_is_changed_for_some_sites(browser: Browser) -> None:
    assert browser.run("set-site https://docs.example/* ui.zoom 150") == "ui.zoom = 150 for https://docs.example/*"
    assert browser.settings.get("ui.zoom", "https://docs.example/a") == 150
    assert browser.settings.get("ui.zoom") == 110


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("set", "needs <name>"),
        ("set ui.zom 120", "ui.zom: there is no such setting. Did you mean ui.zoom?"),
        ("set ui.zom?", "Did you mean ui.zoom?"),
        ("set ui.zom!", "Did you mean ui.zoom?"),
        ("set ui.zoom big", 'ui.zoom must be a whole number from 25 to 500; "big" is not.'),
        ("set ui.zoom!", "ui.zoom is not true or false"),
        (
            "set ai.provider offline",
            "ai.provider takes effect at the next start. Change it in my.toml and start again.",
        ),
        ("set-site *.example.com ui.theme dark", "ui.theme cannot differ by site."),
        ("set-site a/b ui.zoom", "needs <value>"),
        ("set-site exa*mple ui.zoom 120", "is not a URL pattern"),
    ],
)
def test_what_is_impossible_is_reported(line: str, says: str, browser: Browser) -> None:
    with pytest.raises(CommandError) as error:
        browser.run(line)
    assert says in str(error.value)
    assert browser.shown == []


class TestCompletion:
    def offered(self, line: str, registry: CommandRegistry) -> list[str]:
        return [candidate.text for candidate in complete(line, registry, {}).candidates]

    def test_every_setting_is_offered(self, registry: CommandRegistry) -> None:
        assert set(self.offered("set ", registry)) == set(SETTINGS)
        assert self.offered("set ui.z", registry)[0] == "ui.zoom"

    def test_a_setting_is_found_by_its_documentation(self, registry: CommandRegistry) -> None:
        assert "history.days" in self.offered("set visit", registry)

    @pytest.mark.parametrize(
        ("line", "values"),
        [
            ("set ui.theme ", ["auto", "light", "dark"]),
            ("set ui.theme da", ["dark"]),
            ("set security.javascript ", ["true", "false"]),
            ("set ui.zoom ", ["100"]),
            ("set ai.models ", []),
            ("set aliases ", []),
            ("set no.such ", []),
            ("set-site *.example.com security.javascript ", ["true", "false"]),
            ("set-site *.example.com ", ["security.javascript", "ui.zoom"]),
        ],
    )
    def test_values_are_offered_for_the_setting_that_is_named(
        self, line: str, values: list[str], registry: CommandRegistry
    ) -> None:
        assert self.offered(line, registry) == values
