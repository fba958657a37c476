"""Proposals are adjusted to what labels have in common, and back; decisions stay."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import Cancelled, NewPrediction, UserError, Verdict
from labeltool.rounds.adjusting.adjusted_proposals import (
    adjusted,
    adjustment_in_force,
    offer_further,
)
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_inputs import freeze_audit, freeze_faces
from labeltool.store import Store
from tests.biased_network import ANN, SIX, label, offer, predicted, truth
from tests.projects import add_faces, sql


def points(store: Store, face: int) -> np.ndarray:
    return store.faces.get(face).points


def off(store: Store, faces: range) -> float:
    """Mean distance from the truth, pixels."""
    return float(
        np.mean([np.linalg.norm(points(store, k) - truth(k), axis=-1).mean() for k in faces])
    )


@pytest.fixture
def store(project) -> Store:
    """A project of 60 faces, 30 of them labelled."""
    made = project(60, proposed=False, scheme=SIX)
    offer(made, range(1, 61))
    label(made, range(1, 31))
    return made


def adjust(store: Store):
    adjuster = Rounds(store).adjuster
    return adjuster.offer(ANN, adjuster.learn())


OPEN = range(31, 61)


def test_undecided_faces_are_adjusted_and_labels_stay(store: Store) -> None:
    before = off(store, OPEN)
    learned = Rounds(store).adjuster.learn()
    assert learned.faces == 30
    assert learned.helps
    result = adjust(store)
    assert "The proposals of 30 faces were adjusted." in str(result.message)
    assert result.undoable
    assert off(store, OPEN) < 0.6 * before
    # what was promised is what came
    assert learned.after / learned.before == pytest.approx(off(store, OPEN) / before, rel=0.15)
    assert [points(store, k).tolist() for k in range(1, 31)] == [
        truth(k).tolist() for k in range(1, 31)
    ]
    assert store.check() == []


def test_expected_errors_fall_with_the_errors(store: Store) -> None:
    adjust(store)
    prediction = store.faces.get(40).prediction
    assert prediction.error < 0.09
    assert prediction.errors[5] < prediction.errors[4]


def test_undo_and_redo_take_all_of_it(store: Store) -> None:
    raw = [points(store, k).tolist() for k in OPEN]
    adjust(store)
    moved = [points(store, k).tolist() for k in OPEN]
    assert moved != raw
    store.undo.undo(ANN)
    assert [points(store, k).tolist() for k in OPEN] == raw
    store.undo.redo(ANN)
    assert [points(store, k).tolist() for k in OPEN] == moved
    assert store.check() == []


def test_a_second_adjustment_starts_from_the_network_again(store: Store) -> None:
    adjust(store)
    label(store, range(31, 41))
    learned = Rounds(store).adjuster.learn()
    assert learned.faces == 40
    assert learned.before > 1.3 * learned.after  # measured against the network's own
    adjust(store)
    rest = range(41, 61)
    assert off(store, rest) < 2.2
    store.undo.undo(ANN)
    store.undo.redo(ANN)
    assert store.check() == []


def test_faces_that_are_predicted_later_are_adjusted_too(store: Store) -> None:
    adjust(store)
    add_faces(store, 10)
    later = range(61, 71)
    offer(store, later)
    before = off(store, later)
    changes = offer_further(store)
    assert changes.any_face
    assert off(store, later) < 0.6 * before
    assert not offer_further(store).any_face  # nothing is left to do
    store.undo.undo(ANN)
    assert off(store, later) == before


def test_a_box_that_was_drawn_is_adjusted(store: Store) -> None:
    network = store.rounds.current().id
    raw = NewPrediction(1, predicted(70), np.full(6, 0.5, np.float32), 0.5, 0.1)
    assert np.array_equal(adjusted(store, network, raw).points, raw.points)
    adjust(store)
    moved = adjusted(store, network, raw).points
    assert np.linalg.norm(moved - truth(70)) < np.linalg.norm(raw.points - truth(70))


def test_a_new_network_is_offered_as_it_is(store: Store) -> None:
    adjust(store)
    newer = offer(store, range(1, 61), "round 1")
    store.rounds.finish(newer, {})
    assert points(store, 40).tolist() == predicted(40).tolist()
    assert not offer_further(store).any_face
    with pytest.raises(UserError, match="0 faces were labelled on the proposals of round 1"):
        Rounds(store).adjuster.learn()


def test_faces_that_were_accepted_together_teach_nothing(project) -> None:
    store = project(60, proposed=False, scheme=SIX)
    offer(store, range(1, 61))
    label(store, range(1, 11))
    store.decisions.decide(ANN, list(range(11, 41)), Verdict.ACCEPTED)
    with pytest.raises(UserError, match="10 faces were labelled on the proposals of starter"):
        Rounds(store).adjuster.learn()


def test_labels_that_differ_by_chance_change_nothing(project) -> None:
    store = project(60, proposed=False, scheme=SIX)
    offer(store, range(1, 61))
    chance = np.random.default_rng(1000)
    label(store, range(1, 41), lambda k: predicted(k) + chance.normal(size=(6, 2)))
    before = sql(store, "SELECT * FROM state")
    adjuster = Rounds(store).adjuster
    learned = adjuster.learn()
    assert not learned.helps
    with pytest.raises(UserError, match="no more than chance"):
        adjuster.offer(ANN, learned)
    assert sql(store, "SELECT * FROM state") == before


def test_faces_that_measure_networks_measure_and_do_not_teach(store: Store) -> None:
    store.audit.add(ANN, range(1, 13), "photo", 1, beside=store.audit.get())
    learned = Rounds(store).adjuster.learn()
    assert (learned.faces, learned.measured, learned.by_audit) == (18, 12, True)
    assert learned.helps


def test_cancelled_or_killed_half_way_it_changes_nothing(store: Store) -> None:
    before = [points(store, k).tolist() for k in range(1, 61)]
    adjuster = Rounds(store).adjuster
    learned = adjuster.learn()

    def cancel(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        adjuster.offer(ANN, learned, cancel)
    # a program that was killed leaves predictions that nobody sees, until the next time
    round_id = store.trust.adjustments.add_round(learned.network, {})
    first = next(store.trust.adjustments.open_faces(learned.network))
    store.rounds.add_predictions(round_id, first[:10])
    assert [points(store, k).tolist() for k in range(1, 61)] == before
    adjust(store)
    assert sql(store, f"SELECT count(*) FROM prediction WHERE round_id = {round_id}") == [(0,)]


def test_a_round_freezes_the_adjustment_with_the_faces_that_measure_it(store: Store) -> None:
    store.audit.add(ANN, range(1, 13), "photo", 1, beside=store.audit.get())
    table = freeze_faces(store, store.faces.boxes())[1]
    assert freeze_audit(store, table).weights is None
    adjust(store)
    frozen = freeze_audit(store, table)
    stored = adjustment_in_force(store)
    assert np.array_equal(frozen.weights, stored.adjustment.weights)
    assert frozen.offset.shape == (6, 2)


def test_without_a_network_it_says_so(project) -> None:
    store = project(3, proposed=False, scheme=SIX)
    with pytest.raises(UserError, match="No network proposes landmarks yet"):
        Rounds(store).adjuster.learn()
