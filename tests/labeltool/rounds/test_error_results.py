"""The expected errors of a round on their way from its folder into the project."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from labeltool.domain import Filter, RoundKind, RoundStatus
from labeltool.rounds.controller import Rounds
from labeltool.rounds.quality.error_models import IS_OWN
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import freeze_faces
from labeltool.rounds.run_tables import RunFolderError
from labeltool.store import Store
from pipnet.calibration.calibration_file import to_json
from pipnet.calibration.error_model import ErrorModel
from pipnet.calibration.signals import NAMES
from tests.projects import sql, triangle

MakeProject = Callable[..., Store]


def error_model(*, is_own: bool = True) -> ErrorModel:
    """One of three landmarks, whose circles reach 2.5 times as far as the expected error."""
    size = len(NAMES)
    return ErrorModel(
        "triangle", 3, np.zeros((3, size)), np.ones(size), np.zeros(2 * size), np.zeros(size),
        np.full(3, -3.0), -3.0, 2.5, 44, summary={IS_OWN: is_own},
    )  # fmt: skip


def finished_round(store: Store, calibration: str | None, *, has_errors: bool = True) -> RunFolder:
    """A training that has just ended: face k is expected to be off by k per cent."""
    folder = RunFolder(store.folder / "rounds" / "0001-made")
    rows = store.faces.boxes()
    folder.create({}, *freeze_faces(store, rows))
    ids = np.array([row[0] for row in rows], np.int64)
    errors = {
        "errors": np.repeat(ids[:, None] / 100, 3, axis=1).astype(np.float32), "error": ids / 100
    }  # fmt: skip
    folder.write_predictions(
        "predictions-00000.npz", faces=ids, points=np.stack([triangle(face) for face in ids]),
        scores=np.ones((len(ids), 3), np.float32), score=np.ones(len(ids)),
        spread=np.zeros(len(ids)), **(errors if has_errors else {}),
    )  # fmt: skip
    if calibration is not None:
        folder.write_calibration(calibration)
    said = None if calibration is None else {"faces": 44, "is_own": '"is_own": true' in calibration}
    folder.write_results(
        {"digest": "made", "chunks": ["predictions-00000.npz"], "calibration": said}
    )
    store.rounds.add(RoundKind.TRAIN, "std", "rounds/0001-made", {"manual": 0})
    return folder


def take_in(store: Store) -> str:
    rounds = Rounds(store)
    rounds.follower.attach()
    result = rounds.ingest.add_results()
    assert result is not None
    return str(result.message)


def test_faces_are_sorted_by_the_errors_that_a_round_expects(project: MakeProject) -> None:
    store = project(4)
    finished_round(store, to_json(error_model()))
    said = take_in(store)
    assert "not calibrated" not in said
    assert store.queue.ids(Filter(order="error")) == [4, 3, 2, 1]
    assert store.queue.ids(Filter(error=(0.02, 0.03), order="error")) == [3, 2]
    prediction = store.faces.get(3).prediction
    assert prediction.errors.tolist() == pytest.approx([0.03] * 3, rel=1e-3)
    assert (prediction.error, prediction.circle_factor) == (0.03, 2.5)
    found = store.trust.calibrations.of_round(store.rounds.all()[-1].id)
    assert (found.faces, found.circle_factor, found.is_own) == (44, 2.5, True)
    assert store.check(repair=False) == []


def test_the_order_is_rebuilt_from_the_predictions(project: MakeProject) -> None:
    store = project(4)
    finished_round(store, to_json(error_model()))
    take_in(store)
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE state SET error = 0.5 WHERE face_id = 1")
    assert store.check(repair=True) == ["1 face differs from the log (mended from the log)"]
    assert store.queue.ids(Filter(order="error")) == [4, 3, 2, 1]


def test_circles_of_another_network_are_said_to_be_that(project: MakeProject) -> None:
    store = project(2)
    finished_round(store, to_json(error_model(is_own=False)))
    assert "not calibrated for this network" in take_in(store)


def test_a_round_without_an_error_model_has_none(project: MakeProject) -> None:
    store = project(2)
    finished_round(store, None, has_errors=False)
    take_in(store)
    prediction = store.faces.get(1).prediction
    assert (prediction.errors, prediction.error, prediction.circle_factor) == (None, None, None)
    assert sql(store, "SELECT count(*) FROM calibration") == [(0,)]


def test_a_damaged_calibration_fails_the_round_and_changes_no_proposal(
    project: MakeProject,
) -> None:
    store = project(2)
    before = [store.faces.get(face).prediction.id for face in (1, 2)]
    finished_round(store, '{"pipnet_calibration": 1}')
    with pytest.raises(RunFolderError, match="calibration"):
        take_in(store)
    assert store.rounds.all()[-1].status is RoundStatus.FAILED
    assert [store.faces.get(face).prediction.id for face in (1, 2)] == before
