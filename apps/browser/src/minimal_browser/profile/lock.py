"""Locks a profile for one process: two would overwrite each other's cookies and cache."""

from PyQt6.QtCore import QLockFile

from minimal_browser.profile.folder import ProfileError, ProfileFolder, unwritable


def lock_profile(folder: ProfileFolder) -> QLockFile:
    """Lock the profile while the result lives. ProfileError if another process has it or the folder is read-only."""
    lock = QLockFile(str(folder.lock))
    # A lock never expires by age, only when its process is gone.
    lock.setStaleLockTime(0)
    if lock.tryLock(0):
        return lock
    if lock.error() != QLockFile.LockError.LockFailedError:
        raise unwritable(folder.path, "no lock file can be made in it")
    known, pid, host, _ = lock.getLockInfo()
    who = f"process {pid} on {host}" if known else "another process"
    raise ProfileError(
        f"the profile {folder.path} is in use by {who}. "
        "Use that window, or start another one with --profile NAME or --temp-profile."
    )
