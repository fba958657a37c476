"""Sessions of an acceptance with a guarantee, on real project files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from labeltool.domain import Filter, UserError, Verdict, no_progress
from labeltool.domain.tolerance import landmark_errors
from labeltool.exchange.label_export import export_labels
from labeltool.trust.acceptance import Acceptance
from labeltool.trust.acceptance_settings import PLANTED_EVERY, AcceptanceSettings
from tests.projects import THREE, change, propose, sql, triangle, verdicts, write_photos

LABELS = 8
"""The last faces of the project have a label, of which planted faces are made."""


@pytest.fixture
def filled(project):
    """A project of so many proposals, and LABELS labelled faces."""

    def make(faces: int):
        store = project(faces + LABELS, proposed=False)
        random = np.random.default_rng(3)
        propose(store, range(1, faces + LABELS + 1), random.uniform(0, 1, faces + LABELS))
        labelled = list(range(faces + 1, faces + LABELS + 1))
        store.decisions.decide("ann", labelled, Verdict.ACCEPTED)
        return store

    return make


def kind_of(session: Acceptance) -> str:
    return session.judgements[-1].kind


def work(session: Acceptance, wrong=(), most: int = 10_000) -> int:
    """Judge like a perfect reviewer; returns how many faces were shown."""
    for count in range(most):
        shown = session.next()
        if shown is None:
            return count
        is_wrong = kind_of(session) == "planted" or shown.face_id in wrong
        session.judge(shown.token, not is_wrong)
    return most


PLAIN = AcceptanceSettings(measure_reviewer=False)


class TestSession:
    def test_clean_faces_accept_everything_and_one_undo_takes_it_back(self, filled):
        store = filled(300)
        session = Acceptance.start(store, "ann", PLAIN, seed="s")
        assert session.size == 300
        before = session.state()
        assert not before.can_accept
        assert "more clean faces would do for 150 faces" in str(before.sentence)
        with pytest.raises(UserError, match="does not hold"):
            session.accept(no_progress)
        count = work(session)
        assert before.more is not None
        assert before.more < count < 150
        assert session.state().holds_for == 300
        result, digest = session.accept(no_progress)
        assert "At most 5 % of these 300 faces" in str(result.message)
        assert verdicts(store).count(Verdict.ACCEPTED) == 300 + LABELS
        assert digest[:10] in str(store.history.batches()[0].description)
        store.undo.undo("ann")
        assert verdicts(store).count(Verdict.ACCEPTED) == LABELS
        with pytest.raises(UserError, match="finished"):
            Acceptance.resume(store, session.id)

    def test_the_forecast_comes_true(self, filled):
        session = Acceptance.start(filled(400), "ann", PLAIN, seed="t")
        more = session.state().more
        assert more is not None
        while not (state := session.state()).can_accept:
            assert state.more == more - state.sets[0].looked_at
            work(session, most=1)
        assert state.sets[0].looked_at == more
        assert state.holds_for == 200

    def test_wrong_faces_are_left_out_and_corrected_ones_stay_corrected(self, filled):
        store = filled(400)
        session = Acceptance.start(store, "ann", PLAIN, seed="u")
        first, second = None, None
        for _ in range(400):
            shown = session.next()
            if shown is None:
                break
            if first is None:
                first = shown.face_id
                session.judge(shown.token, False, shown.points + 3)
            elif second is None:
                second = shown.face_id
                session.judge(shown.token, False)
            else:
                session.judge(shown.token, True)
        assert session.state().holds_for == 400
        session.accept(no_progress)
        states = dict(sql(store, "SELECT face_id, verdict FROM state"))
        assert states[first] == Verdict.CORRECTED
        assert states[second] == Verdict.UNREVIEWED
        assert sum(state == Verdict.ACCEPTED for state in states.values()) == 398 + LABELS
        store.undo.undo("ann")
        states = dict(sql(store, "SELECT face_id, verdict FROM state"))
        assert states[first] == Verdict.CORRECTED

    def test_only_the_strict_sets_are_accepted_if_the_loose_ones_are_bad(self, filled):
        store = filled(400)
        order = [row[0] for row in sql(store, "SELECT face_id FROM state ORDER BY score DESC")]
        offered = [face for face in order if face <= 400]
        session = Acceptance.start(store, "ann", PLAIN, seed="v")
        work(session, wrong=set(offered[200:]))
        state = session.state()
        assert state.holds_for == 200
        assert state.is_finished
        assert "200 of 400" in str(state.sentence)
        session.accept(no_progress)
        accepted = {r[0] for r in sql(store, "SELECT face_id FROM state WHERE verdict='accepted'")}
        assert accepted == set(offered[:200]) | set(range(401, 401 + LABELS))

    def test_a_bad_set_is_never_accepted(self, filled):
        session = Acceptance.start(filled(100), "ann", PLAIN, seed="w")
        work(session, wrong=range(101))
        state = session.state()
        assert state.is_finished
        assert "cannot hold" in str(state.sentence)
        with pytest.raises(UserError, match="does not hold"):
            session.accept(no_progress)

    def test_faces_to_measure_by_drafts_and_decided_ones_are_not_candidates(self, filled):
        store = filled(60)
        store.decisions.decide("ann", [1], Verdict.REJECTED)
        change(
            store, "INSERT INTO draft (face_id, reviewer, points, time) VALUES (2, 'a', x'', '')"
        )
        change(store, "INSERT INTO audit VALUES (3, 'photo', 1, 'ann', '')")
        session = Acceptance.start(store, "ann", PLAIN)
        inside = set(session.groups[0].faces)
        assert inside == set(range(4, 61))
        with pytest.raises(UserError, match="No face there"):
            Acceptance.start(store, "ann", AcceptanceSettings(filter=Filter(faces=(1,))))

    def test_a_session_is_resumed_where_it_was(self, filled, again):
        store = filled(300)
        session = Acceptance.start(store, "ann", AcceptanceSettings(), seed="x")
        work(session, most=33)
        pending = session.next()
        other = again(store)
        assert Acceptance.unfinished(other, "ann") == [session.id]
        resumed = Acceptance.resume(other, session.id)
        assert resumed.state() == session.state()
        same = resumed.next()
        assert (same.token, same.face_id) == (pending.token, pending.face_id)
        resumed.judge(same.token, True)
        with pytest.raises(UserError, match="judged already"):
            session.judge(pending.token, False)

    def test_new_proposals_end_it_with_a_sentence(self, filled):
        store = filled(80)
        session = Acceptance.start(store, "ann", PLAIN)
        work(session, most=5)
        propose(store, range(1, 81), 0.9)
        with pytest.raises(UserError, match="proposals of 80 faces changed"):
            Acceptance.resume(store, session.id)
        with pytest.raises(UserError, match="changed"):
            session.next()

    def test_each_folder_has_its_own_guarantee(self, filled):
        store = filled(200)
        change(store, "INSERT INTO folder (id, path, faces, todo) VALUES (99, '1/far', 0, 0)")
        change(store, "UPDATE state SET folder_id = 99 WHERE face_id <= 100")
        settings = AcceptanceSettings(grouped_by="folder", measure_reviewer=False)
        session = Acceptance.start(store, "ann", settings, seed="y")
        assert [(group.name, len(group.faces)) for group in session.groups] == [
            ("1", 100), ("1/far", 100),
        ]  # fmt: skip
        work(session, wrong=range(1, 101))
        state = session.state()
        assert state.holds_for == 100
        assert all(each.needed == pytest.approx(40) for each in state.sets)


class TestReviewer:
    def test_planted_faces_are_few_graded_and_look_like_the_others(self, filled):
        store = filled(400)
        session = Acceptance.start(store, "ann", AcceptanceSettings(), seed="z")
        work(session)
        shown = session.judgements
        planted = [each for each in shown if each.kind == "planted"]
        assert 10 < len(planted) <= len(shown) / PLANTED_EVERY + 1
        for start in range(0, len(shown), PLANTED_EVERY):
            block = shown[start : start + PLANTED_EVERY]
            assert sum(each.kind == "planted" for each in block) <= 1
        for each in planted:
            errors = landmark_errors(each.points, triangle(each.face_id), THREE)
            assert errors.max() == pytest.approx(each.shift * 0.08, rel=1e-6)
        assert len({each.shift for each in planted}) == 4
        assert any(each.kind == "repeat" for each in shown)
        reviewer = session.state().reviewer
        assert reviewer.planted == reviewer.found == len(planted)
        assert 0.6 < reviewer.lowest < 1
        assert reviewer.differing == 0

    def test_a_reviewer_who_misses_shifts_must_look_at_more(self, filled):
        store = filled(400)
        lengths = []
        for misses in (False, True):
            session = Acceptance.start(store, "ann", AcceptanceSettings(shares=(1.0,)), seed="q")
            random = np.random.default_rng(0)
            for _ in range(400):
                shown = session.next()
                if shown is None:
                    break
                planted = kind_of(session) == "planted"
                session.judge(shown.token, not planted or (misses and random.random() < 1 / 3))
            lengths.append(len(session.judgements))
            session.end()
        assert lengths[0] * 1.2 < lengths[1] < 400

    def test_without_labels_planted_faces_are_made_of_faces_judged_right(self, project):
        session = Acceptance.start(project(300), "ann", AcceptanceSettings(), seed="n")
        work(session)
        planted = [each for each in session.judgements if each.kind == "planted"]
        assert len(planted) > 5
        real = {each.face_id for each in session.judgements if each.kind == "real"}
        assert {each.face_id for each in planted} <= real
        assert session.state().holds_for == 300


class TestPlantedFacesAreNoLabels:
    @pytest.fixture
    def planted(self, filled):
        """A store, a session, and a planted face that waits for its judgement."""
        store = filled(100)
        session = Acceptance.start(store, "ann", AcceptanceSettings(), seed="p")
        for _ in range(20):
            shown = session.next()
            if kind_of(session) == "planted":
                return store, session, shown
            session.judge(shown.token, True)
        raise AssertionError("no planted face came")

    def test_a_correction_of_one_is_no_decision(self, planted):
        store, session, shown = planted
        before = sql(store, "SELECT * FROM entry"), sql(store, "SELECT count(*) FROM operation")
        result = session.judge(shown.token, False, shown.points + 5)
        after = sql(store, "SELECT * FROM entry"), sql(store, "SELECT count(*) FROM operation")
        assert after == before
        assert result.message is None
        assert not result.undoable

    def test_the_schema_refuses_its_landmarks_wherever_labels_come_from(self, planted):
        store, _session, shown = planted
        decide = store.decisions.decide
        with pytest.raises(IntegrityError, match="planted"):
            decide("ann", [shown.face_id], Verdict.CORRECTED, points=shown.points)
        blob = f"(SELECT points FROM judgement WHERE face_id = {shown.face_id} AND kind='planted')"
        face = shown.face_id
        for statement in (
            f"UPDATE entry SET points = {blob} WHERE face_id = {face}",
            f"UPDATE prediction SET points = {blob} WHERE face_id = {face}",
            f"INSERT INTO draft (face_id, reviewer, points, time) VALUES ({face}, 'a', {blob}, '')",
            f"INSERT INTO prediction (face_id, round_id, points, scores, score, spread) "
            f"VALUES ({face}, 1, {blob}, x'', 0, 0)",
        ):
            with pytest.raises(IntegrityError, match="planted"):
                change(store, statement)

    def test_a_planted_row_stays_planted_and_has_no_operation(self, planted):
        store, session, shown = planted
        where = "WHERE kind = 'planted'"
        for statement in (
            f"UPDATE judgement SET kind = 'real', shift = NULL, points = NULL {where}",
            f"UPDATE judgement SET points = NULL {where}",
            f"DELETE FROM judgement {where}",
        ):
            with pytest.raises(IntegrityError, match="cannot"):
                change(store, statement)
        session.judge(shown.token, False)
        with pytest.raises(IntegrityError, match="CHECK"):
            change(store, f"UPDATE judgement SET operation_id = 1 {where}")
        with pytest.raises(IntegrityError, match="only the last judgement"):
            change(store, f"UPDATE judgement SET answer = 1 {where}")

    def test_no_export_or_training_sees_one(self, planted, tmp_path):
        store, session, shown = planted
        session.judge(shown.token, False, shown.points)
        labels = {face: points for face, _verdict, points, *_ in store.labels.all()}
        assert not np.array_equal(labels[shown.face_id], shown.points)
        shown_points = [each.points for each in session.judgements if each.points is not None]
        pseudo = store.faces.pseudo_labels("", 1000)
        write_photos(store.folder.parent / "photos", 100 + LABELS)
        export_labels(store, tmp_path / "labels.json", "coco")
        exported = [
            np.array(each["keypoints"]).reshape(-1, 3)[:, :2]
            for each in json.loads((tmp_path / "labels.json").read_text("utf-8"))["annotations"]
        ]
        assert len(exported) == LABELS
        for points in [*labels.values(), *exported, *(points for _face, points in pseudo)]:
            assert not any(np.allclose(points, wrong, atol=1) for wrong in shown_points)
