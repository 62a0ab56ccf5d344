import pytest

from minimal_browser_core.keys.modes import Mode, UnboundKeys


def test_a_mode_is_its_word_in_the_settings() -> None:
    assert [mode.value for mode in Mode] == ["normal", "insert", "command", "copilot", "hint", "passthrough"]
    assert Mode("insert") is Mode.INSERT
    assert Mode.INSERT.label == "INSERT"


@pytest.mark.parametrize("mode", Mode)
def test_a_mode_says_in_a_sentence_what_keys_do_in_it(mode: Mode) -> None:
    assert mode.summary[0].isupper()
    assert mode.summary.endswith(".")


def test_only_normal_mode_takes_counts_and_drops_unbound_keys() -> None:
    assert [mode for mode in Mode if mode.takes_counts] == [Mode.NORMAL]
    assert [mode for mode in Mode if mode.unbound_keys is UnboundKeys.DROP] == [Mode.NORMAL]


def test_the_page_sees_no_characters_that_are_commands_or_label_letters() -> None:
    assert [mode for mode in Mode if mode.withholds_characters] == [Mode.NORMAL, Mode.HINT]
    assert [mode for mode in Mode if mode.unbound_keys is UnboundKeys.HANDLER] == [Mode.HINT]
