"""The desk: the face on it, its unsaved moves, and steps that go back in the order they came."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from labeltool.domain import (
    ABSENT,
    OCCLUDED,
    VERDICTS,
    VISIBLE,
    Changes,
    Filter,
    StoreBusyError,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.review.desk import Desk
from labeltool.store import FILE, MAX_VIEWED_FACES, Store
from pipnet.data.scheme import Scheme
from tests.projects import add_faces, change, propose, triangle, verdicts

ANN = "ann"
U, A, C, R, X = VERDICTS  # in their order: unreviewed, accepted, corrected, rejected, excluded


def desk_of(store: Store) -> Desk:
    return Desk(store, ANN)


def test_a_user_without_a_name_can_review_too(project, monkeypatch):
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nameless)
    store = project(1)
    Desk(store).accept()
    assert store.faces.get(1).decision.reviewer == "unknown"


class TestQueue:
    def test_it_opens_at_the_first_face_with_something_to_decide(self, project):
        store = project(4)
        store.decisions.decide(ANN, [1, 2], A)
        assert desk_of(store).face.id == 3

    def test_next_and_previous_stop_at_the_ends(self, project):
        desk = desk_of(project(3))
        desk.queue.previous()
        assert desk.face.id == 1
        for expected in (2, 3, 3):
            desk.queue.next()
            assert desk.face.id == expected

    def test_the_next_unreviewed_face_wraps_around_and_skips_decided_ones(self, project):
        store = project(5)
        store.decisions.decide(ANN, [1, 4], X)
        store.decisions.decide(ANN, [5], R)
        desk = desk_of(store)
        visited = [desk.face.id]
        for _ in range(3):
            desk.queue.next_unreviewed()
            visited.append(desk.face.id)
        assert visited == [2, 3, 2, 3]

    def test_after_the_last_decision_nothing_waits(self, project):
        store = project(2)
        desk = desk_of(store)
        desk.accept()
        desk.accept()
        assert verdicts(store) == [A, A]
        assert not desk.queue.next_unreviewed()
        assert desk.face is not None

    def test_it_finds_the_one_waiting_face_among_many(self, project):
        store = project(1000)
        store.decisions.decide(ANN, range(1, 701), A)
        store.decisions.decide(ANN, range(702, 1001), A)
        desk = desk_of(store)
        desk.open(702)
        assert desk.queue.next_unreviewed()
        assert desk.face.id == 701

    def test_a_rejected_face_with_a_new_proposal_waits_too(self, project):
        store = project(2)
        store.decisions.decide(ANN, [1, 2], R)
        propose(store, [2], 0.9)
        assert desk_of(store).face.id == 2

    def test_a_filter_keeps_the_face_if_it_is_among_them(self, project):
        store = project(3)
        store.decisions.flag(ANN, [2, 3], True)
        desk = desk_of(store)
        desk.open(3)
        desk.queue.set_filter(Filter(flagged=True))
        assert (desk.queue.faces, desk.face.id, desk.queue.index) == ([2, 3], 3, 1)
        desk.queue.set_filter(Filter("excluded"))
        assert (desk.queue.faces, desk.face) == ([], None)
        with pytest.raises(UserError, match="No face is open"):
            desk.accept()

    def test_the_list_does_not_jump_while_single_faces_are_decided(self, project):
        store = project(3)
        desk = desk_of(store)
        desk.queue.set_filter(Filter("offered"))
        desk.refresh(desk.accept().changes)
        assert desk.queue.faces == [1, 2, 3]
        assert desk.face.id == 2

    def test_faces_that_are_found_meanwhile_join_the_queue(self, project):
        store = project(2)
        desk = desk_of(store)
        add_faces(store, 2)
        desk.refresh(Changes(faces=frozenset({3, 4}), photos=True))
        assert desk.queue.faces == [1, 2, 3, 4]
        assert desk.counts.faces == 4
        desk.open(4)
        assert desk.queue.index == 3

    def test_an_empty_project_has_an_empty_desk(self, project):
        desk = desk_of(project())
        assert desk.face is None
        desk.queue.next()
        desk.queue.previous()
        assert desk.undo_stack.undo() == WriteResult()


class TestMoves:
    def test_accepting_moved_points_is_a_correction(self, project):
        store = project(2)
        desk = desk_of(store)
        desk.edits.move(1, 40.5, 41.25)
        assert desk.edits.moved == {1}
        assert verdicts(store)[0] is U
        desk.accept()
        assert desk.face.id == 2
        face = store.faces.get(1)
        assert (face.verdict, face.draft) == (C, None)
        expected = face.prediction.points.copy()
        expected[1] = (40.5, 41.25)
        np.testing.assert_array_equal(face.points, expected)

    def test_moving_an_accepted_face_makes_it_corrected(self, project):
        store = project(1)
        desk = desk_of(store)
        desk.accept()
        desk.edits.move(0, 1, 1)
        desk.accept()
        assert verdicts(store) == [C]
        desk.undo_stack.undo()
        assert verdicts(store) == [A]

    def test_undo_takes_moves_back_one_by_one_before_decisions(self, project):
        store = project(2)
        desk = desk_of(store)
        desk.refresh(desk.accept().changes)
        before = desk.face.points
        for number in range(3):
            desk.edits.move(number, number, number)
        for left in ({0, 1}, {0}, set()):
            desk.refresh(desk.undo_stack.undo().changes)
            assert desk.edits.moved == left
        np.testing.assert_array_equal(desk.face.points, before)
        texts = str(desk.undo_stack.undo_text), str(desk.undo_stack.redo_text)
        assert texts == ("accepted", "move")
        for left in ({0}, {0, 1}, {0, 1, 2}):
            desk.undo_stack.redo()
            assert desk.edits.moved == left
        desk.accept()
        assert verdicts(store) == [A, C]

    def test_a_new_move_ends_the_redo_of_moves(self, project):
        desk = desk_of(project(1))
        desk.edits.move(0, 1, 1)
        desk.undo_stack.undo()
        desk.edits.move(1, 2, 2)
        assert desk.undo_stack.redo_text is None
        assert desk.edits.moved == {1}

    def test_moves_stay_with_their_face_when_another_is_opened(self, project):
        store = project(2)
        desk = desk_of(store)
        desk.edits.move(0, 1, 1)
        desk.queue.next()
        assert desk.edits.moved == set()
        desk.queue.previous()
        assert desk.edits.moved == {0}
        assert verdicts(store) == [U, U]

    def test_moves_are_undone_in_their_order_whatever_face_is_shown(self, project, again):
        store = project(3)
        desk = desk_of(store)
        desk.accept()
        desk.edits.move(0, 1, 1)
        desk.queue.next()
        desk.edits.move(1, 2, 2)
        desk = desk_of(again(store))
        desk.open(1)
        for face, moves in ((3, 1), (2, 0)):
            assert str(desk.undo_stack.undo_text) == "move"
            desk.refresh(desk.undo_stack.undo().changes)
            assert (desk.face.id, desk.edits.moved) == (face, set())
            drafts = [store.faces.get(number).draft is not None for number in (2, 3)]
            assert sum(drafts) == moves
        assert str(desk.undo_stack.undo_text) == "accepted"
        desk.refresh(desk.undo_stack.undo().changes)
        assert (desk.face.id, verdicts(store)) == (1, [U, U, U])
        for face, moved in ((1, set()), (2, {0}), (3, {1})):
            desk.refresh(desk.undo_stack.redo().changes)
            assert (desk.face.id, desk.edits.moved) == (face, moved)
        assert verdicts(store) == [A, U, U]
        assert desk.undo_stack.redo_text is None

    def test_after_the_verdict_the_moves_that_led_to_it_are_undone(self, project, again):
        store = project(2)
        desk = desk_of(store)
        desk.edits.move(0, 1, 1)
        desk.edits.move(1, 2, 2)
        desk.refresh(desk.accept().changes)
        desk = desk_of(again(store))
        steps = [("corrected", {0, 1}), ("move", {0}), ("move", set())]
        for what, left in steps:
            assert str(desk.undo_stack.undo_text) == what
            desk.refresh(desk.undo_stack.undo().changes)
            assert (desk.face.id, desk.edits.moved) == (1, left)
        assert desk.undo_stack.undo_text is None
        for what, there in (("move", {0}), ("move", {0, 1}), ("corrected", {0, 1})):
            assert str(desk.undo_stack.redo_text) == what
            desk.refresh(desk.undo_stack.redo().changes)
            assert (desk.face.id, desk.edits.moved) == (1, there)
        assert verdicts(store) == [C, U]
        assert store.faces.get(1).draft is None

    def test_moves_that_ended_at_the_proposal_can_be_undone_after_accepting_it(self, project):
        store = project(2)
        desk = desk_of(store)
        x, y = desk.face.points[0]
        desk.edits.move(0, 1, 1)
        desk.edits.move(0, x, y)
        desk.refresh(desk.accept().changes)
        assert verdicts(store) == [A, U]
        for left in (set(), {0}, set()):
            desk.refresh(desk.undo_stack.undo().changes)
            assert (desk.face.id, desk.edits.moved) == (1, left)
        assert desk.undo_stack.undo_text is None

    def test_what_another_reviewer_moved_is_never_taken_back(self, project, again):
        store = project(2)
        ann, ben = desk_of(store), Desk(again(store), "ben")
        ann.edits.move(0, 1, 1)
        ben.open(1)
        ben.edits.move(1, 2, 2)
        ann.refresh(ann.undo_stack.undo().changes)
        assert ann.undo_stack.undo_text is None
        assert store.faces.get(1).draft[1].tolist() == [2, 2]
        ben.refresh(ben.undo_stack.undo().changes)
        assert store.faces.get(1).draft[0].tolist() == [1, 1]
        ben.refresh(ben.undo_stack.undo().changes)
        assert store.faces.get(1).draft is not None
        ann.refresh(ann.undo_stack.undo().changes)
        assert store.faces.get(1).draft is None

    def test_two_windows_of_a_reviewer_have_one_order(self, project, again):
        store = project(2)
        one, two = desk_of(store), desk_of(again(store))
        one.edits.move(0, 1, 1)
        two.open(1)
        two.edits.move(1, 2, 2)
        one.refresh(one.undo_stack.undo().changes)
        assert one.edits.moved == {0}
        two.refresh(two.undo_stack.redo().changes)
        assert two.edits.moved == {0, 1}

    def test_a_move_empties_what_could_be_done_again(self, project):
        desk = desk_of(project(2))
        desk.refresh(desk.accept().changes)
        desk.refresh(desk.undo_stack.undo().changes)
        assert str(desk.undo_stack.redo_text) == "accepted"
        desk.refresh(desk.edits.move(0, 1, 1))
        assert desk.undo_stack.redo_text is None
        desk.refresh(desk.undo_stack.undo().changes)
        assert str(desk.undo_stack.redo_text) == "move"
        desk.refresh(desk.undo_stack.redo().changes)
        assert (desk.edits.moved, desk.undo_stack.redo_text) == ({0}, None)
        desk.refresh(desk.undo_stack.undo().changes)
        desk.refresh(desk.flag().changes)
        assert desk.undo_stack.redo_text is None

    def test_moves_and_undo_of_decisions_survive_a_restart(self, project, again):
        store = project(3)
        desk = desk_of(store)
        desk.accept()
        desk.edits.move(2, 5, 6)
        store.close()
        store = again(store)
        desk = desk_of(store)
        desk.open(2)
        assert desk.edits.moved == {2}
        assert str(desk.undo_stack.undo_text) == "move"  # the last thing that was done
        desk.undo_stack.undo()
        assert desk.edits.moved == set()
        desk.undo_stack.undo()
        assert verdicts(store)[0] is U
        desk.undo_stack.redo()
        assert verdicts(store)[0] is A
        desk.open(2)
        desk.undo_stack.redo()
        assert desk.edits.moved == {2}

    @pytest.mark.parametrize("decide", ["accept", "reject", "exclude", "unreview"])
    def test_undo_of_a_verdict_restores_the_draft_before_it(self, project, again, decide):
        store = project(2)
        desk = desk_of(store)
        if decide == "unreview":
            desk.accept()
            desk.open(1)
        desk.edits.move(1, 5.5, 6.5)
        desk.edits.set_visibility([0], OCCLUDED)
        shown = desk.face
        getattr(desk, decide)()
        store = again(store)
        desk = desk_of(store)
        desk.refresh(desk.undo_stack.undo().changes)
        assert desk.face.id == 1
        np.testing.assert_array_equal(desk.face.draft, shown.draft)
        np.testing.assert_array_equal(desk.face.visibility, shown.visibility)
        assert desk.face.verdict is shown.verdict
        assert desk.edits.moved == {1}
        done = desk.undo_stack.redo()
        desk.refresh(done.changes)
        desk.open(1)
        assert desk.face.draft is None
        assert (desk.edits.moved == {1}) is (decide == "accept")
        assert store.check() == []

    def test_redo_leaves_what_was_moved_since(self, project):
        desk = desk_of(project(2))
        desk.edits.move(1, 5, 6)
        desk.accept()
        desk.refresh(desk.undo_stack.undo().changes)
        desk.edits.move(1, 7, 8)
        desk.refresh(desk.undo_stack.redo().changes)
        assert desk.face.verdict is Verdict.UNREVIEWED
        assert desk.face.draft[1].tolist() == [7, 8]

    def test_moved_there_and_back_is_not_a_correction(self, project):
        store = project(2)
        desk = desk_of(store)
        x, y = desk.face.points[1]
        desk.edits.move(1, x + 1, y)
        desk.edits.move(1, x, y)
        desk.accept()
        assert verdicts(store)[0] is A
        desk.refresh(desk.undo_stack.undo().changes)
        assert desk.edits.moved == set()

    def test_an_absent_point_comes_back_where_a_person_had_put_it(self, project):
        desk = desk_of(project(1))
        desk.edits.move(1, 5, 6)
        desk.edits.set_visibility([1], ABSENT)
        desk.edits.set_visibility([1], VISIBLE)
        assert desk.face.points[1].tolist() == [5, 6]

    def test_discarding_puts_the_proposal_back_and_can_be_undone(self, project):
        desk = desk_of(project(1))
        desk.edits.move(0, 1, 1)
        desk.edits.discard()
        assert desk.edits.moved == set()
        desk.undo_stack.undo()
        assert desk.edits.moved == {0}

    def test_landmarks_can_be_placed_without_any_proposal(self, project):
        store = project(1, proposed=False)
        desk = desk_of(store)
        with pytest.raises(UserError, match="Nothing was accepted"):
            desk.accept()
        desk.edits.move(1, 7, 8)
        np.testing.assert_array_equal(desk.face.points[1], [7, 8])
        assert np.isnan(desk.face.points[[0, 2]]).all()
        desk.accept()
        assert verdicts(store) == [C]

    def test_a_landmark_that_is_absent_can_be_added_later(self, project):
        store = project(1)
        points = triangle()
        points[2] = np.nan
        store.decisions.decide(ANN, [1], C, points=points)
        desk = desk_of(store)
        desk.edits.move(2, 30, 30)
        desk.accept()
        assert np.isfinite(store.faces.get(1).points).all()


class TestVisibility:
    def test_visibility_is_kept_in_drafts_undo_steps_and_the_label(self, project, again):
        store = project(2)
        desk = desk_of(store)
        desk.edits.set_visibility([0, 2], OCCLUDED)
        desk.edits.set_visibility([1], ABSENT)
        assert desk.face.visibility.tolist() == [1, 0, 1]
        assert desk.edits.moved == {1}
        assert np.isnan(desk.face.points[1]).all()
        desk.undo_stack.undo()
        assert desk.face.visibility.tolist() == [1, 2, 1]
        desk.undo_stack.redo()
        desk.queue.next()
        desk.queue.previous()
        store.close()
        store = again(store)
        desk = desk_of(store)
        assert desk.face.visibility.tolist() == [1, 0, 1]
        desk.accept()
        face = store.faces.get(1)
        assert (face.verdict, face.decision.visibility.tolist()) == (C, [1, 0, 1])
        ((_face, _verdict, points, seen, *_),) = store.labels.all()
        assert seen.tolist() == [1, 0, 1]
        assert np.isnan(points[1]).all()

    def test_an_absent_landmark_returns_to_its_proposed_or_clicked_position(self, project):
        desk = desk_of(project(1))
        proposed = desk.face.points[1]
        desk.edits.set_visibility([1], ABSENT)
        desk.edits.set_visibility([1], OCCLUDED)
        np.testing.assert_array_equal(desk.face.points[1], proposed)
        desk.edits.set_visibility([1], ABSENT)
        desk.edits.move(1, 7, 7)
        assert desk.face.visibility.tolist() == [2, 2, 2]

    def test_a_landmark_that_nobody_placed_cannot_be_seen(self, project):
        desk = desk_of(project(1, proposed=False))
        with pytest.raises(UserError, match="no place"):
            desk.edits.set_visibility([0], VISIBLE)
        assert desk.face.draft is None

    def test_moving_a_point_of_a_label_keeps_the_visibility_of_the_others(self, project):
        store = project(1)
        seen = np.array([1, 2, 2], np.int8)
        store.decisions.decide(ANN, [1], C, points=triangle(), visibility=seen)
        desk = desk_of(store)
        desk.edits.move(2, 5, 5)
        desk.accept()
        assert store.faces.get(1).decision.visibility.tolist() == [1, 2, 2]


class TestSides:
    def test_swapping_exchanges_names_not_places(self, project):
        desk = desk_of(project(1))
        left, right, nose = desk.face.points
        desk.edits.set_visibility([0], OCCLUDED)
        desk.edits.swap_sides()
        np.testing.assert_array_equal(desk.face.points, [right, left, nose])
        assert desk.face.visibility.tolist() == [2, 1, 2]
        desk.undo_stack.undo()
        np.testing.assert_array_equal(desk.face.points, [left, right, nose])

    def test_mirroring_turns_the_shape_over_and_keeps_the_names(self, project):
        desk = desk_of(project(1))
        before = desk.face.points
        desk.edits.mirror()
        after = desk.face.points
        assert after[0, 0] < after[1, 0]
        assert after[0, 1] == before[1, 1]
        desk.edits.mirror()
        np.testing.assert_allclose(desk.face.points, before)

    def test_a_scheme_without_pairs_says_so(self, project):
        desk = desk_of(project(1, scheme=Scheme.numbered("cats", 3)))
        for turn in (desk.edits.swap_sides, desk.edits.mirror):
            with pytest.raises(UserError, match="pairs"):
                turn()


class TestEarlier:
    def test_the_proposal_before_the_one_shown(self, project):
        store = project(1)
        desk = desk_of(store)
        assert desk.edits.earlier_proposal() is None
        first = desk.face.points
        rounds = propose(store, [1], 0.9)
        change(store, f"UPDATE prediction SET points = zeroblob(48) WHERE round_id = {rounds}")
        desk.open(1)
        assert not desk.face.points.any()
        np.testing.assert_array_equal(desk.edits.earlier_proposal(), first)

    def test_the_mean_shape_of_proposals(self, project):
        assert desk_of(project(2)).edits.mean_shape().shape == (3, 2)

    def test_undo_steps_of_a_face_survive_opening_other_faces(self, project):
        desk = desk_of(project(2))
        desk.edits.move(0, 1, 1)
        desk.edits.move(1, 2, 2)
        desk.queue.next()
        desk.queue.previous()
        desk.undo_stack.undo()
        assert desk.edits.moved == {0}


class TestArrivals:
    def test_new_proposals_do_not_move_what_is_on_the_screen(self, project):
        store = project(2)
        desk = desk_of(store)
        on_screen = desk.face.prediction.id
        propose(store, [1, 2], 0.9)
        desk.refresh(Changes(all=True, rounds=True))
        assert (desk.face.prediction.id, desk.has_newer_proposal) == (on_screen, True)
        desk.accept()
        assert store.faces.get(1).decision.prediction_id == on_screen
        assert desk.face.prediction.score == 0.9
        assert not desk.has_newer_proposal

    def test_opening_the_face_again_shows_the_new_proposal(self, project):
        store = project(1)
        desk = desk_of(store)
        propose(store, [1], 0.9)
        desk.refresh(Changes(all=True))
        desk.open(1)
        assert desk.face.prediction.score == 0.9

    def test_a_drag_goes_on_over_the_proposal_it_began_on(self, project):
        store = project(1)
        desk = desk_of(store)
        desk.edits.move(0, 1, 1)
        before = desk.face
        propose(store, [1], 0.9)
        desk.refresh(Changes(all=True))
        desk.edits.move(1, 2, 2)
        assert desk.face.prediction.id == before.prediction.id
        assert desk.edits.moved == {0, 1}
        desk.accept()
        face = store.faces.get(1)
        assert (face.verdict, face.prediction.id) == (C, before.prediction.id)
        assert len(store.rounds.all()) == 2

    def test_rejecting_a_label_does_not_show_an_older_prediction(self, project):
        store = project(1)
        desk = desk_of(store)
        desk.edits.move(0, 1, 1)
        desk.accept()
        desk.reject()
        face = store.faces.get(1)
        assert (face.verdict, face.offered) == (R, False)
        assert store.queue.counts().proposed == 0
        assert store.labels.all() == []

    def test_the_decision_of_another_reviewer_shows_at_once(self, project, again):
        store = project(1)
        desk = desk_of(store)
        changes = again(store).decisions.decide("ben", [1], X).changes
        desk.refresh(changes)
        assert desk.face.verdict is X
        assert desk.counts.excluded == 1
        desk.undo_stack.undo()
        assert verdicts(store) == [X]


class TestBatches:
    def test_a_batch_is_one_step_of_undo(self, project):
        store = project(4)
        desk = desk_of(store)
        desk.batches.decide(R, desk.batches.plan([1, 3], R).waiting, lambda _done, _total: None)
        assert verdicts(store) == [R, U, R, U]
        desk.undo_stack.undo()
        assert verdicts(store) == [U] * 4

    def test_a_batch_counts_for_the_throughput_only_as_fast_as_a_person_can_look(
        self, project, monkeypatch
    ):
        clock = iter(range(0, 1000, 60))
        monkeypatch.setattr("labeltool.review.throughput.time.time", lambda: float(next(clock)))
        store = project(MAX_VIEWED_FACES + 41)
        desk = desk_of(store)
        start = 1
        for size in (20, 20, MAX_VIEWED_FACES + 1):
            faces = range(start, start + size)
            desk.batches.decide(A, desk.batches.plan(faces, A).waiting, lambda _done, _total: None)
            start += size
        assert desk.throughput.per_minute == pytest.approx(20)

    def test_faces_within_a_threshold_match_the_count_least_certain_first(self, project):
        store = project(5, proposed=False)
        propose(store, range(1, 6), [0.1, 0.3, 0.9, 0.7, 0.5])
        desk = desk_of(store)
        name, within = desk.batches.threshold(0.5)
        assert name == "model 1"
        assert desk.batches.count_within(within) == 3
        assert desk.batches.faces_within(within) == [5, 4, 3]
        desk.open(4)
        desk.accept()
        assert (desk.batches.count_within(within), desk.batches.faces_within(within)) == (2, [5, 3])

    def test_without_proposals_there_is_no_threshold(self, project):
        assert desk_of(project(2, proposed=False)).batches.threshold(0.5) is None


class TestBusy:
    """Another program holds the file for a moment: the same call is made again."""

    def test_a_failed_undo_is_one_step_when_it_is_retried(self, project):
        store = project(1)
        store.set_write_timeout()
        desk = desk_of(store)
        for index in range(3):
            desk.edits.move(index, index, index)
        for act, left in ((desk.undo_stack.undo, {0, 1}), (desk.undo_stack.redo, {0, 1, 2})):
            with closing(sqlite3.connect(store.folder / FILE)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(StoreBusyError):
                    act()
            act()
            assert desk.edits.moved == left
