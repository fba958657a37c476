"""Rounds are promoted, rolled back to and taken back; decisions of people stay."""

from __future__ import annotations

import json
import shutil

import pytest

from labeltool.domain import Cancelled, Filter, Round, RoundStatus, UserError, Verdict
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.store import Store
from tests.labeltool.rounds.conftest import ANN, THREE_LIKE_STARTER, train
from tests.projects import add_faces, shown, sql, triangle, verdicts

WORSE = {"round": 1, "nme_change": 0.5, "low": 0.1, "high": 0.9}
BY_CHANCE = {"round": 1, "nme_change": 0.2, "low": -0.1, "high": 0.5}
AUDIT = {"faces": 20, "nme": 3.125, "nme_curve": 3.0, "fr10": 0.0, "auc10": 70.0}


def ignore(_event: Event) -> None:
    pass


def predict(rounds: Rounds) -> None:
    rounds.launcher.start_predict()
    rounds.wait(ignore)


def by_number(store: Store, number: int) -> Round:
    return next(row for row in store.rounds.all() if row.number == number)


def model(store: Store, face: int) -> str:
    return store.faces.get(face).prediction.model


def faces_and_rounds(store: Store) -> tuple[list, list]:
    return (
        sql(store, "SELECT * FROM state ORDER BY face_id"),
        sql(store, "SELECT id, sequence, promoted FROM round ORDER BY id"),
    )


@pytest.fixture
def measured(monkeypatch):
    """The next trainings end with this comparison."""

    def behave(against: dict | None) -> None:
        results = {"audit": None if against is None else AUDIT, "against": against}
        monkeypatch.setenv("FAKE_RESULTS", json.dumps(results))

    return behave


class TestPromotion:
    def test_without_faces_to_measure_by_a_round_is_promoted_and_says_so(self, reviewed):
        store, rounds = reviewed()
        message = train(rounds)
        assert "Its quality is unknown: there are no faces to measure by." in message
        assert "not promoted" not in message
        assert by_number(store, 1).promoted

    def test_a_round_that_is_worse_by_chance_alone_is_promoted(self, trained, measured):
        store, rounds = trained(1)
        measured(BY_CHANCE)
        message = train(rounds)
        assert "Audit: 3.12 % on 20 faces, 0.20 points worse than round 1" in message
        assert by_number(store, 2).promoted
        assert model(store, 5) == "round 2"

    def test_a_round_that_is_worse_waits_and_the_one_before_goes_on(self, trained, measured):
        store, rounds = trained(1)
        before = faces_and_rounds(store)[0]
        measured(WORSE)
        message = train(rounds)
        assert "0.50 points worse than round 1 (95 %: 0.10 to 0.90)" in message
        assert "Round 2 is not promoted" in message
        row = by_number(store, 2)
        assert (row.status, row.promoted) == (RoundStatus.READY, False)
        assert faces_and_rounds(store)[0] == before
        assert store.rounds.current().number == 1
        assert row.summary["against"] == WORSE
        measured(None)
        train(rounds)
        spec = RunFolder(by_number(store, 3).folder).spec()
        assert spec["weights"] == f"../{by_number(store, 1).folder.name}/model.safetensors"

    def test_it_is_promoted_by_hand_later(self, trained, measured):
        store, rounds = trained(1)
        measured(WORSE)
        train(rounds)
        store.decisions.decide(ANN, [6], Verdict.ACCEPTED)
        store.boxes.change(ANN, 3, (20.0, 20.0, 30.0, 30.0))
        result = rounds.promotion.promote(rounds.promotion.round(2))
        assert str(result.message) == "Round 2 is in use now: its proposals are offered."
        assert [model(store, face) for face in (3, 5, 6)] == ["round 1", "round 2", "round 1"]
        assert by_number(store, 2).promoted
        assert store.rounds.current().number == 2
        assert store.rounds.to_refresh() == []
        assert store.check() == []

    def test_what_cannot_be_promoted_is_said(self, reviewed, fake, measured):
        store, rounds = reviewed()
        with pytest.raises(UserError, match="There is no round 7"):
            rounds.promotion.round(7)
        fake("fail")
        with pytest.raises(UserError):
            train(rounds)
        with pytest.raises(UserError, match="Round 1 failed: it has no network"):
            rounds.promotion.round(1)
        fake("ok")
        train(rounds)
        with pytest.raises(UserError, match="network of round 1 is in use already"):
            rounds.promotion.promote(rounds.promotion.round(1))
        measured(WORSE)
        train(rounds)
        (by_number(store, 2).folder / "model.safetensors").unlink()
        with pytest.raises(UserError, match="files of round 2 are not in"):
            rounds.promotion.promote(rounds.promotion.round(2))
        measured(None)
        train(rounds)
        with pytest.raises(UserError, match="Round 1 was promoted before") as caught:
            rounds.promotion.promote(next(r for r in store.rounds.all() if r.promoted))
        assert "Roll back" in str(caught.value.remedy)

    def test_not_while_a_round_runs(self, trained, fake):
        _store, rounds = trained(1)
        fake("hang")
        rounds.launcher.start_training(rounds.launcher.plan())
        for act in (
            lambda row: rounds.promotion.promote(row),
            lambda row: rounds.promotion.roll_back(ANN, row),
        ):
            with pytest.raises(UserError, match="A round is running"):
                act(rounds.promotion.round(1))


