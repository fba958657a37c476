"""The filter panel by mouse and keyboard, and after a restart."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QMessageBox

from labeltool.domain import Changes, Filter, NewPrediction, RoundKind, Verdict
from labeltool.gui.panels import filter_panel
from labeltool.gui.panels.filter_panel import format_throughput
from labeltool.store import create_project, open_project
from pipnet.data.scheme import load_scheme
from tests.item_views import select_rows
from tests.labeltool.gui.test_window import CONTROL, choose

Key = Qt.Key


def shown(window) -> list[str]:
    model = window.views.face_list.model
    return [model.row(k).name for k in range(model.rowCount())]


def count(window, words: str) -> str:
    """The count beside a row of the filter tree; empty without such a row."""
    flags = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
    return "".join(item.text(1) for item in window.views.filters.tree.findItems(words, flags))


def test_a_filter_can_be_set_saved_and_restored_after_a_restart(
    qtbot, open_window, project, monkeypatch
):
    window = open_window(project)
    qtbot.waitUntil(lambda: count(window, "To review") == "10")
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_X)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: count(window, "Rejected") == "1")
    assert (count(window, "To review"), count(window, "Accepted")) == ("8", "1")

    choose(qtbot, window, "To review")
    assert len(shown(window)) == 8
    assert window.views.filters.summary_bar.isVisible()
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_F, CONTROL)
    qtbot.keyClicks(window.views.filters.search, "00")
    qtbot.keyClick(window.views.filters.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(shown(window)) == 8)
    window.views.filters.min_error.setValue(3.5)
    qtbot.waitUntil(lambda: len(shown(window)) == 5)
    window.views.filters.order.setCurrentIndex(1)
    window.views.filters.order.activated.emit(1)
    qtbot.mouseClick(window.views.filters.reverse, Qt.MouseButton.LeftButton)
    assert shown(window) == [f"{k:03d}.jpg" for k in (6, 5, 4, 3, 2)]
    assert "Expected error from 3.5 %" in window.views.filters.summary.toolTip()

    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Low ones", True))
    qtbot.mouseClick(window.views.filters.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.commands.by_name["delete_filter"].isEnabled())
    assert count(window, "Low ones") == "5"

    # a decision takes the face out of the filter, but the place is kept
    window.session.desk.open(window.session.desk.queue.faces[1])
    window.views.canvas.setFocus()
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    assert window.session.desk.face.name == "004.jpg"
    assert len(shown(window)) == 5
    qtbot.waitUntil(lambda: count(window, "Low ones") == "4")
    window.close()

    store = open_project(project)
    face = store.queue.ids(Filter(text="008"))[0]
    store.decisions.decide("kim", [face], Verdict.EXCLUDED)
    new = store.rounds.add(RoundKind.TRAIN, "cls3", "rounds/new", {})
    store.rounds.set_model(new, "round 1", "other")
    prediction = store.faces.get(1).prediction
    store.rounds.add_predictions(
        new,
        [
            NewPrediction(
                1,
                prediction.points + 1,
                prediction.scores,
                0.5,
                0.1,
                np.full(68, 0.05, np.float32),
                0.05,
            )
        ],
    )
    store.rounds.finish(new, {})
    store.close()

    window = open_window(project)
    assert window.session.desk.face.name == "004.jpg"
    assert window.views.filters.search.text() == "00"
    assert window.views.filters.order.currentText() == "Smallest expected error first"
    assert shown(window) == [f"{k:03d}.jpg" for k in (6, 0, 4, 3, 2)]
    assert "1 face decided by kim, 1 proposal from round 1" in window.views.news.label.text()
    qtbot.mouseClick(window.views.filters.reset, Qt.MouseButton.LeftButton)
    assert len(shown(window)) == 10
    assert not window.views.filters.summary_bar.isVisible()
    qtbot.mouseClick(window.views.news.resume, Qt.MouseButton.LeftButton)
    assert not window.views.news.isVisible()
    assert (window.session.desk.face.name, len(shown(window))) == ("004.jpg", 5)

    # the next to review is the next under this filter, and round its end
    seen = []
    for _ in range(4):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_N)
        seen.append(window.session.desk.face.name)
    assert seen == ["003.jpg", "002.jpg", "006.jpg", "000.jpg"]
    qtbot.keyClick(window.views.filters.search, Qt.Key.Key_Escape)
    choose(qtbot, window, "Rejected, new proposal")
    qtbot.waitUntil(lambda: shown(window) == ["000.jpg"])


def test_a_click_sets_or_clears_a_folder_round_or_reviewer(qtbot, open_window, project):
    window = open_window(project)
    tree = window.views.filters.tree
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    me = window.session.desk.reviewer
    qtbot.waitUntil(lambda: count(window, me) == "1")
    for words, expected in (("photos", 10), (me, 1), ("Starter", 10)):
        choose(qtbot, window, words)
        assert len(shown(window)) == expected
        choose(qtbot, window, words)
        assert len(shown(window)) == 10
        assert window.session.desk.queue.filter == Filter()
    (row,) = tree.findItems("Flagged", Qt.MatchFlag.MatchRecursive)
    tree.setCurrentItem(row)
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert shown(window) == []
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert len(shown(window)) == 10


def test_a_saved_filter_can_be_renamed_and_deleted(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    store = window.session.store
    window.session.writes.submit_for_face(partial(store.filters.save, "mine", Filter("accepted")))
    window.session.show(Filter("accepted"))
    qtbot.waitUntil(lambda: window.commands.by_name["rename_filter"].isEnabled())
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("ours", True))
    window.commands.by_name["rename_filter"].trigger()
    qtbot.waitUntil(lambda: count(window, "ours") == "0")

    def delete(box: QMessageBox) -> None:
        (button,) = [b for b in box.buttons() if b.text() == "Delete"]
        button.click()

    monkeypatch.setattr(QMessageBox, "exec", delete)
    window.commands.by_name["delete_filter"].trigger()
    assert store.filters.all() == []
    qtbot.waitUntil(lambda: not window.commands.by_name["delete_filter"].isEnabled())


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_opening_the_menu_of_a_saved_filter_applies_it(qtbot, open_window, project):
    window = open_window(project)
    window.session.writes.submit_for_face(
        partial(window.session.store.filters.save, "mine", Filter("accepted"))
    )
    qtbot.waitUntil(lambda: count(window, "mine") == "0")
    window.views.filters.command_chosen.disconnect(window.dialogs.open)
    asked = []
    window.views.filters.command_chosen.connect(asked.append)
    window.views.filters.tree.saved_menu.emit(1, QPoint(0, 0))
    menu = QApplication.activePopupWidget()
    assert window.session.desk.queue.filter == Filter("accepted")
    for action in menu.actions():
        action.trigger()
    menu.close()
    assert asked == ["rename_filter", "delete_filter"]


def test_time_left_follows_from_the_filter_and_the_throughput():
    assert format_throughput(0, 12.0) == "Nothing left to decide here."
    assert format_throughput(1440, None) == "1,440 to decide"
    assert format_throughput(1440, 12.0) == "12 faces a minute · 1,440 to decide, about 2.0 h left"


def test_leaving_a_field_or_panel_focuses_the_gallery(qtbot, open_window, project):
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Key.Key_Tab)
    qtbot.keyClick(window.views.canvas, Key.Key_G)
    grid, desk = window.views.gallery.grid, window.session.desk
    for key in (Key.Key_Escape, Key.Key_Return):
        qtbot.keyClick(grid, Key.Key_F, CONTROL)
        assert window.views.filters.search.hasFocus()
        qtbot.keyClick(window.views.filters.search, key)
        assert grid.hasFocus()
    before = desk.face.id
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Right)
    assert desk.face.id != before
    assert desk.edits.moved == set()
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_F6)
    assert grid.hasFocus()


@pytest.mark.parametrize("key", [Key.Key_Escape, Key.Key_Return, Key.Key_Enter])
def test_leaving_an_error_field_returns_the_focus(qtbot, open_window, project, key):
    window = open_window(project)
    window.views.filters.min_error.setFocus()
    window.views.filters.min_error.selectAll()
    qtbot.keyClicks(window.views.filters.min_error, "5")
    qtbot.keyClick(window.views.filters.min_error, key)
    assert window.views.canvas.hasFocus()
    assert window.session.desk.queue.filter.error == (0.05, 1.0)


def test_show_all_from_an_empty_gallery_updates_the_counts(qtbot, open_window, project):
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Key.Key_G)
    with qtbot.waitSignal(window.session.facets.counted):
        window.session.show(Filter(text="no such file", order="error", descending=True))
    assert window.session.desk.queue.faces == []
    with qtbot.waitSignal(window.session.facets.counted) as told:
        window.views.gallery.reset.click()
    assert window.session.desk.queue.filter == Filter(order="error", descending=True)
    assert told.args[0].facets.left == 10


def test_undo_is_not_offered_for_an_undo(qtbot, open_window, project):
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Key.Key_A)
    assert window.views.message_bar.undo.isVisible()
    qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL)
    assert "Undid" in window.views.message_bar.label.text()
    assert not window.views.message_bar.undo.isVisible()


def test_a_returning_reviewer_sees_where_they_stopped(qtbot, open_window, project):
    window = open_window(project)
    assert not window.views.message_bar.isVisible()
    qtbot.keyClick(window.views.canvas, Key.Key_A)
    face = window.session.desk.face.id
    window.close()
    window = open_window(project)
    assert window.session.desk.face.id == face
    assert "Here you stopped" in window.views.message_bar.label.text()


def test_a_filter_without_faces_is_named_and_can_be_cleared(qtbot, open_window, project):
    window = open_window(project)
    way_out = window.views.editor.show_all
    assert not way_out.isVisible()
    window.session.show(Filter(text="no such file", order="error"))
    assert "no such file" in window.views.editor._empty_text()
    assert way_out.isVisible()
    assert window.views.editor.rect().contains(way_out.geometry())
    qtbot.mouseClick(way_out, Qt.MouseButton.LeftButton)
    assert window.session.desk.queue.filter == Filter(order="error")
    assert not way_out.isVisible()
    assert window.views.canvas.hasFocus()


def test_a_new_project_has_a_button_to_import_photos(qtbot, open_window, tmp_path, monkeypatch):
    create_project(tmp_path / "new", load_scheme("300w")).close()
    window = open_window(tmp_path / "new")
    button = window.views.editor.import_photos
    assert button.isVisible()
    assert window.views.editor.rect().contains(button.geometry())
    assert "Ctrl+I" in button.toolTip()
    asked: list[str] = []
    monkeypatch.setattr(window.dialogs, "open", asked.append)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["import"]
    assert not window.views.editor.show_all.isVisible()


def test_a_box_that_is_too_small_shows_how_to_draw_one(qtbot, open_window, project):
    window = open_window(project)
    window.views.canvas.box_editor.too_small.emit()
    assert "too small" in window.views.message_bar.label.text()
    assert not window.views.editor.import_photos.isVisible()


def test_an_error_bound_can_be_typed_slowly(qtbot, open_window, project, monkeypatch):
    monkeypatch.setattr(filter_panel, "SEARCH_DEBOUNCE_MS", 10)
    window = open_window(project)
    desk, high = window.session.desk, window.views.filters.max_error
    high.setFocus()
    high.selectAll()
    for letter in "12.5":
        qtbot.keyClicks(high, letter)
        qtbot.wait(5 * filter_panel.SEARCH_DEBOUNCE_MS)  # as who looks for each digit
    qtbot.keyClick(high, Key.Key_Return)
    assert desk.queue.filter.error == (0.0, 0.125)
    window.views.filters.min_error.setFocus()
    window.views.filters.min_error.selectAll()
    qtbot.keyClicks(window.views.filters.min_error, "3")
    qtbot.keyClick(window.views.filters.min_error, Key.Key_Tab)  # to leave the field is enough
    qtbot.waitUntil(lambda: desk.queue.filter.error == (0.03, 0.125))


def test_deciding_all_filtered_faces_uses_the_current_result(
    qtbot, open_window, project, monkeypatch
):
    window = open_window(project)
    desk, decisions = window.session.desk, window.session.store.decisions
    window.session.writes.submit_for_face(
        partial(decisions.decide, desk.reviewer, [1, 2, 3, 4, 5], Verdict.REJECTED)
    )
    window.session.show(Filter("rejected"))
    desk.open(2)
    window.session.publish(Changes())
    qtbot.keyClick(window.views.canvas, Key.Key_U)
    assert len(desk.queue.faces) == 5
    asked: list[list[int]] = []
    monkeypatch.setattr(
        window.review, "decide_batch", lambda faces, verdict: asked.append(list(faces))
    )
    window.review.decide_all(Verdict.EXCLUDED)
    assert asked == [[1, 3, 4, 5]]


def test_the_menu_acts_on_its_own_row_of_two_equal_saved_filters(
    qtbot, open_window, project, monkeypatch
):
    window = open_window(project)
    filters = window.session.store.filters
    for name in ("one", "two"):
        window.session.writes.submit_for_face(partial(filters.save, name, Filter("accepted")))
    qtbot.waitUntil(lambda: count(window, "two") == "0")
    second = next(saved.id for saved in filters.all() if saved.name == "two")
    asked: list[str] = []
    monkeypatch.setattr(window.dialogs, "_confirm", lambda question, _yes: asked.append(question))
    monkeypatch.setattr(QMenu, "popup", lambda menu, _place: menu.actions()[1].trigger())
    window.views.filters.tree.saved_menu.emit(second, QPoint(0, 0))
    assert asked == ["Delete the filter “two”?"]


def test_a_face_restored_by_undo_is_listed(qtbot, open_window, project):
    window = open_window(project)
    desk = window.session.desk
    qtbot.keyClick(window.views.canvas, Key.Key_X)
    window.session.show(Filter("accepted"))
    qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL)
    assert desk.face.id == 1
    assert desk.queue.faces == [1]
    assert shown(window) == [desk.face.name]


def test_moving_a_point_makes_a_verdict_apply_to_that_face_only(qtbot, open_window, project):
    window = open_window(project)
    select_rows(window.views.face_list.view, 0, 3)
    window.views.canvas.setFocus()
    qtbot.keyClick(window.views.canvas, Key.Key_Tab)
    qtbot.keyClick(window.views.canvas, Key.Key_Up)
    face = window.session.desk.face.id
    qtbot.keyClick(window.views.canvas, Key.Key_A)  # without a sheet, which would wait for ever
    assert window.session.store.faces.get(face).verdict is Verdict.CORRECTED


def test_undo_is_not_offered_when_it_would_revert_an_earlier_decision(
    qtbot, open_window, project, tmp_path
):
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Key.Key_X)
    assert window.views.message_bar.undo.isVisible()
    (tmp_path / "more").mkdir()
    window.session.importer.add_photos([tmp_path / "more"])
    qtbot.waitUntil(lambda: "photo" in window.views.message_bar.label.text())
    assert not window.views.message_bar.undo.isVisible()
    root = next(iter(window.session.store.photos.roots()))
    window.session.writes.submit_for_face(
        partial(window.session.store.photos.move_root, root, tmp_path / "photos")
    )
    assert not window.views.message_bar.undo.isVisible()
    assert window.session.store.faces.get(1).verdict is Verdict.REJECTED


def test_a_round_has_the_same_name_everywhere(qtbot, open_window, project):
    window = open_window(project)
    (round_id,) = window.session.store.queue.shown_rounds()
    window.session.show(Filter("rejected", round_id=round_id))
    qtbot.waitUntil(lambda: bool(window.session.facets.round_names))
    name = window.session.facets.round_names[round_id]
    assert name in window.views.editor._empty_text()
    assert name in window.views.gallery._empty_text()


def test_faces_are_found_by_what_the_newest_round_used_them_for(qtbot, open_window, project):
    store = open_project(project)
    trainings = []
    for name in "ab":
        trainings.append(store.rounds.add(RoundKind.TRAIN, "std", f"rounds/{name}", {}))
        store.rounds.set_model(trainings[-1], f"round {name}", name)
        store.rounds.finish(trainings[-1], {})
    earlier, newest = trainings
    store.ledger.add(earlier, [(1, "manual", "")])
    store.ledger.add(
        newest,
        [(1, "manual", ""), (2, "pseudo", ""), (3, "pseudo", ""), (4, "left-out", "flagged")],
    )
    store.close()
    window = open_window(project)
    qtbot.waitUntil(lambda: count(window, "Pseudo-label") == "2")
    assert (count(window, "Trained"), count(window, "Left out")) == ("1", "1")
    panel, session = window.views.filters, window.session
    choose(qtbot, window, "Pseudo-label")
    assert shown(window) == ["001.jpg", "002.jpg"]
    assert panel.summary.toolTip() == "Newest round: Pseudo-label"
    used = window.views.inspector.trained_as
    qtbot.waitUntil(lambda: used.toolTip() == "Round 2: pseudo-label (everything)")
    choose(qtbot, window, "Left out")
    assert shown(window) == ["003.jpg"]
    qtbot.waitUntil(lambda: used.toolTip() == "Round 2: left out: flagged")
    choose(qtbot, window, "Left out")
    assert len(shown(window)) == 10

    session.show(Filter(role="manual", role_round=earlier))
    assert shown(window) == ["000.jpg"]
    qtbot.waitUntil(lambda: count(window, "Pseudo-label") == "0")
    qtbot.waitUntil(lambda: panel.summary.toolTip() == "Round 1: Trained")
    choose(qtbot, window, "Pseudo-label")
    assert session.desk.queue.filter == Filter(role="pseudo", role_round=earlier)
    choose(qtbot, window, "Pseudo-label")
    assert session.desk.queue.filter == Filter()
