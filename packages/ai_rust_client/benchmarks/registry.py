"""Who is compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """`name` is what the tables say; `client` the module and class in `contenders/`; `imports` what its users import.

    `distribution` gives the version, and is None for what comes with Python. `script` is the file that states an
    environment of its own (PEP 723). `rust` is said of a peer that is Rust below, as we are; `can` are its methods.
    """

    name: str
    client: str
    distribution: str | None = None
    imports: str = ""
    script: str | None = None
    rust: bool = False
    can: tuple[str, ...] = ("ask", "read", "aask", "aread")
    tls: bool = True


NATIVE = "native"
OURS = "ai_rust_client"
CONTENDERS = (
    Contender(OURS, "rust:Client", "ai_rust_client", "import ai_rust_client"),
    Contender("as events", "rust:Events", "ai_rust_client", can=("read", "aread")),
    Contender("compat", "compat:Client", "ai_rust_client", "from ai_rust_client.compat import OpenAI"),
    Contender("raw socket", "raw_socket:Client", can=("ask", "read"), tls=False),
    Contender("httpr", "httpr_library:Client", "httpr", "import httpr", rust=True),
    Contender("pyreqwest", "pyreqwest_library:Client", "pyreqwest", "import pyreqwest.client", rust=True),
    Contender("aiohttp", "aiohttp_library:Client", "aiohttp", "import aiohttp", can=("aask", "aread")),
    Contender("httpx", "httpx_library:Client", "httpx", "import httpx"),
    Contender("httpx2", "httpx2_library:Client", "httpx2", "import httpx2"),
    Contender("openai", "openai_library:Client", "openai", "import openai"),
    Contender("anthropic", "anthropic_library:Client", "anthropic", "import anthropic"),
    Contender(
        "litellm", "litellm_library:Client", "litellm",
        "import os; os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'; import litellm",
        script="litellm_library.py",
    ),
)  # fmt: skip
RUST_BACKED = tuple(contender.name for contender in CONTENDERS if contender.rust)
NAMES = (NATIVE, *(contender.name for contender in CONTENDERS))
