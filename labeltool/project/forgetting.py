"""Deletes for good what a project holds of some photos: in its file, backups and run folders.

A file in the project's folder says what is being deleted while that lasts. Every step may be
repeated, so a deletion that was cut short is ended when the project is opened next.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import (
    N_,
    DamagedError,
    Message,
    PhotoPatterns,
    Progress,
    UserError,
    no_progress,
    not_written,
)
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.upkeep.forgotten_faces import Fits, find_in, forget_in
from labeltool.store import (
    BACKUP_FOLDER,
    FILE,
    FORGETTING,
    Holdings,
    OtherVersionError,
    ProjectLock,
    Store,
    find_photos,
    forget_photos,
)
from labeltool.store import open_project as open_store
from pipnet.output import replacing

OWN_PHOTO_FOLDERS = ("pages", "extracted")
"""Folders of a project for photos that an import wrote there. Other photos are never deleted."""

MAX_NAMED = 10
"""Photos and files that are named before the deletion."""

_KNOWN = {
    FILE, FORGETTING, "project.lock", "starter.safetensors", BACKUP_FOLDER, "rounds",
    *OWN_PHOTO_FOLDERS,
}  # fmt: skip
_REPLACED = "project.replaced-*.sqlite"
_PARTIAL = ("project.sqlite.*ing", f"{BACKUP_FOLDER}/.*.partial*", ".project.sqlite.new*")
"""What a restore keeps, and what killed programs leave."""

_IN_USE = N_("Photos must be deleted, but another window or command has the project open.")


@dataclass(frozen=True, slots=True)
class ForgettingPlan:
    """What would be deleted. `copies`: backups that hold some of it; `lost`: backups that cannot be
    read, and are deleted as they are. `run_folders`: those that hold some of it. `own_photos`:
    files in the project's folder. `unknown`: names of what is not the project's there."""

    held: Holdings
    copies: Sequence[Path]
    lost: Sequence[Path]
    run_folders: Sequence[Path]
    own_photos: Sequence[Path]
    unknown: Sequence[str]

    def deleted(self) -> list[Message]:
        """What is deleted, a sentence each."""
        held = self.held
        names = sorted(path for _root, path in held.photos.values())
        everything = N_(
            "Of their {faces:,} faces: boxes, {labels:,} labels, {predictions:,} predictions, "
            "{entries:,} entries of the log, and all that undo could bring back."
        )
        copies = N_("The same in {copies:,} backups and {folders:,} folders of rounds.")
        certificates = N_(
            "{certificates:,} certificates and {acceptances:,} acceptances, which list some of "
            "these faces: they would not be true without them."
        )
        own = N_("{count:,} photos that an import wrote into the project's folder.")
        lost = N_("Whole backups that this version cannot read: {files}.")
        return [
            said
            for said in (
                Message(N_("{count:,} photos: {names}."), count=len(names), names=_named(names)),
                Message(
                    everything, faces=len(held.faces), labels=held.labels,
                    predictions=held.predictions, entries=held.entries,
                ),
                Message(copies, copies=len(self.copies), folders=len(self.run_folders)),
                Message(
                    certificates, certificates=held.certificates, acceptances=len(held.acceptances)
                )
                if held.acceptances
                else None,
                Message(own, count=len(self.own_photos)) if self.own_photos else None,
                Message(lost, files=_named([file.name for file in self.lost]))
                if self.lost
                else None,
                Message(N_("All thumbnails, also of other projects; they are made again.")),
            )
            if said
        ]  # fmt: skip

    def left(self) -> list[Message]:
        """What stays, and what to do about it, a sentence each."""
        held, numbers = self.held, ", ".join(map(str, self.held.trained))
        trained = N_(
            "The networks of these rounds were trained on them, and that cannot be taken out: "
            "{rounds}. Train another one, then delete these rounds."
        )
        packed = N_(
            "Packs for another machine hold copies of photos: round {rounds}. Delete these files; "
            "their results cannot be brought in any more."
        )
        unknown = N_("The project's folder holds other files; see whether they show them: {files}.")
        return [
            said
            for said in (
                Message(trained, rounds=numbers) if held.trained else None,
                Message(packed, rounds=", ".join(map(str, held.packed))) if held.packed else None,
                Message(unknown, files=_named(self.unknown)) if self.unknown else None,
                Message(
                    N_(
                        "The photos themselves, and what was exported or copied to other places: "
                        "labels, reports, networks, packs, certificates."
                    )
                ),
            )
            if said
        ]


def _named(names: Sequence[str]) -> str:
    more = ["…"] if len(names) > MAX_NAMED else []
    return ", ".join([*names[:MAX_NAMED], *more])


def plan_forgetting(folder: Path, patterns: PhotoPatterns) -> ForgettingPlan:
    """What a project, open or closed, holds of the photos that these patterns mean.

    Raises:
        UserError: none is known, or something cannot be read.
    """
    held = find_photos(folder / FILE, patterns)
    copies, lost = [], []
    for copy in _copies(folder):
        try:
            if find_photos(copy, patterns, closed=True).photos:
                copies.append(copy)
        except (DamagedError, OtherVersionError):
            lost.append(copy)
    fits = _fits(held, patterns)
    folders = [run for run in _run_folders(folder) if find_in(run, fits)]
    if not held.photos and not copies and not folders:
        raise UserError(
            N_("No photo of this project is called {patterns}."),
            N_("* stands for any letters: 'anna*' or '*/anna/*'."),
            patterns=", ".join(patterns.patterns),
        )
    return ForgettingPlan(
        held, copies, lost, [run.path for run in folders], _own_photos(folder, held),
        _unknown(folder, held),
    )  # fmt: skip


def _unknown(folder: Path, held: Holdings) -> list[str]:
    roots = {Path(root) for root in held.roots.values()}
    known = {*_KNOWN, *(f"{FILE}{suffix}" for suffix in ("-wal", "-shm", "-journal"))}
    return sorted(
        file.name
        for file in folder.iterdir()
        if file.name not in known
        and file.absolute() not in roots
        and not file.match(f"{_REPLACED}*")
    )


def _copies(folder: Path) -> list[Path]:
    """The project's file as it was at other times."""
    return [*sorted((folder / BACKUP_FOLDER).glob("*.sqlite")), *sorted(folder.glob(_REPLACED))]


