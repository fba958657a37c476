"""The scheme editor by mouse and keys, and the way from an own scheme to labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from labeltool.domain import Changes, Verdict
from labeltool.gui.dialogs.new_project import NewProjectDialog, first_photo
from labeltool.gui.dialogs.scheme_editor.editor_dialog import SchemeEditor
from labeltool.gui.i18n.language import install_language
from labeltool.store import Store
from pipnet.data.scheme import Scheme, load_scheme

DOG = (
    ("left ear", 200, 40), ("right ear", 100, 42), ("left eye", 170, 100), ("right eye", 130, 100),
    ("nose", 150, 140), ("chin", 150, 190),
)  # fmt: skip

Control, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    folder = tmp_path / "강아지"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(60, 200, (240, 320, 3), np.uint8)
    for name in ("1.png", "2.png"):
        Image.fromarray(pixels).save(folder / name)
    return folder / "1.png"


@pytest.fixture
def editor(qtbot, app, photo) -> Iterator[SchemeEditor]:
    """An empty scheme on a photo of 320 x 240 pixels."""
    made = SchemeEditor("Use this scheme", None, photo)
    shown(qtbot, made)
    yield made
    made._saved = made.draft.state
    made.reject()


def shown(qtbot, editor: SchemeEditor) -> None:
    editor.show()
    editor.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is editor)
    if editor.photo is not None:
        qtbot.waitUntil(lambda: editor.canvas.picture_size == (320, 240))
    editor.canvas.setFocus()


def at(editor: SchemeEditor, x: float, y: float) -> QPoint:
    return editor.canvas.to_widget(x, y).toPoint()


def click(
    qtbot, editor: SchemeEditor, x: float, y: float, modifiers=Qt.KeyboardModifier.NoModifier
):
    qtbot.mouseClick(editor.canvas, Qt.MouseButton.LeftButton, modifiers, at(editor, x, y))


def key(qtbot, editor: SchemeEditor, pressed: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(editor.canvas, pressed, modifiers)


def name_last(qtbot, editor: SchemeEditor, name: str) -> None:
    """Type the name of the chosen landmark: F2, the name, Enter."""
    key(qtbot, editor, Qt.Key.Key_F2)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, name)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.draft.state.landmarks[-1].name == name)


def place_dog(qtbot, editor: SchemeEditor) -> None:
    for name, x, y in DOG:
        click(qtbot, editor, x, y)
        name_last(qtbot, editor, name)


def test_landmarks_are_placed_named_and_joined(qtbot, editor):
    assert not editor.use.isEnabled()
    assert "Place the first landmark" in editor.message.text()
    place_dog(qtbot, editor)
    np.testing.assert_allclose(editor.draft.points, [row[1:] for row in DOG], atol=1)
    editor.name.setFocus()
    qtbot.keyClicks(editor.name, "dog")
    qtbot.keyClick(editor.name, Qt.Key.Key_Return)
    assert editor.isVisible(), "Enter in the name does not close the window"
    editor.canvas.setFocus()

    key(qtbot, editor, Qt.Key.Key_G)  # pairs
    assert editor.draft.scheme().flip == (1, 0, 3, 2, 4, 5)
    click(qtbot, editor, 170, 100)
    click(qtbot, editor, 130, 100, Control)
    key(qtbot, editor, Qt.Key.Key_N)
    assert editor.draft.scheme().nme_pair == (2, 3)
    click(qtbot, editor, 150, 140, Control)
    key(qtbot, editor, Qt.Key.Key_E)
    assert editor.draft.scheme().edges == ((2, 3), (3, 4))
    key(qtbot, editor, Qt.Key.Key_E, Shift)
    assert editor.draft.scheme().edges == ((2, 3), (3, 4), (4, 2))
    key(qtbot, editor, Qt.Key.Key_C)
    assert editor.draft.scheme().curves == ((2, 3, 4),)
    assert editor.message.text() == "The scheme is complete."
    assert editor.use.isEnabled()

    key(qtbot, editor, Qt.Key.Key_Z, Control)
    assert editor.draft.scheme().curves == ()
    key(qtbot, editor, Qt.Key.Key_Z, Control | Shift)
    assert editor.draft.scheme().curves == ((2, 3, 4),)


def test_a_drag_moves_and_is_one_step_of_undo(qtbot, editor):
    place_dog(qtbot, editor)
    start, end = at(editor, 150, 140), at(editor, 180, 160)
    qtbot.mousePress(editor.canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(editor.canvas, start + (end - start) * step / 5)
        QApplication.processEvents()
    qtbot.mouseRelease(editor.canvas, Qt.MouseButton.LeftButton, pos=end)
    np.testing.assert_allclose(editor.draft.points[4], (180, 160), atol=1.5)
    key(qtbot, editor, Qt.Key.Key_Z, Control)
    np.testing.assert_allclose(editor.draft.points[4], (150, 140), atol=1)


def test_keys_go_on_move_turn_and_remove(qtbot, editor):
    place_dog(qtbot, editor)
    key(qtbot, editor, Qt.Key.Key_Tab)
    assert editor.selection == editor.draft.state.ids[:1]
    before = editor.draft.points[0]
    key(qtbot, editor, Qt.Key.Key_Right, Shift)
    assert (editor.draft.points[0] - before).tolist() == [10, 0]
    key(qtbot, editor, Qt.Key.Key_Backtab)
    assert editor.selection == editor.draft.state.ids[-1:]
    key(qtbot, editor, Qt.Key.Key_A, Control)
    middle = editor.draft.points.mean(0)
    spread = np.linalg.norm(editor.draft.points - middle, axis=1)
    key(qtbot, editor, Qt.Key.Key_BraceRight)
    grown = np.linalg.norm(editor.draft.points - middle, axis=1)
    np.testing.assert_allclose(grown, spread * 1.02)
    key(qtbot, editor, Qt.Key.Key_Escape)
    assert editor.selection == ()
    assert editor.isVisible()
    click(qtbot, editor, 150, 190)
    key(qtbot, editor, Qt.Key.Key_Up, Control)
    assert [row.name for row in editor.draft.state.landmarks][-2:] == ["chin", "nose"]
    key(qtbot, editor, Qt.Key.Key_Delete)
    assert [row.name for row in editor.draft.state.landmarks][-1] == "nose"


def test_a_click_beside_landmarks_adds_none_while_placing_is_off(qtbot, editor):
    place_dog(qtbot, editor)
    key(qtbot, editor, Qt.Key.Key_A)
    click(qtbot, editor, 20, 200)
    assert len(editor.draft.state.landmarks) == len(DOG)
    assert editor.selection == ()


def test_two_landmarks_of_one_name_cannot_be_used(qtbot, editor):
    place_dog(qtbot, editor)
    editor.name.setText("dog")
    editor.name.editingFinished.emit()
    click(qtbot, editor, 20, 200)
    name_last(qtbot, editor, "nose")
    assert "Two landmarks are named “nose”" in editor.message.text()
    assert not editor.use.isEnabled()
    assert not editor.save.isEnabled()


def test_the_list_and_the_picture_choose_together(qtbot, editor):
    place_dog(qtbot, editor)
    click(qtbot, editor, 130, 100)
    assert [item.text(1) for item in editor.table.selectedItems()] == ["right eye"]
    rect = editor.table.visualItemRect(editor.table.topLevelItem(0))
    qtbot.mouseClick(editor.table.viewport(), Qt.MouseButton.LeftButton, Control, rect.center())
    ids = editor.draft.state.ids
    assert editor.selection == (ids[3], ids[0])
    key(qtbot, editor, Qt.Key.Key_P)
    assert editor.draft.partner(ids[3]) == ids[0]
    assert editor.table.topLevelItem(0).text(2) == "4 right eye"


def test_a_region_is_chosen_or_typed(qtbot, editor):
    place_dog(qtbot, editor)
    click(qtbot, editor, 150, 190)
    field = editor.region.lineEdit()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "muzzle")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor.draft.scheme is not None
    assert editor.draft.state.regions == (("muzzle", editor.draft.state.ids[5:]),)
    assert editor.table.topLevelItem(5).text(3) == "muzzle"


@pytest.mark.parametrize("name", ["300w", "wflw", "cofw", "aflw", "lapa", "five-points"])
def test_templates_are_placed_on_the_photo_and_undone(qtbot, editor, name):
    place_dog(qtbot, editor)
    row = editor.template.findData(name)
    editor.template.setCurrentIndex(row)
    editor.template.activated.emit(row)
    scheme = load_scheme(name)
    made = editor.draft.scheme()
    assert (made.names, made.flip, made.edges) == (scheme.names, scheme.flip, scheme.edges)
    points = editor.draft.points
    assert points.min() > 0
    assert (points.max(0) < (320, 240)).all()
    key(qtbot, editor, Qt.Key.Key_Z, Control)
    assert len(editor.draft.state.landmarks) == len(DOG)


def test_a_photo_that_cannot_be_read_is_said(qtbot, app, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing")
    editor = SchemeEditor("Use", load_scheme("cofw"), broken)
    editor.show()
    qtbot.waitUntil(lambda: editor.photo is None)
    assert "broken" in editor.message.text() or "damaged" in editor.message.text()
    assert len(editor.draft.state.landmarks) == 29
    editor.reject()


def test_saving_and_closing_with_unsaved_steps(qtbot, editor, tmp_path, monkeypatch):
    place_dog(qtbot, editor)
    editor.name.setText("dog")
    editor.name.editingFinished.emit()
    asked: list[str] = []

    def answer(text: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        next(b for b in box.buttons() if b.text() == text).click()

    QTimer.singleShot(0, lambda: answer("Keep editing"))
    editor.cancel.click()
    assert editor.isVisible()
    assert asked == ["Close without keeping the scheme?"]
    file = tmp_path / "my dogs"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    editor.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is editor)
    key(qtbot, editor, Qt.Key.Key_S, Control)
    assert editor.message.text() == "Saved as my dogs.toml."
    assert load_scheme(str(tmp_path / "my dogs.toml")) == editor.draft.scheme()
    editor.cancel.click()
    assert not editor.isVisible()


def test_korean_shows_shipped_names_and_keeps_the_stored_ones(qtbot, app, qapp):
    install_language(qapp, "ko")
    editor = SchemeEditor("x", load_scheme("five-points"))
    assert editor.table.topLevelItem(4).text(1) == "왼쪽 입꼬리"
    editor.table.editItem(editor.table.topLevelItem(4), 1)
    qtbot.keyClick(editor.table.findChild(QLineEdit), Qt.Key.Key_Return)
    assert editor.draft.scheme().names == load_scheme("five-points").names
    editor.reject()


def test_the_first_photo_of_what_is_imported(photo, tmp_path):
    assert first_photo([photo]) == photo
    assert first_photo([photo.parent]) in (photo, photo.with_name("2.png"))
    (tmp_path / "notes.txt").write_text("x")
    assert first_photo([tmp_path / "notes.txt"]) is None
    assert first_photo([tmp_path / "none"]) is None


def test_a_whole_drive_of_photos_needs_a_project_folder(qtbot):
    dialog = NewProjectDialog([Path(Path.cwd().anchor)])
    qtbot.addWidget(dialog)
    assert dialog.folder.text() == ""
    assert "Choose a folder for the project" in dialog.problem.text()
    assert not dialog.ok.isEnabled()


def test_from_an_own_scheme_to_a_label(qtbot, app, photo, tmp_path, monkeypatch):
    """What a person does who labels dogs: scheme, project, box, points, accept."""
    dialog = NewProjectDialog([photo.parent], None)
    qtbot.addWidget(dialog)

    def make_scheme(editor: SchemeEditor) -> int:
        shown(qtbot, editor)
        assert editor.photo is not None
        place_dog(qtbot, editor)
        editor.name.setText("dog")
        editor.name.editingFinished.emit()
        key(qtbot, editor, Qt.Key.Key_G)
        qtbot.mouseClick(editor.use, Qt.MouseButton.LeftButton)
        assert not editor.isVisible()
        return editor.result()

    monkeypatch.setattr(SchemeEditor, "exec", make_scheme)
    qtbot.mouseClick(dialog.edit, Qt.MouseButton.LeftButton)
    scheme = dialog.chosen_scheme()
    assert scheme.names == tuple(name for name, *_ in DOG)
    assert dialog.scheme.currentText() == "dog"
    assert dialog.ok.isEnabled()

    window = app.make(dialog.sources, tmp_path / "project", scheme)
    session = window.session
    qtbot.waitUntil(lambda: session.desk.counts.photos == 2 and not session.importer.is_searching)
    assert session.store.scheme == scheme
    rows = session.store.photos.without_face()
    session.boxes.add_face(rows[0][0], (90.0, 30.0, 120.0, 170.0))
    qtbot.waitUntil(lambda: session.desk.counts.proposed == 1)
    qtbot.waitUntil(lambda: session.desk.face is not None and session.desk.face.points is not None)
    face = session.desk.face
    assert face.prediction.model == "mean face"
    placed = face.points - face.points.min(0)
    wanted = np.array(scheme.shape)
    # the shape of the photo that the scheme was made on, fitted into the box
    np.testing.assert_allclose(placed / placed.max(0), wanted / wanted.max(0), atol=0.01)
    window.commands.trigger("accept")
    qtbot.waitUntil(lambda: session.store.faces.get(face.id).verdict is Verdict.ACCEPTED)
    assert session.round.rounds.launcher.plan() is not None, "a round can be trained"
    window.close()


def test_a_scheme_of_ninety_eight_landmarks_stays_quick_to_edit(qtbot, app):
    editor = SchemeEditor("x", load_scheme("wflw"))
    editor.show()
    for _ in range(20):
        key(qtbot, editor, Qt.Key.Key_Tab)
        key(qtbot, editor, Qt.Key.Key_Right)
    assert editor.draft.can_undo
    editor._saved = editor.draft.state
    editor.reject()


def test_a_scheme_without_known_places_is_laid_out(app):
    editor = SchemeEditor("x", Scheme.numbered("many", 14))
    points = editor.draft.points
    assert len(np.unique(points.round(), axis=0)) == 14
    editor.reject()


def test_the_scheme_of_the_project_is_shown_on_the_open_face(qtbot, open_window, project, tmp_path):
    window = open_window(project)
    session, seen = window.session, []

    def look() -> None:
        editor = QApplication.activeModalWidget()
        assert isinstance(editor, SchemeEditor)
        qtbot.waitUntil(lambda: editor.canvas.picture_size == (320, 240))
        seen.append((editor.draft.points, editor.draft.scheme().names, editor.use.isVisible()))
        editor.cancel.click()

    QTimer.singleShot(0, look)
    window.commands.trigger("scheme")
    points, names, can_use = seen[0]
    np.testing.assert_allclose(points, session.desk.face.points)
    assert names == session.store.scheme.names
    assert can_use


def change_landmarks(qtbot, window, change, answer="Change the landmarks") -> list[str]:
    """Open the editor of the project's scheme, change it, and say yes or no; what was said."""
    said = []

    def confirm() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append(box.informativeText())
        button = next(each for each in box.buttons() if each.text().replace("&", "") == answer)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def edit() -> None:
        editor = QApplication.activeModalWidget()
        assert isinstance(editor, SchemeEditor)
        qtbot.waitUntil(lambda: editor.canvas.picture_size == (320, 240))
        change(editor)
        QTimer.singleShot(0, confirm)
        qtbot.mouseClick(editor.use, Qt.MouseButton.LeftButton)
        if editor.isVisible():
            editor._saved = editor.draft.state
            editor.reject()

    QTimer.singleShot(0, edit)
    window.commands.trigger("scheme")
    return said


