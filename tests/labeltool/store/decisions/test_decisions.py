"""Decisions, undo and redo, drafts and labels from files, one rule a test."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import (
    FINAL,
    VERDICTS,
    Changes,
    Filter,
    Message,
    UndoState,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.store import Store, Threshold
from labeltool.store.log.operation_log import MANY
from pipnet.data.labelled_faces import LabelledFace
from tests.projects import (
    add_faces,
    change,
    proposals,
    propose,
    shown,
    sql,
    triangle,
    verdicts,
)

ANN, BEN = "ann", "ben"
ACCEPTED, CORRECTED, REJECTED = Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED
EXCLUDED, UNREVIEWED = Verdict.EXCLUDED, Verdict.UNREVIEWED


def face(store: Store, face_id: int = 1):
    found = store.faces.get(face_id)
    assert found is not None
    return found


def lengths(store: Store) -> tuple[int, int]:
    return sql(store, "SELECT (SELECT count(*) FROM operation), (SELECT count(*) FROM entry)")[0]


class TestDecide:
    def test_a_decision_says_who_when_and_on_which_prediction(self, project):
        store = project(2)
        result = store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=shown(store, 1))
        assert result.changes.faces == {1}
        decision = face(store).decision
        assert (decision.verdict, decision.reviewer) == (ACCEPTED, ANN)
        assert decision.prediction_id == shown(store, 1)
        assert decision.time.endswith("+00:00")
        assert face(store, 2).decision is None

    def test_a_decision_judges_what_was_on_the_screen_not_the_newest(self, project):
        store = project(1)
        on_screen = shown(store, 1)
        propose(store, [1], 0.9)
        assert shown(store, 1) != on_screen
        store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=on_screen)
        assert face(store).decision.prediction_id == on_screen
        assert face(store).prediction.id == on_screen

    def test_a_vanished_prediction_cannot_be_judged(self, project):
        store = project(1)
        with pytest.raises(UserError, match="replaced by newer rounds"):
            store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=999)
        assert lengths(store) == (0, 0)

    def test_a_prediction_of_another_face_cannot_be_judged(self, project):
        store = project(2)
        with pytest.raises(UserError):
            store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=shown(store, 2))

    def test_a_correction_keeps_the_moved_points_and_the_prediction(self, project):
        store = project(1)
        moved = triangle(7)
        store.decisions.decide(ANN, [1], CORRECTED, prediction_id=shown(store, 1), points=moved)
        assert face(store).verdict is CORRECTED
        np.testing.assert_array_equal(face(store).points, moved)
        np.testing.assert_array_equal(face(store).prediction.points, triangle(1))
        ((_, verdict, points, visibility, *_),) = store.labels.all()
        assert (verdict, visibility) == ("corrected", None)
        np.testing.assert_array_equal(points, moved)

    def test_a_face_without_a_prediction_can_be_corrected_with_an_absent_point(self, project):
        store = project(1, proposed=False)
        points = triangle()
        points[2] = np.nan
        store.decisions.decide(ANN, [1], CORRECTED, points=points)
        np.testing.assert_array_equal(face(store).points, points)

    def test_nothing_to_accept_is_reported_and_not_logged(self, project):
        store = project(1, proposed=False)
        with pytest.raises(UserError, match="Nothing was accepted"):
            store.decisions.decide(ANN, [1], ACCEPTED)
        assert lengths(store) == (0, 0)

    @pytest.mark.parametrize("verdict", [REJECTED, EXCLUDED, UNREVIEWED])
    def test_the_same_verdict_again_is_no_operation(self, project, verdict):
        store = project(1)
        if verdict is not UNREVIEWED:
            store.decisions.decide(ANN, [1], verdict)
        before = lengths(store)
        assert store.decisions.decide(ANN, [1], verdict) == WriteResult()
        assert lengths(store) == before

    def test_accepting_a_batch_leaves_corrections_alone(self, project):
        store = project(3)
        store.decisions.decide(ANN, [2], CORRECTED, points=triangle(9))
        store.decisions.decide(ANN, [1, 2, 3], ACCEPTED)
        assert verdicts(store) == [ACCEPTED, CORRECTED, ACCEPTED]

    def test_a_large_batch_says_all_instead_of_naming_every_face(self, project):
        store = project(MANY + 1)
        changes = store.decisions.decide(ANN, range(1, MANY + 2), REJECTED).changes
        assert changes.all
        assert not changes.faces
        assert not store.decisions.decide(ANN, range(1, MANY + 1), EXCLUDED).changes.all

    def test_a_batch_skips_what_somebody_began_to_move(self, project):
        store = project(3)
        store.drafts.save(BEN, 2, shown(store, 2), triangle(1.5))
        store.decisions.decide(ANN, [1, 2, 3], ACCEPTED)
        assert verdicts(store) == [ACCEPTED, UNREVIEWED, ACCEPTED]
        np.testing.assert_array_equal(face(store, 2).draft, triangle(1.5))


class TestUndo:
    def test_undo_and_redo_walk_through_single_decisions(self, project):
        store = project(3)
        for number, verdict in enumerate([ACCEPTED, REJECTED, EXCLUDED], 1):
            store.decisions.decide(ANN, [number], verdict)
        for expected in ([3], [2], [1]):
            assert sorted(store.undo.undo(ANN).changes.faces) == expected
        assert verdicts(store) == [UNREVIEWED] * 3
        assert store.undo.undo(ANN) == WriteResult()
        for _ in range(3):
            store.undo.redo(ANN)
        assert verdicts(store) == [ACCEPTED, REJECTED, EXCLUDED]
        assert store.undo.redo(ANN) == WriteResult()

    def test_undo_brings_back_the_earlier_correction_exactly(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], CORRECTED, points=triangle(3))
        store.decisions.decide(ANN, [1], REJECTED)
        store.undo.undo(ANN)
        assert face(store).verdict is CORRECTED
        np.testing.assert_array_equal(face(store).points, triangle(3))

    def test_undo_and_redo_survive_a_restart(self, project, again):
        store = project(2)
        store.decisions.decide(ANN, [1], ACCEPTED)
        store.decisions.decide(ANN, [2], REJECTED)
        store.close()
        store = again(store)
        assert store.undo.state(ANN) == UndoState(Message("rejected"), None)
        store.undo.undo(ANN)
        store.close()
        store = again(store)
        assert verdicts(store) == [ACCEPTED, UNREVIEWED]
        store.undo.redo(ANN)
        assert verdicts(store) == [ACCEPTED, REJECTED]

    def test_one_undo_takes_a_batch_back(self, project):
        store = project(5)
        store.decisions.decide(ANN, [2], REJECTED)
        store.decisions.decide(ANN, range(1, 6), EXCLUDED)
        store.undo.undo(ANN)
        assert verdicts(store) == [UNREVIEWED, REJECTED, UNREVIEWED, UNREVIEWED, UNREVIEWED]
        store.undo.redo(ANN)
        assert verdicts(store) == [EXCLUDED] * 5

    def test_undo_never_takes_back_what_another_reviewer_did(self, project):
        store = project(3)
        store.decisions.decide(ANN, [1, 2, 3], REJECTED)
        store.decisions.decide(BEN, [2], ACCEPTED)
        result = store.undo.undo(ANN)
        assert verdicts(store) == [UNREVIEWED, ACCEPTED, UNREVIEWED]
        assert "1 of 3 faces were changed since" in str(result.message)
        assert store.undo.undo(ANN) == WriteResult()
        assert face(store, 2).decision.reviewer == BEN

    def test_a_flag_of_another_reviewer_stops_an_undo_too(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], ACCEPTED)
        store.decisions.flag(BEN, [1], True)
        store.undo.undo(ANN)
        assert (face(store).verdict, face(store).flag) == (ACCEPTED, True)

    def test_work_can_be_undone_again_after_another_reviewer_undid_theirs(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], REJECTED)
        store.decisions.decide(BEN, [1], ACCEPTED)
        store.undo.undo(BEN)
        assert face(store).verdict is REJECTED
        store.undo.undo(ANN)
        assert face(store).verdict is UNREVIEWED

    def test_a_new_decision_ends_the_redo(self, project):
        store = project(2)
        store.decisions.decide(ANN, [1], ACCEPTED)
        store.undo.undo(ANN)
        assert store.undo.state(ANN) == UndoState(None, Message("accepted"))
        store.decisions.decide(ANN, [2], REJECTED)
        assert store.undo.state(ANN) == UndoState(Message("rejected"), None)
        assert store.undo.redo(ANN) == WriteResult()
        assert verdicts(store) == [UNREVIEWED, REJECTED]

    def test_redo_leaves_a_face_that_another_decided_meanwhile(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], ACCEPTED)
        store.undo.undo(ANN)
        store.decisions.decide(BEN, [1], EXCLUDED)
        store.undo.redo(ANN)
        assert face(store).verdict is EXCLUDED

    def test_the_log_only_grows(self, project):
        store = project(2)
        before = lengths(store)
        for act in (
            lambda: store.decisions.decide(ANN, [1, 2], ACCEPTED),
            lambda: store.undo.undo(ANN),
            lambda: store.undo.redo(ANN),
            lambda: store.decisions.flag(ANN, [1], True),
            lambda: store.undo.undo(ANN),
        ):
            old = sql(store, "SELECT id, operation_id, face_id, verdict, flag FROM entry")
            act()
            new = sql(store, "SELECT id, operation_id, face_id, verdict, flag FROM entry")
            assert new[: len(old)] == old
            assert lengths(store) > before
            before = lengths(store)

    def test_undoing_a_label_does_not_bring_an_older_prediction_back(self, project):
        store = project(1)
        first = shown(store, 1)
        propose(store, [1], 0.8)
        newest = shown(store, 1)
        store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=newest)
        store.undo.undo(ANN)
        assert shown(store, 1) == newest != first

    def test_labels_of_a_file_are_one_step_of_undo(self, project):
        store = project(3)
        labels = [(i, LabelledFace("", triangle(i + 0.5))) for i in (1, 2, 3)]
        store.decisions.take_labels(ANN, labels, "a.json")
        store.undo.undo(ANN)
        assert verdicts(store) == [UNREVIEWED] * 3
        store.undo.redo(ANN)
        np.testing.assert_array_equal(face(store, 2).points, triangle(2.5))


class TestFlag:
    def test_a_flag_keeps_the_verdict_and_the_points(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], CORRECTED, points=triangle(4))
        store.decisions.flag(ANN, [1], True)
        assert (face(store).flag, face(store).verdict) == (True, CORRECTED)
        np.testing.assert_array_equal(face(store).points, triangle(4))
        store.undo.undo(ANN)
        assert (face(store).flag, face(store).verdict) == (False, CORRECTED)

    def test_a_decision_keeps_the_flag(self, project):
        store = project(1)
        store.decisions.flag(ANN, [1], True)
        store.decisions.decide(ANN, [1], ACCEPTED)
        assert face(store).flag

    def test_flagging_a_rejected_face_does_not_offer_its_proposal_again(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], REJECTED)
        store.decisions.flag(BEN, [1], True)
        assert not face(store).offered

    def test_the_second_reviewer_learns_that_the_face_is_decided(self, project):
        store = project(1)
        store.decisions.decide(BEN, [1], Verdict.CORRECTED, points=triangle(9))
        with pytest.raises(UserError, match="This face is corrected already"):
            store.decisions.decide(ANN, [1], Verdict.ACCEPTED)

    def test_many_flags_say_how_many_were_new(self, project):
        store = project(3)
        assert str(store.decisions.flag(ANN, [1], True).message) == "Flagged."
        assert str(store.decisions.flag(ANN, [1, 2, 3], True).message) == "Flagged: 2 faces."
        assert str(store.decisions.flag(ANN, [1, 2], False).message) == "Flag removed: 2 faces."

    def test_the_same_flag_again_is_no_operation(self, project):
        store = project(1)
        assert store.decisions.flag(ANN, [1], False) == WriteResult()
        assert lengths(store) == (0, 0)


class TestThreshold:
    def model(self, store: Store, place: int = 0) -> int:
        return store.decisions.models_waiting()[place][0]

    def test_it_takes_the_faces_within_and_says_how_many(self, project):
        store = project(4, proposed=False)
        propose(store, [1, 2, 3, 4], [0.2, 0.5, 0.8, 1.0])
        within = Threshold(self.model(store), 0.5, 0.8)
        assert store.decisions.count_where(within) == 2
        count, result = store.decisions.decide_where(ANN, ACCEPTED, within)
        assert count == 2
        assert result.changes.all
        assert verdicts(store) == [UNREVIEWED, ACCEPTED, ACCEPTED, UNREVIEWED]
        assert face(store, 2).decision.prediction_id == shown(store, 2)
        store.undo.undo(ANN)
        assert verdicts(store) == [UNREVIEWED] * 4

    def test_it_never_mixes_the_scores_of_two_models(self, project):
        store = project(2)
        add_faces(store, 2)
        propose(store, [3, 4], 0.9, model="another")
        rows = store.decisions.models_waiting()
        assert [(name, count) for _, name, count in rows] == [("another", 2), ("starter", 2)]
        everything = Threshold(rows[0][0])
        assert store.decisions.count_where(everything) == 2
        store.decisions.decide_where(ANN, ACCEPTED, everything)
        assert verdicts(store) == [UNREVIEWED, UNREVIEWED, ACCEPTED, ACCEPTED]

    def test_it_leaves_decided_faces_and_drafts_alone(self, project):
        store = project(4)
        store.decisions.decide(BEN, [1], REJECTED)
        store.decisions.decide(BEN, [2], EXCLUDED)
        store.drafts.save(BEN, 3, shown(store, 3), triangle(1.5))
        count, _ = store.decisions.decide_where(ANN, ACCEPTED, Threshold(self.model(store)))
        assert count == 1
        assert verdicts(store) == [REJECTED, EXCLUDED, UNREVIEWED, ACCEPTED]

    def test_faces_to_measure_by_are_not_accepted_unseen(self, project):
        store = project(4)
        store.audit.add(ANN, [2, 3], "photo", 1, beside=store.audit.get())
        everything = Threshold(self.model(store))
        assert store.decisions.count_where(everything) == 2
        store.decisions.decide_where(ANN, ACCEPTED, everything)
        assert verdicts(store) == [ACCEPTED, UNREVIEWED, UNREVIEWED, ACCEPTED]

    def test_nothing_within_is_no_operation(self, project):
        store = project(1)
        within = Threshold(self.model(store), 0.9)
        assert store.decisions.decide_where(ANN, ACCEPTED, within) == (0, WriteResult())
        assert lengths(store) == (0, 0)
        store.decisions.flag(ANN, [1], True)
        assert face(store).flag


class TestPredictions:
    def test_a_new_round_is_offered_to_unreviewed_and_rejected_faces_only(self, project):
        store = project(5)
        for number, verdict in enumerate([ACCEPTED, CORRECTED, REJECTED, EXCLUDED], 1):
            points = triangle(9) if verdict is CORRECTED else None
            store.decisions.decide(ANN, [number], verdict, points=points)
        before = [face(store, i) for i in (1, 2, 4)]
        propose(store, range(1, 6), 0.9)
        assert verdicts(store) == [ACCEPTED, CORRECTED, REJECTED, EXCLUDED, UNREVIEWED]
        for old, new in zip(before, (face(store, i) for i in (1, 2, 4)), strict=True):
            np.testing.assert_array_equal(old.points, new.points)
            assert (old.prediction.id, new.offered) == (new.prediction.id, False)
        assert [face(store, i).offered for i in (3, 5)] == [True, True]
        assert face(store, 3).prediction.score == face(store, 5).prediction.score == 0.9
        assert store.queue.ids(Filter("rejected-new")) == [3]

    def test_a_round_is_not_seen_before_it_is_finished(self, project):
        store = project(2)
        old = shown(store, 1)
        round_id = store.rounds.add(*_training())
        store.rounds.add_predictions(round_id, proposals([1, 2], 0.9))
        store.decisions.decide(ANN, [2], REJECTED)
        assert shown(store, 1) == old
        assert not face(store, 2).offered
        store.rounds.finish(round_id, {})
        assert shown(store, 1) != old
        assert face(store, 2).offered

    def test_a_decision_made_while_results_come_in_stays(self, project):
        store = project(1)
        on_screen = shown(store, 1)
        round_id = store.rounds.add(*_training())
        store.rounds.add_predictions(round_id, proposals([1], 0.9))
        store.decisions.decide(ANN, [1], CORRECTED, prediction_id=on_screen, points=triangle(2))
        store.rounds.finish(round_id, {})
        assert face(store).verdict is CORRECTED
        np.testing.assert_array_equal(face(store).points, triangle(2))
        assert face(store).prediction.id == on_screen

    def test_a_rejected_proposal_is_not_offered_again_by_itself(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], REJECTED)
        assert not face(store).offered
        store.decisions.decide(ANN, [1], UNREVIEWED)
        assert face(store).offered

    def test_rejecting_an_old_proposal_offers_the_new_one_that_arrived_meanwhile(self, project):
        store = project(1)
        on_screen = shown(store, 1)
        propose(store, [1], 0.9)
        store.decisions.decide(ANN, [1], REJECTED, prediction_id=on_screen)
        assert face(store).offered
        assert shown(store, 1) != on_screen

    def test_a_rejected_new_proposal_can_be_accepted(self, project):
        store = project(1)
        store.decisions.decide(ANN, [1], REJECTED)
        propose(store, [1], 0.9)
        store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=shown(store, 1))
        assert face(store).verdict is ACCEPTED
        assert face(store).prediction.score == 0.9


def _training():
    return "train", "std", "rounds/x", {}


class TestDrafts:
    def test_moves_survive_a_restart_and_are_shown(self, project, again):
        store = project(1)
        store.drafts.save(ANN, 1, shown(store, 1), triangle(0.25))
        store.close()
        store = again(store)
        np.testing.assert_array_equal(face(store).points, triangle(0.25))
        assert face(store).verdict is UNREVIEWED

    def test_a_draft_keeps_showing_the_prediction_it_was_made_on(self, project):
        store = project(1)
        on_screen = shown(store, 1)
        store.drafts.save(ANN, 1, on_screen, triangle(0.25))
        propose(store, [1], 0.9)
        np.testing.assert_array_equal(face(store).points, triangle(0.25))
        assert face(store).prediction.id == on_screen
        store.drafts.save(ANN, 1, None, None)
        assert face(store).prediction.score == 0.9

    def test_a_decision_ends_the_draft(self, project):
        store = project(1)
        store.drafts.save(ANN, 1, shown(store, 1), triangle(0.25))
        store.decisions.decide(ANN, [1], REJECTED)
        assert face(store).draft is None

    def test_a_failed_decision_does_not(self, project):
        store = project(1)
        store.drafts.save(ANN, 1, shown(store, 1), triangle(0.25))
        with pytest.raises(UserError):
            store.decisions.decide(ANN, [1], ACCEPTED, prediction_id=999)
        assert face(store).draft is not None


class TestLabelsFromFiles:
    def test_a_human_decision_is_never_replaced(self, project):
        store = project(4)
        for number, verdict in enumerate([ACCEPTED, REJECTED, EXCLUDED], 1):
            store.decisions.decide(ANN, [number], verdict)
        labels = [(i, LabelledFace("", triangle(50))) for i in (1, 2, 3, 4)]
        count, changes = store.decisions.take_labels(BEN, labels, "a.json")
        assert count == 1
        assert changes.all
        assert verdicts(store) == [ACCEPTED, REJECTED, EXCLUDED, CORRECTED]
        assert face(store, 4).decision.reviewer == "a.json"

    def test_taking_them_twice_changes_nothing_more(self, project):
        store = project(2)
        labels = [(i, LabelledFace("", triangle(50), verdict="accepted")) for i in (1, 2)]
        store.decisions.take_labels(BEN, labels, "a.json")
        before = lengths(store)
        assert store.decisions.take_labels(BEN, labels, "a.json") == (0, Changes())
        assert lengths(store) == before

    def test_visibility_and_flag_are_kept(self, project):
        store = project(1)
        store.decisions.flag(ANN, [1], True)
        seen = np.array([2, 1, 0], np.int8)
        store.decisions.take_labels(
            BEN, [(1, LabelledFace("", triangle(), visibility=seen))], "a.json"
        )
        assert face(store).flag
        ((_, _, _, visibility, *_),) = store.labels.all()
        np.testing.assert_array_equal(visibility, seen)
        store.decisions.flag(ANN, [1], False)
        np.testing.assert_array_equal(store.labels.all()[0][3], seen)


class TestCheck:
    def reviewed(self, project) -> Store:
        store = project(6)
        store.decisions.decide(ANN, [1, 2], ACCEPTED)
        store.decisions.decide(BEN, [3], REJECTED)
        store.decisions.decide(BEN, [2], CORRECTED, points=triangle(1))
        propose(store, range(1, 7), 0.75)
        store.decisions.flag(ANN, [5], True)
        store.undo.undo(BEN)
        return store

    def test_an_honest_project_is_in_order(self, project):
        assert self.reviewed(project).check() == []

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE state SET verdict = 'excluded' WHERE face_id = 1",
            "UPDATE state SET flag = 1 - flag",
            "UPDATE state SET entry_id = NULL WHERE face_id = 2",
            "UPDATE state SET effect = NULL WHERE face_id = 3",
            "UPDATE state SET offered = 1 - offered WHERE face_id IN (3, 4)",
            "UPDATE state SET prediction_id = NULL WHERE face_id = 4",
            "UPDATE state SET score = 0.99, error = 0 WHERE face_id = 6",
            "UPDATE state SET model_id = 1",
            "DELETE FROM state WHERE face_id IN (1, 6)",
            "DELETE FROM state",
        ],
    )
    def test_a_damaged_state_is_found_and_repaired_from_the_log(self, project, damage):
        store = self.reviewed(project)
        whole = sql(store, "SELECT * FROM state ORDER BY face_id")
        change(store, damage)
        broken = sql(store, "SELECT * FROM state ORDER BY face_id")
        assert broken != whole
        (said,) = store.check()
        assert "it can be mended from the log" in said
        assert sql(store, "SELECT * FROM state ORDER BY face_id") == broken
        (said,) = store.check(repair=True)
        assert "mended from the log" in said
        assert sql(store, "SELECT * FROM state ORDER BY face_id") == whole
        assert store.check() == []

    def test_a_row_that_refers_to_a_missing_row_is_reported(self, project):
        store = self.reviewed(project)
        with store._database.readers.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("DELETE FROM photo WHERE id = 3")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        assert store.check() == ["table face row 3 names a missing photo"]


def test_final_verdicts_are_the_manual_labels(project):
    store = project(5)
    for number, verdict in enumerate(VERDICTS, 1):
        points = triangle() if verdict is CORRECTED else None
        store.decisions.decide(ANN, [number], verdict, points=points)
    assert {row[1] for row in store.labels.all()} == set(FINAL)
