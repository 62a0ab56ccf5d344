from functools import partial

import pytest

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.settings.observe import Settings
from minimal_browser_core.settings.schema import SETTINGS, Config


def test_every_setting_has_its_default_until_something_sets_it() -> None:
    settings = Settings()
    assert settings.values == Config()
    assert {name: settings.get(name) for name in SETTINGS} == {
        name: setting.default for name, setting in SETTINGS.items()
    }


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ui.zoom", "120", 120),
        ("ui.theme", "dark", "dark"),
        ("security.javascript", "false", False),
        ("history.exclude", "a.example b.example", ("a.example", "b.example")),
        ("history.exclude", "", ()),
        ("browser.search_url", "https://example.com/?q={query}", "https://example.com/?q={query}"),
        ("browser.download_folder", "~/My Downloads", "~/My Downloads"),
        ("aliases.gh", "open --tab https://github.com", "open --tab https://github.com"),
    ],
)
def test_text_is_parsed_as_the_type_of_the_setting(name: str, text: str, value: object) -> None:
    settings = Settings()
    settings.set(name, text)
    assert settings.get(name) == value


def test_a_change_replaces_the_snapshot_and_leaves_the_old_one_as_it_was() -> None:
    settings = Settings()
    before = settings.values
    settings.set("ui.zoom", 150)
    assert settings.values.ui.zoom == 150
    assert before.ui.zoom == 100


