"""The command palette, the shortcut editor, and diagnostics for bug reports."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMessageBox

from labeltool import app as app_module
from labeltool.domain import VISIBLE, Message, RoundKind, RoundStatus, Verdict
from labeltool.gui.commands.command_palette import rank
from labeltool.gui.commands.keymap import Keymap, why_reserved
from labeltool.gui.commands.shortcut_editor import ShortcutEditor
from labeltool.gui.commands.table import COMMANDS, WHY_DISABLED, _always
from labeltool.gui.diagnostics import diagnostics, private
from labeltool.gui.recent_log import RecentLog
from labeltool.gui.settings import Settings
from labeltool.rounds.run_folder import Event
from labeltool.store import open_project

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
BY_NAME = {command.name: command for command in COMMANDS}


def verdict(window, face: int) -> Verdict:
    return window.session.store.faces.get(face).verdict


def korean(widget, jamo: str, letter: str, modifiers=NONE) -> None:
    """A key press as it arrives under a Korean input method."""
    press = QKeyEvent(
        QEvent.Type.KeyPress, ord(jamo), modifiers, 38, ord(letter), 0, "" if modifiers else jamo
    )
    QApplication.sendEvent(widget, press)


def row(palette, place: int) -> list[str]:
    item = palette.list.topLevelItem(place)
    return [item.text(column) for column in range(3)]


def rows(palette) -> list[str]:
    return [row(palette, place)[0] for place in range(palette.list.topLevelItemCount())]


@pytest.fixture
def palette(qtbot, open_window, project):
    """The palette of a window, opened as Ctrl+K opens it."""
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Key.Key_K, CONTROL)
    assert window.command_palette.isVisible()
    assert window.command_palette.search.hasFocus()
    return window.command_palette


def test_the_palette_finds_a_command_by_a_few_letters_and_runs_it(qtbot, palette):
    window = palette.window()
    first = window.session.desk.face.id
    qtbot.keyClicks(palette.search, "excl")
    assert row(palette, 0) == ["Exclude", "Review", "Del"]
    assert rows(palette)[1:] == ["Exclude page…", "Exclude all under the filter…"]
    assert window.session.store.queue.counts().unreviewed == 10  # x and e are letters here
    qtbot.keyClick(palette.search, Key.Key_Return)
    assert verdict(window, first) is Verdict.EXCLUDED
    assert not palette.isVisible()
    assert window.views.canvas.hasFocus()

    qtbot.keyClick(window.views.canvas, Key.Key_K, CONTROL)
    assert palette.search.text() == ""
    assert rows(palette)[0] == "Exclude"  # what was used last comes first
    qtbot.keyClick(palette.search, Key.Key_Down)
    qtbot.keyClick(palette.search, Key.Key_Up)
    qtbot.keyClick(palette.search, Key.Key_Up)
    above = palette.list.currentItem()
    assert not above.isDisabled()
    qtbot.keyClick(palette.search, Key.Key_Down)
    assert palette.list.currentItem() is palette.list.topLevelItem(0)
    qtbot.keyClick(palette.search, Key.Key_T, CONTROL)  # no shortcut of the window either
    assert palette.isVisible()
    qtbot.keyClick(palette.search, Key.Key_Escape)
    assert not palette.isVisible()
    assert window.views.canvas.hasFocus()
    assert window.session.store.queue.counts().excluded == 1


def test_disabled_commands_are_listed_last_with_the_reason(qtbot, palette):
    qtbot.keyClicks(palette.search, "undo")
    assert row(palette, 0) == ["Undo", "Nothing to undo", "Ctrl+Z"]
    assert palette.list.topLevelItem(0).isDisabled()
    qtbot.keyClick(palette.search, Key.Key_Return)
    assert palette.isVisible()
    palette.search.clear()
    qtbot.keyClicks(palette.search, "select all")
    assert [row(palette, place)[:2] for place in (0, 1)] == [
        ["Select all points", "Points"], ["Select all", "Only in the gallery"],
    ]  # fmt: skip
    states = [
        palette.list.topLevelItem(k).isDisabled() for k in range(palette.list.topLevelItemCount())
    ]
    assert states == sorted(states)
    palette.search.setText("no such thing")
    assert rows(palette) == ["No command matches."]


def test_a_click_runs_a_command_and_a_click_outside_closes_the_palette(qtbot, palette):
    window = palette.window()
    qtbot.keyClicks(palette.search, "gallery")
    place = palette.list.visualItemRect(palette.list.topLevelItem(0)).center()
    qtbot.mouseClick(palette.list.viewport(), LEFT, pos=place)
    assert window.views.shows_gallery
    assert not palette.isVisible()
    window.commands.trigger("palette")
    assert palette.isVisible()
    qtbot.mouseClick(window.counts, LEFT)
    assert not palette.isVisible()
    window.commands.trigger("palette")
    qtbot.keyClick(palette.search, Key.Key_K, CONTROL)
    assert not palette.isVisible()


def test_the_palette_fits_a_small_window(qtbot, palette):
    window = palette.window()
    window.resize(window.minimumSizeHint())
    qtbot.waitUntil(lambda: window.rect().contains(palette.geometry()))


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("acc", "Accept page…", 0), ("page", "Accept page…", 1), ("age", "Accept page…", 2),
        ("page acc", "Accept page…", 1), ("ap", "Accept page…", 3), ("", "Accept page…", 0),
        ("pa", "Accept", None), ("zz", "Accept", None), ("수락", "수락", 0), ("ACC", "Accept", 0),
    ],
)  # fmt: skip
def test_matches_at_the_start_of_a_word_rank_first(typed, text, expected):
    assert rank(typed, text) == expected


def test_every_command_that_can_be_disabled_has_a_reason():
    assert {command.enabled for command in COMMANDS} - {_always} == set(WHY_DISABLED)


# Keys


@pytest.fixture
def editor(qtbot, open_window, project):
    """The shortcut editor over its window, as F1 opens it."""
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Key.Key_F1)
    made = window.findChild(ShortcutEditor)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    return made


def record(qtbot, editor, name: str, key, modifiers=NONE) -> None:
    editor.table.setCurrentItem(editor._items[name])
    editor.table.setFocus()
    qtbot.keyClick(editor.table, Key.Key_Return)
    assert editor._field.hasFocus()
    qtbot.keyClick(editor._field, key, modifiers)


def back_to(qtbot, editor):
    """Close the editor; returns its window, ready for keys."""
    window = editor.parentWidget()
    qtbot.keyClick(editor, Key.Key_Escape)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    window.views.canvas.setFocus()
    return window


def test_a_changed_key_works_at_once_and_after_a_restart(qtbot, open_window, project, editor):
    record(qtbot, editor, "accept", Key.Key_Y)
    assert editor._items["accept"].text(1) == "Y"
    assert editor._items["accept"].font(1).bold()
    record(qtbot, editor, "visible", Key.Key_F5)
    window = back_to(qtbot, editor)
    assert window.commands.by_name["accept"].toolTip().endswith("(Y)")
    assert window.views.inspector.landmarks.visibility_buttons[VISIBLE].toolTip().endswith("(F5)")
    first = window.session.desk.face.id
    qtbot.keyClick(window.views.canvas, Key.Key_A)
    assert verdict(window, first) is Verdict.UNREVIEWED
    qtbot.keyClick(window.views.canvas, Key.Key_Y)
    assert verdict(window, first) is Verdict.ACCEPTED
    qtbot.keyClick(window.views.canvas, Key.Key_K, CONTROL)
    qtbot.keyClicks(window.command_palette.search, "accept")
    assert row(window.command_palette, 0) == ["Accept", "Review", "Y"]
    qtbot.keyClick(window.command_palette.search, Key.Key_Escape)
    window.close()

    window = open_window(project)
    second = window.session.desk.face.id
    korean(window.views.canvas, "ㅁ", "a")
    assert verdict(window, second) is Verdict.UNREVIEWED
    korean(window.views.canvas, "ㅛ", "y")
    assert verdict(window, second) is Verdict.ACCEPTED
    window.views.filters.search.setFocus()
    qtbot.keyClicks(window.views.filters.search, "y")
    assert window.views.filters.search.text() == "y"
    assert window.session.store.queue.counts().accepted == 2


def test_a_key_in_use_is_reassigned_only_after_confirmation(qtbot, editor):
    keymap = editor._keymap
    record(qtbot, editor, "export", Key.Key_S, CONTROL)
    assert editor.words.text() == "Ctrl+S belongs to “Save filter…”."
    assert keymap.keys("export") == ("Ctrl+E",)
    qtbot.mouseClick(editor.no, LEFT)
    assert not editor.bar.isVisible()
    assert keymap.keys("save_filter") == ("Ctrl+S",)
    record(qtbot, editor, "export", Key.Key_S, CONTROL)
    assert editor.yes.hasFocus()
    qtbot.keyClick(editor.yes, Key.Key_Space)
    assert keymap.keys("export") == ("Ctrl+S",)
    assert keymap.keys("save_filter") == ()
    assert Keymap(Settings()).keys("save_filter") == ()

    # the default comes back by the same question, the other way round
    editor.table.setCurrentItem(editor._items["save_filter"])
    qtbot.mouseClick(editor.default, LEFT)
    assert "Export labels…" in editor.words.text()
    qtbot.mouseClick(editor.yes, LEFT)
    assert keymap.keys("save_filter") == ("Ctrl+S",)
    assert keymap.keys("export") == ()
    qtbot.mouseClick(editor.all_default, LEFT)
    qtbot.mouseClick(editor.yes, LEFT)
    assert keymap.keys("export") == ("Ctrl+E",)
    assert Settings().keys == {}
    assert not editor.all_default.isEnabled()


def test_a_command_can_have_several_keys_or_none(qtbot, editor):
    keymap, table = editor._keymap, editor.table
    table.setCurrentItem(editor._items["next"])
    qtbot.mouseClick(editor.add, LEFT)
    qtbot.keyClick(editor._field, Key.Key_J)
    assert keymap.keys("next") == ("Right", "J")
    qtbot.keyClick(table, Key.Key_Delete)
    assert keymap.keys("next") == ()
    assert not editor.add.isEnabled()
    # views have keys of their own: what one has, the other may have too
    record(qtbot, editor, "next_point", Key.Key_Return)
    assert "presses buttons" in editor.words.text()
    record(qtbot, editor, "next_point", Key.Key_Tab)
    record(qtbot, editor, "select_all", Key.Key_J, CONTROL)
    record(qtbot, editor, "select_points", Key.Key_J, CONTROL)
    assert keymap.keys("select_all") == keymap.keys("select_points") == ("Ctrl+J",)
    record(qtbot, editor, "flag", Key.Key_J, CONTROL)
    assert editor.words.text() == (
        "Ctrl+J belongs to “Select all”. Ctrl+J belongs to “Select all points”."
    )


def test_recording_accepts_korean_keys_and_ends_with_escape(qtbot, editor):
    editor.table.setCurrentItem(editor._items["flag"])
    qtbot.keyClick(editor.table, Key.Key_Return)
    qtbot.keyClick(editor._field, Key.Key_Escape)
    assert editor._field is None
    assert editor.isVisible()
    assert editor._keymap.keys("flag") == ("F",)
    qtbot.keyClick(editor.table, Key.Key_Return)
    korean(editor._field, "ㅛ", "y")
    assert editor._keymap.keys("flag") == ("Y",)


def test_the_search_finds_commands_by_word_and_by_key(qtbot, editor):
    qtbot.keyClicks(editor.search, "ctrl+shift+z")
    seen = [name for name, item in editor._items.items() if not item.isHidden()]
    assert seen == ["redo"]
    qtbot.keyClick(editor.search, Key.Key_Return)
    assert editor.command is BY_NAME["redo"]
    assert editor.isVisible()
    assert editor._field is None
    editor.search.setText("loupe of nothing")
    assert editor.command is None
    assert not editor.change.isEnabled()


@pytest.mark.parametrize(
    ("name", "key", "allowed"),
    [
        ("accept", "Esc", False), ("back", "Esc", True), ("accept", "Tab", False),
        ("next_point", "Tab", True), ("edit", "Return", True), ("back", "Return", False),
        ("accept", "Space", False), ("accept", "Ctrl+C", False), ("next", "Down", False),
        ("next", "Shift+Down", False), ("next", "J", True), ("next", "Ctrl+Right", True),
    ],
)  # fmt: skip
def test_keys_needed_for_typing_and_dialogs_are_refused(name, key, allowed):
    assert (why_reserved(BY_NAME[name], key) == "") is allowed
    for command in COMMANDS:
        assert all(why_reserved(command, key) == "" for key in command.keys)


def test_invalid_keys_in_the_settings_are_ignored(app):
    settings = Settings()
    kept = '{"accept": ["Y", "nonsense", "Ctrl+K, Ctrl+S", 7, "Esc"], "gone": ["Q"], "undo": 3}'
    settings._settings.setValue("keys", kept)
    keymap = Keymap(settings)
    assert keymap.keys("accept") == ("Y",)
    assert keymap.keys("undo") == ("Ctrl+Z",)
    settings._settings.setValue("keys", '{"accept": ["Y"], "redo": ["Y"]}')
    keymap = Keymap(settings)
    assert keymap.keys("accept") + keymap.keys("redo") == ("Y",)


def test_all_keys_of_a_command_can_be_removed_at_once(app):
    keymap = Keymap(Settings())
    keymap.assign(BY_NAME["flag"], ("Ctrl+Shift+Z", "Ctrl+Y", "Q"))
    assert keymap.keys("redo") == ()
    keymap.assign(BY_NAME["redo"], BY_NAME["redo"].keys)
    assert keymap.keys("flag") == ("Q",)
    assert Keymap(Settings()).keys("redo") == BY_NAME["redo"].keys
    assert Settings().keys == {"flag": ["Q"]}


def test_a_custom_key_overrides_a_default_one(app):
    settings = Settings()
    settings.keys = {"flag": ["A"]}
    keymap = Keymap(settings)
    assert keymap.keys("flag") == ("A",)
    assert keymap.keys("accept") == ()


@pytest.mark.parametrize("field", ["search", "min_error"])
@pytest.mark.parametrize(
    ("key", "held", "written"),
    [
        (Key.Key_Up, NONE, "Up"), (Key.Key_Insert, NONE, "Ins"), (Key.Key_A, NONE, "A"),
        (Key.Key_E, CONTROL, "Ctrl+E"), (Key.Key_Z, CONTROL, "Ctrl+Z"),
        (Key.Key_A, CONTROL | SHIFT, "Ctrl+Shift+A"),
    ],
)  # fmt: skip
def test_typing_in_a_text_field_triggers_no_command(
    qtbot, open_window, project, field, key, held, written
):
    window = open_window(project)
    for action in window.commands.by_name.values():
        if QKeySequence(written) in action.shortcuts():
            action.setShortcuts([])
    window.commands.by_name["accept"].setShortcut(written)
    widget = getattr(window.views.filters, field)
    widget.setFocus()
    qtbot.keyClick(widget, key, held)
    assert window.session.store.queue.counts().accepted == 0
    window.views.canvas.setFocus()
    qtbot.keyClick(window.views.canvas, key, held)
    assert window.session.store.queue.counts().accepted == 1


def test_keys_work_in_every_view_under_a_korean_input_method(qtbot, open_window, project):
    window = open_window(project)
    korean(window.views.canvas, "ㅁ", "a", CONTROL)
    assert len(window.views.canvas.selection.indices) == 68
    korean(window.views.canvas, "ㅎ", "g")
    assert window.views.shows_gallery
    korean(window.views.gallery.grid, "ㅁ", "a", CONTROL)
    assert len(window.views.gallery.selected()) == 10
    korean(window.views.gallery.grid, "ㅏ", "k", CONTROL)
    assert window.command_palette.isVisible()
    korean(window.command_palette.search, "ㅁ", "a")
    assert window.session.store.queue.counts().accepted == 0
    qtbot.keyClick(window.command_palette.search, Key.Key_Escape)
    korean(window.views.gallery.grid, "ㅒ", "o", SHIFT)
    assert window.commands.by_name["compare_previous"].isChecked()


# Diagnostics


@pytest.fixture
def failed_round(project):
    """A project whose last round failed, with a log that names photos."""
    store = open_project(project)
    round_id = store.rounds.add(RoundKind.TRAIN, "cls3", "rounds/1", {})
    root = next(iter(store.photos.roots().values()))
    folder = project / "rounds" / "1"
    folder.mkdir(parents=True)
    lines = [f"line {k}" for k in range(40)]
    lines += [f"{root}/my friend/Ann's face 1.JPG cannot be read: cut off", "bad: 003.jpg"]
    lines += [f"the folder {root}/my friend is gone", f"File {Path.home()}/env/x.py, line 3"]
    (folder / "worker.log").write_text("\n".join(lines))
    reason = Message("No memory for {photo}", photo=root / "000.jpg")
    store.rounds.end(round_id, RoundStatus.FAILED, reason)
    store.close()
    return project


def test_diagnostics_describe_the_program_and_contain_no_photo_names(
    qtbot, open_window, failed_round, tmp_path
):
    loaded = "torch" in sys.modules
    window = open_window(failed_round)
    qtbot.keyClick(window.views.canvas, Key.Key_A)
    window.commands.trigger("diagnostics")
    assert "clipboard" in window.views.message_bar.label.text()
    text = QApplication.clipboard().text()
    for words in ("torch", "Qt ", "Quick check  ok", "Journal", "wal", "Accepted", "300w, 68"):
        assert words in text
    assert "train 1, failed" in text
    assert "line 39" in text
    assert "line 5\n" not in text
    assert "<photo> cannot be read: cut off" in text
    for name in (".jpg", "Ann", "face 1", "friend", "000", str(tmp_path), str(Path.home())):
        assert name.lower() not in text.lower().replace("cannot", "")
    assert ("torch" in sys.modules) == loaded


def test_a_failed_round_and_a_crash_offer_diagnostics(
    qtbot, app, open_window, project, monkeypatch, capsys
):
    window = open_window(project)
    panel = window.views.round_progress
    window.session.store.rounds.add(RoundKind.TRAIN, "std", "rounds/new", {})
    window.session.round.last_ended = window.session.store.rounds.all()[-1]
    panel.show_event(Event("started", detail="CPU"))
    assert not panel.ended.isVisible()
    panel.show_end(Event("failed", reason=Message("No memory.")), "the log")
    qtbot.mouseClick(panel.ended.report, LEFT)
    assert "labeltool diagnostics" in QApplication.clipboard().text()
    assert panel.ended.isVisible()
    QApplication.clipboard().clear()

    def press(box: QMessageBox) -> int:
        (copy,) = [button for button in box.buttons() if button.text() == "Copy diagnostics"]
        copy.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press)
    handler = RecentLog()
    logging.getLogger().addHandler(handler)
    try:
        try:
            raise RuntimeError("something odd")
        except RuntimeError as error:
            app.handle_exception(type(error), error, error.__traceback__)
    finally:
        logging.getLogger().removeHandler(handler)
    text = QApplication.clipboard().text()
    assert "RuntimeError: something odd" in text
    assert "Photos" in text
    assert "RuntimeError" in capsys.readouterr().err
    assert app_module.log.name in text


def test_diagnostics_without_a_project(app):
    text = diagnostics(Settings())
    assert "Python" in text
    assert "Project" not in text


def test_the_home_folder_is_replaced_by_a_tilde(monkeypatch, tmp_path):
    home = tmp_path / "people" / "ann"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert private(f"{home}/work", {}) == "~/work"
    assert private(f"{home}abel/work", {}) == f"{home}abel/work"
    assert private("/data/ann/work", {}) == "/data/<user>/work"
    assert private("channel anna", {}) == "channel anna"
    assert private(f"at {home}/p/x.pts: bad", {home / "p": "<project>"}) == "<photo>: bad"
