"""Findings in the window: found in the background, shown, mended by a key, ignored, filtered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from labeltool.checks.findings import Check
from labeltool.domain import Changes, NewPrediction, RoundKind, Verdict
from labeltool.gui.window import MainWindow
from labeltool.store import Store, open_project
from pipnet.data.scheme import load_scheme
from tests.labeltool.checks.test_check_faces import FLIP, _faces
from tests.labeltool.gui.conftest import fill
from tests.projects import make_project

SWAPPED = 4


@pytest.fixture
def window(tmp_path: Path, open_window: Callable[[Path], MainWindow]) -> MainWindow:
    """A window on forty faces of 68 landmarks, of which one has its sides swapped."""
    store = make_project(tmp_path / "checked", 0, load_scheme("300w"))
    _fill(store, tmp_path / "photos")
    store.close()
    return open_window(tmp_path / "checked")


def _fill(store: Store, photos: Path) -> None:
    fill(store, photos, 40)
    points = _faces(40, 5).points
    points = (points - points.mean(1, keepdims=True)) / np.ptp(points, axis=1).mean() * 110
    points += [155.0, 145.0]
    points[SWAPPED - 1] = points[SWAPPED - 1, FLIP]
    round_id = store.rounds.add(RoundKind.PREDICT, "std", "rounds/y", {})
    store.rounds.set_model(round_id, "net", "net")
    made = [
        NewPrediction(k + 1, each, np.full(68, 0.9, np.float32), 0.9, 0.0)
        for k, each in enumerate(points)
    ]
    store.rounds.add_predictions(round_id, made)
    store.rounds.finish(round_id, {})


def _wait_for_checks(window: MainWindow, qtbot: QtBot) -> None:
    store = window.session.store
    qtbot.waitUntil(lambda: Check.SIDES in store.trust.findings.counts())
    window.session.desk.open(SWAPPED)
    window.session.publish(Changes())
    box = window.views.inspector.findings
    qtbot.waitUntil(lambda: not box.isHidden())


def test_a_finding_is_shown_and_mended_by_its_key(window: MainWindow, qtbot: QtBot) -> None:
    _wait_for_checks(window, qtbot)
    box = window.views.inspector.findings
    assert box.sentence.text() == "The left and right side of the face are swapped."
    assert box.fix.text() == "Swap them back"
    face = window.session.desk.face
    assert face is not None
    before = face.points
    assert before is not None
    window.commands.trigger("fix")
    face = window.session.desk.face
    assert face is not None
    np.testing.assert_array_equal(face.draft, before[FLIP])
    qtbot.waitUntil(box.isHidden)
    assert window.session.store.faces.get(SWAPPED).verdict is Verdict.UNREVIEWED  # type: ignore[union-attr]
    window.commands.trigger("undo")
    qtbot.waitUntil(lambda: not box.isHidden())


def test_an_ignored_finding_leaves_the_filter(window: MainWindow, qtbot: QtBot) -> None:
    _wait_for_checks(window, qtbot)
    tree, box = window.views.filters.tree, window.views.inspector.findings
    qtbot.waitUntil(lambda: tree.item("check", "sides") is not None)
    assert tree.item("check", "sides").text(1) == "1"  # type: ignore[union-attr]
    box.ignore.click()
    qtbot.waitUntil(lambda: box.sentence.text().startswith("Ignored: "))
    assert box.fix.isHidden()
    assert Check.SIDES not in window.session.store.trust.findings.counts()
    qtbot.waitUntil(lambda: tree.item("check", "sides") is None)
    box.ignore.click()
    qtbot.waitUntil(lambda: not box.fix.isHidden())


def test_a_decision_is_checked_in_the_background(window: MainWindow, qtbot: QtBot) -> None:
    _wait_for_checks(window, qtbot)
    window.commands.trigger("accept")
    store = window.session.store
    assert store.trust.findings.of_face(SWAPPED) == []
    qtbot.waitUntil(lambda: bool(store.trust.findings.of_face(SWAPPED)))
    with_project = open_project(store.folder)
    try:
        assert with_project.trust.findings.counts()[Check.SIDES] == 1
    finally:
        with_project.close()
