"""`Timeouts`, a value."""

import copy
import pickle

import pytest

from ai_rust_client import AIClient, APITimeoutError, Timeouts
from minimal_browser_core.testing.fake_server import FakeServer, Hang


def test_its_repr_shows_what_is_given() -> None:
    assert repr(Timeouts(idle=5, total=None)) == "Timeouts(idle=5, total=None)"
    assert repr(Timeouts()) == "Timeouts()"


def test_it_is_compared_and_copied_by_value() -> None:
    timeouts = Timeouts(idle=5, total=None)
    assert timeouts == Timeouts(total=None, idle=5) != Timeouts(idle=5)
    assert hash(timeouts) == hash(Timeouts(idle=5, total=None))
    assert pickle.loads(pickle.dumps(timeouts)) == copy.deepcopy(timeouts) == timeouts
    assert timeouts != (..., 5, ..., ..., ..., None)


def test_only_the_six_timeouts_can_be_given() -> None:
    with pytest.raises(TypeError, match="no timeout read; it has connect, idle, first_token, stall, end, total"):
        Timeouts(read=5)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Timeouts(5)  # type: ignore[call-arg]


def test_a_client_applies_it(server: FakeServer) -> None:
    server.default = Hang()
    with AIClient(base_url=server.base_url, max_retries=0) as client:
        with pytest.raises(APITimeoutError) as caught:
            client.send_request("q", "m", timeout=Timeouts(idle=0.2))
        assert caught.value.phase == "idle"
