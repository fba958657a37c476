"""The loop on real faces in a real window: review, train, review again; the audit error falls."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from labeltool.app import App
from labeltool.domain import Filter
from labeltool.gui import theme
from labeltool.gui.dialogs.audit_faces import AuditFacesDialog
from labeltool.gui.dialogs.start_round import StartRoundDialog
from labeltool.gui.settings import Settings
from labeltool.gui.window import MainWindow
from labeltool.rounds import planning
from labeltool.store import create_project
from pipnet import resources
from pipnet.data.boxes import tight_box
from pipnet.data.labelled_faces import load_labelled
from pipnet.data.sample import Sample
from pipnet.data.scheme import load_scheme
from pipnet.evaluation.evaluate import evaluate
from pipnet.inference.face_detection import load_face_detector
from pipnet.inference.torch_detector import TorchDetector
from tests.commands import labeltool

PHOTOS, AUDIT_FACES, LABELS_EACH = 120, 24, 20
ROUND_SECONDS = 40.0


@pytest.fixture
def truth(faces: Path) -> dict[str, NDArray[np.float64]]:
    """The labels of some photos by file name."""
    found = load_labelled(faces / "helen")[::7][:PHOTOS]
    return {Path(face.photo).name: face.points for face in found}


@pytest.fixture
def window(
    qtbot, qapp: QApplication, faces: Path, truth, tmp_path: Path, monkeypatch
) -> Iterator[MainWindow]:
    """A project that starts from the network that has seen rendered faces only."""
    monkeypatch.setenv("LABELTOOL_SETTINGS", str(tmp_path / "settings.ini"))
    monkeypatch.setenv("LABELTOOL_CACHE", str(tmp_path / "cache"))
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    for name in truth:
        shutil.copy(faces / "helen" / name, photos)
    create_project(project, load_scheme("300w")).close()
    shutil.copy(resources.path("weights", resources.RENDERS), project / "starter.safetensors")
    theme.apply(qapp, "light")
    window = App(Settings()).open(project)
    window.session.importer.add_photos([photos])
    qtbot.waitUntil(lambda: window.session.desk.counts.faces >= PHOTOS * 0.9, timeout=120_000)
    wait_until_idle(qtbot, window)
    yield window
    window.close()


def wait_until_idle(qtbot, window: MainWindow) -> None:
    session = window.session
    qtbot.waitUntil(
        lambda: (
            not session.importer.is_searching
            and not session.round.rounds.follower.is_running
            and not session.round.is_taking
            and not session.store.faces.count_unpredicted()
        ),
        timeout=300_000,
    )


def review(qtbot, window: MainWindow, truth, ids: list[int]) -> None:
    """Do as a person who knows the truth: move the landmarks there, accept by key."""
    desk = window.session.desk
    for face_id in ids:
        desk.open(face_id)
        right = truth[Path(desk.face.name).name]
        desk.edits.move_points(range(len(right)), right)
        window.views.canvas.setFocus()
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)


def listed_rounds(project: Path) -> list[dict]:
    result = labeltool("rounds", project, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(1200)
def test_the_audit_error_falls_from_the_starter_to_round_3(
    qtbot, window: MainWindow, truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "ROUND_BUDGET_SECONDS", ROUND_SECONDS)
    monkeypatch.setattr(StartRoundDialog, "exec", lambda self: 1)
    session = window.session
    store, desk = session.store, session.desk

    def draw(self: AuditFacesDialog) -> int:
        self.faces.setValue(AUDIT_FACES)
        return 1

    monkeypatch.setattr(AuditFacesDialog, "exec", draw)
    window.commands.trigger("audit")
    qtbot.waitUntil(lambda: len(store.audit.get().waiting) == AUDIT_FACES)
    audit = list(store.audit.get().waiting)
    review(qtbot, window, truth, audit)
    session.show(Filter("unreviewed"))

    for number in (1, 2, 3):
        review(qtbot, window, truth, store.queue.ids(Filter("unreviewed"))[:LABELS_EACH])
        with qtbot.waitSignal(session.round.ended, timeout=360_000) as ended:
            window.commands.trigger("train")
        assert ended.args[0].kind == "finished"
        wait_until_idle(qtbot, window)
        assert desk.counts.rounds == number

    rows = listed_rounds(store.folder)
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert [row["manual"] for row in rows] == [20, 40, 60]
    assert all(row["audit"]["faces"] == AUDIT_FACES for row in rows)
    assert all(row["promoted"] for row in rows)
    first, *others = rows
    assert first["against"]["round"] == 0
    assert first["against"]["high"] < 0
    assert [row["against"]["round"] for row in others] == [1, 2]
    errors = [row["audit"]["nme"] for row in rows]
    assert errors[2] < errors[0] < errors[0] - first["against"]["nme_change"]

    # the figures are those of the detector's own command
    samples = [
        Sample(store.faces.get(face).photo, points, (tight_box(points),))
        for face, _, points, _ in store.decisions.labels()
        if face in audit
    ]
    model = store.rounds.all()[-1].folder / "model.safetensors"
    measured = evaluate(TorchDetector.load(model), samples, load_face_detector()).summary()
    for name in ("nme", "nme_curve", "fr10", "auc10"):
        assert rows[-1]["audit"][name] == pytest.approx(measured[name], abs=0.01)
