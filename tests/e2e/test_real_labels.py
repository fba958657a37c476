"""Real label files: imported, trained on for a few steps, and exported as they were."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.scheme import load_scheme
from pipnet.formats.registry import read_labels
from tests.commands import labeltool, status

pytestmark = [pytest.mark.slow, pytest.mark.shared, pytest.mark.timeout(1800)]

PHOTOS = 6


@pytest.fixture
def helen(shared: Path, tmp_path: Path) -> Path:
    return points_files(shared / "faces" / "helen", tmp_path / "helen")


@pytest.fixture
def scut(shared: Path, tmp_path: Path) -> Path:
    return points_files(shared / "faces" / "scut86", tmp_path / "scut86")


def points_files(source: Path, folder: Path) -> Path:
    """A folder of some photos with their .pts files beside them."""
    folder.mkdir()
    for labels in sorted(source.glob("*.pts"))[:PHOTOS]:
        shutil.copy(labels, folder)
        (photo,) = (file for file in source.glob(f"{labels.stem}.*") if file != labels)
        shutil.copy(photo, folder)
    return folder


@pytest.fixture
def afw(shared: Path, tmp_path: Path) -> Path:
    """A COCO file of the photos with most faces, photos beside it."""
    data = json.loads((shared / "faces" / "afw" / "afw.json").read_text())
    faces = Counter(row["image_id"] for row in data["annotations"])
    chosen = {image for image, _count in faces.most_common(PHOTOS)}
    data["images"] = [row for row in data["images"] if row["id"] in chosen]
    data["annotations"] = [row for row in data["annotations"] if row["image_id"] in chosen]
    folder = tmp_path / "afw"
    for row in data["images"]:
        file = folder / row["file_name"]
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared / "faces" / "afw" / row["file_name"], file)
    (folder / "afw.json").write_text(json.dumps(data))
    assert max(faces.values()) > 1
    return folder / "afw.json"


def done(*words: object) -> str:
    ended = labeltool(*words)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


def by_photo(path: Path) -> dict[str, list[LabelledFace]]:
    """The faces of each photo in the file's order; photos by file name without suffix."""
    found: dict[str, list[LabelledFace]] = {}
    file = read_labels(path)
    for face in file.faces:
        stem = Path(face.photo).stem if not file.has_stems else Path(face.photo).name
        found.setdefault(stem, []).append(face)
    return found


@pytest.mark.parametrize(
    ("name", "scheme", "form"), [("helen", "300w", "pts"), ("afw", "300w", "coco"),
                                 ("scut", "86", "pts")],
)  # fmt: skip
def test_labels_come_in_are_trained_on_and_go_out_as_they_were(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, scheme: str, form: str
) -> None:
    source, project = request.getfixturevalue(name), tmp_path / "project"
    out = tmp_path / ("out.json" if form == "coco" else "out")
    truth = by_photo(source)
    faces = sum(map(len, truth.values()))
    assert faces >= PHOTOS
    done("new", project, "--scheme", scheme)
    done("import", project, source, "--as", "labels")
    assert status(project)["corrected"] == faces
    done("train", project, "--epochs", "1", "--no-pseudo", "--device", "cpu")
    assert status(project)["rounds"] == 1
    assert status(project)["corrected"] == faces
    done("export", project, out, "--format", form)
    written = by_photo(out)
    assert {stem: len(rows) for stem, rows in written.items()} == {
        stem: len(rows) for stem, rows in truth.items()
    }
    for stem, rows in truth.items():
        for ours, theirs in zip(written[stem], rows, strict=True):
            np.testing.assert_array_equal(ours.points, theirs.points)
            seen, wanted = (
                np.full(len(row.points), 2) if row.visibility is None else row.visibility
                for row in (ours, theirs)
            )
            np.testing.assert_array_equal(seen, wanted)
            # the numbers of the file (p1, p2, ...) have become the scheme's names
            assert ours.names == (load_scheme(scheme).names if form == "coco" else None)
    # the same file again changes nothing
    again = done("import", project, source, "--as", "labels")
    assert f"skipped {faces} because" in again
