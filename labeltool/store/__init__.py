"""The project's data: one SQLite file. The only package that knows SQLAlchemy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from labeltool.domain import N_, DamagedError, Progress, ReadOnlyError, UserError, system_reason
from labeltool.store.database.database_errors import user_errors
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.project_file import FILE, FORGETTING
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.database.read_only import connect, is_read_only
from labeltool.store.database.schema import SCHEMA, ProjectRow
from labeltool.store.decisions.batch_decisions import Batches
from labeltool.store.decisions.decisions import Decisions, Threshold
from labeltool.store.decisions.drafts import Drafts
from labeltool.store.decisions.labels import Labels
from labeltool.store.decisions.landmark_checks import CheckTable, SeenLandmark
from labeltool.store.decisions.undo import Undo, needs_question
from labeltool.store.faces.audit_records import AuditRecords
from labeltool.store.faces.boxes import MAX_INSTANT_FACES, Boxes
from labeltool.store.faces.face_queries import Queue
from labeltool.store.faces.faces import Faces
from labeltool.store.faces.photos import Photos
from labeltool.store.ledger_records import LedgerRecords
from labeltool.store.log.change_detector import ChangeDetector
from labeltool.store.log.face_history import History
from labeltool.store.log.landmark_marks import PASSED, UNMARKED, WRONG
from labeltool.store.log.operation_log import now
from labeltool.store.log.self_check import check
from labeltool.store.migrate import create, upgrade
from labeltool.store.recovery.backups import (
    BACKUP_FOLDER,
    Backup,
    ProjectContents,
    back_up,
    backups,
    check_file,
    is_backup_due,
    read_contents,
)
from labeltool.store.recovery.forgotten_photos import (
    Holdings,
    OtherVersionError,
    find_photos,
    forget_photos,
)
from labeltool.store.recovery.restore import current_contents, newest_intact_backup, restore
from labeltool.store.reviewer_progress import MAX_VIEWED_FACES, ReviewerProgressRecords
from labeltool.store.rollbacks import ROLLBACK, Rollbacks
from labeltool.store.round_records import BOX_TASK, DETECTOR_TASK, Rounds
from labeltool.store.round_reports import RoundReports
from labeltool.store.saved_filters import Filters
from labeltool.store.scheme_versions import SchemeVersions
from labeltool.store.trust.trust_records import Trust
from pipnet.data.scheme import Scheme

MAX_FOLDER_BYTES = 400
"""Longest path of a project folder. SQLite takes paths of 512 bytes, and the files inside the
folder, partial backups above all, have names of up to a hundred bytes."""

MAX_CHECK_BYTES = 16 * 2**20
"""Largest project file that a report checks for damage: that takes no noticeable time."""

__all__ = [
    "BACKUP_FOLDER",
    "BOX_TASK",
    "DETECTOR_TASK",
    "FILE",
    "FORGETTING",
    "MAX_INSTANT_FACES",
    "MAX_VIEWED_FACES",
    "PASSED",
    "ROLLBACK",
    "SCHEMA",
    "UNMARKED",
    "WRONG",
    "Backup",
    "CheckTable",
    "Holdings",
    "OtherVersionError",
    "ProjectContents",
    "ProjectLock",
    "SeenLandmark",
    "Store",
    "Threshold",
    "backups",
    "create_project",
    "current_contents",
    "find_photos",
    "forget_photos",
    "needs_question",
    "newest_intact_backup",
    "open_project",
    "read_contents",
    "restore",
]  # fmt: skip


class Store:
    """An open project in `folder`. Every write raises ReadOnlyError where it is `read_only`.

    Its attributes read and write one kind of data each.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        self._database = Database(folder / FILE, read_only=read_only)
        self.photos = Photos(self._database)
        self.faces = Faces(self._database)
        self.queue = Queue(self._database)
        self.audit = AuditRecords(self._database)
        self.boxes = Boxes(self._database)
        self.decisions = Decisions(self._database)
        self.labels = Labels(self._database)
        self.undo = Undo(self._database)
        self.drafts = Drafts(self._database)
        self.history = History(self._database)
        self.batches = Batches(self._database)
        self.rounds = Rounds(self._database)
        self.reports = RoundReports(self._database)
        self.rollbacks = Rollbacks(self._database, self.rounds)
        self.ledger = LedgerRecords(self._database)
        self.trust = Trust(self._database)
        self.filters = Filters(self._database)
        self.reviewer_progress = ReviewerProgressRecords(self._database)
        try:
            with self._database.read() as connection:
                created = connection.scalar(select(ProjectRow.created))
            if created is None:
                raise DamagedError(
                    N_("{path} holds no project."),
                    N_("'labeltool restore {folder}' lists its backups."),
                    path=folder / FILE,
                    folder=folder,
                )
            self.schemes = SchemeVersions(self._database)
        except BaseException:
            self.close()
            raise
        self._created = created

    @property
    def scheme(self) -> Scheme:
        """The landmark scheme that this object works with, see `SchemeVersions`."""
        return self.schemes.scheme

    def set_write_timeout(self, seconds: float = 0.05) -> None:
        """Writes of this thread raise StoreBusyError after waiting so long: for the window."""
        self._database.write_timeout_seconds = seconds

    def interactive_write(self) -> AbstractContextManager[None]:
        """Around a write that a person waits for: background writes of this process pause."""
        return self._database.interactive_write()

    def background_write(self) -> AbstractContextManager[None]:
        """Around one of many short writes: pauses after it, so that other writers get the lock."""
        return self._database.background_write()

    def cancellable(self, progress: Progress) -> AbstractContextManager[None]:
        """Around a long write: `progress` may raise Cancelled, which rolls the write back."""
        return self._database.cancellable(progress)

    def transaction(self) -> AbstractContextManager[None]:
        """Around several writes: all of them happen, or none."""
        return self._database.transaction()

    def check(self, *, repair: bool = False) -> list[str]:
        """Compare the current state with the log; a sentence for each difference, which `repair`
        mends."""
        return check(self._database, repair=repair)

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the file: for an idle moment, off the window's thread."""
        self._database.checkpoint()

    def about(self) -> dict[str, str]:
        """A description of the file for a report: sizes, versions, and whether it is damaged.

        Files larger than MAX_CHECK_BYTES are not checked for damage.
        """
        file = self.folder / FILE
        size, log = (
            part.stat().st_size if part.exists() else 0
            for part in (file, file.with_name(f"{FILE}-wal"))
        )
        with self._database.read() as connection:
            database = dialect_of(connection).describe(connection)
        if size > MAX_CHECK_BYTES:
            sound = "not read, for its size"
        else:
            try:
                check_file(file)
                sound = "ok"
            except UserError as error:
                sound = str(error.what)
        return {
            "Schema": str(SCHEMA), "Landmarks": f"{self.scheme.name}, {self.scheme.count}",
            **database,
            "File": f"{size / 2**20:.1f} MB, log {log / 2**20:.1f} MB", "Quick check": sound,
        }  # fmt: skip

    def detect_changes(self) -> ChangeDetector:
        """A detector of what others change from now on."""
        return ChangeDetector(self._database)

    def back_up(self, reason: str, progress: Progress = lambda done, total: None) -> Backup:
        """Copy the project file to its backups; see `store.recovery.backups.back_up`."""
        return back_up(self.folder / FILE, reason, progress)

    def backup_is_due(self) -> bool:
        """Whether the newest backup is older than a day."""
        return is_backup_due(self.folder, self._created)

    @contextmanager
    def private_copy(self) -> Iterator[Store]:
        """A writable copy of the project file in a temporary folder."""
        with TemporaryDirectory(prefix="labeltool-") as folder:
            file = self.folder / FILE
            copy = Path(folder) / FILE
            with (
                user_errors(file),
                closing(connect(file)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
            with closing(Store(Path(folder))) as store:
                yield store

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def create_project(folder: Path, scheme: Scheme) -> Store:
    """Create a project in `folder`, which may exist already, but without a project.

    Raises:
        UserError: there is a project already, or the folder cannot be written.
    """
    file = folder / FILE
    if os.path.exists(file):  # not Path.exists, which raises for a name that is too long
        raise UserError(
            N_("{folder} already holds a project."),
            N_("Open it, or choose another folder."),
            folder=folder,
        )
    _check_length(folder)
    partial = folder / f".{FILE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        create(partial, scheme, now())
        partial.rename(file)
    except OSError as error:
        raise UserError(
            N_("No project can be made in {folder}: {reason}."),
            N_("Choose a folder that you may write to."),
            folder=folder,
            reason=system_reason(error),
        ) from error
    finally:
        for leftover in folder.glob(f".{FILE}.new*") if os.path.isdir(folder) else ():
            leftover.unlink(missing_ok=True)
    return Store(folder)


def open_project(folder: Path) -> Store:
    """Open a project, upgrading it first if it was made by an older version.

    A project that cannot be written is opened read-only: see `Store.read_only`.

    Raises:
        UserError: not a project, of a newer version, damaged, or busy.
    """
    file = folder / FILE
    there = os.path.isfile(file)
    if not there and backups(folder):
        raise DamagedError(
            N_("{path} is gone."),
            N_("'labeltool restore {folder}' lists the backups that are there."),
            path=file,
            folder=folder,
        )
    if not there:
        raise UserError(
            N_("{folder} is not a project (there is no {file} in it)."),
            N_("Choose a project folder, or make one with 'labeltool new'."),
            folder=folder,
            file=FILE,
        )
    _check_length(folder)
    if (folder / FORGETTING).exists():
        raise UserError(
            N_("Photos are being deleted from {folder}, and that has not ended."),
            N_("Wait for its end, or run 'labeltool forget {folder}' to end it."),
            folder=folder,
        )
    upgrade(file)
    if is_read_only(file):
        return Store(folder, read_only=True)
    try:
        return _open_for_writing(folder)
    except ReadOnlyError:  # for a reason that only shows when something is written
        return Store(folder, read_only=True)


def _open_for_writing(folder: Path) -> Store:
    store = Store(folder)
    try:
        store._database.check_writable()
    except BaseException:
        store.close()
        raise
    return store


def _check_length(folder: Path) -> None:
    """Raise UserError for a path too long for SQLite, which only says that it cannot open the file.

    SQLite resolves links first.
    """
    length = len(os.fsencode(os.path.realpath(folder)))
    if length > MAX_FOLDER_BYTES and all(len(os.fsencode(p)) <= 255 for p in folder.parts):
        raise UserError(
            N_(
                "The path of {folder} is too long for a project: {length} bytes where {most} are "
                "allowed."
            ),
            N_("Choose a folder with a shorter path, or give a folder above it a shorter name."),
            folder=folder,
            length=length,
            most=MAX_FOLDER_BYTES,
        )
