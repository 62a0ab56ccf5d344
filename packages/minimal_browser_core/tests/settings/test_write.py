import re
import stat
from pathlib import Path

import pytest

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.load import load_settings, parse_settings
from minimal_browser_core.settings.schema import SETTINGS, Config
from minimal_browser_core.settings.write import SITE_EXAMPLE, default_toml, write_settings


def test_the_default_file_is_all_comments_and_means_the_defaults() -> None:
    assert parse_settings(default_toml()).values == Config()


def test_the_default_file_names_every_setting_at_its_default() -> None:
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", default_toml(["navigate", "search"]), flags=re.MULTILINE)
    uncommented = uncommented.replace('pattern = "*.example.com"', "")  # of the example of [[site]]
    settings = parse_settings(uncommented)
    origins = {name: settings.explain(name) for name in SETTINGS}
    assert {
        name for name, setting in SETTINGS.items() if not setting.is_table and origins[name].origin == "the default"
    } == set()
    assert {name for name, setting in SETTINGS.items() if origins[name].value != setting.default} == {
        "copilot.actions",
        "keys.normal",
        "aliases",
    }
    assert settings.values.copilot.actions == {"navigate": "ask", "search": "ask"}


def test_the_example_of_a_site_in_the_default_file_is_valid() -> None:
    settings = parse_settings(SITE_EXAMPLE)
    assert settings.get("ui.zoom", "https://www.example.com/") == 125


def test_a_written_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "config.toml"
    assert write_settings(default_toml(), path) == path
    assert path.read_text(encoding="utf-8") == default_toml()
    assert load_settings(path).values == Config()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_replaced_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine\n")
    with pytest.raises(ConfigError, match="was not changed"):
        write_settings(default_toml(), path)
    assert path.read_text() == "# mine\n"


def test_a_replaced_file_keeps_its_rights_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("# old\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write_settings("[ui]\nzoom = 150\n", link, replace=True)
    assert link.is_symlink()
    assert load_settings(real).values.ui.zoom == 150
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_settings_that_are_wrong_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# old\n")
    with pytest.raises(ConfigError):
        write_settings("[ui]\nzoom = 'big'\n", path, replace=True)
    assert path.read_text() == "# old\n"


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_settings(default_toml(), blocked / "config.toml")
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "config.toml").mkdir()
    with pytest.raises(ConfigError, match="Nothing was changed"):
        write_settings(default_toml(), folder / "config.toml", replace=True)
    assert [left.name for left in folder.iterdir()] == ["config.toml"]