def test_an_entry_of_a_table_is_set_beside_those_of_the_file() -> None:
    settings = parse_settings('[aliases]\ngh = "open github.com"\n')
    settings.set("aliases.docs", "open docs.example")
    assert settings.values.aliases == {"gh": "open github.com", "docs": "open docs.example"}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ui.zom", "120", "ui.zom: there is no such setting. Did you mean ui.zoom?"),
        ("zoom", "120", "ui.zoom"),
        ("ui", "120", "there is no such setting"),
        ("ui.zoom", "1000", 'ui.zoom must be a whole number from 25 to 500; "1000" is not.'),
        ("ui.zoom", "big", 'ui.zoom must be a whole number from 25 to 500; "big" is not.'),
        ("ui.theme", "pink", 'ui.theme must be one of "auto", "light", "dark"; "pink" is not.'),
        ("security.javascript", "maybe", 'security.javascript must be true or false; "maybe" is not.'),
        (
            "browser.search_url",
            "https://example.com",
            "browser.search_url must be an http or https address with {query}",
        ),
        ("history.exclude", "a/b", "history.exclude lists host names"),
        ("ai.backend", "rust", "ai.backend takes effect at the next start. Change it in my.toml and start again."),
        ("aliases", "x", "aliases is a table"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(name: str, value: str, says: str) -> None:
    settings = Settings(source="my.toml")
    calls: list[str] = []
    for known in SETTINGS:
        settings.on_change(known, partial(calls.append, known))
    with pytest.raises(ConfigError) as error:
        settings.set(name, value)
    assert says in str(error.value)
    assert settings.values == Config()
    assert calls == []


def test_observers_of_a_setting_see_its_new_value() -> None:
    settings = Settings()
    zooms: list[int] = []
    stop = settings.on_change("ui.zoom", lambda: zooms.append(settings.values.ui.zoom))
    settings.set("ui.zoom", 120)
    settings.set("ui.theme", "dark")
    settings.set("ui.zoom", "130")
    stop()
    settings.set("ui.zoom", 140)
    assert zooms == [120, 130]


def test_an_observer_may_end_its_observation_while_it_is_called() -> None:
    settings = Settings()
    calls: list[str] = []

    def observe() -> None:
        stop()
        calls.append("first")

    stop = settings.on_change("ui.zoom", observe)
    settings.on_change("ui.zoom", lambda: calls.append("second"))
    settings.set("ui.zoom", 120)
    settings.set("ui.zoom", 130)
    assert calls == ["first", "second", "second"]


def test_only_settings_that_exist_can_be_observed() -> None:
    with pytest.raises(ConfigError, match=r"Did you mean ui\.zoom\?"):
        Settings().on_change("ui.zom", lambda: None)


def test_a_toggle_changes_true_to_false_and_back() -> None:
    settings = Settings()
    settings.toggle("security.javascript")
    assert settings.get("security.javascript") is False
    settings.toggle("security.javascript")
    assert settings.get("security.javascript") is True
    with pytest.raises(ConfigError, match=r"ui\.zoom is not true or false"):
        settings.toggle("ui.zoom")


class TestSites:
    def test_a_change_for_a_pattern_is_seen_by_its_urls_and_observers(self) -> None:
        settings = Settings()
        calls: list[bool] = []
        settings.on_change("security.javascript", lambda: calls.append(settings.get("security.javascript")))
        settings.set("security.javascript", "false", pattern="*.example.com")
        assert settings.get("security.javascript", "https://www.example.com/") is False
        assert settings.get("security.javascript", "https://example.org/") is True
        assert settings.get("security.javascript") is True
        assert calls == [True]

    def test_the_last_pattern_that_matches_wins(self) -> None:
        settings = parse_settings('[[site]]\npattern = "example.com"\nui.zoom = 125\n')
        settings.set("ui.zoom", 200, pattern="*")
        assert settings.get("ui.zoom", "https://example.com/") == 200
        settings.set("ui.zoom", 75, pattern="example.com")
        assert settings.get("ui.zoom", "https://example.com/") == 75

    def test_a_pattern_goes_before_a_change_for_all_sites(self) -> None:
        settings = parse_settings('[[site]]\npattern = "example.com"\nui.zoom = 125\n')
        settings.set("ui.zoom", 150)
        assert settings.get("ui.zoom", "https://example.com/") == 125

    def test_a_wrong_pattern_or_setting_is_refused(self) -> None:
        settings = Settings()
        with pytest.raises(
            ConfigError, match=r"ui\.theme cannot differ by site\. security\.javascript, ui\.zoom can\."
        ):
            settings.set("ui.theme", "dark", pattern="example.com")
        with pytest.raises(ConfigError, match="is not a URL pattern"):
            settings.set("ui.zoom", 120, pattern="a b")


class TestExplanations:
    def test_the_origin_of_a_value_is_the_default_the_file_or_a_change(self) -> None:
        settings = parse_settings("[ui]\nzoom = 100\n", source="my.toml")
        assert settings.explain("ui.theme").origin == "the default"
        assert settings.explain("ui.zoom").origin == "my.toml"
        settings.set("ui.zoom", 120)
        settings.set("ui.zoom", 150, pattern="example.com")
        explanation = settings.explain("ui.zoom")
        assert (explanation.value, explanation.default, explanation.origin) == (120, 100, ":set")
        assert explanation.sites == [("example.com", 150)]

    def test_a_pattern_that_is_set_again_replaces_its_value(self) -> None:
        settings = parse_settings('[[site]]\npattern = "example.com"\nui.zoom = 110\nsecurity.javascript = false\n')
        settings.set("ui.zoom", 125, pattern="a.example")
        settings.set("ui.zoom", 150, pattern="a.example")
        assert settings.explain("ui.zoom").sites == [("example.com", 110), ("a.example", 150)]

    def test_an_entry_of_a_table_has_an_origin_of_its_own(self) -> None:
        settings = parse_settings('[aliases]\ngh = "open github.com"\n', source="my.toml")
        settings.set("aliases.docs", "open docs.example")
        assert settings.explain("aliases.gh").origin == "my.toml"
        assert settings.explain("aliases.docs").origin == ":set"


def test_a_bound_part_can_refuse_a_value() -> None:
    settings = parse_settings('[aliases]\ngh = "open github.com"\n', source="my.toml")
    applied: list[object] = []

    def apply(aliases: dict[str, str]) -> None:
        if "quit" in aliases:
            raise ConfigError(":quit is a command.")
        applied.append(aliases)

    settings.bind("aliases", apply)
    with pytest.raises(ConfigError, match=r"^:quit is a command"):
        settings.set("aliases.quit", "open a.example")
    settings.set("aliases.a", "open a.example")
    assert settings.values.aliases == {"gh": "open github.com", "a": "open a.example"}
    assert applied == [{"gh": "open github.com"}, settings.values.aliases]


def test_a_value_of_the_file_that_is_refused_is_reported_with_the_file() -> None:
    settings = parse_settings('[aliases]\nquit = "open github.com"\n', source="my.toml")

    def refuse(_aliases: object) -> None:
        raise ConfigError("one\ntwo")

    with pytest.raises(ConfigError, match=r"^my\.toml: one\nmy\.toml: two$"):
        settings.bind("aliases", refuse)


def test_names_that_are_known_only_later_are_checked_then() -> None:
    settings = parse_settings('[copilot.actions]\nnavigate = "deny"\nsearches = "allow"\n', source="my.toml")
    with pytest.raises(ConfigError) as error:
        settings.require_keys("copilot.actions", ["navigate", "search"])
    assert str(error.value) == "my.toml: copilot.actions.searches: there is no such setting. Did you mean search?"
    settings.require_keys("copilot.actions", ["navigate", "searches"])
