"""The panel of a running round, whose worker is played by the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeltool.domain import Message, RoundKind
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.gallery.sample_strip import SampleStrip
from labeltool.gui.panels.round_progress import RoundProgressPanel
from labeltool.gui.window import MainWindow
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.store import open_project

LOSSES = {"score": 0.01, "x": 0.1, "y": 0.2, "nb_x": 0.3, "nb_y": 0.1, "total": 0.8}
VALUES = {
    "nme": 5.25, "nme_curve": 4.0, "learning_rate": 3e-4, "images_per_second": 52.3,
    "memory_bytes": 1.34e9,
}  # fmt: skip


class Worker:
    """A training round of a project as its worker sees it."""

    def __init__(self, project: Path) -> None:
        store = open_project(project)
        store.rounds.add(RoundKind.TRAIN, "std", "rounds/live", {})
        self.faces = [row[0] for row in store.faces.boxes()]
        store.close()
        self.folder = RunFolder(project / "rounds" / "live")
        self.folder.path.mkdir(parents=True)
        self._lock = ExitStack()
        self._lock.enter_context(self.folder.hold_lock())
        self.folder.report(Event("started", detail="CPU"))

    def train(self, *steps: int, stage: str = "train", on: str = "labels") -> None:
        for done in steps:
            self.folder.report(Event("progress", stage, done, 40, 100.0, LOSSES, detail=on))

    def end_epoch(self, shift: float = 0.0, **values: float) -> None:
        """Write the landmarks of four faces, to the right by `shift`, then report."""
        points = np.full((4, 68, 2), 120.0) + np.linspace(0, 60, 68)[:, None] + (shift, 0)
        self.folder.write_table(
            "samples.npz", faces=np.array(self.faces[:4]), points=points,
            errors=np.full((4, 68), 0.05, np.float32),
        )  # fmt: skip
        self.folder.report(Event("epoch", values=values or VALUES))

    def end(self) -> None:
        self.folder.report(Event("cancelled"))
        self._lock.close()


@pytest.fixture
def worker(project: Path) -> Iterator[Worker]:
    made = Worker(project)
    yield made
    made._lock.close()


def samples_of(window: MainWindow) -> SampleStrip:
    found = window.views.findChild(SampleStrip)
    assert found is not None
    return found


def panel_of(qtbot: QtBot, window: MainWindow) -> RoundProgressPanel:
    """The panel, once it shows the round."""
    window.ask_running = lambda: "leave"  # type: ignore[method-assign]
    panel = window.views.round_progress
    qtbot.waitUntil(panel.isVisible)
    return panel


def test_a_window_that_is_opened_in_the_middle_shows_the_round_from_its_start(
    qtbot, open_window, project, worker
):
    worker.train(*range(1, 31))
    worker.end_epoch()
    worker.train(31, 32, on="both")
    panel = panel_of(qtbot, open_window(project))
    qtbot.waitUntil(lambda: panel.bar.format().startswith("Training on both"))
    x, y = panel.details.losses.plot.listDataItems()[0].getOriginalDataset()
    assert x.tolist() == list(range(1, 33))
    assert y.tolist() == [0.8] * 32
    errors = panel.details.errors.plot.listDataItems()[0].getOriginalDataset()
    assert [values.tolist() for values in errors] == [[1], [5.25]]
    assert panel.detail.text() == (
        "about 2 min left · error 5.25 % · loss 0.800 · 52 images/s · learning rate 0.0003 · "
        "1.3 GB of memory · on CPU"
    )


@pytest.mark.parametrize(
    ("stage", "on", "words", "can_stop"),
    [
        ("train", "labels", "Training on the labels", True),
        ("prepare", "", "Predicting pseudo-labels", True),
        ("train", "both", "Training on both", True),
        ("train", "", "Training", True),
        ("predict", "", "Predicting all faces", False),
    ],
)
def test_the_stage_is_shown_in_words(
    qtbot, open_window, project, worker, stage, on, words, can_stop
):
    worker.train(10, stage=stage, on=on)
    panel = panel_of(qtbot, open_window(project))
    qtbot.waitUntil(lambda: panel.bar.format() == f"{words}: %p %")
    assert panel.bar.value() == 10
    assert panel.stop.isVisible() is can_stop


def test_a_notice_is_shown_until_the_round_ends(qtbot, open_window, project, worker):
    worker.folder.report(Event("notice", reason=Message("The batch was halved.")))
    panel = panel_of(qtbot, open_window(project))
    qtbot.waitUntil(panel.notice.isVisible)
    assert panel.notice.text() == "The batch was halved."
    worker.end()
    qtbot.waitUntil(lambda: panel.ended.title.text() == "The round was cancelled")
    assert not panel.notice.isVisible()
    assert not panel.details.isVisible()


def test_a_window_that_is_opened_while_a_round_pauses_says_so(qtbot, open_window, project, worker):
    worker.train(1)
    worker.folder.report(Event("paused"))
    panel = panel_of(qtbot, open_window(project))
    qtbot.waitUntil(lambda: panel.title.text() == "Training round, paused")
    assert panel.pause.text() == "Resume"
    assert panel.detail.text().startswith("It stays paused when the window is closed.")
    worker.folder.report(Event("resumed"))
    qtbot.waitUntil(lambda: panel.title.text() == "Training round")
    assert panel.pause.text() == "Pause"


def test_without_faces_to_measure_by_the_error_is_said_to_be_unknown(
    qtbot, open_window, project, worker
):
    worker.train(1)
    panel = panel_of(qtbot, open_window(project))
    qtbot.waitUntil(lambda: panel.details.no_errors.isVisible())
    assert "after each epoch" in panel.details.no_errors.text()
    worker.end_epoch(learning_rate=1e-3)
    qtbot.waitUntil(lambda: "unknown" in panel.details.no_errors.text())
    worker.end_epoch()
    qtbot.waitUntil(lambda: panel.details.errors.isVisible())


def test_nothing_is_drawn_or_read_while_the_details_are_folded(qtbot, open_window, project, worker):
    window = open_window(project)
    panel = panel_of(qtbot, window)
    qtbot.mouseClick(panel.fold, Qt.MouseButton.LeftButton)
    worker.train(1, 2, 3)
    worker.end_epoch()
    qtbot.waitUntil(lambda: "error 5.25 %" in panel.detail.text())
    assert not panel.details.isVisible()
    curve = panel.details.losses.plot.listDataItems()[0]
    assert curve.getOriginalDataset()[0] is None or not len(curve.getOriginalDataset()[0])
    assert samples_of(window).cards == []
    qtbot.mouseClick(panel.fold, Qt.MouseButton.LeftButton)
    assert curve.getOriginalDataset()[0].tolist() == [1, 2, 3]
    qtbot.waitUntil(lambda: len(samples_of(window).cards) == 4)


def test_the_plots_are_drawn_a_few_times_a_second(qtbot, open_window, project, worker, monkeypatch):
    panel = panel_of(qtbot, open_window(project))
    worker.train(1)
    qtbot.waitUntil(lambda: panel.details.losses is not None and panel.bar.value() == 1)
    drawn: list[object] = []
    monkeypatch.setattr(panel.details, "show_course", drawn.append)
    for done in range(2, 40):
        panel.show_event(Event("progress", "train", done, 40))
    assert drawn == []
    qtbot.waitUntil(lambda: len(drawn) == 1)


def test_folded_details_stay_folded_in_the_next_window(qtbot, open_window, project, worker):
    window = open_window(project)
    qtbot.mouseClick(panel_of(qtbot, window).fold, Qt.MouseButton.LeftButton)
    window.close()
    panel = panel_of(qtbot, open_window(project))
    assert not panel.fold.isChecked()
    assert not panel.details.isVisible()


def test_another_window_of_the_session_shows_the_round_so_far(
    qtbot, open_window, app, project, worker, monkeypatch
):
    """Here the language was changed while a round pauses, so no event comes."""
    worker.train(1, 2, 3)
    worker.folder.report(Event("paused"))
    panel = panel_of(qtbot, open_window(project))
    qtbot.waitUntil(lambda: panel.pause.text() == "Resume")
    app.apply_language()
    panel = panel_of(qtbot, app.window)
    assert panel.title.text() == "Training round, paused"
    curve = panel.details.losses.plot.listDataItems()[0]
    assert curve.getOriginalDataset()[0].tolist() == [1, 2, 3]


def test_a_new_round_begins_with_empty_curves(qtbot, open_window, project, worker):
    window = open_window(project)
    worker.train(1, 2, 3)
    controller = window.session.round
    follower = controller.rounds.follower
    qtbot.waitUntil(lambda: len(follower.current.course.losses["total"].x) == 3)
    worker.end()
    qtbot.waitUntil(lambda: controller.state is RoundState.IDLE)
    store = window.session.store
    store.rounds.add(RoundKind.TRAIN, "std", "rounds/next", {})
    folder = RunFolder(store.folder / "rounds" / "next")
    folder.path.mkdir()
    with folder.hold_lock():
        folder.report(Event("started"))
        controller.attach()
        qtbot.waitUntil(lambda: follower.current.course.losses["total"].x == [])
        window.ask_running = lambda: "leave"
        qtbot.waitUntil(lambda: window.views.round_progress.title.text() == "Training round")


def test_the_sample_faces_follow_the_epochs(qtbot, open_window, project, worker):
    window = open_window(project)
    panel_of(qtbot, window)
    samples = samples_of(window)
    assert samples.cards == []
    worker.end_epoch()
    qtbot.waitUntil(lambda: [card.id for card in samples.cards] == worker.faces[:4])
    qtbot.waitUntil(lambda: window.views.thumbnails.is_idle)
    before = samples.grab().toImage()
    worker.end_epoch(shift=20)
    qtbot.waitUntil(lambda: samples.cards[0].points[0, 0] == 140)
    qtbot.waitUntil(lambda: samples.grab().toImage() != before)


def test_a_damaged_file_of_samples_does_not_matter(qtbot, open_window, project, worker):
    window = open_window(project)
    panel_of(qtbot, window)
    worker.end_epoch()
    qtbot.waitUntil(lambda: len(samples_of(window).cards) == 4)
    (worker.folder.path / "samples.npz").write_bytes(b"nonsense")
    worker.folder.report(Event("epoch", values={**VALUES, "nme": 3.0}))
    qtbot.waitUntil(lambda: "error 3.00 %" in window.views.round_progress.detail.text())
    (worker.folder.path / "samples.npz").unlink()
    worker.end_epoch(shift=20)
    # without the file there may be no cards for a moment
    qtbot.waitUntil(lambda: [card.points[0, 0] for card in samples_of(window).cards][:1] == [140])


def test_a_round_says_what_it_waits_for(qtbot, open_window, project, worker):
    window = open_window(project)
    panel = panel_of(qtbot, window)
    reason = Message(
        "Waits for round {number} of the project {project}, which uses {device}.",
        number=3, project="faces", device=Message("this CPU"),
    )  # fmt: skip
    worker.folder.report(Event("waiting", reason=reason))
    words = "Waits for round 3 of the project faces, which uses this CPU."
    qtbot.waitUntil(lambda: words in panel.detail.text())
    assert panel.bar.text() == "Waiting"
    assert panel.cancel.isVisible()
    assert not panel.pause.isVisible()
    assert not panel.stop.isVisible()
    assert window.session.round.seconds_at_stake == 0  # a cancel asks nothing
    worker.train(10)
    qtbot.waitUntil(lambda: "Waits" not in panel.detail.text())
    assert panel.pause.isVisible()
    assert panel.stop.isVisible()
    worker.end()
    qtbot.waitUntil(lambda: not window.session.round.rounds.follower.is_running)


def test_the_window_fits_a_small_screen_with_every_panel_shown(qtbot, open_window, project, worker):
    worker.train(*range(1, 31))
    worker.end_epoch()
    window = open_window(project)
    panel, views = panel_of(qtbot, window), window.views
    qtbot.waitUntil(panel.details.isVisible)
    bars = [views.round_ready, views.news, views.message_bar]
    bars += [views.inspector.badge, views.inspector.findings, panel.notice]
    for widget in bars:
        widget.show()
    assert views.history.head.isChecked()
    least = window.minimumSizeHint()
    assert least.width() <= 1280
    assert least.height() <= 720
    panel.ended.title.setText("Round 1 failed")
    panel.ended.log.setPlainText("line\n" * 10)
    panel.ended.show()
    panel.ended.toggled.emit()
    qtbot.waitUntil(panel.details.isHidden)
    least = window.minimumSizeHint()
    assert least.width() <= 1280
    assert least.height() <= 720
    window.resize(1280, 720)
    assert (window.width(), window.height()) == (1280, 720)