def test_the_project_follows_a_changed_scheme_without_a_restart(qtbot, app, project):
    window = app.open(project)
    session = window.session
    session.desk.open(2)
    label = session.desk.face.points.copy()
    session.store.decisions.decide("ann", [2], Verdict.CORRECTED, points=label)

    def change(editor: SchemeEditor) -> None:
        editor.draft.remove([editor.draft.state.ids[0]])
        editor.draft.add(150.0, 120.0)
        editor.name.setText("mine")

    (said,) = change_landmarks(qtbot, window, change)
    assert "To be placed on 1 labelled faces" in said
    assert "Removed" in said
    assert "undo takes the change back" in said
    qtbot.waitUntil(lambda: app.window is not window)
    after = app.window
    assert after.isVisible()
    assert not window.isVisible()
    assert after.session.store.scheme.names[-1] == "landmark 68"
    assert after.session.desk.face.id == 2
    np.testing.assert_array_equal(after.session.desk.face.points[:67], label[1:])
    assert np.isfinite(after.session.desk.face.points[67]).all()
    assert after.session.desk.face.missing.sum() == 1
    tree = after.views.filters.tree
    after.session.settled.emit(Changes(all=True))
    qtbot.waitUntil(lambda: not tree.item("verdict", "missing").isHidden())
    # undo brings the landmarks of before back, in another window
    after.commands.trigger("undo")
    qtbot.waitUntil(lambda: app.window is not after)
    assert app.window.session.store.scheme.count == 68
    np.testing.assert_array_equal(app.window.session.desk.face.points, label)
    app.window.close()


