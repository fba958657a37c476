"""The preview of an import in the window: what it shows, and what its choices do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog

from labeltool.gui.dialogs.import_labels.import_dialog import ImportLabelsDialog
from labeltool.gui.dialogs.import_labels.mapping_table import ABSENT
from labeltool.store import create_project
from pipnet.data.scheme import load_scheme
from tests.cofw import PHOTOS, write_cofw


def ring(count: int = 68) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([200 + 50 * np.sin(angle), 100 - 50 * np.cos(angle)], -1)


def write(folder: Path, names: list[str], size=(300, 200), **photo) -> Path:
    """Labels of one photo, with as many landmarks as names."""
    folder.mkdir(exist_ok=True)
    pixels = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "new.png", **photo)
    points = ring(len(names))
    data = {
        "images": [{"id": 1, "file_name": "new.png", "width": size[0], "height": size[1]}],
        "categories": [{"id": 1, "name": "face", "keypoints": names}],
        "annotations": [
            {
                "id": 1, "image_id": 1, "category_id": 1,
                "keypoints": [v for x, y in points.tolist() for v in (x, y, 2)],
            }
        ],
    }  # fmt: skip
    (folder / "labels.json").write_text(json.dumps(data))
    return folder / "labels.json"


NUMBERS = [str(k) for k in range(1, 69)]


@pytest.fixture
def window(open_window, project, monkeypatch):
    opened = open_window(project)
    monkeypatch.setattr(opened.session.importer, "search", lambda: None)  # no face is in noise
    return opened


@pytest.fixture
def opened(qtbot, window, monkeypatch):
    """Open the dialog by its command, wait until it shows the file, and answer it by a function;
    then wait until what it imports is imported."""

    def run(path: Path, answer) -> None:
        monkeypatch.setattr(
            QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(path), ""))
        )

        def execute(dialog: ImportLabelsDialog) -> int:
            dialog.show()
            qtbot.waitUntil(lambda: dialog.weighed is not None or dialog.bar.isHidden())
            answer(dialog)
            return dialog.result()

        monkeypatch.setattr(ImportLabelsDialog, "exec", execute)
        window.dialogs.open("import_labels")

    return run


def weighed(qtbot, dialog: ImportLabelsDialog) -> None:
    qtbot.waitUntil(lambda: dialog.weighed is not None)


def finish(qtbot, window, dialog: ImportLabelsDialog) -> None:
    """Import, and wait until it is done."""
    assert dialog.ok.isEnabled()
    dialog.accept()
    assert dialog.result() == QDialog.DialogCode.Accepted


def newest(qtbot, window) -> np.ndarray:
    """The only label, once it is there."""
    qtbot.waitUntil(lambda: len(window.session.store.labels.all()) == 1)
    return window.session.store.labels.all()[-1][2]


def test_the_facts_and_the_faces_are_shown_and_nothing_is_stored_before(
    qtbot, window, opened, tmp_path
):
    store = window.session.store
    before = store.queue.counts()

    def answer(dialog: ImportLabelsDialog) -> None:
        assert "1 face in 1 photo, all found." in dialog.facts.text()
        assert dialog.ok.text() == "Import 1 label"
        np.testing.assert_allclose(
            dialog.faces.points(0) - dialog.faces.points(0)[0], ring() - ring()[0], atol=1e-6
        )
        assert store.queue.counts() == before
        dialog.reject()

    opened(write(tmp_path / "in", NUMBERS), answer)
    assert store.queue.counts() == before


@pytest.mark.parametrize("kind", ["labels", "proposals", "photos"])
def test_the_file_becomes_what_is_chosen_and_undo_takes_it_back(
    qtbot, window, opened, tmp_path, kind
):
    store = window.session.store
    before = store.queue.counts()

    def answer(dialog: ImportLabelsDialog) -> None:
        dialog.choices.as_kind.setCurrentIndex(dialog.choices.as_kind.findData(kind))
        weighed(qtbot, dialog)
        assert dialog.ok.text() == f"Import 1 {kind.removesuffix('s')}"
        finish(qtbot, window, dialog)

    opened(write(tmp_path / "in", NUMBERS), answer)
    qtbot.waitUntil(lambda: store.queue.counts().photos == before.photos + 1)
    faces = before.faces + (kind != "photos")
    qtbot.waitUntil(lambda: store.queue.counts().faces == faces)
    after = store.queue.counts()
    assert after.corrected - before.corrected == (kind == "labels")
    if kind == "photos":
        return
    window.activateWindow()
    qtbot.waitUntil(lambda: window.session.desk.undo_stack.undo_text is not None)
    window.commands.trigger("undo")
    qtbot.waitUntil(lambda: store.queue.counts().faces == before.faces)


@pytest.mark.parametrize("is_turned", [True, False])
def test_labels_that_ignore_the_exif_rotation_are_imported_as_chosen(
    qtbot, window, opened, tmp_path, is_turned
):
    exif = Image.Exif()
    exif[274] = 6
    path = write(tmp_path / "in", NUMBERS, exif=exif)

    def answer(dialog: ImportLabelsDialog) -> None:
        assert not dialog.choices.turn_box.isHidden()
        assert dialog.choices.scale_box.isHidden()
        assert not dialog.ok.isEnabled()
        as_stated = dialog.faces.grab().toImage()
        dialog.choices.turn_box.setChecked(is_turned)
        weighed(qtbot, dialog)
        assert dialog.ok.isEnabled() == is_turned
        if not is_turned:
            dialog.reject()
            return
        assert dialog.faces.grab().toImage() != as_stated
        finish(qtbot, window, dialog)

    if not is_turned:
        opened(path, answer)
        return
    opened(path, answer)
    np.testing.assert_allclose(newest(qtbot, window).mean(0), [199 - 100, 200], atol=1e-6)


def test_other_landmarks_need_a_mapping_which_the_faces_follow(qtbot, window, opened, tmp_path):
    names = [f"point {k}" for k in range(98)]

    def answer(dialog: ImportLabelsDialog) -> None:
        assert not dialog.ok.isEnabled()
        assert "98 landmarks a face" in dialog.warning.text()
        assert dialog.tabs.currentWidget() is dialog.mapping
        assert len(dialog.faces.points(0)) == 98  # as in the file
        box = dialog.choices.landmarks
        box.setCurrentIndex(box.findData("wflw-300w"))
        box.activated.emit(box.currentIndex())
        weighed(qtbot, dialog)
        assert dialog.warning_row.isHidden()
        mapped = dialog.faces.points(0)
        assert len(mapped) == 68
        # by hand: one landmark from elsewhere, one from nowhere
        model = dialog.mapping.table.mapping_model
        for row, place in ((0, 50), (1, ABSENT)):
            model.setData(model.index(row, 1), place)
        weighed(qtbot, dialog)
        assert dialog.choices.landmarks.currentText() == "as chosen"
        moved = dialog.faces.points(0)
        assert np.isnan(moved[1]).all()
        np.testing.assert_allclose(moved[0] - mapped[8], ring(98)[50] - ring(98)[16], atol=1e-6)
        finish(qtbot, window, dialog)

    opened(write(tmp_path / "in", names), answer)
    points = newest(qtbot, window)
    np.testing.assert_allclose(points[[0, 36]], ring(98)[[50, 60]])
    assert np.isnan(points[1]).all()


def test_a_mapping_is_saved_and_opened_again(qtbot, window, opened, tmp_path, monkeypatch):
    names = [f"point {k}" for k in range(98)]
    file = tmp_path / "map.json"

    def answer(dialog: ImportLabelsDialog) -> None:
        box = dialog.choices.landmarks
        box.setCurrentIndex(box.findData("wflw-300w"))
        box.activated.emit(box.currentIndex())
        model = dialog.mapping.table.mapping_model
        model.setData(model.index(0, 1), 7)
        chosen = dialog.mapping.mapping
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(file), ""))
        )
        dialog.mapping.save.click()
        box.setCurrentIndex(box.findData("order"))
        box.activated.emit(box.currentIndex())
        assert dialog.mapping.mapping != chosen
        monkeypatch.setattr(
            QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(file), ""))
        )
        box.setCurrentIndex(box.findData("file"))
        box.activated.emit(box.currentIndex())
        assert dialog.mapping.mapping == chosen
        file.write_text("[]")
        dialog.mapping.open.click()
        assert "is no mapping" in dialog.mapping.note.text()
        weighed(qtbot, dialog)
        dialog.reject()

    opened(write(tmp_path / "in", names), answer)


def test_another_origin_moves_what_is_drawn_and_stored(qtbot, window, opened, tmp_path):
    def answer(dialog: ImportLabelsDialog) -> None:
        before = dialog.faces.points(0)
        dialog.choices.origin.setCurrentIndex(1)
        np.testing.assert_allclose(dialog.faces.points(0), before - 1)
        weighed(qtbot, dialog)
        finish(qtbot, window, dialog)

    opened(write(tmp_path / "in", NUMBERS), answer)
    np.testing.assert_allclose(newest(qtbot, window), ring() - 1)


def test_a_click_enlarges_a_face_and_escape_shows_all_again(qtbot, window, opened, tmp_path):
    def answer(dialog: ImportLabelsDialog) -> None:
        faces = dialog.faces
        QTest.mouseClick(faces, Qt.MouseButton.LeftButton, pos=faces.cell(0).center())
        assert faces.enlarged == 0
        assert faces.cell(0) == faces.rect()
        QTest.keyClick(faces, Qt.Key.Key_Escape)
        assert faces.enlarged is None
        QTest.keyClick(faces, Qt.Key.Key_Return)
        assert faces.enlarged == 0
        dialog.reject()

    opened(write(tmp_path / "in", NUMBERS), answer)


def test_a_file_that_is_none_is_refused_in_the_dialog(qtbot, window, opened, tmp_path):
    (tmp_path / "x.json").write_text("[]")

    def answer(dialog: ImportLabelsDialog) -> None:
        assert "x.json" in dialog.state.text()
        assert not dialog.ok.isEnabled()
        assert dialog.wanted() is None
        dialog.reject()

    opened(tmp_path / "x.json", answer)


def test_the_whole_folder_of_a_label_file_is_read_instead(qtbot, window, opened, tmp_path):
    folder = tmp_path / "in"
    for name in ("a", "b"):
        write(folder, NUMBERS).unlink()
        (folder / "new.png").rename(folder / f"{name}.png")
        shapes = [
            {"label": f"tail {k}", "points": [point], "shape_type": "point", "group_id": 1}
            for k, point in enumerate(ring().tolist())
        ]
        data = {"shapes": shapes, "imagePath": f"{name}.png", "imageWidth": 300,
                "imageHeight": 200}  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(data))

    def answer(dialog: ImportLabelsDialog) -> None:
        assert "1 face in 1 photo" in dialog.facts.text()
        assert dialog.whole_folder.isVisible()
        box = dialog.choices.landmarks
        box.setCurrentIndex(box.findData("order"))
        box.activated.emit(box.currentIndex())
        dialog.whole_folder.click()
        assert dialog.wanted() is None
        weighed(qtbot, dialog)
        assert "2 faces in 2 photos" in dialog.facts.text()
        assert dialog.choices.mapping_name == box.currentData()
        assert not dialog.whole_folder.isVisible()
        dialog.reject()

    opened(folder / "a.json", answer)


@pytest.mark.parametrize("labels", [True, False])
def test_photos_inside_of_a_file_are_taken_out_and_searched(
    qtbot, open_window, tmp_path, monkeypatch, labels
):
    create_project(tmp_path / "p", load_scheme("cofw")).close()
    window = open_window(tmp_path / "p")
    searched: list[bool] = []
    monkeypatch.setattr(window.session.importer, "search", lambda: searched.append(True))
    file = write_cofw(tmp_path / "train.mat", PHOTOS)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(file), "")))

    def execute(dialog: ImportLabelsDialog) -> int:
        dialog.show()
        weighed(qtbot, dialog)
        assert not dialog.ok.isEnabled()
        QTest.mouseClick(dialog.take_photos, Qt.MouseButton.LeftButton)
        assert not dialog.take_photos.isVisible()
        weighed(qtbot, dialog)
        assert "2 faces in 2 photos, all found." in dialog.facts.text()
        assert not dialog.take_photos.isVisible()
        finish(qtbot, window, dialog) if labels else dialog.reject()
        return dialog.result()

    monkeypatch.setattr(ImportLabelsDialog, "exec", execute)
    window.dialogs.open("import_labels")
    qtbot.waitUntil(lambda: searched == [True])
    assert window.session.store.queue.counts().photos == 2
    assert len(window.session.store.labels.faces()) == (2 if labels else 0)


def test_a_preview_that_is_closed_at_once_stops(qtbot, window, tmp_path):
    dialog = ImportLabelsDialog(window.session, write(tmp_path / "in", NUMBERS), window)
    dialog.show()
    dialog.reject()
    dialog.deleteLater()
    qtbot.waitUntil(lambda: window.findChild(ImportLabelsDialog) is None)
