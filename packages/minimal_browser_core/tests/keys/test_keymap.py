import pytest

from minimal_browser_core.commands.chain import describe
from minimal_browser_core.errors import ConfigError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode


def commands(keymap: Keymap, mode: Mode = Mode.NORMAL) -> dict[str, str]:
    return {binding.keys: binding.command for binding in keymap.bindings(mode)}


def test_bindings_come_in_the_order_in_which_they_were_made() -> None:
    keymap = Keymap({Mode.NORMAL: {"gt": "one", "x": "two", "gT": "three"}})
    assert [binding.keys for binding in keymap.bindings(Mode.NORMAL)] == ["gt", "gT", "x"]


def test_a_key_of_the_settings_replaces_the_default_and_leaves_the_others() -> None:
    keymap = Keymap.from_config({"normal": {"J": "tab-previous"}})
    assert commands(keymap)["J"] == "tab-previous"
    assert commands(keymap)["K"] == commands(Keymap())["K"]


def test_settings_never_change_the_defaults_of_the_next_keymap() -> None:
    before = commands(Keymap())
    Keymap.from_config({"normal": {"J": "quit", "d": ""}})
    assert commands(Keymap()) == before


def test_an_empty_command_removes_a_binding_and_nothing_else() -> None:
    keymap = Keymap.from_config({"normal": {"gg": ""}})
    assert "gg" not in commands(keymap)
    assert "gt" in commands(keymap)


def test_an_unbound_sequence_leaves_no_dead_prefix_behind() -> None:
    keymap = Keymap.from_config({"passthrough": {"<S-Esc>": ""}})
    assert keymap.root(Mode.PASSTHROUGH).children == {}


def test_removing_a_long_binding_leaves_the_short_one_that_starts_it() -> None:
    keymap = Keymap.from_config({"normal": {"g": "help", "gt": ""}})
    assert commands(keymap)["g"] == "help"
    assert "gt" not in commands(keymap)


def test_the_keys_of_a_command_are_known() -> None:
    assert Keymap({Mode.NORMAL: {"gt": "next", "J": "next", "K": "back"}}).keys_for("next") == ["gt", "J"]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"visual": {"a": "open"}}, r"\[keys.visual\].*The modes are normal, insert"),
        ({"normal": {"<Foo>": "open"}}, r"<Foo> is not the name of a key"),
        ({"normal": {"g g": "open"}}, r"Write <Space>"),
        ({"normal": {"3x": "open"}}, r"3 starts a count"),
        ({"normal": {"<C-f>": "open", "<c-F>": "back"}}, r"'<c-F>' is the same as '<C-f>'"),
        ({"normal": {"Q": ""}}, r"Nothing is bound to Q"),
        ({"normal": {"Q": "opne x"}}, r"'opne x': no such thing"),
    ],
)
def test_each_mistake_in_the_settings_is_reported(tables: dict[str, dict[str, str]], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Keymap.from_config(tables, lambda command: "no such thing" if command.startswith("opne") else None)


def test_all_mistakes_are_reported_at_once_one_per_line() -> None:
    with pytest.raises(ConfigError) as caught:
        Keymap.from_config({"visual": {}, "normal": {"<Foo>": "open", "3": "open", "J": "back"}, "insert": {"": "x"}})
    assert len(str(caught.value).splitlines()) == 4


def test_a_digit_can_be_bound_in_a_mode_without_counts() -> None:
    assert commands(Keymap.from_config({"insert": {"3": "normal"}}), Mode.INSERT)["3"] == "normal"


def test_every_mode_can_be_left_with_the_keyboard_alone() -> None:
    for mode in Mode:
        if mode is not Mode.NORMAL:
            assert "normal" in commands(Keymap(), mode).values(), mode


def test_no_default_binding_of_a_typing_mode_swallows_a_character() -> None:
    for mode in Mode:
        if mode is not Mode.NORMAL:
            assert all(binding.keys.startswith("<") for binding in Keymap().bindings(mode))


def test_no_default_sequence_has_to_wait_for_a_timer() -> None:
    for mode in Mode:
        keys = [binding.keys for binding in Keymap().bindings(mode)]
        assert not [(a, b) for a in keys for b in keys if a != b and b.startswith(a) and not a.startswith("<")]


def test_what_may_follow_a_prefix_is_listed_with_labels() -> None:
    bindings = {"j": "scroll down", "gt": "tab-next", "gz": "zoom", "gzi": "zoom-in", ",x": "a", ",y": "b"}
    keymap = Keymap({Mode.NORMAL: bindings}, {Mode.NORMAL: {"g": "go"}}, describe=str.upper)
    assert keymap.continuations(Mode.NORMAL) == [
        ("j", "SCROLL DOWN", False),
        ("g", "go", True),
        (",", "2 keys", True),
    ]
    assert keymap.continuations(Mode.NORMAL, "g") == [("t", "TAB-NEXT", False), ("z", "ZOOM", True)]
    assert keymap.continuations(Mode.NORMAL, "gz") == [("i", "ZOOM-IN", False)]
    for mode, prefix in ((Mode.NORMAL, "gt"), (Mode.NORMAL, "Q"), (Mode.INSERT, "g")):
        assert keymap.continuations(mode, prefix) == []


def test_every_default_group_has_a_label_and_every_key_the_summary_of_its_command() -> None:
    registry = all_commands()
    keymap = Keymap(describe=lambda line: describe(line, registry))
    groups = {key: label for key, label, is_group in keymap.continuations(Mode.NORMAL) if is_group}
    assert groups == {"g": "go", "y": "copy", "z": "zoom", "Z": "quit"}
    assert ("t", "Copy the page's title.", False) in keymap.continuations(Mode.NORMAL, "y")
    for prefix in ("", *groups):
        for key, label, is_group in keymap.continuations(Mode.NORMAL, prefix):
            assert is_group or label.endswith("."), key
