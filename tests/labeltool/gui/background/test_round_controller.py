"""Rounds in the window: every end is shown, whatever else happens meanwhile."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices

from labeltool.domain import Changes, Filter, Progress, RoundKind, RoundStatus, UserError, Verdict
from labeltool.domain.round_options import RoundOptions
from labeltool.gui.background.importer import LabelImport
from labeltool.gui.background.round_controller import RoundController, RoundState
from labeltool.gui.window import MainWindow
from labeltool.rounds import liveness
from labeltool.rounds.controller import Rounds
from labeltool.store import Store, open_project
from tests.labeltool.gui.test_window import lock
from tests.projects import change

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fake_worker(monkeypatch) -> None:
    """Rounds use tests/fake_worker.py; the environment variable FAKE_WORKER sets its behaviour."""
    worker = Path(__file__).parents[3] / "fake_worker.py"
    monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))


def start(qtbot, window: MainWindow) -> None:
    """Accept a face and start a training, until its worker was started.

    A worker that ends at once may have ended by then, where the machine is busy.
    """
    window.ask_running = lambda: "cancel"  # type: ignore[method-assign]
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    session = window.session
    session.round.start(session.round.rounds.launcher.plan())
    qtbot.waitUntil(lambda: session.round.state is not RoundState.STARTING)


def forget_proposals(store: Store) -> None:
    """Leave all ten faces without a proposal."""
    columns = ("prediction_id", "model_id", "round_id", "score", "error", "change")
    change(store, f"UPDATE state SET {', '.join(f'{name} = NULL' for name in columns)}")
    change(store, "DELETE FROM prediction")
    assert store.faces.count_unpredicted() == 10


def status(window: MainWindow) -> RoundStatus:
    return window.session.store.rounds.all()[-1].status


def test_a_failed_round_is_recorded_once_the_lock_is_free_although_the_face_has_changed(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    qtbot.waitUntil(window.views.round_progress.isVisible)
    other = lock(project)
    window.session.round.rounds.follower.current.worker.process.kill()
    window.session.round.rounds.follower.current.worker.process.wait()
    qtbot.wait(500)  # the failure has been noticed, and could not be written
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    qtbot.wait(300)
    assert status(window) is RoundStatus.RUNNING
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: status(window) is RoundStatus.FAILED)
    qtbot.waitUntil(lambda: "was killed" in window.views.round_progress.ended.detail.text())
    assert window.session.round.rounds.launcher.plan().manual == 1


def test_queued_writes_that_do_not_concern_the_face_survive_a_change_of_face(
    qtbot, open_window, project, tmp_path, monkeypatch
):
    window = open_window(project)
    session = window.session
    monkeypatch.setattr(session.round, "predict", lambda: None)  # the new face asks for a worker
    (tmp_path / "photos").rename(tmp_path / "moved")
    (root,) = session.store.photos.roots()
    other = lock(project)
    session.writes.submit(partial(session.store.filters.save, "mine", Filter(order="error")))
    session.importer.move_photos(root, tmp_path / "moved")
    session.writes.submit(partial(session.desk.batches.toggle_flags, [5, 6]))
    photo = session.desk.face.photo_id
    session.boxes.add_face(photo, (5.0, 5.0, 50.0, 50.0))
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    here = session.desk.face.id
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_F)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: not session.writes._pending)
    assert [saved.name for saved in session.store.filters.all()] == ["mine"]
    assert session.store.photos.roots()[root] == tmp_path / "moved"
    assert [session.store.faces.get(face).flag for face in (5, 6)] == [True, True]
    assert len(session.store.boxes.of_photo(photo)) == 2
    assert session.desk.face.id == here + 1  # nobody is taken away from a face
    assert not session.store.faces.get(here).flag
    assert not session.store.faces.get(here + 1).flag
    qtbot.waitUntil(lambda: "Nothing was changed" in window.views.message_bar.label.text())


def test_a_cancelled_round_shows_a_message(qtbot, open_window, project, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    qtbot.waitUntil(window.views.round_progress.cancel.isVisible)
    with qtbot.waitSignal(window.session.round.ended):
        qtbot.mouseClick(window.views.round_progress.cancel, LEFT)
        assert window.session.round.state is RoundState.CANCELLING
    qtbot.waitUntil(
        lambda: window.views.message_bar.label.text().startswith(
            "The round was cancelled: everything is as"
        )
    )
    assert window.views.message_bar.isVisible()
    assert status(window) is RoundStatus.CANCELLED
    assert window.session.round.state is RoundState.IDLE
    assert window.commands.by_name["train"].isEnabled()


def test_a_round_stopped_early_keeps_its_model(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "slow")
    window = open_window(project)
    start(qtbot, window)
    assert not window.commands.by_name["predict"].isEnabled()
    qtbot.waitUntil(window.views.round_progress.stop.isVisible)
    with qtbot.waitSignal(window.session.round.ended):
        qtbot.mouseClick(window.views.round_progress.stop, LEFT)
        assert window.session.round.state is RoundState.STOPPING_EARLY
    assert status(window) is RoundStatus.READY
    assert window.commands.by_name["train"].isEnabled()


def test_unreadable_results_fail_the_round(qtbot, open_window, project, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "damaged")
    window = open_window(project)
    with qtbot.waitSignal(window.session.round.ended) as ended:
        start(qtbot, window)
    assert ended.args[0].kind == "failed"
    assert "cannot be read" in window.views.round_progress.ended.detail.text()
    assert status(window) is RoundStatus.FAILED
    assert window.session.round.state is RoundState.IDLE


def test_a_round_ended_by_another_program_shows_a_message(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    session = window.session
    session._poll_timer.stop()
    session.round.rounds.follower.current.worker.process.kill()
    session.round.rounds.follower.current.worker.process.wait()
    assert (
        session.round.rounds.launcher.plan().manual == 1
    )  # whoever wants to start one ends what is stale
    assert status(window) is RoundStatus.FAILED
    session.round.poll()
    assert session.round.state is RoundState.IDLE
    assert "was killed" in window.views.round_progress.ended.detail.text()


@pytest.mark.parametrize("what", ["search", "start", "backup", "export"])
def test_a_task_cancelled_before_it_started_shows_a_message(
    qtbot, open_window, project, tmp_path, monkeypatch, what
):
    window = open_window(project)
    session, said = window.session, []
    session.message.connect(lambda text, _undoable: said.append(text))
    session.tasks.started.connect(lambda task: task.cancel())
    shutil.copytree(tmp_path / "photos", tmp_path / "new")
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    begin = {
        "search": lambda: session.importer.add_photos([tmp_path / "new"]),
        "start": lambda: session.round.start(session.round.rounds.launcher.plan()),
        "backup": lambda: session.backups._back_up("work"),
        "export": lambda: session.exporter.export(tmp_path / "labels.json", "coco"),
    }
    begin[what]()
    qtbot.waitUntil(lambda: said[-1].startswith("Cancelled: "))
    assert window.views.message_bar.isVisible()
    assert session.round.state is RoundState.IDLE


def test_failed_background_work_shows_a_message(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    session = window.session

    def fails(*_arguments: object, **_options: object) -> None:
        raise UserError("It failed.", "Do it again.")

    monkeypatch.setattr("labeltool.exchange.photo_import.add_photos", fails)
    monkeypatch.setattr("labeltool.gui.background.importer.find_label_source", fails)
    monkeypatch.setattr("labeltool.gui.background.exporter.export_labels", fails)
    monkeypatch.setattr(session.round.rounds.promotion, "roll_back", fails)
    for name in ("start_predict", "can_predict"):
        monkeypatch.setattr(
            session.round.rounds.launcher, name, fails if name != "can_predict" else lambda: True
        )
    for begin in (
        lambda: session.importer.add_photos([project]),
        lambda: session.importer.add_labels(LabelImport(project)),
        lambda: session.exporter.export(project / "labels.json", "coco"),
        session.round.predict,
        lambda: session.round.roll_back("ann", session.store.rounds.all()[0]),
    ):
        window.views.message_bar.hide()
        begin()
        qtbot.waitUntil(window.views.message_bar.isVisible)
        assert window.views.message_bar.label.text() == "It failed. Do it again."
    assert session.round.state is RoundState.IDLE
    assert not session.importer.is_searching


def test_damaged_events_fail_the_round_once(qtbot, open_window, project, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    session, failed, ended = window.session, [], []
    session.failed.connect(failed.append)
    session.round.ended.connect(lambda event, log: ended.append((event.kind, log)))
    folder = session.round.rounds.follower.current.folder
    with (folder.path / "events.jsonl").open("a") as file:
        file.write("damaged\n")
    qtbot.waitUntil(lambda: status(window) is RoundStatus.FAILED and bool(ended))
    for _ in range(5):
        session.round.poll()
    assert (ended, failed) == ([("failed", "")], [])
    assert "cannot be read" in window.views.round_progress.ended.detail.text()
    assert session.round.state is RoundState.IDLE


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_a_failed_prediction_is_not_restarted_automatically(
    qtbot, open_window, project, fake_worker, monkeypatch, how
):
    monkeypatch.setenv("FAKE_WORKER", "fail" if how == "failed" else "ok")
    window = open_window(project)
    session = window.session
    forget_proposals(session.store)
    begun: list[int] = []
    start_predict = session.round.rounds.launcher.start_predict

    def begin(progress: Progress) -> Changes:
        begun.append(1)
        changes = start_predict(progress)
        if how == "cancelled":
            session.round.rounds.follower.cancel()
        return changes

    monkeypatch.setattr(session.round.rounds.launcher, "start_predict", begin)
    session.round.want_prediction()
    with qtbot.waitSignal(session.round.ended) as ended:
        session.round.predict_if_wanted()
    assert ended.args[0].kind == how
    qtbot.wait(500)
    assert len(begun) == 1
    assert session.round.state is RoundState.IDLE


def test_unreadable_photos_start_no_prediction_until_they_can_be_read(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "unreadable")
    window = open_window(project)
    session = window.session
    forget_proposals(session.store)
    session.round.want_prediction()
    with qtbot.waitSignal(session.round.ended):
        session.round.predict_if_wanted()
    qtbot.waitUntil(lambda: not session.round.is_taking)
    assert session.store.faces.count_unpredicted() == 2
    begun: list[int] = []
    monkeypatch.setattr(session.round, "predict", lambda: begun.append(1))
    session.round.want_prediction()
    session.round.predict_if_wanted()
    assert begun == []
    session.round.want_prediction(retry_unusable=True)
    session.round.predict_if_wanted()
    assert begun == [1]


def trainings(window: MainWindow) -> list[RoundStatus]:
    """How each training round is, once nothing is being written."""
    if window.session.round.is_taking or window.session.round.state is RoundState.STARTING:
        return []
    rounds = window.session.store.rounds.all()
    return [row.status for row in rounds if row.kind is RoundKind.TRAIN]


def test_a_second_round_waits_and_starts_after_the_first(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "slow")
    window = open_window(project)
    start(qtbot, window)
    session, panel = window.session, window.views.round_progress
    session.round.start(session.round.rounds.launcher.plan(RoundOptions(epochs=2)))
    qtbot.waitUntil(panel.waiting.isVisible)
    qtbot.waitUntil(lambda: "waits" in window.views.message_bar.label.text())
    assert trainings(window) == [RoundStatus.RUNNING, RoundStatus.QUEUED]
    monkeypatch.setenv("FAKE_WORKER", "ok")
    qtbot.mouseClick(panel.stop, LEFT)
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.READY] * 2)
    assert session.store.rounds.all()[-1].summary["epochs"] == 2
    assert panel.waiting.isHidden()


def test_a_waiting_round_can_be_cancelled(qtbot, open_window, project, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    session, panel = window.session, window.views.round_progress
    assert not window.commands.by_name["cancel_queued"].isEnabled()
    session.round.start(session.round.rounds.launcher.plan())
    qtbot.waitUntil(panel.unqueue.isVisible)
    qtbot.waitUntil(window.commands.by_name["cancel_queued"].isEnabled)
    qtbot.mouseClick(panel.unqueue, LEFT)
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.RUNNING, RoundStatus.CANCELLED])
    qtbot.waitUntil(panel.unqueue.isHidden)
    session.round.cancel()
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.CANCELLED] * 2)


def test_a_round_that_waited_starts_when_the_project_is_opened(
    qtbot, open_window, project, fake_worker
):
    store = open_project(project)
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    Rounds(store).queued.add(RoundOptions(epochs=2))
    store.close()
    window = open_window(project)
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.READY])


def test_a_round_that_cannot_start_is_reported_once(qtbot, open_window, project, fake_worker):
    store = open_project(project)
    Rounds(store).queued.add(RoundOptions())
    store.close()
    window = open_window(project)  # nothing is decided, so there is nothing to train on
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.FAILED])
    qtbot.waitUntil(lambda: "no manual label" in window.views.message_bar.label.text())
    qtbot.waitUntil(lambda: window.session.round.queued == [])


def test_a_round_can_be_paused_and_resumed(qtbot, open_window, project, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "slow")
    window = open_window(project)
    start(qtbot, window)
    panel = window.views.round_progress
    qtbot.waitUntil(panel.pause.isVisible)
    qtbot.mouseClick(panel.pause, LEFT)
    qtbot.waitUntil(lambda: panel.pause.text() == "Resume")
    assert "paused" in panel.title.text()
    window.commands.trigger("pause_round")
    qtbot.waitUntil(lambda: panel.pause.text() == "Pause")
    assert panel.title.text() == "Training round"
    qtbot.mouseClick(panel.stop, LEFT)
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.READY])


def test_cancel_asks_when_more_than_a_minute_would_be_lost(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    panel = window.views.round_progress
    qtbot.waitUntil(panel.cancel.isVisible)
    monkeypatch.setattr(RoundController, "seconds_at_stake", 600.0)
    asked: list[float] = []

    def ask(seconds: float) -> str:
        asked.append(seconds)
        return "stay" if len(asked) == 1 else "cancel"

    monkeypatch.setattr(panel, "ask_cancel", ask)
    qtbot.mouseClick(panel.cancel, LEFT)
    assert window.session.round.state is RoundState.RUNNING
    with qtbot.waitSignal(window.session.round.ended):
        qtbot.mouseClick(panel.cancel, LEFT)
    assert asked == [600.0, 600.0]
    card = panel.ended
    assert panel.isHidden()
    assert card.title.text() == "The round was cancelled"
    assert card.detail.text().startswith("10 minutes of training were given up.")
    assert card.isVisible()
    qtbot.mouseClick(card.close_button, LEFT)
    assert card.isHidden()


def test_a_new_round_has_little_to_lose(qtbot, open_window, project, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    assert window.session.round.seconds_at_stake == 0
    start(qtbot, window)
    assert 0 <= window.session.round.seconds_at_stake < 60
    window.session.round.cancel()
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.CANCELLED])


def test_a_failure_offers_the_folder_of_the_round(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "fail")
    window = open_window(project)
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    start(qtbot, window)
    card = window.views.round_progress.ended
    qtbot.waitUntil(card.open_folder.isVisible)
    assert card.title.text().startswith("Round 1 failed")
    assert "It failed on purpose." in card.detail.text()
    assert "a reason in the log" in card.log.toPlainText()
    qtbot.mouseClick(card.open_folder, LEFT)
    assert opened == [str(window.session.store.rounds.all()[-1].folder)]


def test_a_failure_stays_beside_the_progress_of_the_next_round(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    start(qtbot, window)
    session, panel = window.session, window.views.round_progress
    card = panel.ended

    def kill_the_worker() -> None:
        process = session.round.rounds.follower.current.worker.process
        process.kill()
        process.wait()

    session.round.start(session.round.rounds.launcher.plan())
    qtbot.waitUntil(panel.unqueue.isVisible)
    kill_the_worker()
    running = [RoundStatus.FAILED, RoundStatus.RUNNING]
    qtbot.waitUntil(lambda: trainings(window) == running and panel.isVisible())
    assert card.isVisible()
    assert "was killed" in card.detail.text()
    qtbot.mouseClick(card.open_folder, LEFT)  # of the round that failed
    assert opened == [str(session.store.rounds.all()[-2].folder)]

    kill_the_worker()
    qtbot.waitUntil(lambda: trainings(window) == [RoundStatus.FAILED] * 2)
    qtbot.waitUntil(panel.isHidden)
    qtbot.waitUntil(lambda: "Before it: Round 1 failed" in card.detail.text())
    qtbot.mouseClick(card.close_button, LEFT)
    assert card.isHidden()
