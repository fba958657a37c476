"""A plug-in of another package proposes: by the command line and in the window, by real workers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import Verdict
from labeltool.gui.dialogs.choose_detector import ChooseDetectorDialog
from labeltool.store import open_project
from pipnet.data.images import find_photos
from pipnet.data.scheme import load_scheme
from tests.commands import labeltool, labeltool_process, status
from tests.plugin_package import TOY, install_plugin

pytestmark = pytest.mark.slow


@pytest.fixture
def photos(sample: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for photo in find_photos(sample)[0][:3]:
        shutil.copy(photo, folder)
    return folder


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plug-in `toy`, which workers find too."""
    folder = install_plugin(tmp_path / "installed")
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(root)]))
    monkeypatch.syspath_prepend(folder)
    return folder


def made_by(project: Path) -> list[str]:
    store = open_project(project)
    models = [store.faces.get(row[0]).prediction.model for row in store.faces.boxes()]
    store.close()
    return models


def test_the_command_line_predicts_by_a_plugin(photos: Path, plugin: Path, tmp_path: Path):
    project = tmp_path / "project"
    assert labeltool("new", project).returncode == 0
    assert labeltool_process("import", project, photos).returncode == 0
    faces = status(project)["faces"]
    out = labeltool("predict", project)
    assert out.returncode == 0, out.stderr
    before = made_by(project)
    assert before == ["starter"] * faces

    # one that fails changes nothing, and is named
    (plugin / "toy_face.py").write_text(TOY.replace("boxes = np", "np.no_such; boxes = np"))
    out = labeltool("predict", project, "--detector", "toy")
    assert out.returncode == 1
    assert "the plug-in 'toy' of toy_face failed: AttributeError" in out.stderr
    assert "Traceback" not in out.stderr
    assert made_by(project) == before

    (plugin / "toy_face.py").write_text(TOY)
    out = labeltool("predict", project, "--detector", "toy")
    assert out.returncode == 0, out.stderr
    assert made_by(project) == ["detector toy"] * faces
    store = open_project(project)
    x, y, w, h = store.faces.get(1).box
    expected = load_scheme("300w").unit_shape() * [w, h] + [x, y]
    np.testing.assert_allclose(store.faces.get(1).prediction.points, expected, atol=1e-3)
    store.close()
    assert labeltool("check", project).returncode == 0
    out = labeltool("rollback", project, 0)
    assert out.returncode == 0, out.stderr
    assert made_by(project) == before

    out = labeltool("predict", project, "--detector", "nobody")
    assert out.returncode == 1
    assert "There is no detector nobody. Choose one of" in out.stderr


def test_the_window_predicts_by_a_plugin(qtbot, app, photos, plugin, tmp_path, monkeypatch):
    window = app.make([photos], tmp_path / "project", load_scheme("300w"))
    session = window.session

    def is_idle() -> bool:
        busy = session.importer.is_searching or session.round.rounds.follower.is_running
        return not (busy or session.round.is_taking or session.store.faces.count_unpredicted())

    qtbot.waitUntil(lambda: session.desk.counts.faces > 0 and is_idle(), timeout=120_000)
    session.desk.accept()
    labelled = next(row[0] for row in session.store.faces.boxes() if row[4] == Verdict.ACCEPTED)

    def choose(dialog: ChooseDetectorDialog) -> int:
        names = [dialog.detectors.item(k).text() for k in range(dialog.detectors.count())]
        dialog.detectors.setCurrentRow(names.index("toy  (toy_face 1.0)"))
        return 1

    monkeypatch.setattr(ChooseDetectorDialog, "exec", choose)
    window.commands.trigger("predict_with")

    def models() -> dict[int, str]:
        store = session.store
        return {row[0]: store.faces.get(row[0]).prediction.model for row in store.faces.boxes()}

    qtbot.waitUntil(lambda: "detector toy" in models().values(), timeout=120_000)
    qtbot.waitUntil(is_idle)
    found = models()
    assert found.pop(labelled) == "starter"
    assert set(found.values()) == {"detector toy"}
    # the inspector says who proposed; the open face keeps what was on the screen
    window.commands.trigger("next")
    qtbot.waitUntil(lambda: window.views.inspector.model.full_text == "detector toy")
    window.close()
