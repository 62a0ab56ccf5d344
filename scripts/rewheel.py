"""Make another wheel of a built one: another version of it, or one with files changed. For tests of installing."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path


def rewheel(wheel: Path, folder: Path, version: str, changed: Mapping[str, bytes] | None = None) -> Path:
    """The wheel again in `folder`, as `version`; `changed` replaces contents, by the end of the file's name."""
    name, old, *tags = wheel.name.removesuffix(".whl").split("-")
    target = folder / f"{'-'.join([name, version, *tags])}.whl"
    info, new_info = f"{name}-{old}.dist-info/", f"{name}-{version}.dist-info/"
    record = []
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.namelist():
            if member == f"{info}RECORD":
                continue
            content = source.read(member)
            if member == f"{info}METADATA":
                content = content.replace(f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode(), 1)
            for ending, replacement in (changed or {}).items():
                content = replacement if member.endswith(ending) else content
            path = member.replace(info, new_info)
            copy.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}")
        copy.writestr(f"{new_info}RECORD", "\n".join([*record, f"{new_info}RECORD,,", ""]))
    return target
