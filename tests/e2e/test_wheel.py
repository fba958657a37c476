"""The wheel and the source archive: built twice with the same bytes, and working without the
checkout."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import pipnet

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = ("portrait-0001.jpg", "portrait-0002.jpg")

pytestmark = pytest.mark.slow


def build(out: Path) -> dict[str, Path]:
    """Build both archives; returns them by their suffix."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.suffix: path for path in out.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def programs(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that holds the wheel, and sees the libraries of
    this one but not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # a line adds the folder without the .pth files in it, so not the editable checkout
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    wheel = str(built[".whl"])
    subprocess.run([*install, "--no-deps", "--no-index", "--no-compile", wheel], check=True)
    return python.parent


def run(programs: Path, folder: Path, command: str, *arguments: str) -> str:
    """What a command of the installed wheel prints; it must not fail."""
    hidden = ("PYTHONPATH", "LABELTOOL_SHARED")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [programs / command, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_build_repeats_byte_by_byte(built: dict[str, Path], tmp_path: Path) -> None:
    again = build(tmp_path)
    assert set(again) == set(built) == {".whl", ".gz"}
    for suffix, path in built.items():
        assert again[suffix].name == path.name
        digests = {hashlib.sha256(each[suffix].read_bytes()).digest() for each in (built, again)}
        assert len(digests) == 1, path.name


def test_the_archives_hold_licence_and_terms(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built[".whl"]) as wheel:
        names = wheel.namelist()
    licences = f"labeltool-{pipnet.__version__}.dist-info/licenses"
    assert f"{licences}/LICENSE" in names
    for card in ("README.md", "renders.md", "faces.md"):
        assert f"{licences}/resources/weights/{card}" in names
    assert not [name for name in names if name.startswith(("tests/", "scripts/", "docs/"))]
    with tarfile.open(built[".gz"]) as source:
        top = f"labeltool-{pipnet.__version__}"
        assert {f"{top}/LICENSE", f"{top}/Makefile", f"{top}/tests/e2e/test_wheel.py"} <= set(
            source.getnames()
        )


def test_the_installed_wheel_does_the_main_job(
    programs: Path, sample: Path, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in PHOTOS:
        shutil.copy(sample / name, photos)

    where = run(programs, tmp_path, "python", "-c", "import labeltool as l; print(l.__file__)")
    assert programs.parent.resolve() in Path(where.strip()).resolve().parents
    for command in ("labeltool", "pipnet"):
        assert pipnet.__version__ in run(programs, tmp_path, command, "--version")
    run(programs, tmp_path, "labeltool", "new", "project")
    run(programs, tmp_path, "labeltool", "import", "project", "photos")
    run(programs, tmp_path, "labeltool", "predict", "project")
    run(programs, tmp_path, "labeltool", "accept", "project", "--min-score", "0")
    run(programs, tmp_path, "labeltool", "export", "project", "out.json", "--format", "coco")
    labels = json.loads((tmp_path / "out.json").read_text())
    assert len(labels["annotations"]) == len(PHOTOS)
    assert {len(row["keypoints"]) for row in labels["annotations"]} == {3 * 68}
    run(programs, tmp_path, "pipnet", "predict", "photos", "--json", "faces.json")
    assert len(json.loads((tmp_path / "faces.json").read_text())["faces"]) == len(PHOTOS)
