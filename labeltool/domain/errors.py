"""What a person can mend."""

from __future__ import annotations

from pathlib import Path

from labeltool.domain.messages import N_, Message

SYSTEM_ERRORS = (
    N_("permission denied"),
    N_("operation not permitted"),
    N_("no space left on device"),
    N_("disk quota exceeded"),
    N_("no such file or directory"),
    N_("there is no such file or folder"),
    N_("not a directory"),
    N_("is a directory"),
    N_("file exists"),
    N_("file name too long"),
    N_("read-only file system"),
    N_("input/output error"),
    N_("too many open files"),
    N_("cannot allocate memory"),
)
"""What the operating system says most."""


def system_reason(error: BaseException) -> Message:
    """Why the operating system refused something, for the middle of a sentence."""
    reason = getattr(error, "strerror", None)
    return Message(reason.lower() if reason else str(error))


class UserError(Exception):
    """Something the user can mend: `what` happened, and the `remedy`, a sentence each.

    Both are templates marked by `N_`, filled by `values`, see `Message`.
    """

    def __init__(self, what: str, remedy: str = "", **values: object) -> None:
        self.what, self.remedy = Message(what, **values), Message(remedy, **values)
        super().__init__(str(self.message))

    @property
    def message(self) -> Message:
        """Both sentences."""
        return Message.join(self.what, self.remedy)


def not_written(
    path: Path, error: OSError, remedy: str = N_("Choose another place, or free some space.")
) -> UserError:
    """That a file or folder cannot be written, with why."""
    reason = system_reason(error)
    return UserError(N_("{path} cannot be written: {reason}."), remedy, path=path, reason=reason)


def not_readable(path: Path, error: OSError, remedy: str = N_("Choose another file.")) -> UserError:
    """That a file cannot be read, with why."""
    reason = system_reason(error)
    return UserError(N_("{path} cannot be read: {reason}."), remedy, path=path, reason=reason)


class StoreBusyError(UserError):
    """Another program holds the write lock for longer than this caller waits."""


class ReadOnlyError(UserError):
    """The project lies where this user may not write: it can be looked at and exported."""


class DamagedError(UserError):
    """The project's file is damaged, empty or gone: a backup has to take its place."""


class PhotosMissingError(UserError):
    """Folders of photos are not where the project knows them: they have to be pointed to."""
