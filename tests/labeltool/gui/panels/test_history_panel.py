"""The history of a face, the history of batches, and undo of old operations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

from labeltool.domain import Changes, Verdict
from labeltool.gui.dialogs.batch_history import BatchHistoryDialog, RevertBatchDialog
from labeltool.gui.dialogs.confirm_undo import ConfirmUndoDialog
from labeltool.review.desk import default_reviewer
from labeltool.store import open_project
from pipnet.data.labelled_faces import LabelledFace
from tests.labeltool.gui.conftest import fill
from tests.labeltool.gui.test_window import CONTROL, drag, verdict
from tests.projects import change

LEFT = Qt.MouseButton.LeftButton


def texts(window) -> list[str]:
    return [
        window.views.history.list.item(k).text() for k in range(window.views.history.list.count())
    ]


def click_row(qtbot, view, place: int) -> None:
    item = view.item(place)
    view.scrollToItem(item)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(item).center())


def test_an_earlier_correction_can_be_viewed_and_restored(qtbot, open_window, project):
    window = open_window(project)
    session, canvas, panel = window.session, window.views.canvas, window.views.history
    face = session.desk.face.id
    assert texts(window) == ["Found, not reviewed"]
    assert not panel.button.isEnabled()
    drag(qtbot, canvas, 5, QPoint(24, 0))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    moved = session.desk.face.points.copy()
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    session.desk.open(face)
    qtbot.keyClick(canvas, Qt.Key.Key_X)
    session.desk.open(face)
    session.publish(Changes())
    QApplication.processEvents()
    assert [text.split("\n")[0] for text in texts(window)] == [
        "Rejected", "Corrected", "Found, not reviewed",
    ]  # fmt: skip
    assert "starter" in texts(window)[0]
    assert session.desk.reviewer in texts(window)[0]
    changed = window.views.inspector.decided.full_text.split(", ")
    assert changed == texts(window)[0].split("\n")[1].split(" · ")[:2]

    shown: list[object] = []
    panel.points_chosen.connect(shown.append)
    click_row(qtbot, panel.list, 1)
    assert np.array_equal(shown[-1], moved)
    qtbot.mouseClick(panel.button, LEFT)
    assert verdict(window, face) is Verdict.CORRECTED
    assert np.array_equal(session.desk.face.points, moved)
    assert shown[-1] is None
    assert texts(window)[0].startswith("Restored: corrected")
    qtbot.keyClick(canvas, Qt.Key.Key_Z, CONTROL)
    assert verdict(window, face) is Verdict.REJECTED
    assert texts(window)[0].startswith("Undid: restoring corrected")
    assert "undone" in texts(window)[1]

    click_row(qtbot, panel.list, panel.list.count() - 1)
    qtbot.mouseClick(panel.button, LEFT)
    assert verdict(window, face) is Verdict.UNREVIEWED

    qtbot.keyClick(canvas, Qt.Key.Key_H)
    assert not panel.list.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_H)
    assert panel.list.isVisible()


def test_restoring_is_refused_while_points_are_moved(qtbot, open_window, project):
    window = open_window(project)
    face = window.session.desk.face.id
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_X)
    window.session.desk.open(face)
    window.session.publish(Changes())
    drag(qtbot, window.views.canvas, 5, QPoint(24, 0))
    draft = window.session.desk.face.draft.copy()
    click_row(qtbot, window.views.history.list, 1)
    qtbot.mouseClick(window.views.history.button, LEFT)
    assert "moved and are not decided" in window.views.message_bar.label.text()
    assert np.array_equal(window.session.desk.face.draft, draft)


def test_another_reviewers_batch_can_be_listed_and_reverted_after_a_restart(
    qtbot, open_window, project, monkeypatch
):
    store = open_project(project)
    store.decisions.decide("kim", range(1, 7), Verdict.ACCEPTED)
    store.decisions.decide("kim", [7, 8], Verdict.EXCLUDED)
    store.close()
    window = open_window(project)
    window.session.writes.submit_for_face(
        partial(window.session.store.decisions.decide, "lee", [3], Verdict.EXCLUDED)
    )

    def look(dialog: BatchHistoryDialog) -> int:
        dialog.show()
        assert dialog.model.rowCount() == 2
        assert not dialog.revert.isEnabled()
        qtbot.keyClicks(dialog.search, "accepted")
        rect = dialog.table.visualRect(dialog.table.model().index(0, 2))
        qtbot.mouseClick(dialog.table.viewport(), LEFT, pos=rect.center())
        assert (dialog.selected().reviewer, dialog.selected().left) == ("kim", 5)
        dialog.grab()
        qtbot.mouseClick(dialog.show_faces, LEFT)
        return 1

    monkeypatch.setattr(BatchHistoryDialog, "exec", look)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_B, CONTROL)
    assert window.session.desk.queue.faces == [1, 2, 3, 4, 5, 6]
    assert "accepted 6 faces" in window.views.message_bar.label.text()
    qtbot.mouseClick(window.views.filters.reset, LEFT)
    assert len(window.session.desk.queue.faces) == 10

    said: list[str] = []

    def agree(ask: RevertBatchDialog) -> int:
        said.extend(label.text() for label in ask.findChildren(type(ask.count)))
        assert ask.ok.text() == "Revert 5"
        return 1

    def take_back(dialog: BatchHistoryDialog) -> int:
        dialog.show()
        dialog.table.setCurrentIndex(dialog.table.model().index(1, 0))
        with qtbot.waitSignal(window.session.changed):
            qtbot.mouseClick(dialog.revert, LEFT)
        assert dialog.selected().left == 0
        assert not dialog.revert.isEnabled()
        assert dialog.model.rowCount() == 3
        dialog.close()
        return 0

    monkeypatch.setattr(RevertBatchDialog, "exec", agree)
    monkeypatch.setattr(BatchHistoryDialog, "exec", take_back)
    window.commands.trigger("batches")
    assert any("5 to unreviewed" in text for text in said)
    assert any("This is the work of kim" in text for text in said)
    assert any("1 face was changed since" in text for text in said)
    counts = window.session.store.queue.counts()
    assert (counts.accepted, counts.excluded, counts.unreviewed) == (0, 3, 7)
    assert "Reverted: accepted 6 faces." in window.views.message_bar.label.text()
    qtbot.mouseClick(window.views.message_bar.undo, LEFT)
    assert window.session.store.queue.counts().accepted == 5


def test_every_dialog_opens_from_its_command_and_closes_with_escape(qtbot, open_window, project):
    window = open_window(project)
    seen: list[str] = []

    def close() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None or QApplication.focusWidget() is window.views.canvas:  # still opening
            QTimer.singleShot(10, close)
            return
        seen.append(dialog.windowTitle())
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    QTimer.singleShot(0, close)
    window.commands.by_name["batches"].trigger()
    assert seen == ["Batches"]


def import_labels(project, count: int) -> None:
    """A project where `count` labels were imported three days ago, each with a new face."""
    store = open_project(project)
    fill(store, project.parent / "more", count - 10)
    photos = [row[0] for row in store.photos.index()]
    boxes = [(photo, (10.0, 10.0, 40.0, 40.0), "landmarks") for photo in photos]
    faces = store.faces.add(boxes, by_operation=True)
    points = np.stack([np.linspace(10, 50, 68), np.linspace(12, 48, 68)], 1)
    labels = [(face, LabelledFace("", points)) for face in faces]
    store.decisions.take_labels(default_reviewer(), labels, "l.json")
    before = (datetime.now(UTC) - timedelta(days=3, hours=1)).isoformat(timespec="milliseconds")
    change(store, f"UPDATE operation SET time = '{before}'")
    store.close()


def test_undo_after_a_restart_asks_before_a_large_import_but_not_before_a_drag(
    qtbot, open_window, project, monkeypatch
):
    import_labels(project, 25)
    window = open_window(project)
    window.commands.trigger("assist")  # the drag moves one point
    desk = window.session.desk
    desk.open(1)
    window.session.publish(Changes())
    drag(qtbot, window.views.canvas, 5, QPoint(24, 0))
    assert desk.edits.moved == {5}
    window.close()

    asked: list[str] = []
    answers = [0, 0, 1]

    def answer(question: ConfirmUndoDialog) -> int:
        asked.append(question.question.text())
        assert window.session.store.queue.counts().corrected == 25  # nothing before the answer
        return answers[len(asked) - 1]

    monkeypatch.setattr(ConfirmUndoDialog, "exec", answer)
    window = open_window(project)
    desk, undo = window.session.desk, window.commands.by_name["undo"]
    assert undo.text() == "Undo move"
    window.views.canvas.setFocus()
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert (desk.face.id, desk.edits.moved, asked) == (1, set(), [])

    assert undo.text() == "Undo the import of 25 labels from l.json"
    assert "the import of 25 labels from l.json" in undo.toolTip()
    for _ in range(2):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
        assert window.session.store.queue.counts().corrected == 25
    assert (
        asked
        == [f"Undo the import of 25 labels from l.json by {default_reviewer()}, 3 days ago?"] * 2
    )
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    counts = window.session.store.queue.counts()
    assert (counts.corrected, counts.faces, desk.counts.faces) == (0, 25, 25)
    assert len(desk.queue.faces) == 25
    # what was just undone comes back, and goes again, without a question
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert window.session.store.queue.counts().corrected == 25
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.session.store.queue.counts().faces == 25
    assert len(asked) == 3


def test_enter_cancels_the_undo_question(qtbot, open_window, project):
    import_labels(project, 25)
    window = open_window(project)
    seen: list[str] = []

    def press() -> None:
        question = QApplication.activeModalWidget()
        if question is None:  # still opening
            QTimer.singleShot(10, press)
            return
        seen.append(question.question.text())
        qtbot.keyClick(question, Qt.Key.Key_Return)

    QTimer.singleShot(0, press)
    window.commands.by_name["undo"].trigger()
    assert len(seen) == 1
    assert window.session.store.queue.counts().corrected == 25
