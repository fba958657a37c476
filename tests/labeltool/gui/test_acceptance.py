"""The ten things that other tools got wrong, each as a test; the numbers are of that list.

1 a killed program (`tests/labeltool/store/test_kill.py`), 2 undo, 3 results during a drag, 4 no
proposal comes back by itself, 5 the same file twice, 6 a missing landmark, 7 a failed training,
8 export and import, 9 disks and folders, 10 a large project.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from labeltool.domain import Changes, Filter, NewPrediction, RoundKind, Verdict
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.gui.background.importer import LabelImport
from labeltool.gui.dialogs import batch_preview
from labeltool.gui.dialogs.photo_problems import PhotoProblemsDialog
from labeltool.gui.dialogs.start_round import StartRoundDialog
from labeltool.gui.panels.message_bar import ReadOnlyBar
from labeltool.review.desk import Desk
from labeltool.rounds import liveness
from labeltool.rounds.liveness import describe_exit
from labeltool.store import Store, create_project, open_project
from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.scheme import load_scheme
from tests.item_views import select_rows
from tests.labeltool.gui.conftest import fill
from tests.labeltool.gui.test_window import CONTROL, SHIFT, drag, verdict
from tests.projects import add_faces, fill_disk, make_project, propose, sql

LEFT = Qt.MouseButton.LeftButton


def test_2_undo_works_after_autosave_another_face_a_restart_and_a_batch(
    qtbot, open_window, project, monkeypatch
):
    window = open_window(project)
    face = window.session.desk.face.id
    drag(qtbot, window.views.canvas, 5, QPoint(24, 0))  # kept as a draft at once
    assert window.session.store.faces.get(face).draft is not None
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.session.store.faces.get(face).draft is None
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert verdict(window, face) is Verdict.UNREVIEWED
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert verdict(window, face) is Verdict.ACCEPTED
    monkeypatch.setattr(batch_preview.BatchPreviewDialog, "exec", lambda self: 1)
    select_rows(window.views.face_list.view, 4, 8)
    window.commands.by_name["reject"].trigger()
    assert window.session.store.queue.counts().rejected == 5
    window.close()

    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.session.store.queue.counts().rejected == 0
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.session.store.queue.counts().unreviewed == 10
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert verdict(window, face) is Verdict.ACCEPTED


def test_3_results_arriving_during_a_drag_do_not_interrupt_it(qtbot, open_window, project):
    window = open_window(project)
    window.commands.trigger("assist")  # the drag moves one point
    session, canvas = window.session, window.views.canvas
    face = session.desk.face
    start = canvas.point_to_viewport(10)
    qtbot.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas.viewport(), start + QPoint(10, 0))
    QApplication.processEvents()

    store = open_project(project)  # as another process would
    new = store.rounds.add(RoundKind.TRAIN, "cls3", "rounds/new", {})
    store.rounds.set_model(new, "round 1", "other")
    shifted = face.points + 30
    store.rounds.add_predictions(
        new, [NewPrediction(face.id, shifted, np.ones(68, np.float32), 1.0, 0.0)]
    )
    store.rounds.finish(new, {})
    store.close()
    qtbot.waitUntil(lambda: session.desk.counts.rounds == 1)
    assert canvas.is_dragging

    QTest.mouseMove(canvas.viewport(), start + QPoint(30, 0))
    QApplication.processEvents()
    qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(30, 0))
    moved = session.desk.face.points
    assert session.desk.edits.moved == {10}
    assert np.array_equal(np.delete(moved, 10, 0), np.delete(face.points, 10, 0))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    after = session.store.faces.get(face.id)
    assert after.verdict is Verdict.CORRECTED
    assert after.decision.prediction_id == face.prediction.id
    stored = sql(session.store, f"SELECT round_id FROM prediction WHERE face_id = {face.id}")
    assert [row[0] for row in stored] == [face.prediction.round_id, new]


def test_4_removing_a_label_does_not_bring_back_an_older_proposal(qtbot, open_window, project):
    store = open_project(project)
    label = store.faces.get(1).points + 2
    store.decisions.take_labels("ann", [(1, LabelledFace("", label))], "labels.json")
    store.close()
    window = open_window(project)
    desk = window.session.desk
    desk.open(1)
    window.session.publish(Changes())
    assert np.array_equal(desk.face.points, label)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_X)
    face = window.session.store.faces.get(1)
    assert (face.verdict, face.offered) == (Verdict.REJECTED, False)
    assert 1 not in window.session.store.queue.ids(Filter("offered"))
    assert 1 not in window.session.store.queue.ids(Filter("rejected-new"))
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(window.session.store.faces.get(1).points, label)


def test_5_importing_the_same_file_again_changes_nothing(qtbot, open_window, project, tmp_path):
    window = open_window(project)
    session = window.session
    for _ in range(2):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    export_labels(session.store, tmp_path / "labels.json", "coco")
    session.desk.open(1)
    session.publish(Changes())
    drag(qtbot, window.views.canvas, 5, QPoint(24, 0))
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    edited = session.store.faces.get(1).points
    before = session.store.queue.counts()
    for _ in range(2):
        with qtbot.waitSignal(session.changed):
            session.importer.add_labels(LabelImport(tmp_path / "labels.json"))
        assert session.store.queue.counts() == before
        assert np.array_equal(session.store.faces.get(1).points, edited)
    qtbot.waitUntil(
        lambda: "2 faces keep what a person decided" in window.views.message_bar.label.text()
    )


def test_6_a_missing_landmark_is_added_during_review(qtbot, open_window, project):
    store = open_project(project)
    points = store.faces.get(1).points.copy()
    points[30] = np.nan
    new = store.rounds.add(RoundKind.TRAIN, "std", "rounds/new", {})
    store.rounds.set_model(new, "round 1", "other")
    scores = np.ones(68, np.float32)
    store.rounds.add_predictions(new, [NewPrediction(1, points, scores, 1.0, 0.0)])
    store.rounds.finish(new, {})
    store.close()
    window = open_window(project)
    canvas = window.views.canvas
    assert np.isnan(window.session.desk.face.points[30]).all()
    canvas.selection.select(30)
    place = canvas.point_to_viewport(33) + QPoint(0, 30)
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=place)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    after = window.session.store.faces.get(1)
    assert after.verdict is Verdict.CORRECTED
    assert np.isfinite(after.points).all()
    assert np.array_equal(np.delete(after.points, 30, 0), np.delete(points, 30, 0))


class Test7:
    def test_7_a_failed_training_shows_its_log_and_try_again(
        self, qtbot, open_window, project, monkeypatch
    ):
        worker = Path(__file__).parents[2] / "fake_worker.py"
        monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
        monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
        monkeypatch.setenv("FAKE_WORKER", "fail")
        window = open_window(project)
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
        monkeypatch.setattr(StartRoundDialog, "exec", lambda self: 1)
        before = window.session.store.queue.counts()
        with qtbot.waitSignal(window.session.round.ended):
            window.commands.trigger("train")
        panel = window.views.round_progress.ended
        assert panel.isVisible()
        assert "It failed on purpose." in panel.detail.text()
        assert "fake worker: a reason in the log" in panel.log.toPlainText()
        assert window.session.store.queue.counts() == before
        monkeypatch.setenv("FAKE_WORKER", "ok")
        with qtbot.waitSignal(window.session.round.ended):
            qtbot.mouseClick(panel.retry, LEFT)
        assert window.session.store.queue.counts().rounds == 1
        assert verdict(window, 1) is Verdict.ACCEPTED

    def test_7_photos_a_round_could_not_use_are_listed(
        self, qtbot, open_window, project, monkeypatch
    ):
        worker = Path(__file__).parents[2] / "fake_worker.py"
        monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
        monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
        monkeypatch.setenv("FAKE_WORKER", "unreadable")
        window = open_window(project)
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
        monkeypatch.setattr(StartRoundDialog, "exec", lambda self: 1)
        with qtbot.waitSignal(window.session.round.ended):
            window.commands.trigger("train")
        (_, file, _), _other = window.session.store.photos.problems()
        panel = window.views.round_progress.ended
        assert panel.isVisible()
        assert "without 2 photos" in panel.title.text()
        assert f"{file} is truncated" in panel.detail.text()
        assert "1 manual label was not used for training." in panel.detail.text()
        assert panel.problems.isVisible()
        assert not panel.retry.isVisible()
        qtbot.waitUntil(
            lambda: "trained on 0 of 1 manual label" in window.views.message_bar.label.text()
        )
        shown: list[str] = []
        monkeypatch.setattr(
            PhotoProblemsDialog,
            "exec",
            lambda self: shown.extend(
                self.table.item(row, 1).text() for row in range(self.table.rowCount())
            ),
        )
        qtbot.mouseClick(panel.problems, LEFT)
        assert any("is truncated" in reason for reason in shown)
        monkeypatch.setenv("FAKE_WORKER", "ok")
        with qtbot.waitSignal(window.session.round.ended):
            window.commands.trigger("train")
        assert window.session.store.photos.problems() == []
        qtbot.mouseClick(panel.close_button, LEFT)  # it stays until somebody has seen it
        assert not panel.isVisible()

    def test_7_an_expected_failure_shows_no_log(self, qtbot, open_window, project, monkeypatch):
        worker = Path(__file__).parents[2] / "fake_worker.py"
        monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
        monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
        monkeypatch.setenv("FAKE_WORKER", "fail-expected")
        window = open_window(project)
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
        monkeypatch.setattr(StartRoundDialog, "exec", lambda self: 1)
        with qtbot.waitSignal(window.session.round.ended):
            window.commands.trigger("train")
        panel = window.views.round_progress.ended
        assert "It failed on purpose." in panel.detail.text()
        assert not panel.log.isVisible()
        assert not panel.problems.isVisible()

    @pytest.mark.slow
    def test_7_errors_name_their_cause(self):
        from labeltool.workers.round_worker import DivergedError, _expected

        assert "not enough memory" in str(_expected(MemoryError()))
        assert "diverged" in str(_expected(DivergedError("the loss is nan in step 3")))
        assert "disk is full" in str(_expected(OSError(28, "No space left on device")))
        assert "killed (signal 9)" in str(describe_exit(-9))


def test_8_exported_labels_import_unchanged(qtbot, open_window, project, tmp_path):
    window = open_window(project)
    store = window.session.store
    points = store.faces.get(2).points + 1 / 7
    points[3] = np.nan
    seen = np.full(68, 2, np.int8)
    seen[3], seen[4] = 0, 1
    label = (2, LabelledFace("", points, visibility=seen))
    window.session.publish(store.decisions.take_labels("ann", [label], "by hand")[1])
    window.session.desk.open(1)
    window.session.publish(Changes())
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    with qtbot.waitSignal(window.session.changed):
        window.session.exporter.export(tmp_path / "labels.json", "coco")
    other = create_project(tmp_path / "other", load_scheme("300w"))
    fill(other, tmp_path / "photos", 10)
    with_points = import_labels(other, tmp_path / "labels.json", "ben")
    assert (with_points.imported, with_points.problems) == (2, [])
    for ours, theirs in zip(store.labels.all(), other.labels.all(), strict=True):
        assert ours[:2] == theirs[:2]
        np.testing.assert_array_equal(ours[2], theirs[2])
        if ours[3] is not None:
            np.testing.assert_array_equal(ours[3], theirs[3])
    assert other.scheme.names == store.scheme.names
    other.close()


@pytest.mark.parametrize("answer", ["Replace", "Cancel"])
def test_8_an_export_replaces_files_only_after_confirmation(
    qtbot, open_window, project, tmp_path, monkeypatch, answer
):
    asked = []

    def answered(box: QMessageBox) -> int:
        asked.append(box.text())
        next(button for button in box.buttons() if button.text() == answer).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answered)
    window = open_window(project)
    window.session.desk.open(1)
    window.session.publish(Changes())
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    (tmp_path / "mine.json").write_text("{}")
    with qtbot.waitSignal(window.session.exporter.refused):
        window.session.exporter.export(tmp_path / "mine.json", "coco")
    assert asked == [
        f"{tmp_path / 'mine.json'} already exists, and it is other JSON, not a COCO keypoints file."
    ]
    if answer == "Replace":
        qtbot.waitUntil(lambda: "Wrote 1 face" in window.views.message_bar.label.text())
        assert (tmp_path / "mine.json").read_text() != "{}"
    else:
        assert (tmp_path / "mine.json").read_text() == "{}"
    with qtbot.waitSignal(window.session.failed) as failed:
        window.session.exporter.export(tmp_path / "photos" / "000.jpg", "coco")
    assert "photos are never changed" in str(failed.args[0])
    assert len(asked) == 1


class Test9:
    def test_9_a_full_disk_in_a_folder_with_a_korean_name(self, qtbot, open_window, project):
        shutil.move(project, project.with_name("한글 프로젝트"))
        window = open_window(project.with_name("한글 프로젝트"))
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
        fill_disk(window.session.store, spare=0)
        everything = range(1, 11)
        for number in range(40):
            verdicts = (Verdict.REJECTED, Verdict.EXCLUDED)
            before = window.session.store.queue.counts()
            decide = partial(window.session.store.decisions.decide, "ann", everything)
            window.session.writes.submit_for_face(partial(decide, verdicts[number % 2]))
            if "한글 프로젝트 is full; nothing was lost" in window.views.message_bar.label.text():
                break
        assert "한글 프로젝트 is full; nothing was lost" in window.views.message_bar.label.text()
        assert window.session.store.queue.counts() == before
        assert window.session.store.check() == []

    def test_9_a_read_only_folder(self, qtbot, app, read_only, tmp_path):
        before = {path.name: path.read_bytes() for path in (read_only / "p").iterdir()}
        window = app.open(read_only / "p")
        assert window.windowTitle() == "p (read-only) - labeltool"
        (line,) = window.findChildren(ReadOnlyBar)
        assert line.isVisible()
        session = window.session
        assert session.store.queue.counts().faces == 2
        with qtbot.waitSignal(session.failed) as failed:
            window.commands.by_name["exclude"].trigger()
        assert "the project is read-only here" in str(failed.args[0])
        assert session.store.queue.counts().unreviewed == 2
        session.desk.open(2)
        session.publish(Changes())
        assert session.desk.face.id == 2
        with qtbot.waitSignal(session.failed) as failed:
            session.exporter.export(tmp_path / "labels.json", "coco")
        assert "nothing to export" in str(failed.args[0])
        window.close()
        after = {path.name: path.read_bytes() for path in (read_only / "p").iterdir()}
        assert after == before

    def test_9_photos_that_moved(self, qtbot, app, project, tmp_path):
        (tmp_path / "photos").rename(tmp_path / "사진")
        window = app.open(project)
        assert "is not there. Say where the photos are now" in window.views.message_bar.label.text()
        qtbot.keyClick(window, Qt.Key.Key_F)
        assert window.session.store.queue.counts().faces == 10
        window.close()


def test_10_query_cost_does_not_grow_with_the_project(tmp_path):
    """Counted in SQLite's own steps, for times depend on the machine: `make bench` has those."""
    few, many = (steps(tmp_path / str(size), size) for size in (300, 3000))
    for name, count in few.items():
        assert many[name] <= count * 1.5 + 50, f"{name}: {count} steps became {many[name]}"


