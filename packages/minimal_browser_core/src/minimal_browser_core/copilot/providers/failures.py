"""What the user reads if a provider does not answer: what happened, and what to do about it."""

from minimal_browser_core import errors
from minimal_browser_core.copilot.context.text import clean_line

# The first class that matches counts. In the texts, `who` is the provider, `text` the error's own text, and `detail`
# that text with a colon before it, or a full stop if there is none.
_FAILURES: dict[type[errors.MinimalBrowserError], tuple[str, str]] = {
    errors.StreamCancelled: ("The answer was stopped.", ""),
    errors.AuthenticationError: (
        "{who} refused the key.",
        "Check the key in the environment (OPENROUTER_API_KEY, OPENAI_API_KEY or MINIMAL_BROWSER_API_KEY) or in the "
        "system keyring, then start the browser again.",
    ),
    errors.InsufficientCreditsError: (
        "{who} says that the account has no credit left.",
        "Add credit there, or use another key.",
    ),
    errors.PermissionDeniedError: (
        "{who} does not allow this request{detail}",
        "Choose another model in ai.models, or a key that may use this one.",
    ),
    errors.NotFoundError: (
        "{who} does not have the requested model or address{detail}",
        "Name a model that it lists in ai.models, and check that the base URL ends in /v1.",
    ),
    errors.RateLimitError: ("{who} has had too many requests.", "Ask again {when}, or choose another model."),
    errors.InternalServerError: (
        "{who} failed (HTTP {status}){detail}",
        "Ask again; the problem is on its side.",
    ),
    errors.APIStatusError: (
        "{who} refused the request (HTTP {status}){detail}",
        "A shorter question, a smaller copilot.page_budget or another model may be accepted.",
    ),
    errors.APITimeoutError: ("{who} took too long ({phase}).", "Ask again, or choose a faster model."),
    errors.APIConnectionError: (
        "{who} could not be reached: {text}",
        "Check the network, and that the server is running at this address.",
    ),
    errors.StreamInterruptedError: (
        "The connection to {who} broke before the answer was complete: {text}",
        "The part that had arrived is kept. Ask again for the rest.",
    ),
    errors.ProtocolError: (
        "{who} answered with something that is not a chat stream: {text}",
        "Check that the base URL is that of an OpenAI-compatible API; most end in /v1.",
    ),
    errors.MinimalBrowserError: (
        "{text}",
        "Ask again; if it fails again, choose another provider or model.",
    ),
}


def explain(error: errors.MinimalBrowserError, label: str) -> tuple[str, str]:
    """What happened and what to do, each a sentence for the user; `label` is the provider's name."""
    text = clean_line(str(error))
    retry_after = getattr(error, "retry_after", None)
    values = {
        "who": label or "The provider",
        "text": text,
        "detail": f": {text}" if text else ".",
        "status": getattr(error, "status", None),
        "phase": str(getattr(error, "phase", "")).replace("_", " "),
        "when": f"in {retry_after:.0f} seconds" if retry_after else "in a minute",
    }
    message, hint = next(texts for kind, texts in _FAILURES.items() if isinstance(error, kind))
    return message.format(**values), hint.format(**values)


def may_refuse_tools(error: errors.AIClientError) -> bool:
    """Whether asking again without tools could help.

    Servers report it in many ways: 400 and 422 with any text, OpenRouter 404 "no endpoints … support tool use",
    llama.cpp 500 "tools param requires --jinja".
    """
    if not isinstance(error, errors.APIStatusError):
        return False
    return error.status in (400, 422) or (
        error.status in (404, 500, 501) and "tool" in f"{error} {error.body}".casefold()
    )
