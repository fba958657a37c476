"""Batches: what one would do is counted first, and then exactly that is done."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import Cancelled, Changes, Message, UserError, Verdict, WriteResult
from labeltool.store import Store
from labeltool.store.decisions import batch_decisions
from tests.projects import add_faces, propose, sql, triangle, verdicts

CHUNK = 20
ANN, BEN = "ann", "ben"
ACCEPTED, CORRECTED, REJECTED = Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED
EXCLUDED, UNREVIEWED = Verdict.EXCLUDED, Verdict.UNREVIEWED


def quiet(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_decisions, "CHUNK", CHUNK)


def ids(seen: list[tuple[int, int | None, int | None]]) -> list[int]:
    return [row[0] for row in seen]


@pytest.fixture
def mixed(project) -> Store:
    """Face 1 is accepted, 2 corrected, 3 rejected, 4 rejected with a new proposal, 5 excluded, 6
    has a draft, 7 no proposal, 8 and 9 are unreviewed, with
    expected errors of 1 % and 8 %."""
    store = project(9, proposed=False)
    propose(store, [1, 2, 3, 4, 5, 6, 8, 9], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9, 0.2])
    store.decisions.decide(ANN, [1], ACCEPTED)
    store.decisions.decide(ANN, [2], CORRECTED, points=triangle(3))
    store.decisions.decide(ANN, [3, 4], REJECTED)
    store.decisions.decide(ANN, [5], EXCLUDED)
    propose(store, [4], 0.7)
    store.drafts.save(ANN, 6, None, triangle(6))
    return store


@pytest.mark.parametrize(
    ("verdict", "waiting", "decided", "same", "bare"),
    [
        (ACCEPTED, [9, 4, 8], [3, 5], 2, 1),
        (REJECTED, [9, 4, 8, 7], [1, 2, 5], 1, 0),
        (EXCLUDED, [9, 4, 8, 7], [1, 2, 3], 1, 0),
        (UNREVIEWED, [1, 2, 3, 5, 4], [], 3, 0),
    ],
)
def test_a_plan_counts_waiting_decided_and_unchanged_faces(
    mixed, verdict, waiting, decided, same, bare
):
    plan = mixed.batches.plan(range(1, 10), verdict)
    assert (ids(plan.waiting), ids(plan.decided)) == (waiting, decided)
    assert (plan.same, plan.drafts, plan.bare) == (same, 1, bare)
    assert sum(plan.verdicts.values()) == 9
    assert sum(plan.replaced.values()) == len(decided)
    assert len(waiting) + len(decided) + same + 1 + bare == 9


def test_a_plan_of_faces_that_are_gone_is_empty(mixed):
    plan = mixed.batches.plan([77], ACCEPTED)
    assert (plan.waiting, plan.verdicts, plan.largest_error) == ([], {}, None)


def test_the_largest_expected_error_is_of_those_that_wait(mixed):
    assert mixed.batches.plan(range(1, 10), ACCEPTED).largest_error == 0.08
    assert mixed.batches.plan([7], REJECTED).largest_error is None


@pytest.mark.parametrize("verdict", [ACCEPTED, REJECTED, EXCLUDED, UNREVIEWED])
def test_it_does_what_was_planned_in_one_step_of_undo(mixed, verdict):
    before = verdicts(mixed)
    plan = mixed.batches.plan(range(1, 10), verdict)
    result = mixed.batches.run(BEN, verdict, plan.waiting, quiet)
    assert result.changes.all
    after = verdicts(mixed)
    changed = {face for face in range(1, 10) if after[face - 1] != before[face - 1]}
    assert changed <= set(ids(plan.waiting))
    assert {after[face - 1] for face in ids(plan.waiting)} == {verdict}
    assert mixed.check() == []
    mixed.undo.undo(BEN)
    assert verdicts(mixed) == before
    assert mixed.undo.state(BEN).undo is None


@pytest.mark.usefixtures("small_chunks")
def test_a_batch_larger_than_a_chunk_is_one_operation(project):
    store = project(CHUNK + 5)
    calls = []
    plan = store.batches.plan(range(1, CHUNK + 6), ACCEPTED)
    store.batches.run(ANN, ACCEPTED, plan.waiting, lambda *call: calls.append(call))
    assert calls == [(0, CHUNK + 5), (CHUNK, CHUNK + 5), (CHUNK + 5, CHUNK + 5)]
    assert sql(store, "SELECT count(*), sum(faces) FROM operation") == [(1, CHUNK + 5)]
    assert store.queue.counts().accepted == CHUNK + 5
    assert store.check() == []
    assert str(store.undo.state(ANN).undo) == f"accepted {CHUNK + 5} faces"


@pytest.mark.usefixtures("small_chunks")
def test_a_cancelled_batch_leaves_nothing_behind(project):
    store = project(CHUNK + 5)
    plan = store.batches.plan(range(1, CHUNK + 6), ACCEPTED)

    def stop(done: int, _total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        store.batches.run(ANN, ACCEPTED, plan.waiting, stop)
    assert sql(store, "SELECT count(*) FROM operation") == [(0,)]
    assert sql(store, "SELECT count(*) FROM entry") == [(0,)]
    assert store.queue.counts().accepted == 0
    store.batches.run(ANN, ACCEPTED, plan.waiting, quiet)
    assert store.queue.counts().accepted == CHUNK + 5


def test_faces_changed_after_the_preview_stay_unchanged(project):
    store = project(5)
    plan = store.batches.plan(range(1, 6), ACCEPTED)
    store.decisions.decide(BEN, [1], EXCLUDED)
    propose(store, [2], 0.1)  # not the proposal that was looked at
    store.drafts.save(BEN, 3, None, triangle(9))
    result = store.batches.run(ANN, ACCEPTED, plan.waiting, quiet)
    assert "3 were changed meanwhile" in str(result.message)
    assert verdicts(store) == [EXCLUDED, UNREVIEWED, UNREVIEWED, ACCEPTED, ACCEPTED]
    assert np.array_equal(store.faces.get(3).draft, triangle(9))


def test_reverting_a_batch_with_no_face_left_shows_an_error_and_logs_nothing(project):
    store = project(1)
    plan = store.batches.plan([1], ACCEPTED)
    store.decisions.decide(BEN, [1], REJECTED)
    with pytest.raises(UserError, match="changed meanwhile"):
        store.batches.run(ANN, ACCEPTED, plan.waiting, quiet)
    assert sql(store, "SELECT count(*) FROM operation") == [(1,)]


def test_flags_survive_a_batch(project):
    store = project(3)
    store.decisions.flag(ANN, [2], True)
    plan = store.batches.plan([1, 2, 3], REJECTED)
    store.batches.run(ANN, REJECTED, plan.waiting, quiet)
    assert [store.faces.get(face).flag for face in (1, 2, 3)] == [False, True, False]


class TestCards:
    def test_a_card_shows_what_the_face_shows(self, mixed):
        cards = mixed.faces.cards([*range(1, 10), 77])
        assert sorted(cards) == list(range(1, 10))
        for face_id, card in cards.items():
            face = mixed.faces.get(face_id)
            assert (card.photo, card.name, card.box) == (face.photo, face.name, face.box)
            assert (card.verdict, card.offered, card.flag) == (
                face.verdict, face.offered, face.flag,
            )  # fmt: skip
            assert card.draft is (face.draft is not None)
            np.testing.assert_array_equal(card.points, face.points)

    def test_points_that_a_person_moved_are_marked(self, project):
        store = project(2)
        moved = store.faces.get(1).points.copy()
        moved[1] += 2
        store.decisions.decide(ANN, [1], CORRECTED, points=moved)
        cards = store.faces.cards([1, 2])
        assert cards[1].moved.tolist() == [False, True, False]
        assert cards[2].moved is None

    def test_one_query_does_for_all(self, project):
        store = project(3)
        add_faces(store, 2)
        cards = store.faces.cards([5, 1])
        assert list(cards) == [5, 1]
        assert (cards[5].error, cards[5].points) == (None, None)


def test_changes_of_a_batch_name_no_face(project):
    store = project(2)
    plan = store.batches.plan([1, 2], ACCEPTED)
    result = store.batches.run(ANN, ACCEPTED, plan.waiting, quiet)
    assert result == WriteResult(
        Changes(all=True), Message("Accepted {count} faces.", count=2), undoable=True
    )
