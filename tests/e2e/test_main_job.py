"""Import, review, training and export in a real offscreen window with real workers."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from labeltool.domain import Filter, Verdict
from labeltool.domain.round_options import RoundOptions
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.gui.dialogs import batch_preview
from labeltool.gui.dialogs.accept_by_score import AcceptByScoreDialog
from labeltool.gui.window import MainWindow
from labeltool.store import create_project
from pipnet.data.images import find_photos
from pipnet.data.scheme import load_scheme
from tests.item_views import select_rows

PHOTOS = 12


@pytest.fixture
def photos(sample: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "사진 photos"
    folder.mkdir()
    for photo in find_photos(sample)[0][:PHOTOS]:
        shutil.copy(photo, folder)
    return folder


def press(qtbot, window: MainWindow, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.views.canvas, key, modifier)


def focus(qtbot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    window.views.canvas.setFocus()


def settled(window: MainWindow) -> bool:
    session = window.session
    return not (
        session.importer.is_searching
        or session.round.rounds.follower.is_running
        or session.store.faces.count_unpredicted()
        or session.round.is_taking
    )


@pytest.mark.slow
def test_import_review_train_and_export_in_the_window(qtbot, app, photos, tmp_path, monkeypatch):
    threads = set(threading.enumerate())
    project = tmp_path / "project"

    # photos in: faces are found and landmarks proposed by themselves
    window = app.make([photos], project, load_scheme("300w"))
    qtbot.waitUntil(lambda: window.session.desk.counts.faces > 0)
    qtbot.waitUntil(lambda: settled(window), timeout=120_000)
    session, desk = window.session, window.session.desk
    counts = session.store.queue.counts()
    assert counts.photos == PHOTOS
    assert counts.problems == 0
    assert counts.faces >= PHOTOS
    assert counts.proposed == counts.faces

    # accept by key: the verdict is stored and something else to review is shown
    first = desk.face.id
    focus(qtbot, window)
    press(qtbot, window, Qt.Key.Key_A)
    assert session.store.faces.get(first).verdict is Verdict.ACCEPTED
    assert desk.face.id != first

    # correct by dragging a point with the mouse
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    second = desk.face.id
    before = desk.face.points[30].copy()
    window.views.canvas.framing.fit_face()
    start = window.views.canvas.point_to_viewport(30)
    viewport = window.views.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(viewport, start + QPoint(4 * step, 2 * step))
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(20, 10))
    moved = desk.face.points[30]
    assert np.allclose(moved - before, np.array([20, 10]) / window.views.canvas.zoom, atol=1e-6)
    assert desk.face.verdict is Verdict.UNREVIEWED
    press(qtbot, window, Qt.Key.Key_Escape)
    press(qtbot, window, Qt.Key.Key_A)
    corrected = session.store.faces.get(second)
    assert corrected.verdict is Verdict.CORRECTED
    assert np.array_equal(corrected.points[30], moved)

    # reject with the toolbar, then undo and redo by key
    third = desk.face.id
    button = window._toolbar.widgetForAction(window.commands.by_name["reject"])
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.store.faces.get(third).verdict is Verdict.REJECTED
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.store.faces.get(third).verdict is Verdict.UNREVIEWED
    shifted = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(qtbot, window, Qt.Key.Key_Z, shifted)
    assert session.store.faces.get(third).verdict is Verdict.REJECTED

    # a box drawn by hand is a new face, and gets its landmarks at once
    faces = session.store.queue.counts().faces
    window.commands.trigger("box")
    window.commands.trigger("fit_photo")
    corner, other = QPoint(120, 120), QPoint(320, 340)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(viewport, other)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=other)
    assert session.store.queue.counts().faces == faces + 1
    assert desk.face.box_kind == "hand"
    qtbot.waitUntil(lambda: desk.face.prediction is not None)
    assert desk.face.prediction.model == "starter"
    assert not session.round.rounds.follower.is_running

    # a batch from the list: select four, exclude, one undo takes it back
    monkeypatch.setattr(batch_preview.BatchPreviewDialog, "exec", lambda self: 1)
    select_rows(window.views.face_list.view, 5, 8)
    window.commands.by_name["exclude"].trigger()
    assert session.store.queue.counts().excluded == 4
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.store.queue.counts().excluded == 0

    # accept by score: the count that was promised is what happens
    dialog = AcceptByScoreDialog(session, window)
    dialog.score.setValue(0.2)
    promised = session.desk.batches.count_within(dialog.threshold)
    assert f"{promised:,} faces would be accepted" in dialog.count.text()
    dialog.deleteLater()

    # restart: everything is there, and undo still works
    counts = session.store.queue.counts()
    window.close()
    window = app.open(project)
    session, desk = window.session, window.session.desk
    assert session.store.queue.counts() == counts
    assert desk.undo_stack.undo_text is not None
    focus(qtbot, window)
    store = session.store
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)  # the box
    qtbot.waitUntil(lambda: store.queue.counts().faces == faces)
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: store.queue.counts().rejected == 0)
    for _ in range(2):
        press(qtbot, window, Qt.Key.Key_Z, shifted)
    qtbot.waitUntil(lambda: store.queue.counts() == counts)

    # a short real round in its own process; the window stays alive and shows it
    old = session.store.faces.get(third).prediction.id
    plan = session.round.rounds.launcher.plan(RoundOptions(epochs=1))
    assert plan.manual == 2
    assert plan.task == "std"
    seen = []
    session.round.worker_event.connect(lambda event: seen.append(event.kind))
    with qtbot.waitSignal(session.round.ended, timeout=240_000) as ended:
        session.round.start(plan)
        qtbot.waitUntil(lambda: "progress" in seen, timeout=120_000)
        assert window.views.round_progress.isVisible()
        press(qtbot, window, Qt.Key.Key_Right)
    assert ended.args[0].kind == "finished"
    assert not window.views.round_progress.isVisible()

    # new proposals: for the rejected face too, never over a decision
    rejected = session.store.faces.get(third)
    assert rejected.verdict is Verdict.REJECTED
    assert rejected.offered
    assert rejected.prediction.id != old
    assert rejected.prediction.model == "round 1"
    assert np.array_equal(session.store.faces.get(second).points[30], moved)
    assert session.store.queue.counts().rounds == 1

    # results out, and back in elsewhere: identical
    out = tmp_path / "labels.json"
    assert export_labels(session.store, out, "coco").faces == 2
    labels = {face: points for face, _, points, *_ in session.store.labels.all()}
    window.close()
    other = create_project(tmp_path / "other", load_scheme("300w"))
    other.photos.add(other.photos.add_root(photos), [(p.name, 1) for p in find_photos(photos)[0]])
    assert import_labels(other, out, "somebody").imported == 2
    again = [points for _, _, points, *_ in other.labels.all()]
    assert all(any(np.allclose(a, b, atol=1e-9) for b in again) for a in labels.values())
    assert len(other.queue.ids(Filter("corrected"))) == 1
    other.close()
    assert json.loads(out.read_text("utf-8"))["categories"][0]["keypoints"][0] == "right jaw 1"

    # nothing is left behind
    assert not [t for t in set(threading.enumerate()) - threads if t.is_alive()]
    assert not psutil.Process(os.getpid()).children(recursive=True)


@pytest.mark.slow
def test_a_round_survives_closing_the_window_and_is_resumed(
    qtbot, app, photos, tmp_path, monkeypatch
):
    project = tmp_path / "project"
    window = app.make([photos], project, load_scheme("300w"))
    qtbot.waitUntil(lambda: window.session.desk.counts.faces > 0)
    qtbot.waitUntil(lambda: settled(window), timeout=120_000)
    window.commands.trigger("accept")
    monkeypatch.setattr(MainWindow, "ask_running", lambda self: "stay")
    window.session.round.start(window.session.round.rounds.launcher.plan(RoundOptions(epochs=2)))
    qtbot.waitUntil(lambda: window.session.round.rounds.follower.is_running)
    worker = window.session.round.rounds.follower.current.worker.process
    window.close()
    assert window.isVisible()
    monkeypatch.setattr(MainWindow, "ask_running", lambda self: "keep")
    window.close()
    assert worker.poll() is None

    window = app.open(project)
    assert window.session.round.rounds.follower.is_running
    with qtbot.waitSignal(window.session.round.ended, timeout=240_000) as ended:
        pass
    assert ended.args[0].kind == "finished"
    assert window.session.store.queue.counts().rounds == 1
    worker.wait()

    # cancelled by closing: nothing is left of it
    monkeypatch.setattr(MainWindow, "ask_running", lambda self: "cancel")
    before = window.session.store.queue.counts()
    window.session.round.start(window.session.round.rounds.launcher.plan(RoundOptions(epochs=40)))
    qtbot.waitUntil(lambda: window.session.round.rounds.follower.is_running)
    worker = window.session.round.rounds.follower.current.worker.process
    window.close()
    assert worker.wait(timeout=60) == 0
    window = app.open(project)
    qtbot.waitUntil(lambda: not window.session.round.rounds.follower.is_running)
    assert window.session.store.queue.counts() == before
    assert window.session.store.rounds.all()[-1].status == "cancelled"
    window.close()
