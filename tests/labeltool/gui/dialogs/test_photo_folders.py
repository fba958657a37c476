"""A project whose photo folders have moved, as on another computer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from labeltool.gui.dialogs.photo_folders import PhotoFoldersDialog
from labeltool.store import open_project
from tests.projects import change

LEFT = Qt.MouseButton.LeftButton
WINDOWS = r"C:\Users\a\photos & more"
SHARE = r"\\server\share\<b>x</b>"


@pytest.fixture
def moved(project: Path, tmp_path: Path) -> Path:
    """A project from Windows with one photo folder on a drive and one on a server."""
    (tmp_path / "photos").rename(tmp_path / "here")
    (tmp_path / "there").mkdir()
    shutil.copy(tmp_path / "here" / "000.jpg", tmp_path / "there" / "z.jpg")
    store = open_project(project)
    store.photos.add(store.photos.add_root(Path(SHARE)), [("z.jpg", 1)])
    change(store, f"UPDATE root SET path = '{WINDOWS}' WHERE id = 1")
    store.close()
    return project


def test_missing_photo_folders_are_reported_and_located_one_by_one(
    qtbot, app, moved, tmp_path, monkeypatch
):
    window = app.open(moved)
    message = window.views.message_bar
    assert "2 photo folders are not there" in message.label.text()
    assert WINDOWS in message.label.text()
    assert message.find_photos.isVisible()
    photo = window.session.desk.face.photo
    qtbot.waitUntil(lambda: photo.name in window.views.photos.get(photo)[1])

    lists, asked = [], []
    wanted = iter((WINDOWS, SHARE))

    def choose(dialog: PhotoFoldersDialog) -> bool:
        dialog.show()
        rows = [dialog.list.item(row).text() for row in range(dialog.list.count())]
        lists.append(rows)
        path = next(wanted)
        dialog.list.setCurrentRow(next(k for k, row in enumerate(rows) if row.startswith(path)))
        dialog.hide()
        return True

    def folder(_parent: object, question: str) -> str:
        asked.append(question)
        return str(tmp_path / ("here" if WINDOWS in question else "there"))

    monkeypatch.setattr(PhotoFoldersDialog, "exec", choose)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    qtbot.mouseClick(message.find_photos, LEFT)
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    qtbot.waitUntil(lambda: f"The photo folder {SHARE} is not there" in message.label.text())
    assert message.find_photos.isVisible()
    qtbot.mouseClick(message.find_photos, LEFT)
    qtbot.waitUntil(lambda: window.session.desk.counts.waiting == 0)  # it was searched then
    assert not message.find_photos.isVisible()
    assert lists == [
        [f"{WINDOWS} (not there)", f"{SHARE} (not there)"],
        [f"{SHARE} (not there)", str(tmp_path / "here")],
    ]
    assert asked == [f"Where is {WINDOWS} now?", f"Where is {SHARE} now?"]
    roots = set(window.session.store.photos.roots().values())
    assert roots == {tmp_path / "here", tmp_path / "there"}
    assert window.session.store.photos.problems() == []
    window.close()


def test_photo_folders_are_named_by_their_last_part_literally(qtbot, app, moved):
    window = app.open(moved)
    tree = window.views.filters.tree
    qtbot.waitUntil(lambda: tree.item("folder", "1") is not None)
    assert tree.item("folder", "1").text(0) == "photos & more"
    window.close()


def test_file_names_are_never_shown_as_html(qtbot, app, moved):
    window = app.open(moved)
    qtbot.waitUntil(window.views.message_bar.isVisible)
    rich = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.isVisible() and label.textFormat() is not Qt.TextFormat.PlainText
    ]
    assert rich == [window.counts.text()]  # which holds no name
    window.close()
