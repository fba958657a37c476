"""Boxes in the log: drawn, moved, undone, and what happens to decisions and proposals."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import VERDICTS, Changes, Filter, RoundKind, UserError, Verdict, WriteResult
from labeltool.review.desk import Desk
from labeltool.rounds.controller import Rounds
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.rounds.proposals.instant_prediction import Instant
from labeltool.store import MAX_INSTANT_FACES
from tests.projects import change, proposals, propose, shown, sql, triangle, verdicts

ANN, BEN = "ann", "ben"
U, A, C, R, X = VERDICTS
FIRST = (5.0, 5.0, 60.0, 60.0)
OTHER = (8.0, 9.5, 50.25, 40.0)


def box(store, face: int = 1) -> tuple:
    found = store.faces.get(face)
    return (*found.box, found.box_kind)


class TestChange:
    def test_a_moved_box_can_be_undone_and_redone(self, project):
        store = project(2)
        changes = store.boxes.change(ANN, 1, OTHER).changes
        assert changes.boxes == changes.faces == {1}
        assert box(store) == (*OTHER, "hand")
        assert store.undo.undo(ANN).changes.boxes == {1}
        assert box(store) == (*FIRST, "detected")
        assert store.undo.redo(ANN).changes.boxes == {1}
        assert box(store) == (*OTHER, "hand")
        assert box(store, 2) == (*FIRST, "detected")
        assert store.check() == []

    def test_moves_are_undone_one_by_one(self, project):
        store = project(1)
        places = [FIRST, OTHER, (1.0, 2.0, 30.0, 30.0), (0.0, 0.0, 9.0, 9.0)]
        for place in places[1:]:
            store.boxes.change(ANN, 1, place)
        for place in reversed(places[:-1]):
            store.undo.undo(ANN)
            assert box(store)[:4] == place

    def test_an_unchanged_box_logs_no_operation(self, project):
        store = project(1)
        assert store.boxes.change(ANN, 1, FIRST) == WriteResult()
        assert store.undo.state(ANN).undo is None

    @pytest.mark.parametrize("verdict", [A, C, R, X])
    def test_moving_a_box_keeps_the_decision_and_its_landmarks(self, project, verdict):
        store = project(1)
        points = triangle(3) if verdict is C else None
        seen = np.array([2, 1, 2], np.int8) if verdict is C else None
        store.decisions.decide(ANN, [1], verdict, points=points, visibility=seen)
        before = store.faces.get(1)
        store.boxes.change(BEN, 1, OTHER)
        after = store.faces.get(1)
        assert after.verdict is verdict
        np.testing.assert_array_equal(after.points, before.points)
        np.testing.assert_array_equal(after.visibility, before.visibility)
        assert after.box == OTHER

    def test_proposing_again_drops_the_decision_and_undo_restores_it(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], C, points=triangle(3))
        store.boxes.change(ANN, 1, OTHER, repropose=True)
        assert verdicts(store) == [U]
        store.undo.undo(ANN)
        face = store.faces.get(1)
        assert (face.verdict, face.box) == (C, FIRST)
        np.testing.assert_array_equal(face.points, triangle(3))

    def test_later_decisions_flags_and_labels_keep_the_box(self, project):
        store = project(3)
        for face in (1, 2, 3):
            store.boxes.change(ANN, face, OTHER)
        store.decisions.decide(ANN, [1, 2, 3], A)
        store.decisions.flag(BEN, [1], True)
        store.undo.undo(ANN)
        store.undo.redo(ANN)
        assert [box(store, k)[:4] for k in (1, 2, 3)] == [OTHER] * 3
        assert store.check() == []

    def test_a_box_changed_since_by_somebody_else_is_not_undone(self, project):
        store = project(1)
        store.boxes.change(ANN, 1, OTHER)
        store.boxes.change(BEN, 1, (1.0, 1.0, 20.0, 20.0))
        store.undo.undo(ANN)
        assert box(store)[:4] == (1.0, 1.0, 20.0, 20.0)

    def test_check_finds_and_repairs_a_box_that_differs_from_the_log(self, project):
        store = project(2)
        store.boxes.change(ANN, 1, OTHER)
        change(store, "UPDATE face SET x = 99 WHERE id = 1")
        assert "1 face differs" in store.check()[0]
        store.check(repair=True)
        assert box(store)[:4] == OTHER
        assert store.check() == []

    def test_moving_the_box_of_a_removed_face_raises(self, project):
        with pytest.raises(UserError, match="not in the project"):
            project(1).boxes.change(ANN, 7, OTHER)


class TestDraw:
    def test_undo_removes_a_drawn_face(self, project):
        store = project(1)
        face, result = store.boxes.draw(ANN, 1, OTHER)
        assert (result.changes.boxes, box(store, face)) == ({face}, (*OTHER, "hand"))
        store.undo.undo(ANN)
        assert verdicts(store) == [U]
        counts = store.queue.counts()
        assert (store.queue.ids(Filter()), counts.faces, counts.excluded) == ([1], 1, 0)
        assert store.queue.ids(Filter("excluded")) == []
        assert store.queue.facets(Filter()).verdicts[None] == 1
        assert [row[0] for row in store.boxes.of_photo(1)] == [1]
        assert store.undo.redo(ANN).changes.boxes == {face}
        assert store.queue.ids(Filter()) == [1, face]
        assert verdicts(store) == [U, U]
        assert [row[::2] for row in store.boxes.of_photo(1)] == [(1, U), (face, U)]
        assert store.check() == []


class TestWhole:
    def test_whole_photos_are_one_operation_with_undo_and_redo(self, project):
        store = project(3)
        changes = store.boxes.take_whole(ANN, [1, 3]).changes
        assert changes.boxes == changes.faces == {4, 5}
        assert box(store, 5) == (-0.5, -0.5, 100.0, 100.0, "whole")
        assert str(store.undo.state(ANN).undo) == "take 2 photos whole"
        store.undo.undo(ANN)
        assert verdicts(store) == [U, U, U]
        store.undo.redo(ANN)
        assert verdicts(store) == [U] * 5
        assert store.check() == []

    def test_taking_it_back_later_keeps_decided_faces(self, project):
        store = project(2)
        store.boxes.take_whole(ANN, [1, 2])
        (batch,) = store.history.batches()
        store.decisions.decide(BEN, [3], R)
        assert store.history.verdicts_after_revert(BEN, batch.id) == {Verdict.REMOVED: 1}
        store.history.revert_batch(BEN, batch.id)
        assert verdicts(store) == [U, U, R]

    def test_changes_of_many_faces_name_none(self, project):
        store = project(MAX_INSTANT_FACES + 1)
        changes = store.boxes.take_whole(ANN, range(1, MAX_INSTANT_FACES + 2)).changes
        assert (changes.all, changes.faces, changes.boxes) == (True, frozenset(), frozenset())
        assert store.queue.counts().faces == 2 * (MAX_INSTANT_FACES + 1)

    def test_a_photo_is_without_face_only_after_undo(self, project):
        store = project(1, proposed=False)
        store.decisions.decide(ANN, [1], X)
        assert store.photos.without_face() == []
        for table in ("state", "entry", "face"):
            change(store, f"DELETE FROM {table}")
        store.boxes.take_whole(ANN, [1])
        assert store.photos.without_face() == []
        store.undo.undo(ANN)
        assert [photo for photo, _ in store.photos.without_face()] == [1]


class TestDesk:
    def test_undo_restores_the_box_before_an_earlier_decision(self, project):
        store = project(2)
        desk = Desk(store, ANN)
        desk.accept()
        desk.change_box(OTHER)
        desk.undo_stack.undo()
        assert (box(store, 2)[:4], verdicts(store)) == (FIRST, [A, U])

    def test_moving_a_box_keeps_the_draft_and_proposing_again_drops_it_until_undo(self, project):
        store = project(1)
        desk = Desk(store, ANN)
        desk.edits.move(0, 1, 1)
        desk.change_box(OTHER)
        assert desk.edits.moved == {0}
        desk.change_box(FIRST, repropose=True)
        assert store.faces.get(1).draft is None
        desk.undo_stack.undo()
        assert desk.edits.moved == {0}

    def test_undo_follows_the_order_of_moves_and_boxes(self, project):
        store = project(2)
        desk = Desk(store, ANN)
        desk.accept()
        desk.edits.move(0, 1, 1)
        desk.change_box(OTHER)
        desk.refresh(desk.undo_stack.undo().changes)
        assert (box(store, 2)[:4], desk.edits.moved) == (FIRST, {0})
        desk.undo_stack.undo()
        assert (desk.face.id, desk.edits.moved) == (2, set())
        desk.undo_stack.undo()
        assert verdicts(store) == [U, U]

    def test_restored_moves_belong_to_the_proposal_they_started_from(self, project):
        store = project(1)
        desk = Desk(store, ANN)
        began = desk.face.prediction.id
        desk.edits.move(0, 1, 1)
        desk.change_box(OTHER, repropose=True)
        propose(store, [1], 0.9)
        desk.refresh(Changes(faces=frozenset({1})))
        assert desk.face.prediction.id != began
        desk.undo_stack.undo()
        assert (desk.face.prediction.id, desk.edits.moved) == (began, {0})

    def test_a_proposal_for_a_moved_box_is_shown_at_once(self, project):
        store = project(1)
        desk = Desk(store, ANN)
        desk.change_box(OTHER)
        propose(store, [1], 0.9)
        desk.refresh(Changes(faces=frozenset({1})))
        assert (desk.has_newer_proposal, desk.face.prediction.score) == (False, 0.9)


class TestProposals:
    def test_each_moved_box_gets_a_proposal_and_old_rounds_stay(self, project):
        store = project(2, proposed=False)
        rounds = Rounds(store)
        rounds.launcher.propose_mean_face()
        first = store.faces.get(1).points
        for number, place in enumerate((OTHER, (30.0, 30.0, 10.0, 10.0)), 1):
            store.boxes.change(ANN, 1, place)
            Instant(store).propose(1)
            now = store.faces.get(1)
            assert now.prediction.model == MEAN_FACE
            assert not np.array_equal(now.points, first)
            low, high = now.points.min(0), now.points.max(0)
            assert (low >= np.array(place[:2])).all()
            assert (high <= np.array(place[:2]) + place[2:]).all()
            assert len(sql(store, "SELECT id FROM prediction WHERE face_id = 1")) == number + 1
        store.boxes.change(ANN, 2, OTHER)
        Instant(store).propose(2)
        assert len(store.rounds.all()) == 3  # the last two faces share a round
        assert not rounds.follower.is_running

    def test_a_round_that_started_before_the_move_proposes_nothing(self, project):
        store = project(3)
        running = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
        store.rounds.set_model(running, "round 1", "other")
        store.boxes.change(ANN, 1, OTHER)
        store.boxes.change(ANN, 2, OTHER)
        store.undo.undo(ANN)
        before = shown(store, 1)
        store.rounds.add_predictions(running, proposals([1, 2, 3], 0.9))
        store.rounds.finish(running, {})
        assert shown(store, 1) == before
        assert [store.faces.get(k).prediction.score for k in (1, 3)] == [0.5, 0.9]

    def test_only_the_proposal_for_the_moved_box_is_shown_at_once(self, project):
        store = project(1)
        desk = Desk(store, ANN)
        desk.change_box(OTHER)
        for score, newer in ((0.8, False), (0.9, True)):
            propose(store, [1], score)
            desk.refresh(Changes(faces=frozenset({1})))
            assert desk.has_newer_proposal is newer
        assert desk.face.prediction.score == 0.8

    @pytest.mark.parametrize("verdict", [A, C, X])
    def test_a_decided_face_gets_no_proposal(self, project, verdict):
        store = project(1, proposed=False)
        rounds = Rounds(store)
        rounds.launcher.propose_mean_face()
        store.decisions.decide(ANN, [1], verdict, points=triangle() if verdict is C else None)
        store.boxes.change(ANN, 1, OTHER)
        assert Instant(store).propose(1) == Changes()
        assert len(sql(store, "SELECT id FROM prediction")) == 1
