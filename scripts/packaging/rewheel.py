"""Rewrite a built wheel with another version or changed files; the same input gives the same bytes.

usage: rewheel.py DIST PACKAGE      makes the package's wheels in DIST reproducible: removes the folder and the time of
                                    the build from their list of parts (CycloneDX)
"""

import base64
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date in a zip file
_LOCAL = re.compile(r"path\+file://[^\"# ]*#(?:([\w-]+)@)?([\w.+-]+)")


def rewheel(wheel: Path, folder: Path, version: str, change: Callable[[str, bytes], bytes] | None = None) -> Path:
    """Write the wheel to `folder` as `version`; `change(name, content)` returns the content of each file."""
    name, old, *tags = wheel.name.removesuffix(".whl").split("-")
    target = folder / f"{'-'.join([name, version, *tags])}.whl"
    partial = target.with_suffix(".partial")
    info, new_info = f"{name}-{old}.dist-info/", f"{name}-{version}.dist-info/"
    record = []
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.infolist():
            if member.filename == f"{info}RECORD":
                continue
            content = source.read(member)
            if member.filename == f"{info}METADATA":
                content = content.replace(f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode(), 1)
            content = change(member.filename, content) if change else content
            path = member.filename.replace(info, new_info)
            _add(copy, path, content, member.external_attr)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}")
        _add(copy, f"{new_info}RECORD", "\n".join([*record, f"{new_info}RECORD,,", ""]).encode(), 0o644 << 16)
    return partial.replace(target)


def _add(wheel: zipfile.ZipFile, path: str, content: bytes, attributes: int) -> None:
    entry = zipfile.ZipInfo(path, _FIRST_DAY)
    entry.external_attr = attributes
    wheel.writestr(entry, content, zipfile.ZIP_DEFLATED)


def without_place_and_time(member: str, content: bytes) -> bytes:
    """A list of parts (PEP 770) without the place and the time of the build."""
    if "/sboms/" not in member:
        return content
    crate = Path(member).name.split(".")[0]
    text = _LOCAL.sub(lambda match: f"pkg:cargo/{match[1] or crate}@{match[2]}", content.decode())
    parts = json.loads(text)
    parts.pop("serialNumber", None)
    parts.get("metadata", {}).pop("timestamp", None)
    return json.dumps(parts, indent=2, ensure_ascii=False).encode()


def main() -> None:
    """The command line."""
    dist, package = sys.argv[1:]
    for wheel in sorted(Path(dist).glob(f"{package}-*.whl")):
        rewheel(wheel, wheel.parent, wheel.name.split("-")[1], without_place_and_time)


if __name__ == "__main__":
    main()
