"""The gallery by mouse and keyboard: selecting, deciding on many faces, opening a photo."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from labeltool.domain import Filter, Verdict
from labeltool.gui import session as session_module
from labeltool.gui.dialogs.batch_preview import BatchPreviewDialog
from labeltool.store import create_project
from pipnet.data.scheme import load_scheme
from tests.labeltool.gui.conftest import MakeProject
from tests.waiting import WAIT_SECONDS

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
FACES = 60


@pytest.fixture
def many(tmp_path: Path, filled_project: MakeProject) -> Path:
    """Sixty faces with falling expected errors, all unreviewed: more than a page of the gallery."""
    return filled_project(tmp_path, FACES)


@pytest.fixture
def gallery(qtbot, open_window, many):
    """The window with its gallery open, as G opens it."""
    window = open_window(many)
    window.resize(1280, 720)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_G)
    assert window.views.shows_gallery
    qtbot.waitUntil(lambda: window.views.gallery.grid.hasFocus())
    return window


@pytest.fixture
def sheets(monkeypatch) -> list[BatchPreviewDialog]:
    """The batch previews that were shown; each is answered with OK if that is enabled."""
    shown: list[BatchPreviewDialog] = []

    def answer(sheet: BatchPreviewDialog) -> int:
        shown.append(sheet)
        return int(sheet.ok.isEnabled())

    monkeypatch.setattr(BatchPreviewDialog, "exec", answer)
    return shown


def click(qtbot, window, place: int, keys=NONE) -> None:
    grid = window.views.gallery.grid
    qtbot.mouseClick(grid.viewport(), LEFT, keys, grid.rect_of(place).center())


def drag(qtbot, window, start: QPoint, end: QPoint, keys=NONE) -> None:
    viewport = window.views.gallery.grid.viewport()
    qtbot.mousePress(viewport, LEFT, keys, start)
    for step in (1, 2, 3):
        QTest.mouseMove(viewport, start + (end - start) * step / 3)
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, LEFT, keys, end)


def places(window) -> list[int]:
    """Positions of the selected faces."""
    selection = window.views.gallery.grid.selection
    return [selection.index_of(face) for face in selection.in_order()]


def counts(window):
    return window.session.store.queue.counts()


def test_click_shift_ctrl_and_drag_select_faces(qtbot, gallery):
    grid = gallery.views.gallery.grid
    click(qtbot, gallery, 2)
    assert places(gallery) == [2]
    assert gallery.session.desk.queue.index == 2
    click(qtbot, gallery, 5, SHIFT)
    assert places(gallery) == [2, 3, 4, 5]
    assert "4 selected" in gallery.views.gallery.count.text()
    click(qtbot, gallery, 4, CONTROL)
    click(qtbot, gallery, 7, CONTROL)
    assert places(gallery) == [2, 3, 5, 7]
    assert gallery.session.desk.queue.index == 7
    click(qtbot, gallery, 3)
    assert places(gallery) == [3]

    columns = grid.columns
    # from the middle of the first card to that of the second one in the next row
    start, end = grid.rect_of(0).center(), grid.rect_of(columns + 1).center()
    drag(qtbot, gallery, start, end)
    assert places(gallery) == [0, 1, columns, columns + 1]
    drag(qtbot, gallery, grid.rect_of(2).center(), grid.rect_of(3).center(), CONTROL)
    assert places(gallery) == [0, 1, 2, 3, columns, columns + 1]
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert len(places(gallery)) == FACES


def test_keys_move_in_the_grid_and_shift_extends_the_selection(qtbot, gallery):
    grid, desk = gallery.views.gallery.grid, gallery.session.desk
    columns = grid.columns
    steps = [
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Left, columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_PageDown, grid.rows * columns),
        (Qt.Key.Key_PageUp, 0),
        (Qt.Key.Key_End, FACES - 1),
        (Qt.Key.Key_Home, 0),
    ]
    for key, place in steps:
        qtbot.keyClick(grid, key)
        assert (desk.queue.index, places(gallery)) == (place, [place])
        assert grid.viewport().rect().contains(grid.rect_of(place))
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert places(gallery) == [0, 1, 2]
    qtbot.keyClick(grid, Qt.Key.Key_Right, CONTROL)
    qtbot.keyClick(grid, Qt.Key.Key_Right, CONTROL)
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert places(gallery) == [0, 1, 2, 4]
    qtbot.keyClick(grid, Qt.Key.Key_N)
    assert (desk.queue.index, places(gallery)) == (5, [5])


def test_a_key_decides_on_the_current_face(qtbot, gallery):
    grid, desk = gallery.views.gallery.grid, gallery.session.desk
    for key, verdict in (
        (Qt.Key.Key_A, Verdict.ACCEPTED),
        (Qt.Key.Key_X, Verdict.REJECTED),
        (Qt.Key.Key_Delete, Verdict.EXCLUDED),
    ):
        face = desk.face.id
        qtbot.keyClick(grid, key)
        assert gallery.session.store.faces.get(face).verdict is verdict
        assert desk.queue.index == desk.queue.index_of(face) + 1
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    qtbot.keyClick(grid, Qt.Key.Key_U)
    assert desk.face.verdict is Verdict.UNREVIEWED


def test_a_selection_is_decided_after_a_preview_and_undone_in_one_step(qtbot, gallery, sheets):
    grid = gallery.views.gallery.grid
    click(qtbot, gallery, 1)
    click(qtbot, gallery, 4, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_X)
    assert counts(gallery).rejected == 4
    assert sheets[0].headline.text() == "4 faces would be rejected."
    assert gallery.views.message_bar.isVisible()
    assert places(gallery) == [1, 2, 3, 4]
    qtbot.keyClick(grid, Qt.Key.Key_F)
    assert counts(gallery).flagged == 4
    qtbot.keyClick(grid, Qt.Key.Key_F)
    assert counts(gallery).flagged == 0
    for _ in range(2):
        qtbot.keyClick(grid, Qt.Key.Key_Z, CONTROL)
    qtbot.mouseClick(gallery.views.message_bar.undo, LEFT)
    assert counts(gallery).unreviewed == FACES
    assert gallery.session.store.undo.state(gallery.session.desk.reviewer).undo is None


def test_accepting_a_page_scrolls_to_the_next_one(qtbot, gallery, sheets):
    grid, desk = gallery.views.gallery.grid, gallery.session.desk
    gallery.session.show(Filter("offered"))
    grid.setFocus()
    first = grid.page()
    assert 4 < len(first) < FACES
    qtbot.mouseClick(gallery.views.gallery.accept_page, LEFT)
    assert counts(gallery).accepted == len(first)
    assert set(grid.page()).isdisjoint(first)
    assert len(desk.queue.faces) == FACES - len(first)
    qtbot.keyClick(grid, Qt.Key.Key_Z, CONTROL)
    assert counts(gallery).accepted == 0
    assert grid.page() == first

    gallery.session.show(Filter())
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_A, SHIFT)
    assert counts(gallery).accepted == len(first)
    assert desk.face.id == desk.queue.faces[len(first)]
    assert grid.page()[0] == desk.face.id
    assert len(sheets) == 2


@pytest.mark.parametrize("wanted", [200, 0])
def test_removed_cards_slide_out_if_the_system_enables_animations(
    qtbot, gallery, sheets, monkeypatch, wanted
):
    monkeypatch.setattr(type(gallery.style()), "styleHint", lambda *_arguments: wanted)
    grid = gallery.views.gallery.grid
    gallery.session.show(Filter("unreviewed"))
    QApplication.processEvents()
    left = gallery.session.desk.queue.faces[1:3]
    click(qtbot, gallery, 1)
    click(qtbot, gallery, 2, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_X)
    assert [card.id for card in grid.exit_animation.cards] == (left if wanted else [])
    assert grid.exit_animation.is_running is bool(wanted)
    qtbot.keyClick(grid, Qt.Key.Key_Right)  # no key waits for it
    assert gallery.session.desk.queue.index == grid.selection.current_index
    qtbot.waitUntil(lambda: not grid.exit_animation.is_running)
    assert grid.exit_animation.cards == []


def test_removing_every_card_is_not_animated(qtbot, gallery, sheets):
    gallery.session.show(Filter("unreviewed"))
    QApplication.processEvents()
    gallery.views.gallery.select_all()
    qtbot.keyClick(gallery.views.gallery.grid, Qt.Key.Key_X)
    assert not gallery.session.desk.queue.faces
    assert not gallery.views.gallery.grid.exit_animation.is_running


def test_page_commands_need_the_gallery(qtbot, open_window, many, sheets):
    window = open_window(many)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A, SHIFT)
    assert "press G" in window.views.message_bar.label.text()
    assert not sheets


def test_a_large_batch_runs_in_the_background_and_can_be_cancelled(
    qtbot, gallery, sheets, monkeypatch
):
    monkeypatch.setattr(session_module, "MAX_FOREGROUND_FACES", 10)
    monkeypatch.setattr("labeltool.gui.background.undo_redo.MAX_FOREGROUND_FACES", 10)
    gallery.session.show(Filter(text="01"))
    listed = len(gallery.session.desk.queue.faces)
    assert 10 < listed < FACES
    with qtbot.waitSignal(gallery.session.changed):
        gallery.commands.by_name["exclude_all"].trigger()
    assert counts(gallery).excluded == listed
    qtbot.waitUntil(lambda: f"Excluded {listed} faces" in gallery.views.message_bar.label.text())

    tasks = []
    gallery.session.tasks.started.connect(tasks.append)
    for key, excluded in ((CONTROL, 0), (CONTROL | SHIFT, listed)):  # undo, redo
        with qtbot.waitSignal(gallery.session.changed):
            qtbot.keyClick(gallery.views.gallery.grid, Qt.Key.Key_Z, key)
        assert counts(gallery).excluded == excluded
    assert [task.name for task in tasks] == ["Undoing", "Doing it again"]
    undo = gallery.session.store.undo.undo

    def cancelled_undo(reviewer, **asked):
        tasks[-1].cancel()
        return undo(reviewer, **asked)

    monkeypatch.setattr(gallery.session.store.undo, "undo", cancelled_undo)
    with qtbot.waitSignal(gallery.session.message):
        qtbot.keyClick(gallery.views.gallery.grid, Qt.Key.Key_Z, CONTROL)
    assert counts(gallery).excluded == listed
    assert "no face was changed" in gallery.views.message_bar.label.text()
    tasks.clear()

    gallery.session.show(Filter())
    run = gallery.session.store.batches.run

    def cancelled_at_once(reviewer, verdict, seen, progress):
        tasks[0].cancel()
        return run(reviewer, verdict, seen, progress)

    monkeypatch.setattr(gallery.session.store.batches, "run", cancelled_at_once)
    with qtbot.waitSignal(gallery.session.message):
        gallery.commands.by_name["accept_all"].trigger()
    assert counts(gallery).accepted == 0
    assert "no face was changed" in gallery.views.message_bar.label.text()


def test_decisions_of_people_are_replaced_only_on_request(qtbot, gallery, sheets):
    store, grid = gallery.session.store, gallery.views.gallery.grid
    ids = gallery.session.desk.queue.faces
    gallery.session.writes.submit_for_face(
        lambda: store.decisions.decide("kim", ids[:2], Verdict.EXCLUDED)
    )
    click(qtbot, gallery, 0)
    click(qtbot, gallery, 3, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_A)
    (sheet,) = sheets
    assert sheet.headline.text() == "2 faces would be accepted."
    assert "2 excluded" in sheet.include_decided.text()
    assert (counts(gallery).accepted, counts(gallery).excluded) == (2, 2)
    qtbot.keyClick(grid, Qt.Key.Key_Z, CONTROL)

    sheet = BatchPreviewDialog(
        gallery.session, gallery.views.thumbnails, ids[:4], Verdict.ACCEPTED, gallery
    )
    sheet.show()
    sheet.include_decided.click()
    assert sheet.ok.text() == "Accept 4"
    qtbot.mouseClick(sheet.grid.viewport(), LEFT, pos=sheet.grid.rect_of(0).center())
    assert sheet.ok.text() == "Accept 3"
    assert "1 left out" in sheet.headline.text()
    qtbot.keyClick(sheet.grid, Qt.Key.Key_Right)
    qtbot.keyClick(sheet.grid, Qt.Key.Key_Space)
    assert {row[0] for row in sheet.seen()} == set(ids[:4]) - sheet.grid.left_out
    assert len(sheet.seen()) == 2
    sheet.close()


def test_a_huge_batch_previews_a_sample(qtbot, gallery, monkeypatch):
    monkeypatch.setattr("labeltool.gui.dialogs.batch_preview.SAMPLE_FACES", 20)
    ids = gallery.session.desk.queue.faces
    sheet = BatchPreviewDialog(
        gallery.session, gallery.views.thumbnails, ids, Verdict.ACCEPTED, gallery
    )
    sheet.show()
    assert list(sheet.grid.selection.ids) == list(ids)  # the largest expected errors first
    sheet.order.setCurrentIndex(1)
    assert len(sheet.grid.selection.ids) == 20
    assert "20 of 60, drawn at random" in sheet.hint.text()
    assert sheet.ok.text() == "Accept 60"
    sheet.close()


def test_enter_opens_the_photo_and_esc_returns_to_the_same_face(qtbot, gallery):
    grid = gallery.views.gallery.grid
    qtbot.keyClick(grid, Qt.Key.Key_End)
    qtbot.keyClick(grid, Qt.Key.Key_Left, SHIFT)
    chosen, top = places(gallery), grid.verticalScrollBar().value()
    assert len(chosen) == 2
    assert top > 0
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert not gallery.views.shows_gallery
    assert gallery.views.canvas.hasFocus()
    qtbot.waitUntil(lambda: gallery.views.canvas.photo is not None)
    qtbot.keyClick(gallery.views.canvas, Qt.Key.Key_Escape)
    assert gallery.views.shows_gallery
    assert grid.hasFocus()
    assert (places(gallery), grid.verticalScrollBar().value()) == (chosen, top)
    qtbot.mouseDClick(grid.viewport(), LEFT, pos=grid.rect_of(FACES - 2).center())
    assert not gallery.views.shows_gallery
    assert gallery.session.desk.queue.index == FACES - 2


def test_the_filmstrip_shows_neighbours_and_a_click_opens_one(qtbot, open_window, many):
    window = open_window(many)
    strip, desk = window.views.filmstrip, window.session.desk
    shown = strip.visible_faces()
    assert [face for face, _ in shown] == desk.queue.faces[: len(shown)]
    qtbot.mouseClick(strip, LEFT, pos=shown[-1][1].center())
    assert desk.queue.index == len(shown) - 1
    middle = [face for face, _ in strip.visible_faces()].index(desk.face.id)
    assert middle == len(shown) // 2
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)


def test_an_empty_result_names_the_filter_and_offers_all_faces(qtbot, gallery):
    gallery.session.show(Filter(text="nothing of that name"))
    assert "“nothing of that name”" in gallery.views.gallery.empty.text()
    assert gallery.views.gallery.empty.isVisible()
    assert not gallery.views.gallery.accept_page.isEnabled()
    qtbot.mouseClick(gallery.views.gallery.reset, LEFT)
    assert len(gallery.session.desk.queue.faces) == FACES
    assert gallery.views.filters.search.text() == ""
    assert gallery.views.gallery.grid.isVisible()


def test_an_empty_project_shows_what_to_do(qtbot, open_window, tmp_path):
    create_project(tmp_path / "empty", load_scheme("300w")).close()
    window = open_window(tmp_path / "empty")
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_G)
    assert "Import a folder" in window.views.gallery.empty.text()
    assert not window.views.gallery.reset.isVisible()


def test_thumbnails_load_and_a_missing_photo_is_marked(qtbot, open_window, many, tmp_path):
    (tmp_path / "photos" / "001.jpg").unlink()
    (tmp_path / "photos" / "002.jpg").write_bytes(b"\xff\xd8\xff damaged")
    window = open_window(many)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_G)
    cards = window.session.store.faces.cards(window.session.desk.queue.faces)
    side = window.views.gallery.grid.side

    def known(number: int):
        return window.views.thumbnails.get(cards[number], side)

    def all_known() -> bool:
        made = [known(face) for face in range(1, 8)]
        return all(thumb is not None and thumb.side == side for thumb in made)

    qtbot.waitUntil(all_known)
    assert known(1).image.width() == side
    assert "001.jpg is not there" in known(2).problem
    assert "002.jpg" in known(3).problem
    # the photo comes back, and the window is told to look again
    Image.new("RGB", (320, 240), (200, 10, 10)).save(tmp_path / "photos" / "001.jpg")
    window.views.thumbnails.revalidate()
    qtbot.waitUntil(lambda: known(2).image is not None)


def test_the_thumbnail_size_changes_by_slider_and_wheel_and_is_saved(
    qtbot, gallery, many, open_window
):
    grid = gallery.views.gallery.grid
    click(qtbot, gallery, 3)
    before = grid.columns
    gallery.views.gallery.slider.setValue(64)
    assert (grid.side, grid.columns > before) == (64, True)
    assert grid.viewport().rect().contains(grid.rect_of(3))
    gallery.views.gallery.slider.setValue(224)
    gallery.close()
    assert open_window(many).views.gallery.grid.side == 224


def test_a_thumbnail_requested_twice_is_made_once(qtbot, open_window, many, monkeypatch):
    window = open_window(many)
    thumbs, made = window.views.thumbnails, []
    (card,) = window.session.store.faces.cards([1]).values()
    make, side = thumbs._load, 100
    go_on = threading.Event()

    def slow(wishes):
        go_on.wait(WAIT_SECONDS)
        made.extend(wish.key for wish in wishes)
        return make(wishes)

    monkeypatch.setattr(thumbs, "_load", slow)
    for view in (window.views.gallery, window.views.canvas):
        thumbs.request(view, [card], side)
    go_on.set()
    qtbot.waitUntil(lambda: getattr(thumbs.get(card, side), "side", 0) == side)
    qtbot.waitUntil(lambda: thumbs.is_idle)
    assert made.count((1, side)) == 1


def test_a_replaced_photo_gets_a_new_thumbnail(qtbot, open_window, many, tmp_path):
    window = open_window(many)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_G)
    card = next(iter(window.session.store.faces.cards([1]).values()))
    side = window.views.gallery.grid.side
    qtbot.waitUntil(lambda: getattr(window.views.thumbnails.get(card, side), "side", 0) == side)
    before = window.views.thumbnails.get(card, side).image
    Image.new("RGB", (320, 240), (10, 200, 10)).save(tmp_path / "photos" / "000.jpg")
    os.utime(tmp_path / "photos" / "000.jpg", (1, 1))
    window.views.thumbnails.revalidate()
    qtbot.waitUntil(lambda: window.views.thumbnails.get(card, side).image is not before)
    green = window.views.thumbnails.get(card, side).image.pixelColor(side // 2, side // 2)
    assert green.green() > 150 > green.red()
    assert window.views.thumbnails.get(window.session.store.faces.cards([2])[2], side) is not None
