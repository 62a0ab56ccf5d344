"""One browser a profile: two would write over each other's cookies and cache."""

from PyQt6.QtCore import QLockFile

from minimal_browser.profile.folder import ProfileError, ProfileFolder, unwritable


def lock_profile(folder: ProfileFolder) -> QLockFile:
    """Held as long as the result lives. ProfileError where another instance has it, or nothing can be written there."""
    lock = QLockFile(str(folder.lock))
    # Never stale by age, only when its process is gone.
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
