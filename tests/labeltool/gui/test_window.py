"""The window of a project by key and mouse."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
import subprocess
import sys
import threading
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import event
from sqlalchemy.engine import Engine

from labeltool.domain import Changes, Filter, Message, RoundKind, Verdict
from labeltool.gui.background import write_queue
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.background.tasks import Task
from labeltool.gui.dialogs import batch_preview
from labeltool.gui.dialogs.accept_by_score import AcceptByScoreDialog
from labeltool.gui.dialogs.photo_problems import PhotoProblemsDialog
from labeltool.rounds.run_folder import Event
from labeltool.store import create_project, open_project
from pipnet.data.scheme import Scheme, load_scheme
from tests.item_views import select_rows
from tests.waiting import WAIT_SECONDS

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def drag(qtbot, canvas, index: int, by: QPoint) -> None:
    start, viewport = canvas.point_to_viewport(index), canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in (1, 2, 3):
        QTest.mouseMove(viewport, start + by * step / 3)
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + by)


def choose(qtbot, window, words: str) -> None:
    """Click a row of the filter tree."""
    tree = window.views.filters.tree
    (item,) = tree.findItems(words, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    tree.scrollToItem(item)
    place = tree.visualItemRect(item).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def verdict(window, face: int) -> Verdict:
    return window.session.store.faces.get(face).verdict


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_A, Verdict.ACCEPTED),
        (Qt.Key.Key_X, Verdict.REJECTED),
        (Qt.Key.Key_Delete, Verdict.EXCLUDED),
    ],
)
def test_a_key_decides_and_shows_the_next_face_and_undo_returns(
    qtbot, open_window, project, key, expected
):
    window = open_window(project)
    first = window.session.desk.face.id
    qtbot.keyClick(window.views.canvas, key)
    assert verdict(window, first) is expected
    assert window.session.desk.face.id == first + 1
    assert window.views.face_list.view.currentIndex().row() == 1
    assert f"1 <span" in window.counts.text()  # noqa: F541
    assert window.views.message_bar.isVisible()
    qtbot.mouseClick(window.views.message_bar.undo, Qt.MouseButton.LeftButton)
    assert verdict(window, first) is Verdict.UNREVIEWED
    assert window.session.desk.face.id == first
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert verdict(window, first) is expected


def test_arrows_and_n_navigate_and_u_removes_the_verdict(qtbot, open_window, project):
    window = open_window(project)
    desk = window.session.desk
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    assert desk.queue.index == 2
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Left)
    assert desk.queue.index == 2
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_N)
    assert desk.queue.index == 3
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Left)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_U)
    assert desk.face.verdict is Verdict.UNREVIEWED
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_F)
    assert desk.face.flag
    assert desk.queue.index == 2


def test_typing_in_the_search_field_triggers_no_command(qtbot, open_window, project):
    window = open_window(project)
    search = window.views.filters.search
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_F, CONTROL)
    qtbot.keyClicks(search, "ax007")
    assert search.text() == "ax007"
    assert window.session.store.queue.counts().unreviewed == 10
    search.clear()
    qtbot.keyClicks(search, "007")
    qtbot.waitUntil(lambda: window.views.face_list.model.rowCount() == 1)
    assert [
        window.views.face_list.model.row(k).name
        for k in range(window.views.face_list.model.rowCount())
    ] == ["007.jpg"]


def test_a_korean_input_method_does_not_stop_the_keys(qtbot, open_window, project):
    window = open_window(project)
    first = window.session.desk.face.id
    press = QKeyEvent(QEvent.Type.KeyPress, 0x3141, NONE, 38, 0x61, 0, "ㅁ")
    QApplication.sendEvent(window.views.canvas, press)
    assert verdict(window, first) is Verdict.ACCEPTED
    window.views.filters.search.setFocus()
    press = QKeyEvent(QEvent.Type.KeyPress, 0x314C, NONE, 53, 0x78, 0, "ㅌ")
    QApplication.sendEvent(window.views.filters.search, press)
    assert window.session.store.queue.counts().rejected == 0


def test_moved_points_form_a_draft_with_its_own_undo_that_survives_a_restart(
    qtbot, open_window, project
):
    window = open_window(project)
    window.commands.trigger("assist")  # each drag moves one point
    face = window.session.desk.face.id
    proposed = window.session.desk.face.points.copy()
    drag(qtbot, window.views.canvas, 5, QPoint(24, 0))
    drag(qtbot, window.views.canvas, 40, QPoint(0, 24))
    both = window.session.desk.face.points.copy()
    assert window.session.desk.edits.moved == {5, 40}
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.session.desk.edits.moved == {5}
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert np.array_equal(window.session.desk.face.points, both)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    window.close()

    window = open_window(project)
    window.session.desk.open(face)
    assert np.array_equal(window.session.desk.face.points, both)
    window.commands.trigger("accept")
    after = window.session.store.faces.get(face)
    assert after.verdict is Verdict.CORRECTED
    assert np.array_equal(after.points, both)
    assert not np.array_equal(after.points, proposed)
    assert np.array_equal(after.prediction.points, proposed)


def test_keys_navigate_the_face_list(qtbot, open_window, project):
    window = open_window(project)
    view, desk = window.views.face_list.view, window.session.desk
    view.setFocus()
    for key, place in (
        (Qt.Key.Key_End, 9), (Qt.Key.Key_Up, 8), (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Down, 1),
    ):  # fmt: skip
        qtbot.keyClick(view, key)
        assert desk.queue.index == place
    qtbot.keyClick(view, Qt.Key.Key_End, SHIFT)
    assert window.views.face_list.selected() == desk.queue.faces[1:]
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert not view.hasFocus()


def test_one_undo_reverts_a_batch_from_the_list(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    asked = []
    monkeypatch.setattr(
        batch_preview.BatchPreviewDialog, "exec", lambda self: asked.append(self) or 1
    )
    view = window.views.face_list.view
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton,
        pos=view.visualRect(window.views.face_list.model.index(2)).center(),
    )  # fmt: skip
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, SHIFT,
        pos=view.visualRect(window.views.face_list.model.index(6)).center(),
    )  # fmt: skip
    qtbot.keyClick(view, Qt.Key.Key_X)
    assert "5" in asked[0].ok.text()
    assert window.session.store.queue.counts().rejected == 5
    qtbot.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert window.session.store.queue.counts().unreviewed == 10


def test_accept_by_score_accepts_the_faces_it_counted(qtbot, open_window, project, monkeypatch):
    window = open_window(project)

    shown = []

    def choose(dialog: AcceptByScoreDialog) -> int:
        dialog.slider.setValue(50)
        assert dialog.count.text() == "5 faces would be accepted."
        return 1

    def look(sheet: batch_preview.BatchPreviewDialog) -> int:
        shown.append(sheet)
        assert "5" in sheet.ok.text()
        assert window.session.store.queue.counts().accepted == 0
        return 1

    monkeypatch.setattr(AcceptByScoreDialog, "exec", choose)
    monkeypatch.setattr(batch_preview.BatchPreviewDialog, "exec", look)
    with qtbot.waitSignal(window.session.changed):
        window.commands.by_name["accept_above"].trigger()
    assert len(shown) == 1
    counts = window.session.store.queue.counts()
    assert (counts.accepted, counts.unreviewed) == (5, 5)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.session.store.queue.counts().accepted == 0


def test_filters_list_matching_faces_and_an_empty_list_shows_a_message(qtbot, open_window, project):
    window = open_window(project)
    for _ in range(3):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    choose(qtbot, window, "Accepted")
    assert window.views.face_list.model.rowCount() == 3
    choose(qtbot, window, "Excluded")
    assert window.views.face_list.model.rowCount() == 0
    assert window.session.desk.face is None
    assert not window.commands.by_name["accept"].isEnabled()
    choose(qtbot, window, "All faces")
    window.session.show(Filter(order="error"))
    errors = [window.views.face_list.model.row(k).error for k in range(10)]
    assert errors == sorted(errors, reverse=True)


def test_two_windows_and_a_command_line_follow_each_other(qtbot, open_window, project):
    one, two = open_window(project), open_window(project)
    one.session.writes.submit_for_face(
        partial(one.session.store.decisions.decide, "ann", [1], Verdict.EXCLUDED)
    )
    qtbot.waitUntil(lambda: two.session.desk.counts.excluded == 1)
    subprocess.run(
        [sys.executable, "-m", "labeltool", "accept", str(project), "--min-score", "0.75"],
        check=True, capture_output=True,
    )  # fmt: skip
    qtbot.waitUntil(lambda: one.session.desk.counts.accepted == 2)
    qtbot.waitUntil(lambda: two.session.desk.counts.accepted == 2)
    two.session.writes.submit_for_face(
        partial(two.session.store.decisions.decide, "ben", [2], Verdict.REJECTED)
    )
    qtbot.waitUntil(lambda: one.session.desk.counts.rejected == 1)


def test_a_photo_without_a_face_can_be_used_whole_or_get_a_box(
    qtbot, open_window, tmp_path, project, monkeypatch
):
    shutil.copy(tmp_path / "photos" / "000.jpg", tmp_path / "photos" / "empty.jpg")
    shutil.copy(tmp_path / "photos" / "000.jpg", tmp_path / "photos" / "empty2.jpg")
    store = open_project(project)
    root = next(iter(store.photos.roots()))
    store.photos.add(root, [("empty.jpg", 1), ("empty2.jpg", 1)])
    store.photos.save_search_results(
        [
            {"photo": photo, "sha256": "0", "width": 320, "height": 240, "faces": []}
            for photo, _ in store.photos.unsearched()
        ]
    )
    store.close()
    window = open_window(project)
    monkeypatch.setattr(window.session.round, "predict_if_wanted", lambda: None)
    dialog = PhotoProblemsDialog(window.session, window)
    assert dialog.table.rowCount() == 2
    dialog.table.selectRow(0)
    qtbot.mouseClick(dialog.use_whole, Qt.MouseButton.LeftButton)
    assert dialog.table.rowCount() == 1
    face = window.session.desk.face
    assert (face.name, face.box, face.box_kind) == ("empty.jpg", (-0.5, -0.5, 320, 240), "whole")
    assert window.session.store.queue.counts().faces == 11
    assert "Took the photo whole." in window.views.message_bar.label.text()
    dialog.close()
    qtbot.waitUntil(lambda: not window.session.findChildren(Task))

    window.commands.trigger("undo")
    assert verdict(window, face.id) is Verdict.REMOVED
    assert PhotoProblemsDialog(window.session, window).table.rowCount() == 2
    window.commands.trigger("redo")
    assert verdict(window, face.id) is Verdict.UNREVIEWED
    assert PhotoProblemsDialog(window.session, window).table.rowCount() == 1

    def draw(self) -> int:
        self.table.selectRow(0)
        self.draw.click()
        return 1

    monkeypatch.setattr(PhotoProblemsDialog, "exec", draw)
    window.commands.trigger("problems")
    qtbot.waitUntil(lambda: window.views.canvas.box_editor.is_drawing)
    viewport = window.views.canvas.viewport()
    start, end, zoom = QPoint(200, 200), QPoint(400, 420), window.views.canvas.zoom
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    face = window.session.desk.face
    assert (face.name, face.box_kind) == ("empty2.jpg", "hand")
    assert np.isclose(face.box[2], 200 / zoom, atol=2)


def test_the_photo_for_a_new_box_is_loaded_after_another_face_was_shown(
    qtbot, open_window, project, tmp_path
):
    window = open_window(project)
    photos = [tmp_path / "photos" / f"{number:03d}.jpg" for number in range(10)]
    window.commands.trigger("next")
    qtbot.waitUntil(lambda: all(window.views.photos.get(photo)[0] for photo in photos[:4]))
    go_on = threading.Event()
    window.views.photos._pool.submit(go_on.wait, WAIT_SECONDS)
    window.commands.trigger("previous")  # what lies near is wanted once it is painted
    window.views.editor.show_photo_to_box(9, photos[8])
    qtbot.waitUntil(lambda: not window.views.editor.photo_display.is_prefetch_scheduled)
    go_on.set()
    qtbot.waitUntil(lambda: window.views.canvas.box_editor.is_drawing)


def test_many_whole_photos_are_added_in_the_background(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    session = window.session
    asked = []
    monkeypatch.setattr(
        session.round, "predict_if_wanted", lambda: asked.append(session.desk.counts)
    )
    monkeypatch.setattr("labeltool.gui.background.importer.MAX_INSTANT_FACES", 2)
    monkeypatch.setattr("labeltool.store.faces.boxes.MAX_INSTANT_FACES", 2)
    photos = [row[0] for row in session.store.photos.index()][:3]
    session.importer.use_whole_photos(photos)
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert asked[0].faces == 13  # a worker is started when they are there
    assert "Took 3 photos whole." in window.views.message_bar.label.text()
    window.commands.trigger("undo")
    assert (session.desk.counts.faces, session.desk.counts.excluded) == (10, 0)


def test_moved_photos_are_reported_and_can_be_located(qtbot, app, project, tmp_path):
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    window = app.open(project)
    photo = window.session.desk.face.photo
    qtbot.waitUntil(lambda: photo.name in window.views.photos.get(photo)[1])
    assert window.views.canvas.photo is None
    root = next(iter(window.session.store.photos.roots()))
    window.session.writes.submit_for_face(
        partial(window.session.store.photos.move_root, root, tmp_path / "elsewhere")
    )
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    window.close()


def test_an_invalid_project_shows_an_error_and_keeps_the_welcome_page(app, tmp_path):
    assert app.open(tmp_path) is None
    assert "is not a project" in app.welcome.message.label.text()
    assert app.welcome.isVisible()
    app.welcome.close()


def test_an_empty_project_shows_what_to_do(qtbot, open_window, tmp_path):
    create_project(tmp_path / "empty", load_scheme("300w")).close()
    window = open_window(tmp_path / "empty")
    assert window.session.desk.face is None
    assert not window.commands.by_name["train"].isEnabled()
    assert window.commands.by_name["import"].isEnabled()


def test_training_without_labels_shows_the_reason(qtbot, open_window, project):
    window = open_window(project)
    window.commands.trigger("train")
    assert "no manual label" in window.views.message_bar.label.text()


def test_another_scheme_starts_from_the_mean_face(qtbot, app, tmp_path):
    store = create_project(tmp_path / "cats", Scheme.numbered("cats", 9))
    store.photos.add(store.photos.add_root(tmp_path), [("cat.jpg", 1)])
    store.photos.save_search_results(
        [{"photo": 1, "sha256": "0", "width": 9, "height": 9, "faces": [((1, 1, 5, 5), 0.9)]}]
    )
    store.close()
    window = app.open(tmp_path / "cats")
    window.commands.trigger("predict")
    qtbot.waitUntil(lambda: window.session.desk.counts.proposed == 1)
    face = window.session.desk.face
    assert face.points.shape == (9, 2)
    assert face.prediction.model == "mean face"
    window.close()


def test_the_theme_changes_while_open(qtbot, open_window, project):
    window = open_window(project)

    def lightness() -> int:
        return window.grab().toImage().pixelColor(5, 300).lightness()

    assert lightness() > 200
    window.commands.trigger("dark")
    qtbot.waitUntil(lambda: lightness() < 70)
    window.commands.trigger("light")
    qtbot.waitUntil(lambda: lightness() > 200)


def test_icons_follow_the_palette(qtbot, open_window, project):
    window = open_window(project)
    window.views.message_bar.show_message("Something happened.")
    shown = (window.views.message_bar.icon, window.views.inspector.icon)

    def pictures() -> list[bytes]:
        icons = [label.pixmap() for label in shown]
        icons.append(window.views.message_bar.close_button.icon().pixmap(16, 16))
        return [bytes(icon.toImage().constBits()) for icon in icons]

    light = pictures()
    window.commands.trigger("dark")
    qtbot.waitUntil(lambda: not set(pictures()) & set(light))
    window.commands.trigger("light")
    qtbot.waitUntil(lambda: pictures() == light)


def test_the_loss_curve_follows_the_palette(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    with monkeypatch.context() as training:  # or the window would ask before it closes
        training.setattr(type(window.session.round.rounds.follower), "kind", RoundKind.TRAIN)
        window.views.round_progress.show_event(Event("started"))
    window.commands.trigger("dark")
    plot = window.views.round_progress.details.losses.plot
    qtbot.waitUntil(lambda: plot.grab().toImage().pixelColor(0, 0).lightness() < 70)
    window.commands.trigger("light")
    qtbot.waitUntil(lambda: plot.grab().toImage().pixelColor(0, 0).lightness() > 200)


def test_queue_order_of_the_store_is_what_the_list_shows(qtbot, open_window, project):
    window = open_window(project)
    queue = window.session.store.queue.ids(Filter())
    assert [window.views.face_list.model.id_at(k) for k in range(10)] == queue


def lock(project) -> sqlite3.Connection:
    """Lock the project file as another program would."""
    other = sqlite3.connect(
        project / "project.sqlite", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_queued_decision_does_not_apply_to_the_next_face(qtbot, open_window, project):
    window = open_window(project)
    first = window.session.desk.face.id
    other = lock(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: "Nothing was changed" in window.views.message_bar.label.text())
    assert window.session.desk.face.id == first + 1
    assert [verdict(window, face) for face in (first, first + 1)] == [Verdict.UNREVIEWED] * 2


def test_the_window_can_close_while_a_write_is_queued(qtbot, open_window, project, monkeypatch):
    monkeypatch.setattr(write_queue, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(write_queue, "CLOSE_SECONDS", 0.1)
    window = open_window(project)
    other = lock(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    window.close()
    qtbot.wait(50)  # further attempts would be due
    other.execute("ROLLBACK")
    decided = "SELECT count(*) FROM state WHERE verdict != 'unreviewed'"
    assert other.execute(decided).fetchone() == (0,)
    other.close()


def test_a_write_waits_for_another_program_without_freezing(qtbot, open_window, project):
    window = open_window(project)
    first = window.session.desk.face.id
    other = lock(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    assert verdict(window, first) is Verdict.UNREVIEWED
    assert "another change" in window.views.message_bar.label.text()
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: verdict(window, first) is Verdict.ACCEPTED)
    assert window.session.desk.face.id == first + 1


def test_a_queued_write_is_finished_when_the_window_closes(
    qtbot, open_window, project, monkeypatch
):
    monkeypatch.setattr(write_queue, "CLOSE_SECONDS", WAIT_SECONDS)
    window = open_window(project)
    other = lock(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    done = threading.Timer(0.2, other.execute, ["ROLLBACK"])
    finish = window.session.writes.finish
    monkeypatch.setattr(window.session.writes, "finish", lambda: (done.start(), finish())[1])
    window.close()
    done.join()
    decided = "SELECT count(*) FROM state WHERE verdict = 'accepted'"
    assert other.execute(decided).fetchone() == (1,)
    other.close()


def test_queued_writes_run_in_the_order_of_the_keys(qtbot, open_window, project, monkeypatch):
    monkeypatch.setattr(write_queue, "RETRY_SECONDS", 0.01)
    window = open_window(project)
    first = window.session.desk.face.id
    window.views.canvas.selection.select(30)
    point = 30
    before = window.session.desk.face.points[point].copy()
    other = lock(project)
    for _ in range(3):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_Up)
        qtbot.wait(3)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    qtbot.wait(20)  # with every try at another moment, the later ones would come first
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: verdict(window, first) is not Verdict.UNREVIEWED)
    assert verdict(window, first) is Verdict.CORRECTED
    moved = window.session.store.faces.get(first).points[point]
    np.testing.assert_allclose(moved, before - (0, 3))
    assert window.session.desk.face.id == first + 1


def test_a_window_that_cannot_save_warns_before_it_closes(qtbot, open_window, project, monkeypatch):
    monkeypatch.setattr(write_queue, "CLOSE_SECONDS", 0.1)
    window = open_window(project)
    other = lock(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    assert not window.close()
    assert "Changes not saved yet: 1." in window.views.message_bar.label.text()
    assert window.close()
    other.execute("ROLLBACK")
    other.close()


def test_the_queue_keeps_draining_after_a_write_raises(qtbot, open_window, project):
    window = open_window(project)

    def breaks() -> Changes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        window.session.writes.submit_for_face(breaks)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    assert verdict(window, 1) is Verdict.ACCEPTED
    writes = window.session.writes
    other = lock(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    second = writes._pending[0]
    writes._pending.appendleft(dataclasses.replace(second, operation=breaks))
    writes._retry.stop()
    with pytest.raises(ZeroDivisionError):
        writes._drain()
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: verdict(window, 2) is Verdict.ACCEPTED)


def test_the_window_closes_without_a_question_while_results_are_imported(
    qtbot, open_window, project, monkeypatch
):
    window = open_window(project)
    session = window.session
    kind = property(lambda _rounds: RoundKind.TRAIN)
    monkeypatch.setattr(type(session.round.rounds.follower), "kind", kind)
    asked: list[str] = []
    monkeypatch.setattr(window, "ask_running", lambda: asked.append("") or "stay")
    assert not window.close()
    session.round.state = RoundState.TAKING_IN
    assert window.close()
    assert len(asked) == 1


def test_duplicates_of_a_queued_operation_are_ignored(qtbot, open_window, project, monkeypatch):
    monkeypatch.setattr(write_queue, "RETRY_SECONDS", 0.01)
    window = open_window(project)
    first = window.session.desk.face.id
    other = lock(project)
    for _ in range(3):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: verdict(window, first) is Verdict.ACCEPTED)
    qtbot.wait(50)  # further attempts would be due
    assert window.session.store.queue.counts().accepted == 1
    assert window.views.message_bar.label.text() == "Accepted."


def test_a_queued_move_is_reported_as_saved(qtbot, open_window, project):
    window = open_window(project)
    other = lock(project)
    window.views.canvas.selection.select(30)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Down)
    assert "another change" in window.views.message_bar.label.text()
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: window.views.message_bar.label.text() == "Saved.")
    assert window.session.store.faces.get(1).draft is not None


def test_the_undo_button_of_a_message_reverts_its_operation(qtbot, open_window, project):
    window = open_window(project)
    canvas, desk = window.views.canvas, window.session.desk
    canvas.selection.select(30)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_X)
    desk.open(1)
    window.session.publish(Changes())
    qtbot.mouseClick(window.views.message_bar.undo, Qt.MouseButton.LeftButton)
    assert verdict(window, 2) is Verdict.UNREVIEWED
    assert window.session.store.faces.get(1).draft is not None
    assert canvas.hasFocus()

    desk.open(1)  # and by key, what was done last comes first
    window.session.publish(Changes())
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    qtbot.keyClick(canvas, Qt.Key.Key_Z, CONTROL)
    assert not window.session.store.faces.get(1).flag
    assert desk.edits.moved == {30}


def test_the_undo_button_of_a_message_reverts_a_large_batch(
    qtbot, open_window, project, monkeypatch
):
    monkeypatch.setattr("labeltool.gui.session.MAX_FOREGROUND_FACES", 2)
    monkeypatch.setattr(batch_preview.BatchPreviewDialog, "exec", lambda self: 1)
    window = open_window(project)
    select_rows(window.views.face_list.view, 4, 7)
    window.views.face_list.view.setFocus()
    qtbot.keyClick(window.views.face_list.view, Qt.Key.Key_X)
    counts = window.session.store.queue.counts
    qtbot.waitUntil(lambda: counts().rejected == 4 and window.views.message_bar.undo.isVisible())
    window.views.face_list.view.setCurrentIndex(window.views.face_list.model.index(0))
    window.views.canvas.selection.select(30)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Down)
    qtbot.mouseClick(window.views.message_bar.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: counts().rejected == 0)
    assert window.session.store.faces.get(1).draft is not None


def test_many_faces_are_flagged_in_the_background(qtbot, open_window, project, monkeypatch):
    monkeypatch.setattr("labeltool.gui.commands.review_commands.MAX_FOREGROUND_FACES", 2)
    window = open_window(project)
    select_rows(window.views.face_list.view, 0, 3)
    window.views.face_list.view.setFocus()
    with qtbot.waitSignal(window.session.tasks.started):
        qtbot.keyClick(window.views.face_list.view, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: window.session.store.queue.counts().flagged == 4)


def test_try_again_after_a_failed_prediction_predicts(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    running, asked = window.views.round_progress, []
    panel = running.ended
    monkeypatch.setattr(window.session.round, "predict", lambda: asked.append("predict"))
    window.session.store.rounds.add(RoundKind.PREDICT, "std", "rounds/new", {})
    window.session.round.last_ended = window.session.store.rounds.all()[-1]
    running.show_event(Event("started", detail="CPU"))
    running.show_end(Event("failed", reason=Message("There was not enough memory.")), "the log")
    assert panel.isVisible()
    assert panel.log.toPlainText() == "the log"
    qtbot.mouseClick(panel.retry, Qt.MouseButton.LeftButton)
    assert asked == ["predict"]
    assert not panel.isVisible()


@pytest.mark.parametrize(("command", "most"), [("next", 2), ("accept", 15)])
def test_another_face_is_shown_with_few_statements(open_window, project, command, most):
    window = open_window(project)
    thread, face = threading.get_ident(), window.session.desk.face
    statements: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if threading.get_ident() == thread and not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        window.commands.trigger(command)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert window.session.desk.face is not face
    assert 0 < len(statements) <= most, "\n".join(statements)
