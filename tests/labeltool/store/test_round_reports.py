"""What a round's report asks the project."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import Movement, NewPrediction, RoundKind, Verdict
from tests.projects import propose, triangle

SIZE = np.sqrt(np.prod(np.ptp(triangle(), axis=0)))


def moved_round(store, shifts: dict[int, float]) -> int:
    """A training whose proposals lie `shifts` pixels right of and below those of the fixture."""
    round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
    store.rounds.set_model(round_id, f"model {round_id}", f"model {round_id}")
    scores = np.full(3, 0.5, np.float32)
    store.rounds.add_predictions(
        round_id,
        [NewPrediction(f, triangle(f + d), scores, 0.5, 0.1) for f, d in shifts.items()],
    )
    store.rounds.finish(round_id, {})
    return round_id


class TestMovement:
    def test_the_most_moved_faces_come_first(self, project):
        store = project(3)
        found = store.reports.movement(moved_round(store, {1: 1.0, 2: 3.0, 3: 2.0}))
        assert found.faces == 3
        assert [face for face, _ in found.most] == [2, 3, 1]
        expected = np.array([3.0, 2.0, 1.0]) * np.sqrt(2) / SIZE
        assert [moved for _, moved in found.most] == pytest.approx(expected)
        assert found.mean == pytest.approx(expected.mean())

    def test_decided_faces_do_not_count(self, project):
        store = project(2)
        store.decisions.decide("ann", [1], Verdict.ACCEPTED)
        assert store.reports.movement(moved_round(store, {1: 9.0, 2: 1.0})).faces == 1

    def test_first_proposals_have_not_moved(self, project):
        store = project(2, proposed=False)
        assert store.reports.movement(propose(store, [1, 2])) is None

    def test_a_summary_keeps_it(self):
        movement = Movement(0.25, 9, ((4, 0.5), (3, 0.25)))
        assert Movement.from_dict(movement.to_dict()) == movement


class TestCorrections:
    def correct(self, store, face: int, label: np.ndarray) -> None:
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=label)

    def test_they_name_the_proposal_that_was_corrected(self, project):
        store = project(3)
        label = triangle(7.0)
        self.correct(store, 2, label)
        store.decisions.decide("ann", [1], Verdict.ACCEPTED)
        newer = moved_round(store, {2: 5.0, 3: 5.0})
        (found,) = store.reports.corrections(newer)
        assert found.face_id == 2
        np.testing.assert_array_equal(found.proposal, triangle(2))
        np.testing.assert_array_equal(found.label, label)

    def test_of_a_rounds_own_proposals_are_no_concern_of_it(self, project):
        store = project(2)
        newer = moved_round(store, {1: 5.0, 2: 5.0})
        self.correct(store, 1, triangle(7.0))
        assert store.reports.corrections(newer) == []
