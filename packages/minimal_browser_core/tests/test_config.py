import re
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from minimal_browser_core.config import (
    Config,
    config_path,
    default_toml,
    load_config,
    parse_config,
    write_config,
)
from minimal_browser_core.errors import ConfigError


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        parse_config(text, source="my.toml")
    return str(error.value).splitlines()


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_config(environ={"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}) == Config()


def test_what_a_file_says_is_taken_and_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[ai]\nmodels = ["a", "b"]\nidle_timeout = 5\n[copilot.actions]\nsearch = "allow"\n')
    config = load_config(path)
    assert config.ai.models == ("a", "b")
    assert config.ai.idle_timeout == 5.0
    assert config.copilot.actions.search == "allow"
    assert config.copilot.actions.navigate == "ask"
    assert config.browser == Config().browser


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "named.toml"
    path.write_text('[ui]\ntheme = "dark"\n')
    environ = {"MINIMAL_BROWSER_CONFIG": str(path)}
    assert config_path(environ) == path
    assert load_config(environ=environ).ui.theme == "dark"


def test_the_usual_place_is_the_platforms_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = config_path({})
    assert path.name == "config.toml"
    assert path.parent.name == "minimal-browser"
    assert path.is_relative_to(tmp_path)


def test_keys_are_tables_by_mode() -> None:
    config = parse_config('[keys.normal]\n"gh" = "open mb://help"\n"x" = ""\n[keys.insert]\n"<C-x>" = "tab-close"\n')
    tables = config.keys.tables()
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
        ("[keys]\nnormal = 3", "a table of strings"),
        ("[keys.normal]\nx = 3", "a table of strings"),
        ("[keys.visual]", "keys.visual: there is no such setting"),
        ("ai = 3", "my.toml: ai is a section: write it as [ai]."),
        ("[copilot]\nactions = 'ask'", "copilot.actions is a section"),
        ("[copilot.actions]\nnavigate = 'yes'", '"ask", "allow", "deny"'),
        ("[browser]\nsearch_url = 'https://example.com'", "{query}"),
        ("[browser]\nsearch_url = 'javascript:{query}'", "http"),
        ("[browser]\nstart_page = ' '", "mb://start"),
        ("[ai]\nbase_url = 'localhost'", "ai.base_url must be an http or https address"),
        ("[ai]\nprovider = 'server'", "ai.base_url must say where"),
        ("[ai\n", "my.toml: not valid TOML"),
        ("a = 1\na = 2", "not valid TOML"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_can(text: str, says: str) -> None:
    assert any(says in problem for problem in problems(text)), problems(text)


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(problems("[ai]\nbakend = 'x'\nmax_retries = 99\n[ui]\ntheme = 'pink'")) == 3


@pytest.mark.parametrize("name", ["api_key", "openrouter_api_key", "OPENAI-API-KEY", "token", "password"])
def test_a_secret_is_refused_and_not_repeated(name: str) -> None:
    (said,) = problems(f"[ai]\n{name} = 'sk-very-secret'")
    assert "OPENROUTER_API_KEY" in said
    assert "keyring" in said
    assert "sk-very-secret" not in said


class TestFiles:
    def test_a_named_file_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        for arguments in (
            {"path": tmp_path / "no.toml"},
            {"environ": {"MINIMAL_BROWSER_CONFIG": str(tmp_path / "no")}},
        ):
            with pytest.raises(ConfigError, match="no such settings file"):
                load_config(**arguments)

    def test_a_file_that_cannot_be_read_is_an_error_with_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "binary.toml").write_bytes(b"a = '\xff'")
        with pytest.raises(ConfigError, match=r"binary\.toml.*UTF-8"):
            load_config(tmp_path / "binary.toml")
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(tmp_path)

    def test_the_default_file_is_all_comments_and_means_the_defaults(self) -> None:
        assert parse_config(default_toml()) == Config()

    def test_the_default_file_names_every_setting_at_its_default(self) -> None:
        uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", default_toml(), flags=re.MULTILINE)
        assert parse_config(uncommented) == Config()
        for section in ("browser", "ai", "storage", "security", "ui", "copilot"):
            for name in asdict(getattr(Config(), section)):
                assert name == "actions" or f"\n{name} = " in uncommented, f"{section}.{name}"
        for name in asdict(Config().copilot.actions):
            assert f"\n{name} = " in uncommented

    def test_a_written_file_is_read_back(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "folder" / "config.toml"
        assert write_config(default_toml(), path) == path
        assert path.read_text(encoding="utf-8") == default_toml()
        assert load_config(path) == Config()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_file_that_is_there_is_not_replaced_unasked(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_text("# mine\n")
        with pytest.raises(ConfigError, match="left as it is"):
            write_config(default_toml(), path)
        assert path.read_text() == "# mine\n"

    def test_a_replaced_file_keeps_its_rights_and_its_link(self, tmp_path: Path) -> None:
        real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
        real.write_text("# old\n")
        real.chmod(0o640)
        link.symlink_to(real)
        write_config("[ui]\nzoom = 150\n", link, replace=True)
        assert link.is_symlink()
        assert load_config(real).ui.zoom == 150
        assert stat.S_IMODE(real.stat().st_mode) == 0o640

    def test_settings_that_are_wrong_are_not_written(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_text("# old\n")
        with pytest.raises(ConfigError):
            write_config("[ui]\nzoom = 'big'\n", path, replace=True)
        assert path.read_text() == "# old\n"

    def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(self, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("")
        with pytest.raises(ConfigError, match="cannot be written"):
            write_config(default_toml(), blocked / "config.toml")
        folder = tmp_path / "full"
        folder.mkdir()
        (folder / "config.toml").mkdir()
        with pytest.raises(ConfigError, match="Nothing was changed"):
            write_config(default_toml(), folder / "config.toml", replace=True)
        assert [left.name for left in folder.iterdir()] == ["config.toml"]


def test_a_host_that_is_excluded_has_to_be_one() -> None:
    assert parse_config('[history]\nexclude = ["bank.example", ".corp", "localhost", "[::1]", "bücher.example"]')
    for name in ("https://bank.example", "bank.example/path", "*.bank.example", "two words", ""):
        assert problems(f'[history]\nexclude = ["{name}"]') == [
            f"my.toml: history.exclude lists names of hosts, such as example.org, and “{name}” is none."
        ]
