"""`AIClient` as a class: help, subclasses, weak references, pickling."""

import copy
import gc
import inspect
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import ai_rust_client
from ai_rust_client import AIClient


def test_it_is_a_class_of_the_package_with_its_own_help() -> None:
    assert (AIClient.__module__, AIClient.__qualname__) == ("ai_rust_client", "AIClient")
    assert AIClient.__doc__ == ai_rust_client._native.AIClient.__doc__
    assert list(inspect.signature(AIClient.chat).parameters)[:3] == ["self", "messages", "model"]
    assert not hasattr(AIClient(), "__dict__")


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, *(lambda client, p=p: pickle.dumps(client, p) for p in range(6))]
)
def test_it_is_not_copied(duplicate: Callable[[AIClient], Any]) -> None:
    with pytest.raises(TypeError, match="an AIClient can be neither pickled nor copied; create one in each process"):
        duplicate(AIClient())


def test_it_can_be_referenced_weakly_and_is_freed() -> None:
    client = AIClient("key")
    reference = weakref.ref(client)
    assert reference() is client
    del client
    assert reference() is None


def test_subclasses_have_attributes_and_their_cycles_are_collected() -> None:
    class Named(AIClient):
        name = ""

    client: Any = Named("key")
    client.name, client.itself = "mine", client
    reference = weakref.ref(client)
    assert (client.name, repr(client)) == ("mine", repr(AIClient("key")))
    del client
    gc.collect()
    assert reference() is None


def test_its_settings_can_be_read() -> None:
    with AIClient("key", base_url="http://me:pw@127.0.0.1:1/v1?token=secret", total_timeout=2) as client:
        assert (client.max_retries, client.total_timeout) == (2, 2.0)
        assert "127.0.0.1:1/v1" in client.base_url
        assert "pw" not in client.base_url
        assert "secret" not in client.base_url
