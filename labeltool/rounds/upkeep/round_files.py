"""Rounds are named, noted, exported and deleted."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Round,
    RoundKind,
    RoundStatus,
    UserError,
    WriteResult,
    not_written,
    system_reason,
)
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import Store
from pipnet.output import MODEL, ONNX, OverwriteError, replacing, target_of

MAX_NAME = 60
"""Letters of the name of a round."""

LARGE_FILES = (
    "model.safetensors", "model.onnx", "model.calibration.json", "predictions-*.npz", "samples.npz",
    "training",
)  # fmt: skip
"""What is deleted of the folder of a round. Its inputs, events, log, results and figures stay."""

FILES_DELETED = "files_deleted"
"""In the summary of a round: that its large files were deleted."""

WRITE_PAUSE_SECONDS = 0.01
"""Pause between two deletions of predictions: others may write then."""

UNFINISHED = (RoundStatus.QUEUED, RoundStatus.RUNNING)

_FORMATS = {".safetensors": MODEL, ".onnx": ONNX}


def find_round(store: Store, number: int) -> Round:
    """The training round of this number; of several, a finished one, or the last one.

    Raises:
        UserError: there is none.
    """
    rows = [row for row in store.rounds.all() if row.kind is RoundKind.TRAIN]
    found = [row for row in rows if row.number == number]
    if not found:
        raise UserError(
            N_("There is no round {number}."),
            N_("Choose one of the rounds that are listed."),
            number=number,
        )
    return next((row for row in found if row.status is RoundStatus.READY), found[-1])


def rename(store: Store, row: Round, name: str) -> Changes:
    """Give a round a name, or none if it is empty. It is made one line.

    Raises:
        UserError: it is longer than MAX_NAME letters.
    """
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise UserError(
            N_("The name has {count} letters, and a round may have {most}."),
            N_("Choose a shorter one, or write a note."),
            count=len(name),
            most=MAX_NAME,
        )
    return store.rounds.annotate(row.id, name=name)


def note(store: Store, row: Round, text: str) -> Changes:
    """Give a round a note of any length, or none if it is empty."""
    return store.rounds.annotate(row.id, note=text.strip())


def export(row: Round, out: Path, *, force: bool = False) -> Message:
    """Copy the network of a round to a file, by its suffix as a model file or for ONNX.

    Raises:
        UserError: the suffix is another one, the round has no network, or the file must not be
            replaced or cannot be written; `force` replaces one of another kind.
    """
    kind = _FORMATS.get(out.suffix.lower())
    if kind is None:
        raise UserError(
            N_("{file} is no name for a network."),
            N_("End it in .safetensors for a model file, or in .onnx."),
            file=out,
        )
    folder = RunFolder(row.folder)
    source = folder.model if kind is MODEL else folder.onnx
    if row.status is not RoundStatus.READY or not source.is_file():
        raise UserError(
            N_("Round {number} has no network in {folder}."),
            N_("Choose another round, or put the folder back from a copy."),
            number=row.number,
            folder=row.folder,
        )
    try:
        target = target_of(out, kind, inputs=[source], force=force)
        with replacing(target) as partial:
            shutil.copyfile(source, partial)
    except OverwriteError as error:
        raise UserError(N_("{reason}."), reason=str(error)) from error
    except OSError as error:
        raise not_written(out, error) from error
    return Message(
        N_("Wrote the network of round {number} to {file}."), number=row.number, file=out
    )


def deletable_bytes(row: Round) -> int:
    """The size of what `delete` would remove."""
    return sum(
        file.stat().st_size
        for found in _large_files(row)
        for file in (found.rglob("*") if found.is_dir() else [found])
        if file.is_file()
    )


def delete(store: Store, row: Round) -> WriteResult:
    """Delete the network, the proposals and the training state of a round from the disk. The round
    stays in the list, with its figures; proposals that faces show now or that a decision names
    stay, too. The predictions of a round that was never promoted leave the project. It does not
    wait for the results of a packed round any more.

    Raises:
        UserError: its network is in use, it has not ended, or a file cannot be deleted.
    """
    _check_deletable(store, row)
    freed = deletable_bytes(row)
    # first, so that nobody takes it into use meanwhile
    changes = store.rounds.add_figures(row.id, {FILES_DELETED: True})
    if row.status is RoundStatus.PACKED:
        store.rounds.end(row.id, RoundStatus.CANCELLED)
    try:
        for found in _large_files(row):
            shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            N_("The files of round {number} cannot be deleted: {reason}."),
            N_("See who may write to {folder}, then try again."),
            number=row.number,
            folder=row.folder,
            reason=system_reason(error),
        ) from error
    if row.kind is RoundKind.TRAIN and not row.promoted:
        while store.rounds.discard_predictions(row.id):
            time.sleep(WRITE_PAUSE_SECONDS)
    if row.status is RoundStatus.PACKED:
        stopped = N_("The project does not wait for the results of round {number} any more.")
        return WriteResult(changes, Message(stopped, number=row.number))
    deleted = N_("Deleted the files of round {number}: {size:,.1f} MB. Its figures stay.")
    return WriteResult(changes, Message(deleted, number=row.number, size=freed / 2**20))


def _check_deletable(store: Store, row: Round) -> None:
    if row.status in UNFINISHED:
        raise UserError(
            N_("Round {number} has not ended yet."),
            N_("Cancel it first, or wait for its end."),
            number=row.number,
        )
    current = store.rounds.current()
    if current is not None and current.model == row.model:
        raise UserError(
            N_("The network of round {number} is in use."),
            N_("Roll back to another round first."),
            number=row.number,
        )
    for other in store.rounds.all():
        if other.status in UNFINISHED and _starts_from(other, row):
            raise UserError(
                N_("Round {other} starts from the network of round {number}."),
                N_("Wait for its end, or cancel it."),
                other=other.number,
                number=row.number,
            )


def _starts_from(unfinished: Round, row: Round) -> bool:
    """Whether a round that runs reads the network of another one."""
    spec = unfinished.folder / "spec.json"
    return spec.is_file() and row.folder.name in spec.read_text(encoding="utf-8")


def _large_files(row: Round) -> list[Path]:
    return [found for pattern in LARGE_FILES for found in row.folder.glob(pattern)]
