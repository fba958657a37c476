"""What a person can mend."""

from __future__ import annotations

from labeltool.domain.messages import Message


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


class StoreBusyError(UserError):
    """Another program holds the write lock for longer than this caller waits."""


class ReadOnlyError(UserError):
    """The project lies where this user may not write: it can be looked at and exported."""


class DamagedError(UserError):
    """The project's file is damaged, empty or gone: a backup has to take its place."""


class PhotosMissingError(UserError):
    """Folders of photos are not where the project knows them: they have to be pointed to."""
