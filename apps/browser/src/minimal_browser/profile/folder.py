"""The folder of a profile: cookies, cache, conversations, bookmarks and history."""

import os
from pathlib import Path
from typing import NamedTuple

from minimal_browser_core.errors import MinimalBrowserError


class ProfileError(MinimalBrowserError):
    """The profile cannot be used; the message names the folder and what to do."""

    code = "profile"


class ProfileFolder(NamedTuple):
    """The paths of a profile's files."""

    path: Path
    temporary: bool = False
    """Deleted at exit; its web profile is kept in memory."""

    @property
    def conversations(self) -> Path:
        return self.path / "conversations.db"

    @property
    def places(self) -> Path:
        return self.path / "places.db"

    def rename_old_files(self) -> None:
        """Rename the file of places, which had only bookmarks before. Blocks on the disk; the file must not be open."""
        old = self.path / "bookmarks.db"
        if old.exists() and not self.places.exists():
            # The log first: without it the file would lose the latest writes.
            for suffix in ("-wal", ""):
                part = Path(f"{old}{suffix}")
                if part.exists():
                    part.rename(f"{self.places}{suffix}")
            Path(f"{old}-shm").unlink(missing_ok=True)

    @property
    def web(self) -> Path:
        return self.path / "webengine"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def discard_if_temporary(self) -> None:
        if self.temporary:
            import shutil

            shutil.rmtree(self.path, ignore_errors=True)


def open_folder(*, name: str | None, folder: Path | None, temporary: bool) -> ProfileFolder:
    """Create the folder, readable by this user only; ProfileError if that fails."""
    if temporary:
        import tempfile  # slow to import, and rarely needed

        try:
            return ProfileFolder(Path(tempfile.mkdtemp(prefix="minimal-browser-")), temporary=True)
        except OSError as error:
            raise ProfileError(f"no temporary profile can be made: {error}. Set TMPDIR to another folder.") from error
    path = folder.expanduser().absolute() if folder else _named(name or "default")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error
    return ProfileFolder(path)


def unwritable(path: Path, reason: str) -> ProfileError:
    """Return the error for a folder that cannot be written to."""
    return ProfileError(
        f"the profile folder {path} cannot be written to: {reason}. "
        "Give another one with --profile-dir, or use --temp-profile."
    )


def _named(name: str) -> Path:
    if not name or name in (".", "..") or any(sign in name for sign in ("/", os.sep, "\0")):
        raise ProfileError(f"{name!r} is not a profile name: use a plain word, or --profile-dir for a folder.")
    from platformdirs import user_data_path

    return user_data_path("minimal-browser", appauthor=False) / "profiles" / name
