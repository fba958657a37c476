"""Brings the results of a packed round into the project that packed it."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import (
    N_,
    Changes,
    Progress,
    Round,
    RoundStatus,
    UserError,
    not_written,
    with_path,
)
from labeltool.rounds.launcher import RoundLauncher
from labeltool.rounds.packs.archive import RESULTS, Archive
from labeltool.rounds.packs.running import RESULT_FILES
from labeltool.rounds.quality.error_models import read_error_model
from labeltool.rounds.quality.round_figures import describe_audit, may_promote
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.rounds.upkeep.round_files import FILES_DELETED
from labeltool.store import Store
from pipnet.data.photo_lookup import content_hash
from pipnet.data.scheme import Scheme, SchemeError, read_scheme

_PREDICTIONS = re.compile(r"predictions-\d{5,}\.npz")
_INVALID = (ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What values of the wrong kind raise."""


def bring_in(store: Store, launcher: RoundLauncher, file: Path, progress: Progress) -> Changes:
    """Put the results of a packed round into its folder, as if its worker had just ended.

    The round runs from then on: whoever follows the rounds adds its results as those of any other.

    Raises:
        UserError: a round runs, the file is damaged or no results, or this project waits for none
            such; nothing was changed.
        Cancelled: from `progress`; nothing was changed.
    """
    with Archive(file, RESULTS) as archive, launcher.exclusive():
        folder = RunFolder(_packed_round(store, archive).folder)
        folder.ensure_exists()
        name = f"{folder.path.name}-{uuid.uuid4().hex[:8]}.partial"
        incoming = RunFolder(folder.path.with_name(name))
        try:
            archive.unpack(incoming.path, _place, progress)
            try:
                _check(folder, incoming)
            except (RunFolderError, SchemeError, *_INVALID) as error:
                raise UserError(RESULTS.refusal, RESULTS.remedy, file=file) from error
            with folder.hold_lock():  # two programs may bring in results of one round
                row = _packed_round(store, archive)
                _move(incoming.path, folder.path)
                store.rounds.bring_in(row.id)
        finally:
            shutil.rmtree(incoming.path, ignore_errors=True)
    return Changes(rounds=True)


def _packed_round(store: Store, archive: Archive) -> Round:
    """The round of these results. A round whose results could not be added may get them again."""
    pack = archive.about.get("pack")
    for row in store.rounds.all():
        if pack is not None and row.summary.get("pack") == pack:
            if row.status in (RoundStatus.RUNNING, RoundStatus.READY):
                raise UserError(
                    N_("The results in {file} were brought in already."), file=archive.file
                )
            if row.summary.get(FILES_DELETED):
                raise UserError(
                    N_("The round of the results in {file} was deleted."),
                    N_("Pack another one."),
                    file=archive.file,
                )
            return row
    raise UserError(
        N_("{file} holds the results of a round that this project did not pack."),
        N_("Open the project that packed it."),
        file=archive.file,
    )


def _place(name: str) -> str:
    """Where a file of the results belongs. Raises ValueError if nowhere."""
    if name not in RESULT_FILES and not _PREDICTIONS.fullmatch(name):
        raise ValueError(name)
    return name


def _check(folder: RunFolder, incoming: RunFolder) -> None:
    """Raise one of several errors unless these are whole results for the faces of `folder`.

    Names of photos, which a pack does not hold, are put into the problems of photos.
    """
    results, events = incoming.results(), incoming.new_events()
    if results is None or [event.kind for event in events if event.is_final] != ["finished"]:
        raise ValueError("not finished")
    # the project may have changed its landmarks since it packed the round
    scheme = Scheme.from_json(folder.spec()["scheme"])
    faces = set(folder.tables.faces().ids.tolist())
    count = scheme.count
    for name in results["chunks"]:
        for row in incoming.tables.predictions(_place(name)):
            shapes = row.points.shape, row.scores.shape
            if row.face_id not in faces or shapes != ((count, 2), (count,)):
                raise ValueError(name)
            if row.errors is not None and not _are_errors(row.errors, row.error, count):
                raise ValueError(name)
    error_model = read_error_model(incoming.calibration)
    if error_model is not None and error_model.count != count:
        raise ValueError(incoming.calibration.name)
    model = incoming.model
    if read_scheme(model).names != scheme.names or content_hash(model) != results["digest"]:
        raise ValueError(model.name)
    photos = folder.tables.photo_rows()
    problems = {
        place: with_path(problem, Path(Path(photos[place].path).name))
        for place, problem in incoming.problems().items()
    }
    for message in (*problems.values(), describe_audit(results)):
        str(message)  # its template may not fit its values
    may_promote(results, 0)
    incoming.write_problems(problems)


def _are_errors(errors: NDArray[np.float32], error: float | None, count: int) -> bool:
    """Whether these are expected errors of `count` landmarks and of their face."""
    values = np.append(errors, np.nan if error is None else error)
    return errors.shape == (count,) and bool((np.isfinite(values) & (values >= 0)).all())


def _move(incoming: Path, folder: Path) -> None:
    """Move the results into the run folder, results.json last."""
    try:
        for name in sorted(os.listdir(incoming), key=lambda name: name == "results.json"):
            os.replace(incoming / name, folder / name)
    except OSError as error:
        raise not_written(folder, error, N_("Free some space, then try again.")) from error
