"""Accept with a guarantee, by keys and clicks, on photos."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeltool.domain import UserError, Verdict
from labeltool.gui.dialogs.guarantee.certificate_export import save_certificate, verify
from labeltool.gui.dialogs.guarantee.certificate_list import CertificateListDialog
from labeltool.gui.dialogs.guarantee.guarantee_dialog import GuaranteeDialog
from labeltool.gui.window import MainWindow
from labeltool.store import open_project

Open = Callable[[Path], MainWindow]
MakeProject = Callable[[Path, int], Path]
LEFT = Qt.MouseButton.LeftButton
FACES = 40


@pytest.fixture
def faces(tmp_path: Path, filled_project: MakeProject) -> Path:
    """Forty faces, so that some remain when the guarantee holds."""
    return filled_project(tmp_path, FACES)


def opened(qtbot: QtBot, window: MainWindow) -> GuaranteeDialog:
    QTest.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    dialog = window.findChild(GuaranteeDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    return dialog


def started(qtbot: QtBot, window: MainWindow, *, limit: float = 20.0) -> GuaranteeDialog:
    """A dialog that shows its first face; nothing is planted."""
    dialog = opened(qtbot, window)
    dialog.setup.limit.setValue(limit)
    dialog.setup.measure.setChecked(False)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.stack.currentWidget() is dialog.judging)
    return dialog


def press(qtbot: QtBot, dialog: GuaranteeDialog, key: Qt.Key) -> None:
    """Press a key once the photo is visible, as a person would."""
    qtbot.waitUntil(lambda: dialog.judging.face.is_ready or bool(dialog.judging.face.problem))
    before = dialog.acceptance.state().shown
    QTest.keyClick(dialog, key)
    if key in (Qt.Key.Key_A, Qt.Key.Key_X):
        assert dialog.acceptance.state().shown == before + 1


def judge_until_the_end(qtbot: QtBot, dialog: GuaranteeDialog) -> None:
    for _ in range(FACES + 1):
        if dialog.stack.currentWidget() is dialog.outcome:
            return
        press(qtbot, dialog, Qt.Key.Key_A)
    raise AssertionError("no end")


def close(qtbot: QtBot, window: MainWindow, kind: type[GuaranteeDialog]) -> None:
    dialog = window.findChild(kind)
    dialog.close()
    qtbot.waitUntil(lambda: window.findChild(kind) is None)


def refuse(*_paths: object) -> None:
    raise OSError(errno.ENOSPC, "the disk is full")


def test_the_whole_way_and_back(
    qtbot: QtBot, open_window: Open, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(faces)
    dialog = started(qtbot, window)
    press(qtbot, dialog, Qt.Key.Key_A)
    assert dialog.judging.progress.text() == "1 looked at, none wrong."
    judge_until_the_end(qtbot, dialog)
    count = dialog.acceptance.state().holds_for
    assert count >= FACES // 2
    assert f"{count} faces can be accepted" in dialog.outcome.headline.text()
    assert "At most 20 %" in dialog.outcome.statement.text()
    QTest.mouseClick(dialog.outcome.accept, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.certificate))
    assert window.session.desk.counts.accepted == count
    store = window.session.store
    assert verify(store, dialog.certificate) == []
    out = tmp_path / "certificate.json"
    save_certificate(store.trust.certificates.document(dialog.certificate), out, as_pdf=False)
    assert json.loads(out.read_text())["accepted"] == count
    page = tmp_path / "certificate.pdf"
    save_certificate(store.trust.certificates.document(dialog.certificate), page, as_pdf=True)
    assert page.read_bytes().startswith(b"%PDF")
    assert page.read_bytes().rstrip().endswith(b"%%EOF")
    before = page.read_bytes()
    document = store.trust.certificates.document(dialog.certificate)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(UserError, match="full"):
            save_certificate(document, page, as_pdf=True)
    assert page.read_bytes() == before
    assert sorted(tmp_path.glob("certificate*")) == [out, page]
    assert not list(tmp_path.glob("*.tmp"))
    QTest.mouseClick(dialog.outcome.undo, LEFT)
    qtbot.waitUntil(lambda: window.session.desk.counts.accepted == 0)
    close(qtbot, window, GuaranteeDialog)
    listed = CertificateListDialog(window.session, window)
    assert listed.list.topLevelItemCount() == 1
    QTest.mouseClick(listed.check, LEFT)
    qtbot.waitUntil(listed.check.isEnabled)
    assert listed.answer.text()
    listed.close()


def test_take_back_correct_and_go_on_tomorrow(qtbot: QtBot, open_window: Open, faces: Path) -> None:
    window = open_window(faces)
    dialog = started(qtbot, window)
    first = dialog.shown
    press(qtbot, dialog, Qt.Key.Key_A)
    assert dialog.shown.token != first.token
    press(qtbot, dialog, Qt.Key.Key_Backspace)
    assert dialog.shown.token == first.token
    qtbot.waitUntil(lambda: dialog.judging.face.is_ready)
    face = dialog.judging.face
    start = QPoint(*np.round(face.to_screen(face.points)[30]).astype(int).tolist())
    QTest.mousePress(face, LEFT, pos=start)
    QTest.mouseMove(face, start + QPoint(20, 0))
    QTest.mouseRelease(face, LEFT, pos=start + QPoint(20, 0))
    assert not dialog.judging.right.isEnabled()  # what was moved was not right
    moved = face.points.copy()
    press(qtbot, dialog, Qt.Key.Key_X)
    corrected = window.session.store.faces.get(first.face_id)
    assert corrected.verdict is Verdict.CORRECTED
    np.testing.assert_array_equal(corrected.points, moved)
    assert dialog.judging.progress.text() == "1 looked at, 1 wrong."
    press(qtbot, dialog, Qt.Key.Key_Backspace)
    assert window.session.store.faces.get(first.face_id).verdict is Verdict.UNREVIEWED
    press(qtbot, dialog, Qt.Key.Key_A)
    press(qtbot, dialog, Qt.Key.Key_A)
    waiting = dialog.shown.token
    window.close()  # in the middle
    window = open_window(faces)
    dialog = opened(qtbot, window)
    QTest.mouseClick(dialog.setup.resume, LEFT)
    qtbot.waitUntil(lambda: dialog.stack.currentWidget() is dialog.judging)
    assert dialog.acceptance.state().shown == 2
    assert dialog.shown.token == waiting
    close(qtbot, window, GuaranteeDialog)


def test_too_many_wrong_ones_say_what_to_do(qtbot: QtBot, open_window: Open, faces: Path) -> None:
    window = open_window(faces)
    dialog = started(qtbot, window)
    for _ in range(FACES):
        if dialog.stack.currentWidget() is dialog.outcome:
            break
        press(qtbot, dialog, Qt.Key.Key_X)
    assert "No set of these faces" in dialog.outcome.headline.text()
    assert "Train a round" in dialog.outcome.advice.text()
    assert not dialog.outcome.accept.isVisible()
    close(qtbot, window, GuaranteeDialog)


def test_a_missing_photo_counts_as_wrong(qtbot: QtBot, open_window: Open, faces: Path) -> None:
    window = open_window(faces)
    for photo in (faces.parent / "photos").glob("*.jpg"):
        photo.unlink()
    dialog = started(qtbot, window)
    qtbot.waitUntil(lambda: bool(dialog.judging.face.problem))
    dialog.judging.show_hint()
    QTest.keyClick(dialog, Qt.Key.Key_A)
    assert dialog.acceptance.state().shown == 0
    press(qtbot, dialog, Qt.Key.Key_X)
    assert dialog.acceptance.state().shown == 1
    close(qtbot, window, GuaranteeDialog)


def test_another_program_decides_the_face_that_is_shown(
    qtbot: QtBot, open_window: Open, faces: Path
) -> None:
    window = open_window(faces)
    dialog = started(qtbot, window)
    other = open_project(faces)
    other.decisions.decide("you", [dialog.shown.face_id], Verdict.REJECTED)
    other.close()
    judge_until_the_end(qtbot, dialog)
    count = dialog.acceptance.state().holds_for
    QTest.mouseClick(dialog.outcome.accept, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.certificate) or dialog.problem.isVisible())
    assert window.session.desk.counts.rejected == 1
    assert window.session.desk.counts.accepted in (0, count - 1)
    close(qtbot, window, GuaranteeDialog)


def test_planted_faces_are_told_afterwards(qtbot: QtBot, open_window: Open, faces: Path) -> None:
    window = open_window(faces)
    dialog = opened(qtbot, window)
    dialog.setup.limit.setValue(30)
    QTest.mouseClick(dialog.setup.start, LEFT)
    qtbot.waitUntil(lambda: dialog.stack.currentWidget() is dialog.judging)
    for _ in range(30):
        if dialog.stack.currentWidget() is dialog.outcome:
            break
        kind = dialog.acceptance.judgements[-1].kind
        press(qtbot, dialog, Qt.Key.Key_X if kind == "planted" else Qt.Key.Key_A)
    dialog.show_result()
    planted = dialog.acceptance.state().reviewer.planted
    assert planted > 0
    assert f"you found {planted} of {planted}" in dialog.outcome.reviewer.text()
    close(qtbot, window, GuaranteeDialog)
