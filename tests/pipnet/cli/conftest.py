"""The command line in this process, a small model and photos."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipnet.__main__ import main
from pipnet.data.sample import Sample
from pipnet.inference.face_detection import DetectedFace
from pipnet.models.checkpoint import Checkpoint, save

Make = Callable[..., Checkpoint]


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The entry point of the `pipnet` command, in this process."""

    def called(*words: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["pipnet", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Outcome(int(ended.value.code or 0), *capsys.readouterr())

    return called


@pytest.fixture
def model(tmp_path: Path, make_checkpoint: Make) -> Path:
    path = tmp_path / "tiny.safetensors"
    save(make_checkpoint(), path)
    return path


@pytest.fixture
def photos(faces: list[Sample]) -> Path:
    return faces[0].image.parent


@pytest.fixture(autouse=True)
def face_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real detector finds no drawn face; this one always finds the same box."""
    found = [DetectedFace((25.0, 10.0, 50.0, 70.0), 0.9)]
    monkeypatch.setattr(
        "pipnet.inference.face_detection.load_face_detector", lambda: lambda image: found
    )
