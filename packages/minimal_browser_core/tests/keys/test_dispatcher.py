import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.keys.dispatcher import (
    MAX_COUNT,
    KeyDispatcher,
    Outcome,
    PassToHandler,
    PassToPage,
    Pending,
    Run,
    Unbound,
)
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.keys.notation import parse_keys

BINDINGS = {
    Mode.NORMAL: {
        "j": "down",
        "gg": "top",
        "g": "go",
        "yy": "yank",
        "zab": "long",
        "za": "short",
        "<Esc>": "clear",
        "0": "left",
    },
    Mode.INSERT: {"jk": "normal", "<Esc>": "normal"},
    Mode.HINT: {"<Esc>": "normal"},
    Mode.PASSTHROUGH: {"<S-Esc>": "normal"},
}


@pytest.fixture
def dispatcher() -> KeyDispatcher:
    return KeyDispatcher(Keymap(BINDINGS))


def type_keys(dispatcher: KeyDispatcher, keys: str) -> list[Outcome]:
    return [outcome for key in parse_keys(keys) for outcome in dispatcher.feed(key)]


def test_one_key_runs_its_command_at_once(dispatcher: KeyDispatcher) -> None:
    assert dispatcher.feed("j") == [Run("down")]
    assert dispatcher.pending == ""


def test_a_sequence_shows_what_is_pending_and_then_runs(dispatcher: KeyDispatcher) -> None:
    assert dispatcher.feed("y") == [Pending("y")]
    assert dispatcher.pending == "y"
    assert dispatcher.feed("y") == [Run("yank")]


def test_a_count_goes_with_the_command(dispatcher: KeyDispatcher) -> None:
    assert type_keys(dispatcher, "12j") == [Pending("1"), Pending("12"), Run("down", 12)]
    assert dispatcher.feed("j") == [Run("down")]


def test_zero_is_a_key_first_and_a_digit_after_another(dispatcher: KeyDispatcher) -> None:
    assert dispatcher.feed("0") == [Run("left")]
    assert type_keys(dispatcher, "10j")[-1] == Run("down", 10)


def test_a_count_has_a_limit_instead_of_no_end(dispatcher: KeyDispatcher) -> None:
    assert type_keys(dispatcher, "9" * 50 + "j")[-1] == Run("down", MAX_COUNT)


def test_escape_drops_what_is_pending_and_runs_nothing(dispatcher: KeyDispatcher) -> None:
    assert type_keys(dispatcher, "3y<Esc>")[-1] == Pending("")
    assert type_keys(dispatcher, "3<Esc>")[-1] == Pending("")
    assert dispatcher.pending == ""
    assert dispatcher.feed("<Esc>") == [Run("clear")]


def test_a_command_that_starts_a_longer_one_waits_for_the_next_key_or_the_timer(dispatcher: KeyDispatcher) -> None:
    assert dispatcher.feed("g") == [Pending("g", is_command=True)]
    assert dispatcher.feed("g") == [Run("top")]
    dispatcher.feed("g")
    assert dispatcher.flush() == [Run("go")]
    assert dispatcher.flush() == []


def test_a_key_that_ends_the_wait_starts_again(dispatcher: KeyDispatcher) -> None:
    assert type_keys(dispatcher, "2gj") == [Pending("2"), Pending("2g", is_command=True), Run("go", 2), Run("down")]


def test_a_sequence_that_leads_nowhere_is_dropped_whole(dispatcher: KeyDispatcher) -> None:
    assert type_keys(dispatcher, "3yj")[-1] == Unbound("3yj")
    assert dispatcher.feed("j") == [Run("down")]


def test_the_timer_runs_the_longest_part_that_is_bound(dispatcher: KeyDispatcher) -> None:
    type_keys(dispatcher, "za")
    assert dispatcher.flush() == [Run("short")]


def test_the_timer_drops_an_unfinished_sequence_and_a_lone_count(dispatcher: KeyDispatcher) -> None:
    type_keys(dispatcher, "4")
    assert dispatcher.flush() == [Pending("")]
    type_keys(dispatcher, "z")
    assert dispatcher.flush() == [Unbound("z"), Pending("")]
    assert dispatcher.pending == ""


def test_a_character_without_a_command_never_reaches_the_page_in_normal_mode(dispatcher: KeyDispatcher) -> None:
    assert dispatcher.feed("ö") == [Unbound("ö")]
    assert dispatcher.feed("<Space>") == [Unbound("<Space>")]


