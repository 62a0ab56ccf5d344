"""What exchanges took: tokens, cost and duration."""

import copy
import dataclasses
import pickle
from datetime import timedelta
from typing import Any

import pytest

from .base import T0, ConversationSuite

_NONE: dict[str, Any] = dict.fromkeys(("prompt_tokens", "completion_tokens", "cost", "duration"))
_FULL: dict[str, Any] = {"prompt_tokens": 12, "completion_tokens": 2**62, "cost": 0.25, "duration": 3.0}


def usage(found: Any) -> dict[str, Any]:
    """Return the usage of a row by name."""
    return {name: getattr(found, name) for name in _NONE}


class Usage(ConversationSuite):
    """Usage is validated, returned and summed up."""

    def test_it_is_returned_as_stored(self, store: Any) -> None:
        full, none = (store.add_conversation("needle", "r", "m", **values) for values in (_FULL, _NONE))
        assert usage(store.get(full)) == _FULL
        assert usage(store.get(none)) == _NONE
        assert [usage(found) for found in store] == [_FULL, _NONE]
        assert {hit.id: usage(hit) for hit in store.search("needle").hits} == {full: _FULL, none: _NONE}
        whole = store.get(store.add_conversation("p", "r", "m", cost=2, duration=0))
        assert (type(whole.cost), type(whole.duration)) == (float, float)

    def test_an_update_replaces_what_is_given(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m", **_FULL)
        assert store.update(id, prompt_tokens=0)
        assert usage(store.get(id)) == _FULL | {"prompt_tokens": 0}

    @pytest.mark.parametrize("name", _NONE)
    @pytest.mark.parametrize("value", [-1, "1", True, float("nan"), float("inf"), 2**63, [1]])
    def test_usage_that_is_not_a_number_is_refused(self, store: Any, errors: Any, name: str, value: Any) -> None:
        if value == 2**63 and not name.endswith("tokens"):
            pytest.skip("an amount may be that large")
        id = store.add_conversation("p", "r", "m")
        with pytest.raises(errors.InvalidData, match=name):
            store.add_conversation("p", "r", "m", **{name: value})
        with pytest.raises(errors.InvalidData, match=name):
            store.update(id, **{name: value})
        assert usage(store.get(id)) == _NONE

    def test_sums_by_model_day_and_site(self, store: Any) -> None:
        store.add_conversation("p", "r", "a", timestamp=T0, url="https://x.example/1", prompt_tokens=1, cost=0.5)
        store.add_conversation("p", "r", "a", timestamp=T0, url="https://x.example/2", prompt_tokens=2, duration=2)
        store.add_conversation("p", "r", "b", timestamp=T0 + timedelta(1), completion_tokens=7)
        none = {"prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0, "duration": 0.0}
        two = none | {
            "conversations": 2,
            "threads": 2,
            "text_bytes": 4,
            "prompt_tokens": 3,
            "cost": 0.5,
            "duration": 2.0,
        }
        one = none | {"conversations": 1, "threads": 1, "text_bytes": 2, "completion_tokens": 7}
        assert store.stats(by="model") == {"a": two, "b": one}
        assert store.stats(by="day") == {"2024-02-29": two, "2024-03-01": one}
        assert store.stats(by="site") == {"x.example": two, "": one}
        assert list(store.stats(by="site")) == ["x.example", ""]

    def test_rows_have_the_new_fields_and_may_be_made_without_them(self, store: Any) -> None:
        found = store.get(store.add_conversation("p", "r", "m", **_FULL))
        for same in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), dataclasses.replace(found)):  # noqa: S301
            assert same == found
            assert usage(same) == _FULL
        assert dataclasses.asdict(found).items() >= (_FULL | {"state": "complete"}).items()
        ten = [getattr(found, field.name) for field in dataclasses.fields(found)][:10]
        short = type(found)(*ten)
        assert (short.state, usage(short)) == ("complete", _NONE)
        assert short != found
        assert dataclasses.replace(short, **_FULL) == found
