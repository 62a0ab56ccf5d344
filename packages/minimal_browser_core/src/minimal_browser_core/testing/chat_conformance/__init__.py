"""What every chat client does: one suite for all implementations of `minimal_browser_core.chat.port.ChatClient`.

    class TestMyClient(ChatClientConformance):
        @pytest.fixture
        def make_client(self):
            with contextlib.ExitStack() as clients:
                yield lambda **kwargs: clients.enter_context(contextlib.closing(MyClient(**kwargs)))

        @pytest.fixture
        def errors(self):
            return my_errors  # what holds AIClientError and its family

`ServerSentEventConformance` is for the parser below: its fixture `parse_event_stream` takes the stream as pieces of
bytes and gives `(event, data, id)` of each event. Needs pytest; all traffic stays on loopback.
"""

import pytest

_PARTS = (
    "asynchronous",
    "base",
    "dialects",
    "ending",
    "faults",
    "failing",
    "measuring",
    "preferring",
    "reading",
    "retrying",
    "timing",
    "vectors",
)
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from .asynchronous import AsyncReading  # noqa: E402  their asserts are rewritten first
from .base import ChatSuite  # noqa: E402
from .dialects import Dialects  # noqa: E402
from .ending import Cancelling, Ending  # noqa: E402
from .failing import Failing  # noqa: E402
from .faults import Faults  # noqa: E402
from .measuring import Measuring  # noqa: E402
from .preferring import Preferring  # noqa: E402
from .reading import Reading  # noqa: E402
from .retrying import Retrying  # noqa: E402
from .timing import Timing  # noqa: E402
from .vectors import ServerSentEventConformance, sse_vectors  # noqa: E402

__all__ = ["ChatClientConformance", "ChatSuite", "ServerSentEventConformance", "sse_vectors"]


class ChatClientConformance(
    Reading, AsyncReading, Dialects, Ending, Cancelling, Failing, Faults, Measuring, Preferring, Retrying, Timing
):
    """All of it; supply the fixtures `make_client` and `errors`."""
