"""`labeltool round`: what it prints, and its exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from labeltool.domain import Verdict
from labeltool.rounds import liveness
from labeltool.store import Store
from pipnet.data.scheme import Scheme
from tests.commands import labeltool
from tests.projects import write_photos


@pytest.fixture
def folder(project, monkeypatch) -> Path:
    """A project of four faces, one of them accepted; its workers are fake."""
    worker = Path(__file__).parents[3] / "fake_worker.py"
    monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
    made: Store = project(4, scheme=Scheme("300w", ("left", "right", "nose")))
    made.decisions.decide("ann", [1], Verdict.ACCEPTED)
    made.close()
    write_photos(made.folder.parent / "photos", 4)
    return made.folder


def test_a_round_goes_out_and_comes_back(folder: Path, tmp_path: Path) -> None:
    pack, out = tmp_path / "a.zip", tmp_path / "b.zip"
    packed = labeltool("round", "pack", folder, pack, "--epochs", "7")
    assert packed.returncode == 0, packed.stderr
    assert "for 7 epochs" in packed.stderr
    assert f"packed in {pack}" in packed.stdout
    assert "waits: labeltool round bring-in" in labeltool("rounds", folder).stdout
    done = labeltool("round", "run", pack, "--out", out, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert f"results are in {out}" in done.stdout
    taken = labeltool("round", "bring-in", folder, out)
    assert taken.returncode == 0, taken.stderr
    assert "Round 1 trained on 1 of 1 manual label" in taken.stdout
    again = labeltool("round", "bring-in", folder, out)
    assert again.returncode == 1
    assert "brought in already" in again.stderr


def test_a_packed_round_is_given_up(folder: Path, tmp_path: Path) -> None:
    assert labeltool("round", "pack", folder, tmp_path / "a.zip").returncode == 0
    given_up = labeltool("round", "delete", folder, "1", "--yes")
    assert "does not wait for the results of round 1" in given_up.stdout
    assert "cancelled" in labeltool("rounds", folder).stdout


def test_files_that_are_missing_or_of_another_kind_are_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    for words, what in (
        (("run", tmp_path / "none.zip"), "none.zip cannot be read: no such file"),
        (("run", tmp_path / "a.txt"), "a.txt is not a packed round"),
        (("bring-in", folder, tmp_path / "a.txt"), "a.txt does not hold the results"),
        (("pack", folder, tmp_path / "a.txt"), "a.txt is there already"),
        (("pack", tmp_path / "none", tmp_path / "b.zip"), "none"),
    ):
        out = labeltool("round", *words)
        assert out.returncode == 1
        assert what in out.stderr.replace("Packing: 0it [00:00, ?it/s]", "")
