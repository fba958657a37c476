"""The landmark contact sheet, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeltool.domain import Verdict
from labeltool.gui.dialogs.contact_sheet.contact_sheet_dialog import ContactSheetDialog
from labeltool.gui.dialogs.contact_sheet.patches import frame_of
from labeltool.gui.window import MainWindow
from labeltool.store import PASSED, UNMARKED, WRONG, open_project
from pipnet.data.scheme import Scheme

Open = Callable[[Path], MainWindow]
SPACE, BACK, LEFT = Qt.Key.Key_Space, Qt.Key.Key_Backspace, Qt.MouseButton.LeftButton


def sheet(qtbot: QtBot, window: MainWindow) -> ContactSheetDialog:
    """Open the sheet by its key, and wait until its first page shows pictures."""
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    dialog = window.findChild(ContactSheetDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.pages is not None)
    qtbot.waitUntil(lambda: bool(dialog.grid.answers()))
    return dialog


def close(qtbot: QtBot, window: MainWindow, dialog: ContactSheetDialog) -> None:
    dialog.close()
    qtbot.waitUntil(lambda: window.findChild(ContactSheetDialog) is None)


def click(dialog: ContactSheetDialog, place: int) -> None:
    QTest.mouseClick(dialog.grid, LEFT, pos=dialog.grid.rect_of(place).center())


def drag(dialog: ContactSheetDialog, place: int, way: QPoint) -> None:
    start = dialog.grid.rect_of(place).center()
    QTest.mousePress(dialog.grid, LEFT, pos=start)
    QTest.mouseMove(dialog.grid, start + way / 2)
    QTest.mouseMove(dialog.grid, start + way)
    QTest.mouseRelease(dialog.grid, LEFT, pos=start + way)


def marks(window: MainWindow) -> np.ndarray:
    return window.session.store.decisions.landmark_checks.table().marks


def pass_all_but(window: MainWindow, landmark: int) -> None:
    """Every other landmark of every face passed already."""
    from labeltool.store import SeenLandmark

    store = window.session.store
    table = store.decisions.landmark_checks.table()
    for other in set(range(store.scheme.count)) - {landmark}:
        store.decisions.landmark_checks.check(
            "me", other,
            [SeenLandmark(int(f), int(p), PASSED)
             for f, p in zip(table.faces, table.predictions, strict=True)],
        )  # fmt: skip


def test_worst_first_click_drag_and_accept(qtbot: QtBot, open_window: Open, project: Path) -> None:
    window = open_window(project)
    dialog = sheet(qtbot, window)
    dialog.choose(30)
    assert dialog.pages.faces() == list(range(1, 11))  # the lowest score first: no errors known
    click(dialog, 2)
    click(dialog, 3)
    click(dialog, 3)
    before = window.session.store.faces.get(5).points
    frame_zoom = dialog.grid.extent
    drag(dialog, 4, QPoint(12, 0))
    moved = window.session.store.faces.get(5).draft
    assert moved is not None
    way = np.linalg.norm(moved[30] - before[30])
    assert 0 < way < 200 * frame_zoom
    assert (np.delete(moved, 30, 0) == np.delete(before, 30, 0)).all()
    QTest.keyClick(dialog, SPACE)
    expected = [PASSED] * 10
    expected[2] = WRONG
    assert marks(window)[:, 30].tolist() == expected
    assert not dialog.grid.answers()  # the only page
    assert "nothing is left" in dialog.headline.text()
    QTest.keyClick(dialog, BACK)
    assert dialog.grid.answers() == {face: face != 3 for face in range(1, 11)}
    close(qtbot, window, dialog)


def test_a_landmark_that_faces_lack_is_said_to_be_missing(
    qtbot: QtBot, open_window: Open, project: Path
) -> None:
    store = open_project(project)
    names = (*store.scheme.names, "forehead")
    store.schemes.change("me", Scheme("more", names), [*range(68), None])
    store.close()
    window = open_window(project)
    dialog = sheet(qtbot, window)
    assert dialog.pages.landmark != 68
    assert dialog.list.topLevelItem(67).text(1) == "10"
    assert dialog.list.topLevelItem(68).text(1) == "-"
    dialog.choose(68)
    assert dialog.headline.text().startswith("forehead: 10 faces lack it")
    assert not dialog.grid.answers()
    assert not dialog.accept_page.isEnabled()
    close(qtbot, window, dialog)
    window.commands.trigger("gallery")
    qtbot.waitUntil(lambda: window.views.shows_gallery)
    window.grab()  # a card paints the landmarks that there are


def test_the_last_landmark_decides_and_undo_takes_it_back(
    qtbot: QtBot, open_window: Open, project: Path
) -> None:
    window = open_window(project)
    pass_all_but(window, 7)
    dialog = sheet(qtbot, window)
    dialog.choose(7)
    drag(dialog, 0, QPoint(10, 6))
    click(dialog, 1)
    QTest.keyClick(dialog, SPACE)
    counts = window.session.desk.counts
    assert (counts.corrected, counts.accepted, counts.unreviewed) == (1, 8, 1)
    assert len(window.session.store.history.batches()) == 1
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.desk.counts.unreviewed == 10
    assert (marks(window)[:, 7] == UNMARKED).all()
    assert dialog.pages.page == 0
    assert len(dialog.grid.answers()) == 10
    assert window.session.store.faces.get(1).draft is not None
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)  # the drag
    assert window.session.store.faces.get(1).draft is None
    close(qtbot, window, dialog)


def test_what_passed_is_there_after_the_window_was_closed_in_the_middle(
    qtbot: QtBot, open_window: Open, project: Path
) -> None:
    window = open_window(project)
    dialog = sheet(qtbot, window)
    dialog.choose(3)
    QTest.keyClick(dialog, SPACE)
    dialog.choose(4)
    click(dialog, 0)
    window.close()  # with the sheet open: its marks of this page were not accepted
    store = open_project(project)
    found = store.decisions.landmark_checks.table().marks
    store.close()
    assert (found[:, 3] == PASSED).all()
    assert not found[:, 4].any()


def test_a_missing_photo_is_not_passed(qtbot: QtBot, open_window: Open, project: Path) -> None:
    (project.parent / "photos" / "001.jpg").unlink()
    window = open_window(project)
    dialog = sheet(qtbot, window)
    dialog.choose(3)
    qtbot.waitUntil(lambda: len(dialog.grid.answers()) == 9)
    QTest.keyClick(dialog, SPACE)
    assert marks(window)[:, 3].tolist() == [PASSED, UNMARKED] + [PASSED] * 8
    close(qtbot, window, dialog)


def test_another_program_decides_a_face(qtbot: QtBot, open_window: Open, project: Path) -> None:
    window = open_window(project)
    dialog = sheet(qtbot, window)
    dialog.choose(3)
    other = open_project(project)
    other.decisions.decide("you", [4], Verdict.REJECTED)
    other.close()
    qtbot.waitUntil(lambda: dialog.pages.todo[3] == 9)
    QTest.keyClick(dialog, SPACE)
    assert window.session.store.faces.get(4).verdict is Verdict.REJECTED
    assert (marks(window)[:, 3] == PASSED).all()
    close(qtbot, window, dialog)


def test_a_click_on_the_mean_face_chooses_a_landmark(
    qtbot: QtBot, open_window: Open, project: Path
) -> None:
    window = open_window(project)
    dialog = sheet(qtbot, window)
    at = dialog.mean_face.places()[45]
    QTest.mouseClick(dialog.mean_face, LEFT, pos=QPoint(*np.round(at).astype(int).tolist()))
    assert dialog.pages.landmark == 45
    assert dialog.list.currentItem() is dialog.list.topLevelItem(45)
    close(qtbot, window, dialog)


@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi])
def test_patches_are_turned_and_scaled_alike(angle: float) -> None:
    mean = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 1.0], [0.4, 0.3]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    face = 80 * mean @ turn + (200, 150)
    frame = frame_of(face, 3, mean, 0.5, 100)
    assert frame is not None
    seen = [frame.to_patch(complex(*point)) for point in face]
    expected = [complex(*(100 * (point - mean[3]) / 0.5 + 50)) for point in mean]
    np.testing.assert_allclose(seen, expected, atol=1e-9)
    assert frame.zoom == pytest.approx(100 / 0.5 / 80)
