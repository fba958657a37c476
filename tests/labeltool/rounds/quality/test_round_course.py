"""What a round has reported so far."""

from __future__ import annotations

import math

from labeltool.domain import Message
from labeltool.rounds.quality.round_course import MAX_CURVE_POINTS, Curve, RoundCourse
from labeltool.rounds.run_folder import Event

LOSSES = {"score": 0.01, "x": 0.1, "y": 0.2, "nb_x": 0.3, "nb_y": 0.1, "total": 0.8}


def course(*events: Event) -> RoundCourse:
    made = RoundCourse()
    for event in events:
        made.add(event)
    return made


def step(on: str, done: int) -> Event:
    return Event("progress", "train", done, 100, 60.0, LOSSES, detail=on)


def test_a_long_curve_keeps_its_shape_in_few_points():
    curve, count = Curve(), 100_000
    for x in range(count):
        curve.add(x, x / count)
    assert MAX_CURVE_POINTS / 2 <= len(curve.x) <= MAX_CURVE_POINTS
    assert curve.x == sorted(curve.x)
    assert curve.x[-1] > 0.99 * count
    assert all(abs(x / count - y) < 0.01 for x, y in zip(curve.x, curve.y, strict=True))


def test_a_curve_leaves_out_what_cannot_be_drawn():
    curve = Curve()
    for x, y in ((1, 5.0), (2, math.nan), (3, math.inf), (4, 4.0)):
        curve.add(x, y)
    assert (curve.x, curve.y) == ([1, 4], [5.0, 4.0])


def test_the_loss_has_a_curve_for_each_kind_of_term():
    seen = course(step("labels", 1))
    assert {name: curve.y for name, curve in seen.losses.items()} == {
        "total": [0.8], "cell": [0.01], "place": [0.1 + 0.2], "neighbours": [0.3 + 0.1],
    }  # fmt: skip


def test_the_stage_and_what_is_trained_on_are_known():
    seen = course(step("labels", 1), Event("progress", "prepare", 5, 50), step("both", 11))
    assert seen.losses["total"].x == [1, 11]
    assert (seen.stage, seen.trains_on, seen.done, seen.total) == ("train", "both", 11, 100)


def test_steps_that_a_resumed_training_repeats_are_drawn_once():
    seen = course(
        step("labels", 10), step("labels", 20), Event("started"), step("labels", 15),
        step("labels", 25),
    )  # fmt: skip
    assert seen.losses["total"].x == [10, 20, 25]


def test_errors_are_of_epochs_and_the_newest_of_the_other_values_are_known():
    seen = course(
        Event("started", detail="CPU"),
        Event("epoch", values={"nme": 6.0, "nme_curve": 4.0, "learning_rate": 1e-3}),
        Event("progress", "train", 1, 9, 30.0, values={"learning_rate": 5e-4}),
        Event("epoch", values={"nme": 5.0, "nme_curve": 3.5}),
    )
    assert (seen.errors["nme"].x, seen.errors["nme"].y) == ([1, 2], [6.0, 5.0])
    assert seen.errors["nme_curve"].y == [4.0, 3.5]
    assert seen.values["learning_rate"] == 5e-4
    assert (seen.device, seen.seconds_left) == ("CPU", 30.0)
    assert not seen.is_error_unknown


def test_without_faces_to_measure_by_the_error_is_unknown_after_an_epoch():
    seen = course(step("labels", 1))
    assert not seen.is_error_unknown
    seen.add(Event("epoch", values={"learning_rate": 1e-3}))
    assert seen.is_error_unknown


def test_pauses_and_notices_are_known():
    seen = course(Event("paused"), Event("notice", reason=Message("halved")))
    assert seen.is_paused
    assert seen.notice == Message("halved")
    seen.add(Event("resumed"))
    assert not seen.is_paused


def test_what_it_waits_for_is_known_until_it_goes_on():
    reason = Message("Waits for another round.")
    waiting = Event("waiting", reason=reason)
    assert course(waiting).waits_for == reason
    assert course(waiting, Event("started")).waits_for is None
    assert course(step("labels", 1), waiting, step("labels", 2)).waits_for is None
