import subprocess
import sys
from pathlib import Path

import pytest

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.load import load_settings, parse_settings, settings_path
from minimal_browser_core.settings.schema import Config
from minimal_browser_core.settings.write import default_toml, write_settings


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        parse_settings(text, source="my.toml")
    return str(error.value).splitlines()


def test_without_a_file_every_setting_has_its_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(environ={}).values == Config()


def test_a_setting_that_the_file_leaves_out_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[ai]\nmodels = ["a", "b"]\nidle_timeout = 5\n[copilot.actions]\nsearch = "allow"\n')
    config = load_settings(path).values
    assert config.ai.models == ("a", "b")
    assert config.ai.idle_timeout == 5.0
    assert config.copilot.actions == {"search": "allow"}
    assert config.browser == Config().browser


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "named.toml"
    path.write_text('[ui]\ntheme = "dark"\n')
    environ = {"MINIMAL_BROWSER_CONFIG": str(path)}
    assert settings_path(environ) == path
    assert load_settings(environ=environ).values.ui.theme == "dark"


def test_the_usual_place_is_the_platforms_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = settings_path({})
    assert path.name == "config.toml"
    assert path.parent.name == "minimal-browser"
    assert path.is_relative_to(tmp_path)


def test_keys_are_tables_by_mode() -> None:
    settings = parse_settings(
        '[keys.normal]\n"gh" = "open mb://help"\n"x" = ""\n[keys.insert]\n"<C-x>" = "tab-close"\n'
    )
    tables = settings.values.keys.tables()
    assert tables["normal"] == {"gh": "open mb://help", "x": ""}
    assert tables["insert"] == {"<C-x>": "tab-close"}
    assert tables["hint"] == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ai]\nbakend = 'rust'", "my.toml: ai.bakend: there is no such setting. Did you mean backend?"),
        ("[copilt]", "my.toml: copilt: there is no such setting. Did you mean copilot?"),
        ("zzz = 1", "my.toml: zzz: there is no such setting. There are browser, ai, storage"),
        ("[ai]\nbackend = 'go'", 'my.toml: ai.backend must be one of "auto", "python", "rust"; "go" is not.'),
        ("[ai]\nmax_retries = true", "my.toml: ai.max_retries must be a whole number from 0 to 10; true is not."),
        ("[ai]\nmax_retries = 11", "a whole number from 0 to 10; 11 is not"),
        ("[ai]\nidle_timeout = 0", "a number above 0 and at most 3600"),
        ("[ai]\nmodels = 'one'", "a list of strings"),
        ("[ai]\nmodels = [1]", "a list of strings"),
        ("[security]\njavascript = 'no'", "true or false"),
        ("[ui]\nzoom = 1000", "a whole number from 25 to 500"),
        ("[ui]\nzoom = 120.0", "a whole number from 25 to 500; 120.0 is not"),
        ("[ui]\nzoom = '120'", 'a whole number from 25 to 500; "120" is not'),
        ("[ai]\nidle_timeout = nan", "a number above 0 and at most 3600; nan is not"),
        ("[keys]\nnormal = 3", "my.toml: keys.normal is a table: write it as [keys.normal]."),
        ("[keys.normal]\nx = 3", "my.toml: keys.normal.x must be a string; 3 is not."),
        ("[aliases]\nx = 3", "aliases.x must be a string; 3 is not."),
        ("aliases = 3", "aliases is a table: write it as [aliases]."),
        ("[keys.visual]", "keys.visual: there is no such setting"),
        ("ai = 3", "my.toml: ai is a section: write it as [ai]."),
        ("[copilot]\nactions = 'ask'", "copilot.actions is a table: write it as [copilot.actions]."),
        (
            "[copilot.actions]\nnavigate = 'yes'",
            'copilot.actions.navigate must be one of "ask", "allow", "deny"; "yes" is not.',
        ),
        ("[browser]\nsearch_url = 'https://example.com'", "{query}"),
        ("[browser]\nsearch_url = 'javascript:{query}'", "http"),
        ("[browser]\nstart_page = ' '", "mb://start"),
        ("[ai]\nbase_url = 'localhost'", "ai.base_url must be an http or https address"),
        ("[ai]\nprovider = 'server'", "ai.base_url must be the address of the server"),
        ("[ai\n", "my.toml: not valid TOML"),
        ("a = 1\na = 2", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_the_values_that_it_allows(text: str, says: str) -> None:
    assert any(says in problem for problem in problems(text)), problems(text)


def test_all_problems_are_reported_at_once() -> None:
    assert len(problems("[ai]\nbakend = 'x'\nmax_retries = 99\n[ui]\ntheme = 'pink'")) == 3


@pytest.mark.parametrize("name", ["api_key", "openrouter_api_key", "OPENAI-API-KEY", "token", "password"])
def test_a_secret_is_refused_and_not_repeated(name: str) -> None:
    (problem,) = problems(f"[ai]\n{name} = 'sk-very-secret'")
    assert "OPENROUTER_API_KEY" in problem
    assert "keyring" in problem
    assert "sk-very-secret" not in problem


class TestFiles:
    def test_a_named_file_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        for arguments in (
            {"path": tmp_path / "no.toml"},
            {"environ": {"MINIMAL_BROWSER_CONFIG": str(tmp_path / "no")}},
        ):
            with pytest.raises(ConfigError, match="no such settings file"):
                load_settings(**arguments)

    def test_a_file_that_cannot_be_read_is_an_error_with_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "binary.toml").write_bytes(b"a = '\xff'")
        with pytest.raises(ConfigError, match=r"binary\.toml.*UTF-8"):
            load_settings(tmp_path / "binary.toml")
        with pytest.raises(ConfigError, match="cannot be read"):
            load_settings(tmp_path)