class TestRollback:
    def test_pruned_proposals_come_back_from_the_folder(self, trained):
        store, rounds = trained(3)
        first = by_number(store, 1)
        assert model(store, 5) == "round 3"
        assert sql(store, f"SELECT count(*) FROM prediction WHERE round_id = {first.id}") == [(0,)]
        store.decisions.decide(ANN, [6], Verdict.ACCEPTED)
        decided = [store.faces.get(face) for face in (1, 2, 4, 6)]
        assert rounds.promotion.count_changing(first) == 2
        result = rounds.promotion.roll_back(ANN, first)
        assert str(result.message) == (
            "The proposals of round 1 are offered again. "
            "2 faces without a label show another one now."
        )
        assert result.undoable
        assert [model(store, face) for face in (3, 5)] == ["round 1"] * 2
        assert verdicts(store)[5] is Verdict.ACCEPTED
        for old, face in zip(decided, (1, 2, 4, 6), strict=True):
            found = store.faces.get(face)
            assert (found.verdict, found.decision.time) == (old.verdict, old.decision.time)
            if face != 4:
                assert found.prediction.id == old.prediction.id
        assert store.check() == []
        train(rounds)
        spec = RunFolder(by_number(store, 4).folder).spec()
        assert spec["weights"] == f"../{first.folder.name}/model.safetensors"

    def test_undo_and_redo_are_exact_and_one_step(self, trained):
        store, rounds = trained(3)
        before = faces_and_rounds(store)
        operations = sql(store, "SELECT count(*) FROM operation")[0][0]
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        after = faces_and_rounds(store)
        assert sql(store, "SELECT count(*) FROM operation")[0][0] == operations + 1
        assert sql(store, "SELECT kind, faces FROM operation ORDER BY id DESC LIMIT 1") == [
            ("rollback", 3)
        ]
        assert "rolling back to round 1" in str(store.undo.state(ANN).undo)
        assert store.undo.state(ANN).undo_step.faces == 3
        for _ in range(2):
            assert str(store.undo.undo(ANN).message) == "Undid: rolling back to round 1."
            assert faces_and_rounds(store) == before
            assert store.undo.state(ANN).redo_step.faces == 3
            assert str(store.undo.redo(ANN).message) == "Redid: rolling back to round 1."
            assert faces_and_rounds(store) == after
        assert store.rounds.to_refresh() == []
        assert store.check() == []

    def test_a_decision_between_stays_through_undo(self, trained):
        store, rounds = trained(2)
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        store.decisions.decide("ben", [5], Verdict.CORRECTED, points=triangle(7))
        seen = shown(store, 5)
        store.undo.undo(ANN)
        assert store.faces.get(5).verdict is Verdict.CORRECTED
        assert shown(store, 5) == seen
        assert model(store, 6) == "round 2"
        assert store.check() == []

    def test_an_undo_takes_no_rollback_of_another_person_back(self, trained):
        store, rounds = trained(3)
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        rounds.promotion.roll_back("ben", by_number(store, 2))
        rounds.promotion.roll_back("ben", by_number(store, 1))
        message = str(store.undo.undo(ANN).message)
        assert "Somebody rolled back again since" in message
        assert model(store, 5) == "round 1"
        store.undo.undo("ben")
        assert model(store, 5) == "round 2"
        assert store.check() == []

    def test_a_round_that_came_after_an_undo_is_not_hidden_by_the_redo(self, trained):
        store, rounds = trained(2)
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        store.undo.undo(ANN)
        train(rounds)
        store.undo.redo(ANN)
        assert model(store, 5) == "round 3"
        sequences = [row[0] for row in sql(store, "SELECT sequence FROM round")]
        assert len(set(sequences)) == len(sequences)

    def test_photos_that_came_while_a_round_was_in_use_follow_it(self, trained):
        store, rounds = trained(1)
        add_faces(store, 1)
        predict(rounds)
        assert model(store, 7) == "round 1"
        train(rounds)
        assert model(store, 7) == "round 2"
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        assert [model(store, face) for face in (5, 7)] == ["round 1"] * 2
        add_faces(store, 1)
        predict(rounds)
        store.undo.undo(ANN)
        assert [model(store, face) for face in (5, 7, 8)] == ["round 2", "round 2", "round 1"]
        assert store.rounds.current().number == 2
        assert store.check() == []

    def test_back_to_the_starter(self, project, fake, started):
        store = project(2, proposed=False, scheme=THREE_LIKE_STARTER)
        rounds = Rounds(store)
        started.append(rounds)
        with pytest.raises(UserError, match="starter proposed nothing"):
            rounds.promotion.round(0)
        predict(rounds)
        add_faces(store, 1)
        predict(rounds)
        with pytest.raises(UserError, match="network of starter is in use"):
            rounds.promotion.roll_back(ANN, rounds.promotion.round(0))
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        for _ in range(3):
            train(rounds)
        rounds.promotion.roll_back(ANN, rounds.promotion.round(0))
        assert [model(store, face) for face in (2, 3)] == ["starter"] * 2
        train(rounds)
        assert RunFolder(by_number(store, 4).folder).spec()["weights"] is None

    def test_a_starter_whose_proposals_are_gone_is_said(self, project, fake, started):
        store = project(2, proposed=False, scheme=THREE_LIKE_STARTER)
        rounds = Rounds(store)
        started.append(rounds)
        predict(rounds)
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        train(rounds)
        shutil.rmtree(store.rounds.all()[0].folder)
        with pytest.raises(UserError, match="files of starter are not in"):
            rounds.promotion.roll_back(ANN, rounds.promotion.round(0))

    def test_a_box_that_changed_since_keeps_what_was_predicted_for_it(self, trained):
        store, rounds = trained(1)
        store.boxes.change(ANN, 5, (20.0, 20.0, 30.0, 30.0))
        train(rounds)
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        assert [model(store, face) for face in (5, 6)] == ["round 2", "round 1"]
        assert store.check() == []

    def test_cancelled_it_changes_nothing(self, trained):
        store, rounds = trained(2)
        before = faces_and_rounds(store)

        def stop(_done: int, _total: int) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            rounds.promotion.roll_back(ANN, by_number(store, 1), stop)
        assert faces_and_rounds(store) == before
        assert "rolling" not in str(store.undo.state(ANN).undo)

    def test_a_round_whose_folder_is_gone_or_damaged_changes_nothing(self, trained):
        store, rounds = trained(2)
        before, first = faces_and_rounds(store), by_number(store, 1)
        for file in first.folder.glob("predictions-*.npz"):
            file.write_bytes(b"")
        with pytest.raises(UserError, match="cannot be read"):
            rounds.promotion.roll_back(ANN, first)
        (first.folder / "results.json").unlink()
        with pytest.raises(UserError, match="files of round 1 are not in"):
            rounds.promotion.roll_back(ANN, first)
        assert faces_and_rounds(store) == before
        assert by_number(store, 1).status is RoundStatus.READY

    def test_a_round_that_was_never_promoted_is_no_earlier_one(self, trained, measured):
        store, rounds = trained(1)
        measured(WORSE)
        train(rounds)
        with pytest.raises(UserError, match="Round 2 was never promoted"):
            rounds.promotion.roll_back(ANN, by_number(store, 2))

    def test_it_is_no_batch_to_revert(self, trained):
        store, rounds = trained(2)
        rounds.promotion.roll_back(ANN, by_number(store, 1))
        assert "rollback" not in [batch.kind for batch in store.history.batches()]
        assert store.queue.ids(Filter("offered")) == [3, 5, 6]
