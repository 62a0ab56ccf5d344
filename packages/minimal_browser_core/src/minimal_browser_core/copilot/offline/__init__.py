"""The embedded default: a copilot without a model and without a network.

`client` has the shape of any provider, `intents` reads what is asked, `answers` writes what is said,
`passages` and `ranking` find the sentences of a page that matter, `words` knows languages.
"""

from minimal_browser_core.copilot.offline.client import LABEL, OfflineChatClient

__all__ = ["LABEL", "OfflineChatClient"]
