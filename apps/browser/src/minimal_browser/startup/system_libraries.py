"""The system libraries that Qt needs, and the packages that they are in.

Standard library only, and no other module of the browser: `scripts/bootstrap.py` loads this file before anything is
installed.
"""

import json
import re
from pathlib import Path

TABLE = Path(__file__).with_suffix(".json")
"""Each library, with the names that its package has had in Debian and Ubuntu, newest first."""
DEBIAN_VERSION = Path("/etc/debian_version")
"""Names the release of Debian that a system is or is derived from: `12.5`; `bookworm/sid` in Ubuntu 22.04."""

# Debian 13 and Ubuntu 24.04 renamed packages for 64-bit times (https://wiki.debian.org/ReleaseGoals/64bit-time).
_OLDER_RELEASES = re.compile(r"(?:10|11|12)\.|(?:bullseye|bookworm)/sid")


def packages() -> dict[str, str]:
    """Return the package of each library in this release of Debian, Ubuntu or a system that is derived from them."""
    try:
        older = _OLDER_RELEASES.match(DEBIAN_VERSION.read_text("utf-8")) is not None
    except OSError:
        older = False
    return {library: names[-1 if older else 0] for library, names in json.loads(TABLE.read_text("utf-8")).items()}
