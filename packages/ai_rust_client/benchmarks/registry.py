"""The clients that are compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """`name` is the title in tables, `client` the module and class in `contenders/`, `imports` what its users import.

    `distribution` is the package that has the version. `script` is a file with its own environment (PEP 723). `rust`
    marks other clients written in Rust; `can` lists the methods.
    """

    name: str
    client: str
    distribution: str
    imports: str = ""
    script: str | None = None
    rust: bool = False
    can: tuple[str, ...] = ("ask", "read", "aask", "aread")


NATIVE = "native"
OURS = "ai_rust_client"
CONTENDERS = (
    Contender(OURS, "rust:Client", "ai_rust_client", "import ai_rust_client"),
    Contender("as events", "rust:Events", "ai_rust_client", can=("read", "aread")),
    Contender("compat", "compat:Client", "ai_rust_client", "from ai_rust_client.compat import OpenAI"),
    Contender("httpr", "httpr_library:Client", "httpr", "import httpr", rust=True),
    Contender("pyreqwest", "pyreqwest_library:Client", "pyreqwest", "import pyreqwest.client", rust=True),
    Contender("aiohttp", "aiohttp_library:Client", "aiohttp", "import aiohttp", can=("aask", "aread")),
    Contender("httpx", "httpx_library:Client", "httpx", "import httpx"),
    Contender("openai", "openai_library:Client", "openai", "import openai"),
    Contender(
        "litellm", "litellm_library:Client", "litellm",
        "import os; os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'; import litellm",
        script="litellm_library.py",
    ),
)  # fmt: skip
RUST_BACKED = tuple(contender.name for contender in CONTENDERS if contender.rust)
NAMES = (NATIVE, *(contender.name for contender in CONTENDERS))
