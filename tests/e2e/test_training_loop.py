"""The loop on real faces in a real window: review, train, review again; the audit error falls."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

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
from labeltool.rounds.quality import audit_draw
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import create_project
from pipnet import resources
from pipnet.__main__ import cli as pipnet
from pipnet.data.boxes import overlap, tight_box
from pipnet.data.labelled_faces import load_labelled
from pipnet.data.scheme import load_scheme
from pipnet.evaluation.compare import paired_change
from tests.commands import labeltool
from tests.waiting import wait_until_idle

PHOTOS, AUDIT_FACES, LABELS_EACH = 100, 32, 20

IMAGES = 400
"""Training images of a round: 25 steps, instead of the thousand or so of ten minutes."""

LEAST_FALL = 0.05
"""Three rounds lower the audit error by at least this share. Measured: 25 %, from 6.73 to 5.85,
5.48 and 5.07 %."""


@pytest.fixture
def truth(shared: Path) -> dict[str, NDArray[np.float64]]:
    """The labels of some photos by file name."""
    found = load_labelled(shared / "faces" / "helen")[::8][:PHOTOS]
    return {Path(face.photo).name: face.points for face in found}


@pytest.fixture
def window(
    qtbot, qapp: QApplication, shared: Path, truth, tmp_path: Path, monkeypatch
) -> Iterator[MainWindow]:
    """A project that starts from the network that has seen rendered faces only."""
    monkeypatch.setenv("LABELTOOL_SETTINGS", str(tmp_path / "settings.ini"))
    monkeypatch.setenv("LABELTOOL_CACHE", str(tmp_path / "cache"))
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    for name in truth:
        shutil.copy(shared / "faces" / "helen" / name, photos)
    create_project(project, load_scheme("300w")).close()
    shutil.copy(resources.path("weights", resources.RENDERS), project / "starter.safetensors")
    theme.apply(qapp, "light")
    window = App(Settings()).open(project)
    assert window is not None
    window.session.importer.add_photos([photos])
    qtbot.waitUntil(lambda: window.session.desk.counts.faces >= PHOTOS * 0.9, timeout=600_000)
    wait_until_idle(qtbot, window)
    yield window
    window.close()


def review(qtbot, window: MainWindow, truth, ids: list[int]) -> None:
    """Do as a person who knows the truth: move the landmarks there, accept by key; reject what the
    detector found beside the labelled person."""
    desk = window.session.desk
    for face_id in ids:
        desk.open(face_id)
        right = truth[Path(desk.face.name).name]
        if overlap(tight_box(right), desk.face.box) < 0.3:
            window.commands.trigger("reject")
            continue
        desk.edits.move_points(range(len(right)), right)
        window.views.canvas.setFocus()
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)


def listed_rounds(project: Path) -> list[dict]:
    result = labeltool("rounds", project, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def audit_errors(folder: Path) -> dict[str, NDArray[np.float64]]:
    """NME of each audit face before and after a round, by `before` and `after`."""
    table = RunFolder(folder).tables.audit_errors()
    return {
        "before": np.nanmean(table.errors_before, axis=1),
        "after": np.nanmean(table.errors_after, axis=1),
    }


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(1800)
def test_the_audit_error_falls_from_the_starter_to_round_3(
    qtbot, window: MainWindow, truth, shared: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    """No learning, no pass: three rounds must lower the error of 32 faces that they never trained
    on, with all of its paired 95 % interval, by a twentieth; and no round may raise it beyond its
    interval.

    A single short round may gain less than the interval of so few faces is wide, so the large fall
    is asked of all three together.
    """
    monkeypatch.setattr(planning, "MAX_USEFUL_IMAGES", IMAGES)
    monkeypatch.setattr(StartRoundDialog, "exec", lambda self: 1)
    monkeypatch.setattr(audit_draw, "secrets", SimpleNamespace(randbelow=lambda _: 7))
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
    audit = list(store.audit.get().measuring)
    assert len(audit) >= AUDIT_FACES - 2
    session.show(Filter("unreviewed"))

    for number in (1, 2, 3):
        review(qtbot, window, truth, store.queue.ids(Filter("unreviewed"))[:LABELS_EACH])
        with qtbot.waitSignal(session.round.ended, timeout=600_000) as ended:
            window.commands.trigger("train")
        assert ended.args[0].kind == "finished"
        wait_until_idle(qtbot, window)
        assert desk.counts.rounds == number

    rows = listed_rounds(store.folder)
    assert [row["number"] for row in rows] == [1, 2, 3]
    # a near-duplicate of a face to measure by is not trained on
    manual = [row["manual"] for row in rows]
    assert all(n - 2 <= found <= n for found, n in zip(manual, (20, 40, 60), strict=True))
    assert all(row["pseudo"] > 0 for row in rows)
    assert all(row["audit"]["faces"] == len(audit) for row in rows)
    assert [row["against"]["round"] for row in rows] == [0, 1, 2]
    for row in rows:
        assert row["promoted"]
        assert row["against"]["low"] <= 0

    folders = [row.folder for row in store.rounds.all() if row.kind == "train"]
    start, end = audit_errors(folders[0])["before"], audit_errors(folders[-1])["after"]
    errors = [100 * float(start.mean()), *(row["audit"]["nme"] for row in rows)]
    change = paired_change(start, end)
    assert change is not None
    assert change.high < -LEAST_FALL * start.mean(), (errors, change)
    assert errors[3] < errors[1] < errors[0]

    report = tmp_path / "report.json"
    assert labeltool("round", "report", store.folder, "3", "--json", report).returncode == 0
    found = json.loads(report.read_text("utf-8"))["audit"]
    measured = tmp_path / "measured"
    measured.mkdir()
    for row in store.queue.rows(audit).values():
        for suffix in (".jpg", ".pts"):
            shutil.copy(
                (shared / "faces" / "helen" / Path(row.name).name).with_suffix(suffix), measured
            )
    capsys.readouterr()
    pipnet.main(
        [
            "evaluate", "--data", str(measured), "--boxes", "detect", "--json",
            "--weights", str(folders[-1] / "model.safetensors"),
        ],
        standalone_mode=False,
    )  # fmt: skip
    wanted = json.loads(capsys.readouterr().out)
    assert wanted["faces"] == len(audit)
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, abs=2e-3)