def test_an_excluded_host_must_be_a_host_name() -> None:
    assert parse_settings('[history]\nexclude = ["bank.example", ".corp", "localhost", "[::1]", "bücher.example"]')
    for name in ("https://bank.example", "bank.example/path", "*.bank.example", "two words", ""):
        assert problems(f'[history]\nexclude = ["{name}"]') == [
            f"my.toml: history.exclude lists host names, such as example.org, and “{name}” is not one."
        ]


def test_the_default_file_is_read_without_importing_the_validator(tmp_path: Path) -> None:
    """msgspec takes 10 ms to import, before the first paint."""
    path = write_settings(default_toml(), tmp_path / "config.toml")
    code = (
        "import sys; from pathlib import Path; from minimal_browser_core.settings.load import load_settings; "
        f"load_settings(Path({str(path)!r})); print('msgspec' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


class TestSites:
    def test_a_table_sets_settings_for_the_urls_of_its_pattern(self) -> None:
        settings = parse_settings(
            "[ui]\nzoom = 90\n"
            '[[site]]\npattern = "*.example.com"\nui.zoom = 125\nsecurity.javascript = false\n'
            '[[site]]\npattern = "https://www.example.com/docs/*"\n[site.ui]\nzoom = 150\n'
        )
        assert settings.get("ui.zoom") == 90
        assert settings.get("ui.zoom", "https://other.org/") == 90
        assert settings.get("ui.zoom", "https://example.com/") == 125
        assert settings.get("ui.zoom", "https://www.example.com/docs/a") == 150
        assert settings.get("security.javascript", "https://www.example.com/docs/a") is False
        assert settings.get("security.javascript", "https://other.org/") is True

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("[[site]]\nui.zoom = 125", 'my.toml: [[site]] 1 needs a pattern, such as pattern = "*.example.com".'),
            ("[[site]]\npattern = 'a b'", "my.toml: [[site]] 1: “a b” is not a URL pattern. Write one such as"),
            ("[[site]]\npattern = 'a.b'\nui.zoom = 1000", "[[site]] 1: ui.zoom must be a whole number from 25 to 500"),
            (
                "[[site]]\npattern = 'a.b'\nui.zom = 100",
                "[[site]] 1: ui.zom: there is no such setting. Did you mean zoom?",
            ),
            (
                "[[site]]\npattern = 'a.b'\nui.theme = 'dark'",
                "[[site]] 1: ui.theme cannot differ by site. security.javascript, ui.zoom can.",
            ),
            ("[site]\npattern = 'a.b'", "site is a list of tables: write each as [[site]]."),
            ("site = 3", "site is a list of tables: write each as [[site]]."),
        ],
    )
    def test_a_wrong_table_is_named(self, text: str, says: str) -> None:
        assert any(says in problem for problem in problems(text)), problems(text)
