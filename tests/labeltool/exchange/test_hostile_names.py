"""Photo names of label files that lead elsewhere or are no names."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from labeltool.cli import run
from labeltool.domain import UserError
from labeltool.exchange.formats import LabelsToWrite
from labeltool.exchange.formats.format_table import FORMATS
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.photo_import import add_photos
from pipnet.formats.label_file import LabelledFace
from tests.projects import triangle

NAMES = [
    "../secret/s.txt", "../../../../../../../../etc/passwd", "/etc/passwd", "/dev/zero", "",
    ".", "..", "/", "//", "a\0b.jpg", "\ud800.jpg", "x" * 300 + ".jpg", "x/" * 3000 + "a.jpg",
    "C:\\Windows\\win.ini", "\\\\server\\share\\a.jpg", "file:///etc/passwd", "CON", "a.jpg/",
    "a.jpg/../../secret/s.txt", "pipe.jpg", "folder.jpg", "loop.jpg", "$HOME/a.jpg", "~/a.jpg",
    "%s%n{0}{photo}.jpg", "\u202egpj.a", "a\nb.jpg",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.txt").write_text("secret")
    folder = tmp_path / "in"
    folder.mkdir()
    Image.effect_noise((200, 160), 50).convert("RGB").save(folder / "a.jpg")
    (folder / "folder.jpg").mkdir()
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.jpg")
    return folder


def coco(folder: Path, names: list[str]) -> Path:
    keypoints = [value for point in triangle().tolist() for value in (*point, 2)]
    path = folder / "labels.json"
    path.write_text(
        json.dumps(
            {
                "images": [
                    {"id": number, "file_name": name} for number, name in enumerate(names)
                ],
                "categories": [
                    {"id": 1, "name": "face", "keypoints": ["left", "right", "nose"]}
                ],
                "annotations": [
                    {"id": number + 1, "image_id": number, "category_id": 1,
                     "keypoints": keypoints}
                    for number in range(len(names))
                ],
            }
        )
    )  # fmt: skip
    return path


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_that_leads_elsewhere_brings_in_nothing_else(project, folder, name, capsys):
    store = project(proposed=False)
    add_photos(store, [folder / "a.jpg"])
    before = {record.file for record in store.photos.records()}
    path = coco(folder, [name])
    with suppress(UserError):
        summary = import_labels(store, path, "ann")
        assert summary.imported or summary.problems
    new = {record.file for record in store.photos.records()} - before
    assert all(file.parent == folder and file.name in ("pipe.jpg", "a\nb.jpg") for file in new)
    place = store.folder
    store.close()
    # the same from the command line, which must be able to print what it says
    assert run(["import", str(place), str(path), "--as", "labels"]) in (0, 1)
    said = capsys.readouterr()
    (said.out + said.err).encode()


@pytest.mark.parametrize("form", FORMATS, ids=[form.name for form in FORMATS])
@pytest.mark.parametrize("name", ["../a.jpg", "/tmp/a.jpg", "x/../../a.jpg"])
def test_nothing_is_written_outside_of_the_target(tmp_path, form, name):
    target = tmp_path / "deep" / "out" / ("labels" if form.is_folder else f"a{form.suffix}")
    row = LabelledFace(name, triangle(), None)
    photo = tmp_path / "deep" / "out" / "photo.jpg"
    photo.parent.mkdir(parents=True)
    Image.new("RGB", (200, 160)).save(photo)
    labels = LabelsToWrite(
        [row], ("left", "right", "nose"), (), None, [name], {name: (200, 160)}, {name: "0" * 64},
        files={name: photo},
    )  # fmt: skip
    assert form.write is not None
    try:
        form.write(target, labels, lambda done, total: None, lambda targets: None)
    except (ValueError, UserError):
        assert not target.exists()
    inside = {file for file in tmp_path.rglob("*") if file.is_file()}
    assert all(file.is_relative_to(target.parent) for file in inside)
