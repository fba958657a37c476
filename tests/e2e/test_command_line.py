"""The main job from the command line, on real photos with real workers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipnet.images import find_photos

KEYS = [
    "photos", "faces", "proposed", "accepted", "corrected", "rejected", "excluded", "rounds",
    "schema",
]  # fmt: skip


def labeltool(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "labeltool", *map(str, words)],
        capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


def status(project: Path) -> dict[str, int]:
    out = labeltool("status", project, "--json")
    assert out.returncode == 0, out.stderr
    return dict(json.loads(out.stdout))


@pytest.mark.slow
def test_the_main_job(shared: Path, tmp_path: Path):
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    for photo in find_photos(shared / "faces" / "afw" / "photos")[0][:6]:
        shutil.copy(photo, photos)
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "phone.heic").write_bytes(b"x")

    assert labeltool("new", project).returncode == 0
    imported = labeltool("import", project, photos)
    assert imported.returncode == 0
    assert "empty.jpg is empty" in imported.stderr
    assert "phone.heic" in imported.stderr
    counts = status(project)
    assert list(counts) == KEYS
    assert counts["photos"] == 7
    assert counts["faces"] >= 6
    again = labeltool("import", project, photos)
    assert "0 new photos" in again.stdout
    assert status(project) == counts

    assert labeltool("predict", project).returncode == 0
    assert status(project)["proposed"] == counts["faces"]

    dry = labeltool("accept", project, "--min-score", "0.6", "--dry-run")
    would = int(dry.stdout)
    assert would > 0
    assert status(project)["accepted"] == 0
    assert int(labeltool("accept", project, "--min-score", "0.6").stdout) == would
    assert status(project)["accepted"] == would
    rejected = int(labeltool("reject", project, "--max-score", "0.3").stdout)
    assert status(project)["rejected"] == rejected

    trained = labeltool("train", project, "--epochs", "1", "--device", "cpu")
    assert trained.returncode == 0, trained.stderr
    assert "Round 1 trains on" in trained.stderr
    after = status(project)
    assert after["rounds"] == 1
    assert after["accepted"] == would
    assert after["proposed"] == counts["faces"] - would

    assert labeltool("export", project, tmp_path / "out.json", "--format", "coco").returncode == 0
    assert labeltool("export", project, tmp_path / "out", "--format", "pts").returncode == 0
    coco = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert len(coco["annotations"]) == would
    assert len(list((tmp_path / "out").rglob("*.pts"))) == would
    inside = labeltool("export", project, photos, "--format", "pts")
    assert inside.returncode == 1
    assert "photo folder" in inside.stderr

    once_more = labeltool("import", project, tmp_path / "out.json", "--as", "labels")
    assert f"{would} left alone" in once_more.stdout
    assert status(project) == after
    assert labeltool("check", project).stdout == "Everything is in order.\n"

    photos.rename(tmp_path / "elsewhere")
    assert labeltool("check", project).returncode == 1
    assert labeltool("relocate", project, tmp_path / "elsewhere").returncode == 0
    assert labeltool("check", project).returncode == 0


def test_what_a_person_can_mend_is_one_sentence_and_exit_code_1(tmp_path: Path):
    for words in (
        ("status", tmp_path),
        ("train", tmp_path / "nothing"),
        ("new", tmp_path / "p", "--scheme", "nonsense"),
    ):
        out = labeltool(*words)
        assert out.returncode == 1
        assert out.stderr.startswith("Error: ")
        assert out.stderr.count("\n") == 1
    labeltool("new", tmp_path / "p")
    assert "already holds a project" in labeltool("new", tmp_path / "p").stderr
    for words, what in (
        (("train", tmp_path / "p"), "no manual label"),
        (("predict", tmp_path / "p"), "no faces"),
        (("export", tmp_path / "p", tmp_path / "o", "--format", "coco"), "nothing to export"),
        (("import", tmp_path / "p", tmp_path / "none"), "no file or folder"),
        (("accept", tmp_path / "p", "--min-score", "0.5"), "No unreviewed face"),
    ):
        out = labeltool(*words)
        assert out.returncode == 1
        assert what in out.stderr


def test_wrong_usage_is_exit_code_2(tmp_path: Path):
    for words in (
        ("accept", tmp_path),
        ("accept", tmp_path, "--min-score", "7"),
        ("export", tmp_path, tmp_path, "--format", "docx"),
        ("status",),
        ("worker", tmp_path),
    ):
        assert labeltool(*words).returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="displays are an X11 and Wayland matter")
@pytest.mark.parametrize("display", ["", ":977"])
def test_without_a_display_there_is_one_line_and_exit_code_2(tmp_path: Path, display: str):
    out = labeltool(tmp_path, DISPLAY=display, WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert out.returncode == 2
    assert out.stderr.count("\n") == 1
    assert "display" in out.stderr.lower()
