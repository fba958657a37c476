"""Expected errors in the panels: inspector, landmarks, and the badge of their circles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from labeltool.domain import AuditSet, Changes, Filter, NewPrediction, RoundKind, Verdict
from labeltool.gui.panels import circle_badge
from labeltool.rounds.quality.circle_check import Trust
from labeltool.store import Store, open_project


@pytest.fixture
def calibrated(project: Path) -> Path:
    """Landmarks expected to be off by 1 to 5 per cent, circles of twice that; face 2 is unknown."""
    store = open_project(project)
    points, scores = store.faces.get(1).prediction.points, np.full(68, 0.4, np.float32)
    errors = np.linspace(0.01, 0.05, 68).astype(np.float32)
    round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
    store.rounds.set_model(round_id, "round 1", "own")
    store.rounds.add_predictions(
        round_id,
        [
            NewPrediction(1, points, scores, 0.4, 0.02, errors, 0.03),
            NewPrediction(2, points, scores, 0.4, 0.02),
            *(NewPrediction(k, points, scores, 0.4, 0.02, errors, 0.02) for k in range(3, 11)),
        ],
    )
    store.rounds.finish(round_id, {})
    store.trust.calibrations.save(round_id, "{}", faces=100, circle_factor=2.0, is_own=True)
    store.close()
    return project


def test_the_inspector_shows_pixels_and_per_cent_and_folds_the_raw_score(
    qtbot, open_window, calibrated
):
    window = open_window(calibrated)
    window.session.show(Filter(order="error"))
    window.session.desk.open(1)
    window.session.publish(Changes())
    inspector = window.views.inspector
    norm = 120 * np.sin(9 * np.pi / 68)  # of the outer corners of the eyes, points 36 and 45
    qtbot.waitUntil(lambda: inspector.error.text() == f"{0.03 * norm:.1f} px (3.0 %)")
    assert not inspector.raw.figures.isVisible()
    inspector.raw.fold.click()
    assert inspector.raw.figures.isVisible()
    assert inspector.raw.figures.text() == "Score 0.40, votes spread over 2.0 % of the box"
    landmarks = inspector.landmarks.list.model()
    assert landmarks.data(landmarks.index(0, 0)) == "68  right inner lower lip"
    error = landmarks.index(0, 1)
    assert landmarks.data(error) == "5.0 %"
    radius = 2 * 0.05 * norm
    tool_tip = landmarks.data(error, Qt.ItemDataRole.ToolTipRole)
    assert tool_tip.endswith(f"(5.0 %), 90 % within {radius:.1f} px")


def test_an_unknown_error_is_said_and_comes_last(qtbot, open_window, calibrated):
    window = open_window(calibrated)
    window.session.show(Filter(order="error"))
    desk = window.session.desk
    assert (desk.queue.faces[0], desk.queue.faces[-1]) == (1, 2)
    desk.open(2)
    window.session.publish(Changes())
    qtbot.waitUntil(lambda: window.views.inspector.error.text() == "unknown")
    row = window.views.face_list.model.row(9)
    assert (row.id, row.error) == (2, None)
    assert window.views.canvas.layers.circles.drawn() == []


def test_another_tolerance_changes_the_colours_at_once(open_window, calibrated):
    window = open_window(calibrated)
    session, layers = window.session, window.views.canvas.layers
    session.desk.open(1)
    session.publish(Changes())
    assert layers.face.error_levels().max() == pytest.approx(0.05 / 0.08, rel=1e-3)
    session.writes.submit(lambda: session.store.trust.set_tolerance(0.05))
    assert layers.face.error_levels().max() == pytest.approx(1.0, rel=1e-3)
    card = session.store.faces.cards([1])[1]
    assert card.tolerance == 0.05


def test_the_badge_turns_red_with_the_labels_and_says_what_to_do(
    qtbot, open_window, calibrated, monkeypatch
):
    monkeypatch.setattr(circle_badge, "CHECK_MS", 10)
    store = open_project(calibrated)
    store.audit.add("ann", range(1, 11), "photo", 0, beside=AuditSet("", ()))
    _correct(store, [1, *range(3, 11)])
    store.close()
    window = open_window(calibrated)
    badge = window.views.inspector.badge
    qtbot.waitUntil(lambda: badge.check is not None)
    assert badge.check.trust is Trust.HOLDS  # nine labels on proposals with errors are too few
    window.close()
    store = open_project(calibrated)
    points = store.faces.get(3).prediction.points
    newer = store.rounds.add(RoundKind.TRAIN, "std", "rounds/y", {})
    store.rounds.set_model(newer, "round 1", "own")
    errors = np.full(68, 0.01, np.float32)
    store.decisions.decide("ann", [2], Verdict.UNREVIEWED)
    store.rounds.add_predictions(
        newer, [NewPrediction(2, points, np.ones(68, np.float32), 1.0, 0.0, errors, 0.01)]
    )
    store.rounds.finish(newer, {})
    _correct(store, [2])
    store.close()
    window = open_window(calibrated)
    badge = window.views.inspector.badge
    qtbot.waitUntil(lambda: badge.check is not None)
    assert badge.check.trust is Trust.FAILS
    assert badge.isVisible()
    assert "Do not rely on them: label 20 more random faces" in badge.text.text()


def _correct(store: Store, faces: list[int]) -> None:
    """Move every landmark by a tenth of the face, far out of its circle."""
    for face in faces:
        points = store.faces.get(face).prediction.points.copy()
        points += np.array([12.0, 9.0])
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=points)
