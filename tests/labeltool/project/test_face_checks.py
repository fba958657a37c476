"""Findings of a project: found, stale ones gone, ignored, filtered, and listed by the command."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from labeltool.checks.findings import Check, Finding
from labeltool.cli.main import run
from labeltool.domain import Filter, NewPrediction, RoundKind, UserError, Verdict
from labeltool.project.face_checks import FaceChecks
from labeltool.review.desk import Desk
from labeltool.review.mending import mend
from labeltool.store import Store
from pipnet.data.scheme import load_scheme
from tests.labeltool.checks.test_check_faces import FLIP, _faces
from tests.projects import explained

ANN, SCHEME = "ann", load_scheme("300w")
SWAPPED = 7
"""The face whose sides are swapped."""


def _fill(store: Store) -> Store:
    """Sixty faces with proposals, one of which is swapped."""
    points = _faces(60, 1).points / 8
    points[SWAPPED - 1] = points[SWAPPED - 1, FLIP]
    round_id = store.rounds.add(RoundKind.PREDICT, "std", "rounds/x", {})
    store.rounds.set_model(round_id, "net", "net")
    made = [
        NewPrediction(k + 1, each, np.full(68, 0.9, np.float32), 0.9, 0.0)
        for k, each in enumerate(points)
    ]
    store.rounds.add_predictions(round_id, made)
    store.rounds.finish(round_id, {})
    return store


@pytest.fixture
def faces(project: Callable[..., Store]) -> Store:
    return _fill(project(60, proposed=False, scheme=SCHEME))


def _shape(found: list[tuple[Finding, bool]]) -> list[Check]:
    return [finding.check for finding, _ in found if finding.check is not Check.BOX]


def test_an_error_is_found_listed_and_filtered(faces: Store) -> None:
    changes, left = FaceChecks(faces).run()
    assert SWAPPED in changes.faces
    assert left == 0
    assert _shape(faces.trust.findings.of_face(SWAPPED)) == [Check.SIDES]
    wanted = Filter(check=str(Check.SIDES))
    assert faces.queue.ids(wanted) == [SWAPPED]
    assert faces.queue.count(wanted) == 1
    assert faces.trust.findings.counts()[Check.SIDES] == 1
    with explained(faces) as plans:
        faces.queue.ids(wanted)
        faces.trust.findings.of_face(SWAPPED)
        faces.trust.findings.counts()
    assert any("INDEX finding_check" in plan for plan in plans)
    assert not [plan for plan in plans if plan.startswith("SCAN finding") and "INDEX" not in plan]


def test_only_changed_faces_are_checked_again(faces: Store) -> None:
    checks = FaceChecks(faces)
    checks.run()
    assert not len(faces.trust.findings.unchecked(0))
    faces.decisions.decide(ANN, [3], Verdict.ACCEPTED)
    assert faces.trust.findings.unchecked(0).tolist() == [3]
    checks.run()
    assert not len(faces.trust.findings.unchecked(0))


def test_a_stale_finding_is_gone_at_once(faces: Store) -> None:
    FaceChecks(faces).run()
    points = faces.faces.get(SWAPPED).points[FLIP]  # type: ignore[union-attr, index]
    faces.decisions.decide(ANN, [SWAPPED], Verdict.CORRECTED, points=points)
    assert faces.trust.findings.of_face(SWAPPED) == []
    assert faces.queue.ids(Filter(check=str(Check.SIDES))) == []
    FaceChecks(faces).run()
    assert _shape(faces.trust.findings.of_face(SWAPPED)) == []
    faces.undo.undo(ANN)
    FaceChecks(faces).run()
    assert _shape(faces.trust.findings.of_face(SWAPPED)) == [Check.SIDES]


def test_what_changed_during_the_check_is_not_saved(faces: Store) -> None:
    read = faces.trust.findings.of_photos([SWAPPED])
    faces.decisions.decide(ANN, [SWAPPED], Verdict.ACCEPTED)
    faces.trust.findings.save(read, [Finding(SWAPPED, Check.SIDES)], 0)
    assert faces.trust.findings.of_face(SWAPPED) == []
    assert SWAPPED in faces.trust.findings.unchecked(0)


def test_ignored_findings_stay_ignored_and_come_back_on_request(faces: Store) -> None:
    checks = FaceChecks(faces)
    checks.run()
    (finding, _), *_rest = faces.trust.findings.of_face(SWAPPED)
    faces.trust.findings.ignore(ANN, finding, on=True)
    assert faces.queue.ids(Filter(check=str(Check.SIDES))) == []
    faces.decisions.decide(ANN, [SWAPPED], Verdict.ACCEPTED)
    checks.run()
    ignored = [
        each for each in faces.trust.findings.of_face(SWAPPED) if each[0].check is Check.SIDES
    ]
    assert [is_ignored for _, is_ignored in ignored] == [True]
    faces.trust.findings.ignore(ANN, finding, on=False)
    assert faces.queue.ids(Filter(check=str(Check.SIDES))) == [SWAPPED]


def test_a_swap_is_mended_as_a_draft_that_undo_takes_back(faces: Store) -> None:
    FaceChecks(faces).run()
    desk = Desk(faces, ANN)
    desk.open(SWAPPED)
    before = desk.face.points  # type: ignore[union-attr]
    finding = faces.trust.findings.of_face(SWAPPED)[0][0]
    desk.refresh(mend(desk, finding))  # type: ignore[arg-type]
    assert desk.face is not None
    np.testing.assert_array_equal(desk.face.draft, before[FLIP])  # type: ignore[index]
    with pytest.raises(UserError, match="changed since"):
        mend(desk, finding)
    desk.undo_stack.undo()
    desk.open(SWAPPED)
    assert desk.face.draft is None


def test_a_box_is_fitted_to_the_landmarks(faces: Store) -> None:
    desk = Desk(faces, ANN)
    desk.open(1)
    result = mend(desk, Finding(1, Check.BOX))
    assert result.undoable  # type: ignore[union-attr]
    FaceChecks(faces).run()
    assert Check.BOX not in [finding.check for finding, _ in faces.trust.findings.of_face(1)]


def test_a_double_face_is_excluded_and_its_finding_goes_with_the_other(faces: Store) -> None:
    points = faces.faces.get(2).points  # type: ignore[union-attr]
    face = faces.faces.get(2)
    assert face is not None
    (double,) = faces.faces.add([(face.photo_id, face.box, "detected")])
    faces.decisions.decide(ANN, [double], Verdict.CORRECTED, points=points + 0.1)
    FaceChecks(faces).run()
    (found,) = [f for f, _ in faces.trust.findings.of_face(2) if f.check is Check.DUPLICATE]
    assert found.other == double  # the label stays, the proposal is the double one
    desk = Desk(faces, ANN)
    desk.open(2)
    mend(desk, found)
    assert faces.faces.get(2).verdict is Verdict.EXCLUDED  # type: ignore[union-attr]
    faces.undo.undo(ANN)
    FaceChecks(faces).run()
    assert Check.DUPLICATE in [f.check for f, _ in faces.trust.findings.of_face(2)]
    faces.decisions.decide(ANN, [double], Verdict.EXCLUDED)
    assert Check.DUPLICATE not in [f.check for f, _ in faces.trust.findings.of_face(2)]


def test_the_command_lists_findings(faces: Store, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(faces.folder)
    assert run(["findings", folder, "--check", "sides"]) == 0
    said = capsys.readouterr()
    assert "The left and right side of the face are swapped." in said.out
    assert "1 finding on 1 face." in said.err
    assert run(["findings", folder, "--check", "sides", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["face"], row["check"], row["ignored"]) == (SWAPPED, "sides", False)
