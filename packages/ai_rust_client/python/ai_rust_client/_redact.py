"""Removes credentials from texts that leave the process, such as a tool's exception that goes to a model.

What is known to be secret is replaced wherever it is: the values of environment variables whose names say so. Beyond
that, the user part of URLs and values that follow a credential's name.
"""

import os
import re

_SECRET_NAME = re.compile(r"(?i)key|token|secret|passw|credential|auth")
_NAMED = r"[\w-]*(?:api[_-]?key|token|secret|passw\w*|credential)[\w-]*"
_PATTERNS = (
    (re.compile(r"(\w+://)[^\s/@]+@"), r"\1***@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{4,}"), r"\1 ***"),
    (re.compile(rf"(?i)({_NAMED}[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&)}}]+"), r"\1***"),
    (re.compile(r"\b(?:sk|pk|ghp|gho|xox[abp]|AKIA)[-_A-Za-z0-9]{12,}"), "***"),
)  # fmt: skip


def redacted(text: str) -> str:
    """The text with `***` for each credential."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_NAME.search(name) and value in text:
            text = text.replace(value, "***")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
