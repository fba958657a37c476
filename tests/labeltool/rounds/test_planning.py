"""What a training round would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from labeltool.domain import Counts
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.planning import (
    FIRST_SHARE,
    FULL_EPOCHS,
    FULL_TASKS,
    MANUAL_SHARE,
    MAX_EPOCHS,
    MAX_USEFUL_IMAGES,
    MIN_PSEUDO_EPOCHS,
    NEW_HEADS_LR,
    ROUND_BUDGET_SECONDS,
    RoundPlan,
    StartKnowledge,
    plan_round,
)
from labeltool.rounds.run_inputs import Trainable
from labeltool.rounds.starts import Start
from pipnet import resources

SLOW = {"train_images_per_second": 10, "predict_faces_per_second": 15, "device": "cpu"}
FAST = {"train_images_per_second": 500, "predict_faces_per_second": 300, "device": "cuda"}
DEFAULT, UNTAUGHT = RoundOptions(), StartKnowledge()
TAUGHT = StartKnowledge(knows_labels=True, proposals_know_labels=True)


def plan(
    manual: int = 60,
    pseudo: int = 900,
    known: Mapping[str, Any] = SLOW,
    learnt: StartKnowledge = UNTAUGHT,
    audit: int = 20,
    options: RoundOptions = DEFAULT,
) -> RoundPlan:
    counts = Counts(faces=manual + pseudo + audit)
    start = Start(None, resources.starter(), "mobilenet_v2")
    trainable = Trainable(manual, pseudo, {})
    return plan_round(counts, trainable, audit, known, options, start, learnt)


def test_a_default_round_fits_ten_minutes_on_a_cpu() -> None:
    for manual, pseudo in ((5, 0), (60, 900), (300, 20_000)):
        found = plan(manual, pseudo)
        assert found.seconds <= ROUND_BUDGET_SECONDS * (1.01 if manual + pseudo < 9000 else 4)


def test_the_first_round_begins_with_the_labels_alone() -> None:
    found = plan()
    assert found.recipe.first_images == round(FIRST_SHARE * found.recipe.images)
    assert found.recipe.predict_again
    assert "The labels alone come first; then it predicts" in str(found.describe())
    taught = plan(learnt=TAUGHT)
    assert (taught.recipe.first_images, taught.recipe.predict_again) == (0, False)
    assert "The labels alone" not in str(taught.describe())
    fresh = plan(learnt=StartKnowledge(proposals_know_labels=True))
    assert (fresh.recipe.first_images > 0, fresh.recipe.predict_again) == (True, False)
    assert "The labels alone come first." in str(fresh.describe())


def test_each_pseudo_label_is_shown_a_few_times() -> None:
    """The most confident ones go in first; what is left out is said."""
    found = plan(pseudo=5000)
    assert 0 < found.pseudo < found.pseudo_available == 5000
    assert found.capped
    shown = (found.recipe.images - found.recipe.first_images) * (1 - found.recipe.manual_share)
    assert shown / found.pseudo == pytest.approx(MIN_PSEUDO_EPOCHS, rel=0.35)
    assert f"{found.pseudo} of 5000 pseudo-labels" in str(found.describe())


def test_half_of_the_images_are_of_manual_labels_unless_there_are_more() -> None:
    assert plan(60, 900).recipe.manual_share == MANUAL_SHARE
    assert "50 % of it on manual labels" in str(plan(60, 900).describe())
    assert plan(300, 2).recipe.manual_share == pytest.approx(300 / 302)


def test_without_pseudo_labels_the_labels_alone_are_trained() -> None:
    for found in (plan(pseudo=0), plan(options=RoundOptions(pseudo=False))):
        assert (found.pseudo, found.recipe.first_images, found.recipe.predict_again) == (
            0,
            0,
            False,
        )
        assert "trains on 60 manual labels for" in str(found.describe())


def test_a_round_on_few_labels_is_not_trained_longer_than_is_useful() -> None:
    assert plan(10, 0, FAST).recipe.images == MAX_EPOCHS * 10
    found = plan(1000, 9000, FAST)
    assert found.recipe.images == MAX_USEFUL_IMAGES
    assert not found.capped


def test_epochs_that_were_asked_for_are_of_all_labels() -> None:
    found = plan(60, 140, options=RoundOptions(epochs=7))
    assert (found.recipe.images, found.epochs, found.capped) == (7 * 200, 7, False)


def test_a_round_that_ends_once_it_stops_improving_may_take_longer() -> None:
    longer = plan(options=RoundOptions(until_converged=True))
    assert longer.recipe.images > 1.5 * plan().recipe.images
    assert "It ends earlier if it stops improving." in str(longer.describe())


def test_a_full_self_training_runs_all_tasks_on_all_faces() -> None:
    found = plan(60, 900, options=RoundOptions(full=True))
    assert (found.pseudo, found.epochs) == (900, FULL_EPOCHS)
    assert found.recipe.images == FULL_EPOCHS * 960
    images = FULL_EPOCHS * (60 + FULL_TASKS * 960)
    assert found.seconds == pytest.approx(
        images / 10 + FULL_TASKS * 900 / 15 + found.predict_seconds
    )
    text = str(found.describe())
    assert "60 manual labels, then 5 times on these and 900 pseudo-labels" in text


def test_new_heads_learn_faster() -> None:
    for found in (
        plan(learnt=StartKnowledge(fits=False)),
        plan(options=RoundOptions(start="imagenet")),
    ):
        assert found.recipe.lr == NEW_HEADS_LR > plan().recipe.lr


def test_measuring_is_part_of_the_time() -> None:
    assert plan(audit=150).predict_seconds > plan(audit=0).predict_seconds + 2 * 150 / 15
    assert "quality will be unknown" in str(plan(audit=0).describe())


def test_rounds_train_on_a_gpu_as_docs_loop_measured_and_on_a_cpu_by_the_same_rule() -> None:
    recipe = plan().recipe
    on_cpu, on_gpu = recipe.on("cpu"), recipe.on("cuda")
    assert on_cpu == recipe
    assert (on_gpu.batch, on_gpu.lr) == (32, pytest.approx(4e-4))
    assert on_cpu.batch == 16
    assert on_gpu.lr / on_cpu.lr == pytest.approx((on_gpu.batch / on_cpu.batch) ** 0.5)
    # the average of weights spans as many images
    assert on_gpu.ema_decay ** (1 / on_gpu.batch) == pytest.approx(
        on_cpu.ema_decay ** (1 / on_cpu.batch)
    )
    assert on_gpu.images == on_cpu.images
