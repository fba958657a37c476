"""The history of faces and batches: listed, restored, reverted by anybody at any time."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import Filter, UserError, Verdict
from labeltool.review.desk import Desk
from tests.projects import change, propose, shown, sql, triangle, verdicts

ANN, BEN = "ann", "ben"
ACCEPTED, CORRECTED, REJECTED, EXCLUDED, UNREVIEWED = (
    Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED, Verdict.EXCLUDED, Verdict.UNREVIEWED,
)  # fmt: skip


class TestFace:
    def test_an_entry_names_reviewer_time_verdict_model_and_batch(self, project):
        store = project(3)
        store.decisions.decide(ANN, [1, 2, 3], REJECTED)
        propose(store, [1], 0.9, model="round 1")
        store.decisions.decide(BEN, [1], CORRECTED, points=triangle(0.5))
        newest, oldest = store.history.of_face(1)
        assert (newest.kind, newest.verdict, newest.reviewer) == ("decide", CORRECTED, BEN)
        assert (newest.model, newest.faces) == ("round 1", 1)
        np.testing.assert_array_equal(newest.points, triangle(0.5))
        assert (oldest.verdict, oldest.reviewer, oldest.model) == (REJECTED, ANN, "starter")
        assert (oldest.faces, str(oldest.description)) == (3, "rejected 3 faces")
        np.testing.assert_array_equal(oldest.points, triangle(1))
        assert oldest.time <= newest.time
        assert store.history.of_face(3)[0].verdict is REJECTED

    def test_undone_entries_are_distinguished_from_replaced_ones(self, project):
        store = project(2)
        store.decisions.decide(ANN, [1], REJECTED)
        store.decisions.decide(ANN, [1], ACCEPTED)
        store.undo.undo(ANN)
        told = [(e.kind, e.verdict, e.undone) for e in store.history.of_face(1)]
        assert told == [
            ("undo", REJECTED, False), ("decide", ACCEPTED, True), ("decide", REJECTED, False),
        ]  # fmt: skip
        store.undo.redo(ANN)
        assert [e.undone for e in store.history.of_face(1)] == [False] * 4

    def test_a_face_that_nobody_touched_has_none(self, project):
        assert project(1).history.of_face(1) == []

    def test_it_is_found_by_an_index(self, project):
        store = project(1)
        plan = sql(store, "EXPLAIN QUERY PLAN SELECT * FROM entry WHERE face_id = 1 ORDER BY id")
        assert "entry_face" in plan[0][3]
        assert len(plan) == 1


class TestRestore:
    def test_an_earlier_correction_comes_back_exactly_and_can_be_undone(self, project, again):
        store = project(1)
        store.decisions.flag(ANN, [1], True)
        store.decisions.decide(ANN, [1], CORRECTED, points=triangle(0.5))
        judged = shown(store, 1)
        store.decisions.flag(ANN, [1], False)
        store.decisions.decide(BEN, [1], REJECTED)
        propose(store, [1], 0.9)
        _rejected, _flag, correction, _first = store.history.of_face(1)
        store = again(store)
        result = store.history.restore(BEN, 1, correction.id)
        assert result.changes.faces == {1}
        assert str(result.message) == "Restored: corrected."
        face = store.faces.get(1)
        assert (face.verdict, face.flag, face.prediction.id) == (CORRECTED, True, judged)
        np.testing.assert_array_equal(face.points, triangle(0.5))
        assert str(store.undo.state(BEN).undo) == "restoring corrected"
        store.undo.undo(BEN)
        assert store.faces.get(1).verdict is REJECTED
        assert store.faces.get(1).offered
        store.undo.redo(BEN)
        assert store.faces.get(1).verdict is CORRECTED
        assert store.check() == []

    def test_the_time_before_any_decision_can_be_restored(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], EXCLUDED)
        store.history.restore(ANN, 1, None)
        assert store.faces.get(1).verdict is UNREVIEWED
        assert store.faces.get(1).offered

    def test_moved_points_are_never_thrown_away(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], EXCLUDED)
        store.drafts.save(BEN, 1, shown(store, 1), triangle(3))
        with pytest.raises(UserError, match="moved and are not decided") as caught:
            store.history.restore(ANN, 1, None)
        assert caught.value.remedy
        np.testing.assert_array_equal(store.faces.get(1).draft, triangle(3))
        assert store.faces.get(1).verdict is EXCLUDED

    def test_the_desk_shows_it_at_once(self, project):
        store = project(2)
        desk = Desk(store, ANN)
        desk.reject()
        desk.open(1)
        changes = desk.restore(None).changes
        desk.refresh(changes)
        assert desk.face.id == 1
        assert desk.face.verdict is UNREVIEWED
        assert str(desk.undo_stack.undo_text) == "restoring unreviewed"


class TestBatches:
    def test_batches_are_listed_with_the_number_of_faces_left(self, project):
        store = project(6)
        store.decisions.decide(ANN, range(1, 6), ACCEPTED)
        store.decisions.decide(ANN, [6], ACCEPTED)
        store.decisions.decide(BEN, [5], EXCLUDED)
        store.decisions.flag(BEN, [1, 2], True)
        flags, accepts = store.history.batches()
        assert (flags.kind, flags.reviewer, flags.faces, flags.left) == ("flag", BEN, 2, 2)
        assert (str(accepts.description), accepts.reviewer) == ("accepted 5 faces", ANN)
        assert (accepts.faces, accepts.left) == (5, 2)
        assert store.queue.ids(Filter(batch=accepts.id)) == [1, 2, 3, 4, 5]
        assert store.queue.ids(Filter("excluded", batch=accepts.id)) == [5]

    def test_another_reviewer_can_revert_a_batch_weeks_later_and_other_work_stays(
        self, project, again
    ):
        store = project(8)
        store.decisions.decide(ANN, [7], REJECTED)
        store.decisions.decide(ANN, range(1, 7), ACCEPTED)
        (batch,) = store.history.batches()
        change(store, "UPDATE operation SET time = '2026-01-01T10:00:00.000+00:00'")
        store.decisions.decide(ANN, [5], CORRECTED, points=triangle(0.5))
        store.decisions.decide(ANN, [8], EXCLUDED)
        store.decisions.flag(ANN, [6], True)
        store = again(store)
        assert store.history.verdicts_after_revert(BEN, batch.id) == {UNREVIEWED: 4}
        result = store.history.revert_batch(BEN, batch.id)
        assert result.changes.faces == {1, 2, 3, 4}
        assert "Reverted: accepted 6 faces. 2 of 6 faces were changed since" in str(result.message)
        assert verdicts(store) == [
            *[UNREVIEWED] * 4, CORRECTED, ACCEPTED, REJECTED, EXCLUDED,
        ]  # fmt: skip
        assert store.history.of_face(1)[0].reviewer == BEN
        assert store.history.of_face(1)[1].undone
        assert [b.left for b in store.history.batches()] == [4, 0]

    def test_taking_back_is_one_step_of_undo_of_who_did_it(self, project, again):
        store = project(4)
        store.decisions.decide(ANN, [1, 2], EXCLUDED)
        store.decisions.decide(ANN, [1, 2, 3, 4], REJECTED)
        batch = store.history.batches()[0]
        assert store.history.verdicts_after_revert(BEN, batch.id) == {EXCLUDED: 2, UNREVIEWED: 2}
        store.history.revert_batch(BEN, batch.id)
        assert verdicts(store) == [EXCLUDED, EXCLUDED, UNREVIEWED, UNREVIEWED]
        store = again(store)
        assert not store.undo.undo(ANN).changes.any_face
        store.undo.undo(BEN)
        assert verdicts(store) == [REJECTED] * 4
        assert next(b for b in store.history.batches() if b.id == batch.id).left == 4
        store.undo.redo(BEN)
        assert verdicts(store) == [EXCLUDED, EXCLUDED, UNREVIEWED, UNREVIEWED]
        assert store.check() == []

    def test_where_nothing_is_left_it_says_so_and_logs_nothing(self, project):
        store = project(2)
        store.decisions.decide(ANN, [1, 2], EXCLUDED)
        (batch,) = store.history.batches()
        store.undo.undo(ANN)
        with pytest.raises(UserError, match="Nothing of this batch is left"):
            store.history.revert_batch(ANN, batch.id)
        assert sql(store, "SELECT count(*) FROM operation") == [(2,)]

    def test_the_desk_shows_a_batch_and_takes_it_back(self, project):
        store = project(5)
        store.decisions.decide(ANN, [2, 4], EXCLUDED)
        (batch,) = store.history.batches()
        desk = Desk(store, BEN)
        desk.queue.show_batch(batch.id)
        assert desk.queue.faces == [2, 4]
        desk.refresh(store.history.revert_batch(desk.reviewer, batch.id).changes)
        assert verdicts(store)[1] is UNREVIEWED
        assert str(desk.undo_stack.state.undo) == "reverting excluded 2 faces"