def steps(folder: Path, size: int) -> dict[str, int]:
    """Tens of steps of SQLite for what one does all day."""
    store: Store = make_project(folder)
    add_faces(store, size)
    propose(store, range(1, size + 1), np.linspace(0, 1, size))
    store.decisions.decide("ann", range(1, size // 2), Verdict.ACCEPTED)
    desk = Desk(store, "ann")
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    writer = store._database._writer.connection.dbapi_connection
    with store._database.readers.connect() as connection:
        reader = connection.connection.dbapi_connection
    for raw in (writer, reader):
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(count, 10)
    found = {}
    face = size - 5
    desk.open(size // 2 + 10)  # where the work is; before it everything is reviewed
    shown = store.faces.get(face).prediction.id
    for name, work in (
        ("next face", desk.queue.next),
        ("accept", partial(store.decisions.decide, "ann", [face], Verdict.ACCEPTED)),
        ("undo", partial(store.undo.undo, "ann")),
        ("redo", partial(store.undo.redo, "ann")),
        ("draft", partial(store.drafts.save, "ann", face, shown, np.zeros((3, 2)))),
        ("a page of the list", partial(store.queue.rows, desk.queue.faces[100:250])),
        ("history of a face", partial(store.history.of_face, face)),
    ):
        before = taken
        work()
        found[name] = taken - before
    assert sum(found.values()) > 50
    store.close()
    return found


def test_every_acceptance_test_is_present():
    numbers = re.findall(r"def test_(\d+)_", Path(__file__).read_text(encoding="utf-8"))
    assert set(map(int, numbers)) == set(range(2, 11))  # the first is in test_kill.py
