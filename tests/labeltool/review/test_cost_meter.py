"""Time, moves and pixels of a decided face: breaks are cut off, and it can be switched off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from labeltool.review.cost_meter import MAX_IDLE_SECONDS, CostMeter
from labeltool.review.desk import Desk
from labeltool.store import Store

ANN, BOB = "ann", "bob"


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _pass(meter: CostMeter, clock: Clock, face: int, *gaps: float) -> None:
    for gap in gaps:
        clock.now += gap
        meter.note_input(face)


def test_time_between_inputs_counts_and_breaks_do_not(
    project: Callable[..., Store], clock: Clock
) -> None:
    store = project(3)
    meter = CostMeter(store, ANN, clock)
    _pass(meter, clock, 1, 0, 2, 3, 3600)
    meter.note_move(1, 4.0)
    meter.note_move(1, 6.0)
    meter.note_decision(1)
    cost = store.trust.costs.today(ANN)
    assert cost is not None
    assert (cost.faces, cost.drags, cost.pixels) == (1, 2, 10)
    assert cost.seconds == pytest.approx(5 + MAX_IDLE_SECONDS)


def test_leaving_the_window_and_another_face_begin_anew(
    project: Callable[..., Store], clock: Clock
) -> None:
    store = project(3)
    meter = CostMeter(store, ANN, clock)
    _pass(meter, clock, 1, 0, 5)
    meter.pause()
    _pass(meter, clock, 1, 15, 1)
    _pass(meter, clock, 2, 1, 2)
    meter.note_move(1, 9.0)  # of a face that is not open any more
    meter.note_decision(2)
    cost = store.trust.costs.recent()
    assert cost is not None
    assert (cost.seconds, cost.drags) == (2, 0)
    _pass(meter, clock, 1, 1, 4)
    meter.note_decision(1)
    meter.note_decision(1)  # nothing was done in between
    cost = store.trust.costs.recent()
    assert cost is not None
    assert (cost.faces, cost.seconds) == (2, 3)


def test_switching_it_off_deletes_ones_own_costs_alone(
    project: Callable[..., Store], clock: Clock
) -> None:
    store = project(3)
    store.trust.costs.add(BOB, 1, 5.0, 0, 0.0)
    store.trust.costs.add(ANN, 1, 5.0, 0, 0.0)
    desk = Desk(store, ANN)
    assert desk.meter.is_on
    desk.meter.set_measured(False)
    assert store.trust.costs.today(ANN) is None
    assert store.trust.costs.today(BOB) is not None
    assert not Desk(store, ANN).meter.is_on
    _pass(desk.meter, clock, 1, 0, 5)
    desk.meter.note_decision(1)
    assert store.trust.costs.today(ANN) is None
    desk.meter.set_measured(True)
    assert Desk(store, ANN).meter.is_on


def test_a_move_of_points_on_the_desk_is_a_drag(project: Callable[..., Store]) -> None:
    store = project(2)
    desk = Desk(store, ANN)
    desk.open(1)
    desk.meter.note_input(1)
    before = desk.face.points  # type: ignore[union-attr]
    desk.refresh(desk.edits.move(0, before[0, 0] + 3, before[0, 1] + 4))  # type: ignore[index]
    desk.accept()
    cost = store.trust.costs.recent()
    assert cost is not None
    assert cost.drags == 1
    np.testing.assert_allclose(cost.pixels, 5)
