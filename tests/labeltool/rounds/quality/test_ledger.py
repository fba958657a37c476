"""The ledger says of every face what a round used it for, exactly as the round does."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeltool.domain import (
    Filter,
    LedgerRole,
    LeftOut,
    Message,
    RoundKind,
    UserError,
    Verdict,
    describe_left_out,
)
from labeltool.rounds import ingest
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.rounds.quality.ledger_roles import count_roles, freeze_ledger, without_photos
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import (
    count_trainable,
    freeze_audit,
    freeze_faces,
    freeze_labels,
)
from labeltool.rounds.run_tables import LedgerTable
from labeltool.store import Store
from tests.labeltool.rounds.conftest import ANN, train
from tests.projects import change, make_project, propose, sql, triangle

FACES = 8


@st.composite
def faces_of_a_project(draw):
    """What is known of each of some faces."""
    return [
        {
            "verdict": draw(st.sampled_from([*Verdict])),
            "flag": draw(st.booleans()),
            "model": draw(st.sampled_from(["starter", MEAN_FACE, None])),
            "audit": draw(st.sampled_from([False, False, True])),
            "readable": draw(st.sampled_from([True, True, False])),
        }
        for _ in range(FACES)
    ]


def build(store: Store, faces: list[dict]) -> None:
    for model in ("starter", MEAN_FACE):
        of_model = [n for n, face in enumerate(faces, 1) if face["model"] == model]
        if of_model:
            propose(store, of_model, model=model, kind=RoundKind.PREDICT)
    for number, face in enumerate(faces, 1):
        if face["verdict"] is Verdict.REMOVED:
            (number_there,) = sql(store, f"SELECT id FROM face WHERE id = {number}")[0]
            change(store, f"UPDATE face SET by_operation = 1 WHERE id = {number_there}")
            change(store, f"UPDATE state SET verdict = 'removed' WHERE face_id = {number_there}")
        elif face["verdict"] in (Verdict.ACCEPTED, Verdict.CORRECTED):
            store.decisions.decide(ANN, [number], Verdict.CORRECTED, points=triangle(number))
        elif face["verdict"] is not Verdict.UNREVIEWED:
            store.decisions.decide(ANN, [number], face["verdict"])
        if face["flag"] and face["verdict"] is not Verdict.REMOVED:
            store.decisions.flag(ANN, [number], True)
        if face["audit"]:
            change(store, f"INSERT INTO audit VALUES ({number}, 'photo', 1, 'ann', 'now')")
        if not face["readable"]:
            problem = Message("cut off").to_json()
            change(
                store, f"UPDATE photo SET problem = '{problem}', width = NULL WHERE id = {number}"
            )


def expected(face: dict, trained: bool) -> tuple[LedgerRole, LeftOut | None]:
    """By the rules, in their order; `trained`: its proposal was among those that were needed."""
    is_label = face["verdict"] in (Verdict.ACCEPTED, Verdict.CORRECTED)
    if face["verdict"] is Verdict.REJECTED:
        return LedgerRole.LEFT_OUT, LeftOut.REJECTED
    if face["verdict"] is Verdict.EXCLUDED:
        return LedgerRole.LEFT_OUT, LeftOut.EXCLUDED
    if not face["readable"]:
        return LedgerRole.LEFT_OUT, LeftOut.BAD_PHOTO
    if face["audit"] and is_label:
        return LedgerRole.AUDIT, None
    if face["audit"]:
        return LedgerRole.LEFT_OUT, LeftOut.AUDIT_GROUP
    if is_label:
        return LedgerRole.MANUAL, None
    if face["flag"]:
        return LedgerRole.LEFT_OUT, LeftOut.FLAGGED
    if face["model"] in (None, MEAN_FACE):
        return LedgerRole.LEFT_OUT, LeftOut.NO_PROPOSAL
    return (LedgerRole.PSEUDO, None) if trained else (LedgerRole.LEFT_OUT, LeftOut.NOT_NEEDED)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faces=faces_of_a_project(), pseudo=st.integers(0, FACES))
def test_every_face_has_the_role_that_the_frozen_labels_give_it(faces, pseudo):
    folder = Path(mkdtemp())
    store = make_project(folder / "project", FACES)
    try:
        build(store, faces)
        rows = store.faces.boxes()
        table = freeze_faces(store, rows)[1]
        try:
            labels = freeze_labels(store, pseudo, table)
        except UserError:
            return  # no label to train on
        audit = freeze_audit(store, table)
        ledger = freeze_ledger(store, rows, table, labels, audit)
    finally:
        store.close()
        shutil.rmtree(folder)
    there = [n for n, face in enumerate(faces, 1) if face["verdict"] is not Verdict.REMOVED]
    assert ledger.faces.tolist() == there

    def with_role(role: LedgerRole) -> set[int]:
        return set(ledger.faces[ledger.roles == role].tolist())

    assert with_role(LedgerRole.MANUAL) == set(labels.faces[labels.manual].tolist())
    assert with_role(LedgerRole.PSEUDO) == set(labels.faces[~labels.manual].tolist())
    measured = set() if audit is None else set(audit.faces.tolist())
    assert with_role(LedgerRole.AUDIT) == measured
    for number, role, reason in zip(
        there, ledger.roles.tolist(), ledger.reasons.tolist(), strict=True
    ):
        trained = number in with_role(LedgerRole.PSEUDO)
        assert (role, reason) == tuple(str(x or "") for x in expected(faces[number - 1], trained))


class TestARound:
    def test_its_ledger_is_stored_and_counted(self, reviewed, fake):
        store, rounds = reviewed()
        store.decisions.flag(ANN, [6], True)
        plan = rounds.launcher.plan()
        assert plan.left_out == {
            "rejected": 1, "excluded": 1, "flagged": 1, "no-proposal": 0, "audit-group": 0,
            "not-needed": 0,
        }  # fmt: skip
        assert (plan.manual, plan.pseudo, plan.pseudo_available) == (2, 1, 1)
        assert "Left out: 1 rejected, 1 excluded, 1 flagged." in str(plan.describe())
        train(rounds)
        (row,) = (row for row in store.rounds.all() if row.number == 1)
        assert sql(store, "SELECT face_id, role, reason FROM ledger ORDER BY face_id") == [
            (1, "manual", None), (2, "manual", None), (3, "left-out", "rejected"),
            (4, "left-out", "excluded"), (5, "pseudo", None), (6, "left-out", "flagged"),
        ]  # fmt: skip
        assert row.summary["ledger"] == {
            "manual": 2, "pseudo": 1, "audit": 0,
            "left-out": {"rejected": 1, "excluded": 1, "flagged": 1},
        }  # fmt: skip
        assert store.ledger.count() == (
            row.id,
            {
                LedgerRole.MANUAL: 2, LedgerRole.PSEUDO: 1, LedgerRole.AUDIT: 0,
                LedgerRole.LEFT_OUT: 3,
            },
        )  # fmt: skip
        assert str(store.ledger.of_face(5).describe()).startswith("pseudo-label (")
        assert str(store.ledger.of_face(3).describe()) == "left out: rejected"
        assert str(store.ledger.of_face(1).describe()) == "trained"
        assert store.check() == []

    def test_photos_that_the_worker_cannot_use_are_left_out(self, reviewed, fake):
        store, rounds = reviewed()
        fake("unreadable")
        train(rounds)
        roles = sql(store, "SELECT face_id, role, reason FROM ledger ORDER BY face_id")
        assert roles[0] == (1, "left-out", "bad-photo")
        assert roles[4] == (5, "left-out", "bad-photo")
        assert roles[1] == (2, "manual", None)
        counts = store.rounds.all()[-1].summary["ledger"]
        assert (counts["manual"], counts["pseudo"]) == (1, 1)
        assert counts["left-out"]["bad-photo"] == 2

    def test_a_round_that_fails_has_none(self, reviewed, fake):
        store, rounds = reviewed()
        fake("fail")
        with pytest.raises(UserError):
            train(rounds)
        assert sql(store, "SELECT count(*) FROM ledger") == [(0,)]
        assert store.ledger.count()[0] is None
        assert store.ledger.of_face(1) is None

    def test_faces_that_came_later_have_no_role(self, trained):
        store, _ = trained(1)
        table = RunFolder(store.rounds.all()[-1].folder).tables.ledger()
        assert table.faces.tolist() == [1, 2, 3, 4, 5, 6]
        store.boxes.draw(ANN, 1, (1.0, 1.0, 9.0, 9.0))
        assert store.ledger.of_face(7) is None

    def test_a_removed_face_is_not_counted(self, reviewed):
        store, rounds = reviewed()
        face, _ = store.boxes.draw("ben", 1, (50.0, 50.0, 9.0, 9.0))
        train(rounds)
        before = store.ledger.count()[1][LedgerRole.LEFT_OUT]
        store.undo.undo("ben")
        assert store.ledger.of_face(face) is not None
        assert store.ledger.count()[1][LedgerRole.LEFT_OUT] == before - 1


class TestFilter:
    def test_by_role_in_the_newest_or_in_another_round(self, trained):
        store, rounds = trained(1)
        first = store.rounds.all()[-1].id
        store.decisions.decide(ANN, [5], Verdict.CORRECTED, points=triangle(3))
        train(rounds)

        def ids(role: LedgerRole, round_id: int | None = None) -> list[int]:
            wanted = Filter(role=role, role_round=round_id)
            found = store.queue.ids(wanted)
            assert store.queue.count(wanted) == len(found)
            assert store.queue.facets(wanted).verdicts[None] == len(found)
            assert store.queue.matching(wanted, range(1, 7)) == found
            return found

        assert ids(LedgerRole.MANUAL) == [1, 2, 5]
        assert ids(LedgerRole.MANUAL, first) == [1, 2]
        assert ids(LedgerRole.PSEUDO, first) == [5, 6]
        assert ids(LedgerRole.LEFT_OUT) == [3, 4]
        assert ids(LedgerRole.AUDIT) == []
        both = Filter("corrected", role=LedgerRole.PSEUDO, role_round=first, order="error")
        assert store.queue.ids(both) == [5]

    def test_it_is_saved_and_read_again(self):
        wanted = Filter(role="pseudo", role_round=3)
        assert Filter.from_json(wanted.to_json()) == wanted
        with pytest.raises(UserError, match="newer version"):
            Filter.from_json('{"role": "dreamt of"}')


def test_words_for_what_is_left_out():
    assert describe_left_out({"rejected": 0}) is None
    said = describe_left_out({"flagged": 1200, "not-needed": 3})
    assert str(said) == "Left out: 1,200 flagged, 3 not needed."


def test_no_other_role_is_lost_with_a_photo():
    table = LedgerTable(
        np.array([1, 2, 3]), np.array(["manual", "left-out", "pseudo"]),
        np.array(["", "excluded", ""]),
    )  # fmt: skip
    changed = without_photos(table, [2, 3])
    assert changed.roles.tolist() == ["manual", "left-out", "left-out"]
    assert changed.reasons.tolist() == ["", "excluded", "bad-photo"]
    assert count_roles(changed)["left-out"] == {"bad-photo": 1, "excluded": 1}


def test_the_counts_before_are_those_after(reviewed):
    store, rounds = reviewed()
    trainable = count_trainable(store)
    train(rounds)
    after = store.rounds.all()[-1].summary["ledger"]
    assert (trainable.manual, trainable.pseudo) == (after["manual"], after["pseudo"])
    assert {k: v for k, v in trainable.left_out.items() if v} == after["left-out"]


def test_rows_are_written_a_few_at_a_time(reviewed, monkeypatch):
    """A decision waits for one batch at most."""
    monkeypatch.setattr(ingest, "WRITE_BATCH_LEDGER", 2)
    store, rounds = reviewed()
    written: list[int] = []
    add = store.ledger.add

    def note(round_id: int, lines: list) -> None:
        written.append(len(lines))
        add(round_id, lines)
        add(round_id, lines)  # as after a kill

    monkeypatch.setattr(store.ledger, "add", note)
    train(rounds)
    assert written == [2, 2, 2]
    assert sql(store, "SELECT count(*) FROM ledger") == [(6,)]
