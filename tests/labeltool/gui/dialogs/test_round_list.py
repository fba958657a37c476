"""The list of rounds: what it shows, and what its buttons do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from labeltool.domain import Changes, NewPrediction, RoundKind, RoundStatus, Verdict
from labeltool.gui.dialogs.round_list import RoundListDialog
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import FaceTable
from labeltool.store import Store, open_project
from tests.projects import change

ANN = "ann"
WORSE = {"round": 2, "nme_change": 0.5, "low": 0.1, "high": 0.9}
BETTER = {"round": 1, "nme_change": -0.41, "low": -0.7, "high": -0.1}


def audit(nme: float) -> dict:
    return {"faces": 20, "nme": nme, "nme_curve": nme, "fr10": 0.0, "auc10": 60.0}


def add_round(store: Store, shift: float, summary: dict, *, promoted: bool = True) -> None:
    """A finished training as it was taken in: its run folder, and a proposal for every face."""
    faces = [row[0] for row in store.faces.boxes()]
    folder = RunFolder(store.folder / "rounds" / f"r{shift}")
    table = FaceTable(
        np.array(faces), np.arange(len(faces)), np.ones((len(faces), 4)), np.array(["hand"])
    )
    folder.create({}, [], table)
    folder.model.write_bytes(b"weights" * 1000)
    points = np.stack([store.faces.get(face).prediction.points + shift for face in faces])
    scores = np.full(points.shape[:2], 0.5, np.float32)
    columns = {"score": np.full(len(faces), 0.5), "spread": np.full(len(faces), 0.1)}
    folder.write_predictions(
        "predictions-0.npz", faces=np.array(faces), points=points, scores=scores, **columns
    )
    folder.write_results({"chunks": ["predictions-0.npz"]})
    figures = {"manual": 60, "pseudo": 900} | summary
    round_id = store.rounds.add(RoundKind.TRAIN, "std", f"rounds/r{shift}", figures)
    number = store.rounds.all()[-1].number
    store.rounds.set_model(round_id, f"round {number}", f"digest {number}")
    store.rounds.add_predictions(
        round_id,
        [
            NewPrediction(face, here, there, 0.5, 0.1)
            for face, here, there in zip(faces, points, scores, strict=True)
        ],
    )
    store.rounds.finish(round_id, {}, visible=promoted)


@pytest.fixture
def trained(project: Path) -> Path:
    """Two promoted rounds, one that failed, and one that waits."""
    store = open_project(project)
    add_round(store, 1.0, {"audit": audit(5.26)})
    add_round(store, 2.0, {"audit": audit(4.85), "against": BETTER})
    failed = store.rounds.add(RoundKind.TRAIN, "std", "rounds/failed", {"manual": 60, "pseudo": 0})
    store.rounds.end(failed, RoundStatus.FAILED)
    add_round(store, 3.0, {"audit": audit(5.35), "against": WORSE}, promoted=False)
    store.close()
    return project


@pytest.fixture
def open_list(qtbot, open_window, trained):
    window = open_window(trained)
    dialog = RoundListDialog(window.session, window)
    dialog.show()
    return window, dialog


@pytest.fixture
def agree(monkeypatch) -> list[str]:
    """Every question is agreed to; what was asked."""
    asked: list[str] = []

    def press(box: QMessageBox) -> int:
        asked.append(f"{box.text()} {box.informativeText()}")
        box.buttons()[0].click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press)
    return asked


def texts(dialog: RoundListDialog) -> list[list[str]]:
    table = dialog.table
    return [
        [table.topLevelItem(k).text(c) for c in range(6)] for k in range(table.topLevelItemCount())
    ]


def select(dialog: RoundListDialog, place: int) -> None:
    dialog.table.setCurrentItem(dialog.table.topLevelItem(place))


def click(qtbot, button) -> None:
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def model(window) -> str:
    return window.session.store.faces.get(2).prediction.model


def test_the_rounds_and_what_is_known_of_them(open_list):
    _window, dialog = open_list
    assert texts(dialog) == [
        ["Round 3", "Not promoted", "60", "900", "5.35 %", "+0.50 (+0.10 … +0.90)"],
        ["Round 3", "Failed", "60", "0", "", ""],
        ["Round 2", "In use", "60", "900", "4.85 %", "-0.41 (-0.70 … -0.10)"],
        ["Round 1", "", "60", "900", "5.26 %", ""],
        ["Starter", "", "", "", "", ""],
    ]


def enabled(dialog: RoundListDialog) -> list[str]:
    return [
        name
        for name in ("promote", "roll_back", "rename", "note", "export", "delete")
        if getattr(dialog, name).isEnabled()
    ]


def test_each_round_has_what_can_be_done_with_it(open_list):
    _window, dialog = open_list
    found = []
    for place in range(5):
        select(dialog, place)
        found.append(enabled(dialog))
    assert found == [
        ["promote", "rename", "note", "export", "delete"],
        ["rename", "note", "delete"],
        ["rename", "note", "export"],
        ["roll_back", "rename", "note", "export", "delete"],
        ["roll_back"],
    ]


def test_a_round_that_waits_is_promoted(qtbot, open_list):
    window, dialog = open_list
    select(dialog, 0)
    click(qtbot, dialog.promote)
    qtbot.waitUntil(lambda: model(window) == "round 3")
    qtbot.waitUntil(lambda: texts(dialog)[0][1] == "In use")
    qtbot.waitUntil(lambda: "Round 3 is in use now" in window.views.message_bar.label.text())
    assert dialog.selected().number == 3


def test_a_rollback_says_how_many_faces_and_undo_takes_it_back(qtbot, open_list, agree):
    window, dialog = open_list
    window.session.store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
    select(dialog, 3)
    click(qtbot, dialog.roll_back)
    assert agree == [
        "Roll back to round 1? 9 faces without a label get its proposals. "
        "Decisions stay as they are. One undo takes it back."
    ]
    qtbot.waitUntil(lambda: texts(dialog)[3][1] == "In use")
    assert model(window) == "round 1"
    assert window.session.store.faces.get(1).prediction.model == "round 2"
    assert window.views.message_bar.undo.isVisible()
    dialog.close()
    qtbot.mouseClick(window.views.message_bar.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: model(window) == "round 2")
    assert window.session.store.check() == []


def test_a_source_without_its_files_is_said(qtbot, open_list, agree):
    window, dialog = open_list
    select(dialog, 4)
    click(qtbot, dialog.roll_back)
    assert agree == []
    assert "The files of starter are not in" in window.views.message_bar.label.text()


def test_a_name_and_a_note(qtbot, open_list, monkeypatch):
    window, dialog = open_list
    select(dialog, 2)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("night shift", True))
    click(qtbot, dialog.rename)
    qtbot.waitUntil(lambda: texts(dialog)[2][0] == "Round 2 · night shift")
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *_: ("dark\nphotos", True))
    click(qtbot, dialog.note)
    qtbot.waitUntil(lambda: dialog.details.text() == "dark\nphotos")
    assert dialog.selected().number == 2
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("x" * 61, True))
    click(qtbot, dialog.rename)
    qtbot.waitUntil(lambda: "has 61 letters" in window.views.message_bar.label.text())
    assert dialog.selected().name == "night shift"


def test_export_and_delete(qtbot, open_list, agree, monkeypatch, tmp_path):
    _window, dialog = open_list
    select(dialog, 3)
    out = tmp_path / "net.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    click(qtbot, dialog.export)
    qtbot.waitUntil(out.exists)
    assert out.read_bytes() == b"weights" * 1000
    click(qtbot, dialog.delete)
    assert agree[0].startswith("Delete the files of Round 1? Its network and proposals are deleted")
    qtbot.waitUntil(lambda: texts(dialog)[3][1] == "Files deleted")
    assert enabled(dialog) == ["rename", "note"]
    assert texts(dialog)[3][4] == "5.26 %"
    assert not (dialog.selected().folder / "model.safetensors").exists()


def test_a_packed_round_is_given_up(qtbot, open_list, agree):
    window, dialog = open_list
    store = window.session.store
    store.rounds.add(RoundKind.TRAIN, "std", "rounds/packed", {}, RoundStatus.PACKED)
    window.session.publish(Changes(rounds=True))
    row = next(n for n, shown in enumerate(texts(dialog)) if "On another machine" in shown)
    select(dialog, row)
    click(qtbot, dialog.delete)
    assert "Stop waiting for the results" in agree[0]
    qtbot.waitUntil(lambda: texts(dialog)[row][1] != "On another machine")
    assert store.rounds.all()[-1].status is RoundStatus.CANCELLED


def test_a_report_is_shown_when_the_list_is_closed(qtbot, open_list):
    _window, dialog = open_list
    select(dialog, 1)
    assert not dialog.report.isEnabled()
    select(dialog, 2)
    click(qtbot, dialog.report)
    assert not dialog.isVisible()
    assert dialog.to_report == 2


def test_the_list_opens_from_the_menu(qtbot, open_window, trained, monkeypatch):
    window = open_window(trained)
    seen: list[int] = []
    monkeypatch.setattr(
        RoundListDialog, "exec", lambda self: seen.append(self.table.topLevelItemCount())
    )
    window.commands.by_name["rounds"].trigger()
    assert seen == [5]


@pytest.fixture
def seoul(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer nine hours ahead of UTC."""
    if sys.platform == "win32":
        pytest.skip("time.tzset exists on POSIX only")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Seoul")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("seoul")
