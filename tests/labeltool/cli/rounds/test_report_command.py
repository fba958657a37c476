"""`labeltool round report`: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labeltool.cli.main import run
from tests.measured_rounds import add_measured_round
from tests.projects import triangle


@pytest.fixture
def folder(project) -> str:
    """A project with a measured round, closed."""
    store = project(5)
    faces = range(1, 5)
    rng = np.random.default_rng(0)
    add_measured_round(
        store,
        audit={face: triangle(face) for face in faces},
        before={face: triangle(face) + rng.normal(0, 3, (3, 2)) for face in faces},
        after={face: triangle(face) + rng.normal(0, 1, (3, 2)) for face in faces},
        predicted={5: triangle(8)},
    )
    store.close()
    return str(store.folder)


def test_it_says_how_good_the_round_is(folder, capsys):
    assert run(["round", "report", folder, "1"]) == 0
    said = capsys.readouterr().out
    assert "on 4 faces" in said
    assert "better than starter" in said
    assert "Worst: 0000" in said
    assert "moved by" in said
    assert "Go on" in said


def test_files(folder, tmp_path, capsys):
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    assert run(["round", "report", folder, "1", "--json", str(data), "--against", "0"]) == 0
    assert json.loads(data.read_text(encoding="utf-8"))["against"]["round"] == 0
    # of its own process, as tests of the window need their own kind of application
    settings = tmp_path / "settings.ini"
    settings.write_text("[General]\nlanguage=ko\n", encoding="utf-8")
    environment = os.environ | {"LABELTOOL_SETTINGS": str(settings)}
    environment.pop("QT_QPA_PLATFORM", None)
    command = ["round", "report", folder, "1", "--html", str(page)]
    subprocess.run([sys.executable, "-m", "labeltool", *command], check=True, env=environment)
    written = page.read_text(encoding="utf-8")
    assert '<html lang="ko">' in written
    assert "가장 나쁜 얼굴" in written


def test_there_must_be_such_a_round(folder, capsys):
    assert run(["round", "report", folder, "2"]) == 1
    assert "There is no finished training round 2." in capsys.readouterr().err


def test_no_other_file_is_replaced(folder, tmp_path, capsys):
    file = tmp_path / "notes.json"
    file.write_text("mine", encoding="utf-8")
    assert run(["round", "report", folder, "1", "--json", str(file)]) == 1
    assert "it is something else" in capsys.readouterr().err
    assert Path(file).read_text(encoding="utf-8") == "mine"
