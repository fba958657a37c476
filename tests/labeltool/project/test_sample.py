"""The sample project."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from labeltool import cli, doctor
from labeltool.domain import UserError
from labeltool.project import sample as module
from labeltool.project.sample import make_sample
from labeltool.store import create_project, open_project
from pipnet import resources
from pipnet.data.scheme import load_scheme


def test_it_is_a_project_on_copies_without_the_labels(sample: Path, tmp_path: Path):
    photos = make_sample(tmp_path / "p")
    names = sorted(path.name for path in photos.iterdir())
    assert names == sorted(path.name for path in sample.glob("*.jpg"))
    assert (photos / names[0]).read_bytes() == (sample / names[0]).read_bytes()
    store = open_project(tmp_path / "p")
    assert store.scheme.name == "300w"
    assert store.queue.counts().photos == 0
    store.close()


def test_the_second_time_it_is_the_same_one(tmp_path: Path):
    photos = make_sample(tmp_path / "p")
    before = (tmp_path / "p" / "project.sqlite").read_bytes()
    first = min(photos.iterdir())
    first.write_bytes(b"changed by a person")
    assert make_sample(tmp_path / "p") == photos
    assert (tmp_path / "p" / "project.sqlite").read_bytes() == before
    assert first.read_bytes() == b"changed by a person"


def test_what_a_kill_left_half_made_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        make_sample(tmp_path / "p")
    monkeypatch.undo()
    photos = make_sample(tmp_path / "p")
    assert len(list(photos.iterdir())) == 52


def test_another_project_is_left_alone(tmp_path: Path):
    create_project(tmp_path / "p", load_scheme("wflw")).close()
    with pytest.raises(UserError, match="already holds another project"):
        make_sample(tmp_path / "p")
    assert not (tmp_path / "p" / "photos").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match=r"cannot be put in .*file"):
        make_sample(tmp_path / "file")
    assert os.listdir(tmp_path) == ["file"]


def test_a_missing_sample_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resources, "path", lambda *parts: tmp_path.joinpath(*parts))
    with pytest.raises(UserError, match="missing from this installation"):
        make_sample(tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_without_a_display_the_command_creates_the_project_and_says_how_to_continue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(doctor, "display_problem", lambda: "There is no display.")
    assert cli.run(["sample", str(tmp_path / "my project")]) == 2
    said = capsys.readouterr().err
    assert "There is no display." in said
    command = shlex.split(said.rpartition("labeltool ")[2])
    assert cli.run(command) == 0
    assert "52 new photos" in capsys.readouterr().out
