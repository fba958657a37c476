"""The dialog before a training round."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator

import pytest

from labeltool.domain import LandmarkCounts, UserError
from labeltool.domain.round_options import RoundOptions
from labeltool.gui.background import speed_probe
from labeltool.gui.background.speed_probe import SpeedProbe
from labeltool.gui.dialogs.start_round import StartRoundDialog
from labeltool.gui.settings import Settings
from labeltool.rounds.planning import Recipe, RoundPlan, Speeds
from labeltool.rounds.starts import Start
from pipnet import resources

Open = Callable[..., StartRoundDialog]

SPEEDS = {"device": "cpu", "train_images_per_second": 4.0, "memory_bytes": 1_500_000_000}


class Planner:
    """Plans of a project with 60 labels, and the options that were asked for."""

    def __init__(self) -> None:
        self.asked: list[RoundOptions] = []
        self.weights = resources.starter()
        self.audit = 20
        self.landmarks = LandmarkCounts()

    def __call__(self, options: RoundOptions, speeds: dict) -> RoundPlan:
        self.asked.append(options)
        if options.full and options.start == "starter":
            raise UserError("That is not possible.", "Choose otherwise.")
        speed = float(speeds.get("train_images_per_second", 10.0))
        return RoundPlan(
            options=options, start=Start(None, self.weights, "mobilenet_v2"), number=1,
            task="std", manual=60, pseudo=200 if options.pseudo else 0, pseudo_available=300,
            audit=self.audit, left_out={"rejected": 3, "flagged": 2}, faces=400, epochs=10,
            device="cpu", seconds=6000 / speed, predict_seconds=10, is_measured=bool(speeds),
            memory_bytes=speeds.get("memory_bytes"), capped=False, recipe=Recipe(6000),
            speeds=Speeds(speed, 20.0), landmarks=self.landmarks,
        )  # fmt: skip


@pytest.fixture
def planner() -> Planner:
    return Planner()


@pytest.fixture
def probe(monkeypatch, tmp_path) -> Iterator[SpeedProbe]:
    """A probe whose process prints speeds at once."""
    script = tmp_path / "probe.py"
    script.write_text(f"print({json.dumps(json.dumps(SPEEDS))})")
    monkeypatch.setattr(speed_probe, "program", lambda: [sys.executable, str(script)])
    monkeypatch.setenv("LABELTOOL_SETTINGS", str(tmp_path / "settings.ini"))
    made = SpeedProbe(Settings())
    yield made
    made.stop()


@pytest.fixture
def open_dialog(qtbot, planner, probe) -> Open:
    def opened(options: RoundOptions | None = None, **values: object) -> StartRoundDialog:
        settings = {"backbones": ["resnet18"], "devices": ["auto", "cpu"], **values}
        dialog = StartRoundDialog(planner, probe, options=options or RoundOptions(), **settings)  # type: ignore[arg-type]
        qtbot.addWidget(dialog, before_close_func=lambda shown: shown.reject())
        dialog.show()
        return dialog

    return opened


def choose(combo, value: str) -> None:
    combo.setCurrentIndex(combo.findData(value))


def test_it_says_what_the_round_would_use(open_dialog):
    dialog = open_dialog()
    assert dialog.trained.text().splitlines() == [
        "60 manual labels", "200 of 300 pseudo-labels, which train everything",
    ]  # fmt: skip
    assert dialog.left_out.text() == "3 rejected, 2 flagged"
    assert dialog.measured_by.text() == "20 faces that it does not train on"
    assert dialog.starts_from.text() == "starter (mobilenet_v2); the result is for research only"


def test_it_says_how_many_landmarks_are_not_visible(open_dialog, planner):
    planner.landmarks = LandmarkCounts(occluded=12, absent=1)
    dialog = open_dialog()
    assert dialog.trained.text().splitlines()[2] == (
        "12 landmarks are occluded and count half. 1 landmark is absent and is not trained."
    )


def test_a_free_start_gives_a_free_result_and_no_audit_an_unknown_one(open_dialog, planner):
    planner.weights, planner.audit = resources.path("weights", resources.RENDERS), 0
    dialog = open_dialog()
    assert "free for any use" in dialog.starts_from.text()
    assert "unknown" in dialog.measured_by.text()


def test_time_and_memory_come_from_a_few_timed_steps_and_are_remembered(
    qtbot, open_dialog, planner
):
    dialog = open_dialog()
    assert "10 min" in dialog.time.text()
    assert "being measured" in dialog.time.text()
    qtbot.waitUntil(lambda: dialog.memory.text() == "about 1.5 GB")
    assert dialog.time.text() == "about 25 min on this CPU, 10 epochs"
    again = StartRoundDialog(
        planner, SpeedProbe(Settings()), options=RoundOptions(), backbones=[], devices=["auto"]
    )
    qtbot.addWidget(again)
    assert again.memory.text() == "about 1.5 GB"


def test_a_measurement_that_fails_leaves_a_guess(qtbot, open_dialog, monkeypatch, tmp_path):
    monkeypatch.setattr(speed_probe, "program", lambda: [sys.executable, "-c", "1/0"])
    dialog = open_dialog()
    qtbot.waitUntil(lambda: dialog.memory.text() == "not known")
    assert dialog.time.text().endswith("(a guess)")
    assert dialog.ok.isEnabled()


def test_no_measurement_runs_beside_a_round(open_dialog, probe):
    dialog = open_dialog(purpose="queue")
    assert not probe.is_running
    assert dialog.ok.text() == "Queue"


def test_a_measurement_ends_with_the_dialog(qtbot, open_dialog, probe, monkeypatch):
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(speed_probe, "program", lambda: sleep)
    dialog = open_dialog()
    qtbot.waitUntil(lambda: probe.is_running)
    dialog.reject()
    assert not probe.is_running


def test_a_choice_changes_the_plan_at_once(open_dialog, planner):
    dialog = open_dialog()
    assert not dialog.advanced.isVisible()
    dialog.fold.click()
    assert dialog.advanced.isVisible()
    dialog.pseudo.setChecked(False)
    assert dialog.trained.text().endswith("none of 300 pseudo-labels")
    choose(dialog.length, "epochs")
    dialog.epochs.setValue(7)
    choose(dialog.device, "cpu")
    assert planner.asked[-1] == RoundOptions(epochs=7, pseudo=False, device="cpu")
    choose(dialog.length, "converged")
    assert planner.asked[-1].until_converged
    assert planner.asked[-1].epochs is None
    dialog.full.setChecked(True)
    assert planner.asked[-1].full
    assert planner.asked[-1].pseudo
    assert dialog.plan is not None
    assert dialog.plan.options == planner.asked[-1]


def test_imagenet_is_offered_with_its_backbones_if_weights_are_at_hand(open_dialog, planner):
    dialog = open_dialog()
    dialog.fold.click()
    assert not dialog.backbone.isVisible()
    choose(dialog.start, "imagenet")
    assert dialog.backbone.isVisible()
    assert planner.asked[-1].backbone == "resnet18"
    assert open_dialog(backbones=[]).start.findData("imagenet") == -1


def test_impossible_choices_are_explained_and_cannot_be_started(open_dialog):
    dialog = open_dialog()
    choose(dialog.start, "starter")
    dialog.full.setChecked(True)
    assert not dialog.ok.isEnabled()
    assert "That is not possible." in dialog.problem.text()
    dialog.full.setChecked(False)
    assert dialog.ok.isEnabled()
    assert not dialog.problem.isVisible()


def test_earlier_choices_are_shown_again(open_dialog):
    options = RoundOptions("imagenet", "resnet18", epochs=9)
    dialog = open_dialog(options)
    assert dialog.options() == options
    assert dialog.advanced.isVisible()