def test_the_window_follows_a_change_by_another_program(qtbot, app, project):
    window = app.open(project)
    window.session.desk.open(2)
    moved = window.session.desk.face.points + 3
    window.session.desk.edits.move_points(range(68), moved)
    other = Store(project)
    before = other.scheme
    shorter = Scheme("short", before.names[3:])
    other.schemes.change("ben", shorter, list(range(3, 68)))
    other.close()
    qtbot.waitUntil(lambda: app.window is not window)
    session = app.window.session
    assert session.store.scheme == shorter
    assert session.desk.face.id == 2
    np.testing.assert_array_equal(session.desk.face.draft, moved[3:])
    app.window.close()


def test_a_change_that_is_not_confirmed_changes_nothing(qtbot, open_window, project):
    window = open_window(project)

    def change(editor: SchemeEditor) -> None:
        editor.draft.remove([editor.draft.state.ids[0]])
        editor.name.setText("mine")

    (said,) = change_landmarks(qtbot, window, change, answer="Cancel")
    assert "Removed" in said
    assert window.session.store.schemes.version == 1
    assert window.session.store.scheme.count == 68


def test_a_project_that_cannot_be_written_shows_a_copy(qtbot, open_window, project):
    window = open_window(project)
    window.session.store.read_only = True
    seen = []

    def look() -> None:
        editor = QApplication.activeModalWidget()
        assert isinstance(editor, SchemeEditor)
        seen.append((editor.use.isVisible(), editor.copy_note.text()))
        editor.cancel.click()

    QTimer.singleShot(0, look)
    window.commands.trigger("scheme")
    window.session.store.read_only = False
    assert seen[0][0] is False
    assert "keeps its scheme" in seen[0][1]