@pytest.mark.parametrize("key", ["<Tab>", "<CR>", "<C-c>", "<Down>"])
def test_the_page_gets_the_keys_that_type_nothing(dispatcher: KeyDispatcher, key: str) -> None:
    assert dispatcher.feed(key) == [PassToPage((key,))]


def test_a_key_without_a_name_goes_to_the_page(dispatcher: KeyDispatcher) -> None:
    assert dispatcher.feed("") == [PassToPage(("",))]
    dispatcher.feed("3")
    assert dispatcher.feed("<VolumeUp>") == [Pending(""), PassToPage(("<VolumeUp>",))]


def test_insert_mode_gives_keys_and_digits_to_the_page(dispatcher: KeyDispatcher) -> None:
    dispatcher.set_mode(Mode.INSERT)
    assert dispatcher.feed("3") == [PassToPage(("3",))]
    assert dispatcher.feed("g") == [PassToPage(("g",))]
    assert dispatcher.feed("<Esc>") == [Run("normal")]


def test_a_key_held_back_for_a_sequence_reaches_the_page_when_it_does_not_come(dispatcher: KeyDispatcher) -> None:
    dispatcher.set_mode(Mode.INSERT)
    assert dispatcher.feed("j") == [Pending("j")]
    assert dispatcher.feed("x") == [PassToPage(("j",)), PassToPage(("x",))]
    dispatcher.feed("j")
    assert dispatcher.feed("j") == [PassToPage(("j",)), Pending("j")]
    assert dispatcher.flush() == [PassToPage(("j",)), Pending("")]
    dispatcher.feed("j")
    assert dispatcher.feed("k") == [Run("normal")]


def test_passthrough_gives_the_page_every_key_but_the_one_that_leaves_it(dispatcher: KeyDispatcher) -> None:
    dispatcher.set_mode(Mode.PASSTHROUGH)
    assert dispatcher.feed("<Esc>") == [PassToPage(("<Esc>",))]
    assert dispatcher.feed("<S-Esc>") == [Run("normal")]


def test_a_mode_with_a_handler_gives_it_the_unbound_keys(dispatcher: KeyDispatcher) -> None:
    dispatcher.set_mode(Mode.HINT)
    assert type_keys(dispatcher, "a3<CR>") == [PassToHandler(("a",)), PassToHandler(("3",)), PassToHandler(("<CR>",))]
    assert dispatcher.feed("<VolumeUp>") == [PassToHandler(("<VolumeUp>",))]
    assert dispatcher.feed("<Esc>") == [Run("normal")]


def test_a_new_mode_drops_what_was_pending(dispatcher: KeyDispatcher) -> None:
    type_keys(dispatcher, "3g")
    dispatcher.set_mode(Mode.NORMAL)
    assert dispatcher.feed("j") == [Run("down")]


KEYS = st.one_of(
    st.sampled_from(["g", "j", "k", "y", "z", "a", "b", "0", "1", "9", "<Esc>", "<S-Esc>", "<CR>", "<C-f>", "FLUSH"]),
    st.text(max_size=6),
)
TYPING = [mode for mode in Mode if not mode.takes_counts]


@given(st.lists(KEYS, max_size=40), st.sampled_from(list(Mode)), st.sampled_from([BINDINGS, None]))
def test_no_keys_ever_raise_and_every_key_has_an_outcome(keys: list[str], mode: Mode, bindings: None) -> None:
    dispatcher = KeyDispatcher(Keymap(bindings) if bindings else Keymap(), mode)
    for key in keys:
        if key == "FLUSH":
            dispatcher.flush()
            assert dispatcher.pending == ""
        else:
            assert dispatcher.feed(key)
    dispatcher.flush()
    assert dispatcher.pending == ""


@given(st.lists(st.sampled_from("jkxyg3"), max_size=30), st.sampled_from(TYPING))
def test_a_typing_mode_loses_no_key_and_keeps_their_order(keys: list[str], mode: Mode) -> None:
    dispatcher = KeyDispatcher(Keymap(BINDINGS), mode)
    outcomes = [outcome for key in keys for outcome in dispatcher.feed(key)] + dispatcher.flush()
    seen = "".join(
        "".join(outcome.keys) if isinstance(outcome, PassToPage | PassToHandler) else "jk"
        for outcome in outcomes
        if isinstance(outcome, PassToPage | PassToHandler | Run)
    )
    assert seen == "".join(keys)
