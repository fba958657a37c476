"""The error models of rounds, as files in run folders and as rows of the project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labeltool.domain import N_, UserError
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunFolderError

if TYPE_CHECKING:
    from labeltool.store import Store
    from pipnet.calibration.error_model import ErrorModel

IS_OWN = "is_own"
"""In the summary of an error model: whether it was fitted on faces that this very network has not
seen. One that lies beside a model file and does not say so was."""


def start_calibration(weights: Path) -> str | None:
    """The calibration of a network, as JSON; None if it has none.

    Raises:
        UserError: it is damaged, or belongs to another network.
    """
    # imported here: the window opens without it
    from pipnet.calibration.calibration_file import find, to_json  # noqa: PLC0415
    from pipnet.calibration.json_file import CalibrationError  # noqa: PLC0415

    try:
        found = find(weights)
    except CalibrationError as error:
        raise UserError(N_("{reason}."), reason=str(error)) from error
    return None if found is None else to_json(found)


def read_error_model(file: Path) -> ErrorModel | None:
    """The error model in a file of a run folder; None if there is no such file.

    Raises:
        RunFolderError: it is damaged.
    """
    from pipnet.calibration.calibration_file import load  # noqa: PLC0415
    from pipnet.calibration.json_file import CalibrationError  # noqa: PLC0415

    if not file.exists():
        return None
    try:
        return load(file)
    except CalibrationError as error:
        raise RunFolderError(
            N_("{reason}."), N_("Start the round again."), reason=str(error)
        ) from error


def save_error_model(store: Store, round_id: int, folder: RunFolder) -> None:
    """Save the calibration of a round's network in the project, if it has one.

    Raises:
        RunFolderError: its file is damaged.
    """
    model = read_error_model(folder.calibration)
    if model is not None:
        store.trust.calibrations.save(
            round_id, folder.calibration.read_text(encoding="utf-8"), faces=model.faces,
            circle_factor=model.factor, is_own=is_own(model),
        )  # fmt: skip


def is_own(model: ErrorModel) -> bool:
    """Whether an error model was fitted on faces that its network has not seen."""
    return model.summary.get(IS_OWN) is not False
