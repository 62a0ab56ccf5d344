"""The command `minimal-browser-fake-server`."""

import argparse
import sys
import threading

from . import script as script_module
from .echo import echo
from .requests import Request
from .script import Script, ScriptError, load_script
from .server import DEFAULT_MODELS, FakeServer


def main(arguments: list[str] | None = None) -> int:
    """Run the server until Ctrl-C and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        script = load_script(options.script) if options.script else Script()
        server = FakeServer(
            script.replies,
            default=script.default or echo,
            models=DEFAULT_MODELS if script.models is None else script.models,
            api_key=options.api_key,
            port=options.port,
            repeat=script.repeat,
            on_request=_log if options.verbose else None,
        )
    except (ScriptError, OSError) as error:
        print(f"minimal-browser-fake-server: {error}", file=sys.stderr)  # noqa: T201
        return 2
    with server:
        try:
            # The only line on stdout, for programs that start this command.
            print(server.base_url, flush=True)  # noqa: T201
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _log(request: Request) -> None:
    print(f"{request.method} {request.path} {request.body.decode(errors='replace')}", file=sys.stderr)  # noqa: T201


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port; ports are 0 (any free one) to 65535")
    return port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="minimal-browser-fake-server",
        description="An OpenAI-compatible server on 127.0.0.1. Prints its base URL, serves until Ctrl-C.",
        epilog=script_module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=0, help="port to listen on; 0, the default, takes a free one")
    parser.add_argument("--script", metavar="FILE", help="JSON file with the replies; without it all is echo")
    parser.add_argument("--api-key", metavar="KEY", help="refuse requests that do not carry this key (401)")
    parser.add_argument("-v", "--verbose", action="store_true", help="write each request to stderr")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