def test_rounds_are_listed_with_their_local_time(qtbot, open_window, trained):
    store = open_project(trained)
    change(store, "UPDATE round SET started = '2026-01-01T18:30:00+00:00'")
    store.close()
    window = open_window(trained)
    dialog = RoundListDialog(window.session, window)
    assert dialog.table.topLevelItem(0).text(6).endswith("03:30")


@pytest.fixture
def used(trained) -> Path:
    """What round 2 used the ten faces for."""
    store = open_project(trained)
    row = next(row for row in store.rounds.all() if row.number == 2)
    roles = [("manual", "")] * 3 + [("pseudo", "")] * 2 + [("audit", "")]
    roles += [("left-out", "rejected")] * 3 + [("left-out", "flagged")]
    store.ledger.add(row.id, [(face, *role) for face, role in enumerate(roles, 1)])
    ledger = {"manual": 3, "pseudo": 2, "audit": 1, "left-out": {"flagged": 1, "rejected": 3}}
    store.rounds.add_figures(row.id, {"ledger": ledger})
    store.close()
    return trained


def test_the_faces_of_a_round_are_listed_by_what_it_used_them_for(qtbot, used, open_list):
    window, dialog = open_list
    select(dialog, 2)
    assert dialog.its_faces.isEnabled()
    dialog.faces_menu.aboutToShow.emit()
    actions = dialog.faces_menu.actions()
    assert [action.text() for action in actions] == [
        "Trained (3)", "Pseudo-label: everything (2)", "Measured (1)",
        "Left out: 3 rejected, 1 flagged (4)",
    ]  # fmt: skip
    actions[3].trigger()
    assert dialog.isHidden()
    desk = window.session.desk
    assert desk.queue.faces == [7, 8, 9, 10]
    assert window.views.filters.summary.toolTip() == "Round 2: Left out"
    qtbot.waitUntil(lambda: not window.session.facets._is_counting)
    assert window.views.filters.summary.toolTip() == "Round 2: Left out"
    assert window.session.store.queue.ids(desk.queue.filter) == [7, 8, 9, 10]


def test_a_round_without_results_has_no_faces_to_list(open_list):
    _window, dialog = open_list
    select(dialog, 1)  # it failed
    assert not dialog.its_faces.isEnabled()
    select(dialog, 4)  # the starter
    assert not dialog.its_faces.isEnabled()
