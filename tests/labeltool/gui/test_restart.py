"""What a window restores after a restart."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from labeltool.domain import Filter
from labeltool.gui.settings import Settings

Key = Qt.Key
SIZE = 799, 700
"""Fits the offscreen screen; a larger window would be restored at the size of the screen."""


def move_handle(qtbot, split, by: int) -> None:
    """Drag the first handle of a splitter."""
    handle = split.handle(1)
    start = handle.rect().center()
    end = start + (
        type(start)(by, 0) if split.orientation() is Qt.Orientation.Horizontal
        else type(start)(0, by)
    )  # fmt: skip
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(handle, end)
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=end)


def test_window_size_splitters_and_collapsed_panels_are_restored(qtbot, open_window, project):
    window = open_window(project)
    window.resize(*SIZE)
    for name, by in (("left", -50), ("right", 30), ("window", 20)):
        before = window.views._splits[name].sizes()
        move_handle(qtbot, window.views._splits[name], by)
        assert window.views._splits[name].sizes() != before
    sizes = {name: split.sizes() for name, split in window.views._splits.items()}
    size = window.size()
    window.close()
    window = open_window(project)
    assert window.size() == size
    assert {name: split.sizes() for name, split in window.views._splits.items()} == sizes
    assert window.views.history.list.isVisible()
    qtbot.keyClick(window.views.canvas, Key.Key_H)
    assert not window.views.history.list.isVisible()
    window.close()
    window = open_window(project)
    assert not window.views.history.list.isVisible()
    assert not window.views.history.head.isChecked()
    qtbot.keyClick(window.views.canvas, Key.Key_H)
    assert window.views.history.list.isVisible()


def test_gallery_face_and_filter_are_restored(qtbot, open_window, project):
    window = open_window(project)
    assert not window.views.shows_gallery
    window.session.show(Filter(order="error", descending=True, text="00"))
    qtbot.keyClick(window.views.canvas, Key.Key_Right)
    qtbot.keyClick(window.views.canvas, Key.Key_Right)
    face = window.session.desk.face.id
    qtbot.keyClick(window.views.canvas, Key.Key_G)
    window.views.gallery.slider.setValue(224)
    window.close()

    window = open_window(project)
    assert window.views.shows_gallery
    qtbot.waitUntil(lambda: window.views.gallery.grid.hasFocus())
    assert window.views.gallery.grid.side == window.views.gallery.slider.value() == 224
    assert window.session.desk.queue.filter == Filter(order="error", descending=True, text="00")
    assert window.session.desk.face.id == face
    assert window.views.gallery.grid.selection.current == face
    assert window.views.filters.search.text() == "00"
    qtbot.keyClick(window.views.gallery.grid, Key.Key_Return)
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    window.close()
    assert not open_window(project).views.shows_gallery


@pytest.mark.parametrize("kept", [False, True])
def test_zoom_is_restored_and_kept_between_faces_if_wanted(qtbot, open_window, project, kept):
    window = open_window(project)
    window.resize(*SIZE)
    fitted = window.views.canvas.zoom
    window.close()
    window = open_window(project)
    assert window.views.canvas.zoom == pytest.approx(fitted, rel=0.01)
    assert not window.views.canvas.is_zoomed
    if kept:
        qtbot.keyClick(window.views.canvas, Key.Key_K)
    window.views.canvas.look_at(QPointF(130, 100), 6.0)
    window.close()
    window = open_window(project)
    assert window.views.canvas.zoom == pytest.approx(6.0)
    middle = window.views.canvas.viewport_to_image(
        QPointF(window.views.canvas.viewport().rect().center())
    )
    assert (middle.x(), middle.y()) == pytest.approx((130, 100), abs=1)
    qtbot.keyClick(window.views.canvas, Key.Key_Right)
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    assert window.views.canvas.zoom == pytest.approx(6.0 if kept else fitted, rel=0.01)


@pytest.mark.parametrize(
    ("layout", "view"),
    [
        ('{"window": [1, "x"], "left": 3, "history": "no", "gallery": 1}', '{"framing": [1, 2]}'),
        ("[]", '{"framing": [0.0, 0.0, -1.0], "keep_view": true}'),
        ("not json", '{"framing": {"x": 1}}'),
    ],
)
def test_unreadable_settings_fall_back_to_the_defaults(open_window, project, layout, view):
    settings = Settings()._settings
    settings.setValue("layout", layout)
    settings.setValue("view", view)
    settings.sync()
    window = open_window(project)
    assert not window.views.shows_gallery
    assert window.views.history.list.isVisible()
    assert window.views.canvas.zoom > 0