def _run_folders(folder: Path) -> list[RunFolder]:
    """Also those of rounds that the project does not know."""
    return [RunFolder(file.parent) for file in sorted((folder / "rounds").glob("*/photos.json"))]


def _fits(held: Holdings, patterns: PhotoPatterns) -> Fits:
    def fit(root_id: int, root: str, path: str) -> bool:
        """By where the folder is now, too: it may have been moved since the round."""
        now = held.roots.get(root_id, root)
        return patterns.fit(root, path) or patterns.fit(now, path)

    return fit


def _own_photos(folder: Path, held: Holdings) -> list[Path]:
    own = [(folder / name).absolute() for name in OWN_PHOTO_FOLDERS]
    files = [Path(root) / path for root, path in held.photos.values()]
    return [file for file in files if any(file.is_relative_to(each) for each in own)]


def forget(
    folder: Path,
    patterns: PhotoPatterns,
    empty_thumbnails: Callable[[], None],
    progress: Progress = no_progress,
) -> None:
    """Delete for good what a project holds of some photos; nobody has it open.

    Raises:
        UserError: it is open elsewhere, a round is running, or something cannot be read or written.
            Once the deletion has begun, it is ended when the project is opened next.
    """
    lock = ProjectLock(folder)
    lock.acquire_exclusive(_IN_USE)
    try:
        plan_forgetting(folder, patterns)  # everything can be read
        _check_no_worker(folder)
        empty_thumbnails()
        try:
            with replacing(folder / FORGETTING) as partial:
                partial.write_text(json.dumps(patterns.patterns), encoding="utf-8")
        except OSError as error:
            raise not_written(folder / FORGETTING, error) from error
        _work(folder, patterns, progress)
    finally:
        lock.release()


def finish_forgetting(folder: Path) -> bool:
    """End a deletion that was cut short; returns whether there was one.

    Raises:
        UserError: as `forget`.
    """
    file = folder / FORGETTING
    if not file.exists():
        return False
    lock = ProjectLock(folder)
    lock.acquire_exclusive(_IN_USE)
    try:
        if file.exists():  # else another program has just ended it
            _work(folder, PhotoPatterns(json.loads(file.read_text(encoding="utf-8"))), no_progress)
    finally:
        lock.release()
    return True


def open_project(folder: Path) -> Store:
    """Open a project, see `labeltool.store.open_project`, after a deletion that was cut short has
    been ended."""
    finish_forgetting(folder)
    return open_store(folder)


def _check_no_worker(folder: Path) -> None:
    for run in _run_folders(folder):
        if run.is_worker_alive():
            raise UserError(
                N_("A round is running in {folder}."),
                N_("Wait for its end or cancel it, then try again."),
                folder=run.path,
            )


def _work(folder: Path, patterns: PhotoPatterns, progress: Progress) -> None:
    """Every step of a deletion. The project's file comes last: it says which photos are meant."""
    held = find_photos(folder / FILE, patterns)
    runs, copies, done = _run_folders(folder), _copies(folder), 0
    total = len(runs) + len(copies) + 1
    try:
        for pattern in _PARTIAL:
            for leftover in folder.glob(pattern):
                leftover.unlink()
        for leftover in (folder / "rounds").glob("*.partial"):
            shutil.rmtree(leftover)
        for run in runs:
            progress(done, total)
            if run.path.exists():
                forget_in(run, _fits(held, patterns))
            done += 1
        for copy in copies:
            progress(done, total)
            _forget_in_copy(copy, patterns)
            done += 1
        progress(done, total)
        for photo in _own_photos(folder, held):
            photo.unlink(missing_ok=True)
            with suppress(OSError):
                photo.parent.rmdir()
        forget_photos(folder / FILE, patterns)
        (folder / FORGETTING).unlink()
    except OSError as error:
        raise not_written(
            Path(error.filename or folder), error, N_("Mend that, then open the project again.")
        ) from error
    progress(total, total)


def _forget_in_copy(copy: Path, patterns: PhotoPatterns) -> None:
    try:
        is_meant = bool(find_photos(copy, patterns, closed=True).photos)
    except (DamagedError, OtherVersionError):
        copy.unlink()
        return
    if is_meant:
        forget_photos(copy, patterns)
