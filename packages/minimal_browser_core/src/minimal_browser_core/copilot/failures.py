"""What a person is told when a model does not answer: what happened, and what to do about it."""

from dataclasses import dataclass

from minimal_browser_core import errors
from minimal_browser_core.copilot.context import clean_line


@dataclass(frozen=True, slots=True)
class Failure:
    message: str
    hint: str


def explain(error: errors.MinimalBrowserError, label: str) -> Failure:
    """`label` names who was asked, as the person knows it."""
    who = label or "The provider"
    match error:
        case errors.StreamCancelled():
            return Failure("The answer was stopped.", "")
        case errors.AuthenticationError():
            return Failure(
                f"{who} refused the key.",
                "Check the key in the environment (OPENROUTER_API_KEY, OPENAI_API_KEY or MINIMAL_BROWSER_API_KEY) or "
                "in the system keyring, then start the browser again.",
            )
        case errors.InsufficientCreditsError():
            return Failure(f"{who} says that the account has no credit left.", "Add credit there, or name another key.")
        case errors.PermissionDeniedError():
            return Failure(
                f"{who} does not allow this request{_said(error)}",
                "Choose another model in ai.models, or a key that may use this one.",
            )
        case errors.NotFoundError():
            return Failure(
                f"{who} does not have the model or the address that was asked for{_said(error)}",
                "Name a model that it lists in ai.models, and check that the base URL ends in /v1.",
            )
        case errors.RateLimitError(retry_after=wait):
            when = f"in {wait:.0f} seconds" if wait else "in a minute"
            return Failure(f"{who} has had too many requests.", f"Ask again {when}, or choose another model.")
        case errors.InternalServerError():
            return Failure(f"{who} failed (HTTP {error.status}){_said(error)}", "Ask again; the fault is on its side.")
        case errors.APIStatusError():
            return Failure(
                f"{who} refused the request (HTTP {error.status}){_said(error)}",
                "A shorter question, a smaller copilot.page_budget or another model may be accepted.",
            )
        case errors.APITimeoutError(phase=phase):
            return Failure(f"{who} took too long ({phase.replace('_', ' ')}).", "Ask again, or choose a faster model.")
        case errors.APIConnectionError():
            return Failure(
                f"{who} could not be reached: {clean_line(str(error))}",
                "Check the network, and that the server is running at the address that was given.",
            )
        case errors.StreamInterruptedError():
            return Failure(
                f"The connection to {who} broke before the answer was complete: {clean_line(str(error))}",
                "What had arrived is kept. Ask again for the rest.",
            )
        case errors.ProtocolError():
            return Failure(
                f"{who} answered with something that is not a chat stream: {clean_line(str(error))}",
                "Check that the base URL is that of an OpenAI-compatible API; most end in /v1.",
            )
        case _:
            return Failure(clean_line(str(error)), "Ask again; if it stays so, choose another provider or model.")


def _said(error: Exception) -> str:
    said = clean_line(str(error))
    return f": {said}" if said else "."
