"""Exports in parts for training, validation and test."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest
import yaml
from click.testing import CliRunner
from PIL import Image

from labeltool.cli import cli
from labeltool.domain import UserError, Verdict
from labeltool.exchange.formats.format_table import FORMATS
from labeltool.exchange.label_export import export_labels, loss_report
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.label_split import Split, parts_of, shares_of
from labeltool.exchange.photo_import import add_photos
from pipnet.formats.registry import read_labels
from tests.projects import make_project, triangle

FOLDERS, PHOTOS_A_FOLDER = 5, 4


@pytest.fixture
def store(project, tmp_path):
    """A project of 20 photos in five folders, with two labelled faces on each."""
    for number in range(FOLDERS * PHOTOS_A_FOLDER):
        file = tmp_path / "in" / f"p{number // PHOTOS_A_FOLDER}" / f"{number:02}_x.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((100, 90), number + 1).convert("RGB").save(file)
    store = project(proposed=False)
    add_photos(store, [tmp_path / "in"])
    store.photos.save_search_results(
        [
            {"photo": photo, "sha256": None, "width": 100, "height": 90,
             "faces": [((5.0, 5.0, 60.0, 60.0), 0.9), ((20.0, 5.0, 60.0, 60.0), 0.9)]}
            for photo, _file in store.photos.unsearched()
        ]
    )  # fmt: skip
    for face, photo, *_ in store.faces.boxes():
        store.decisions.decide(
            "ann", [face], Verdict.CORRECTED, points=triangle(photo % 9 + 15 * (face % 2))
        )
    return store


def photos_of(store):
    return {f"in/{photo.path}": photo for photo in store.photos.records()}


@pytest.mark.parametrize(
    ("shares", "counts"),
    [("80/10/10", (16, 2, 2)), ("80/20", (16, 4, 0)), ("90/0/10", (18, 0, 2)), ("1/1/1", None)],
)
def test_parts_have_their_shares_of_the_photos(store, shares, counts):
    found = Counter(parts_of(store, Split(shares_of(shares)), photos_of(store)).values())
    if counts is None:
        assert sorted(found.values()) == [6, 7, 7]
    else:
        assert tuple(found[part] for part in ("train", "val", "test")) == counts


def test_the_same_seed_gives_the_same_split_and_another_one_another(store):
    photos = photos_of(store)
    backwards = dict(reversed(photos.items()))
    first = parts_of(store, Split((8, 1, 1)), photos)
    assert parts_of(store, Split((8, 1, 1)), backwards) == first
    assert any(parts_of(store, Split((8, 1, 1), seed=k), photos) != first for k in range(1, 4))


@pytest.mark.parametrize("rule", ["folder", r"^(p\d)/"])
def test_photos_of_a_group_stay_together(store, rule):
    parts = parts_of(store, Split((60, 20, 20), rule), photos_of(store))
    folders = {}
    for name, part in parts.items():
        folders.setdefault(PurePosixPath(name).parent, set()).add(part)
    assert [len(found) for found in folders.values()] == [1] * FOLDERS
    assert Counter(parts.values()) == {"train": 12, "val": 4, "test": 4}


def test_every_part_gets_a_group_even_if_its_share_is_small(store):
    parts = parts_of(store, Split((98, 1, 1), "folder"), photos_of(store))
    assert Counter(parts.values()) == {"train": 12, "val": 4, "test": 4}
    three = dict(list(photos_of(store).items())[:3])
    assert Counter(parts_of(store, Split((98, 1, 1)), three).values()) == dict.fromkeys(
        ("train", "val", "test"), 1
    )


def test_what_is_no_split_is_refused(store):
    for text in ("80", "80/10/5/5", "a/b", "100/0", "-1/2", "nan/1", ""):
        with pytest.raises(UserError, match="is not a split"):
            shares_of(text)
    two = dict(list(photos_of(store).items())[:2])
    with pytest.raises(UserError, match="Groups of photos: 2, too few for 3 parts"):
        parts_of(store, Split((8, 1, 1)), two)
    with pytest.raises(UserError, match="matches no photo"):
        parts_of(store, Split((8, 1, 1), "nothing"), photos_of(store))


NAMED = [form for form in FORMATS if form.name != "pipnet"]  # whose photos are crops


@pytest.mark.parametrize("form", NAMED, ids=[form.name for form in NAMED])
def test_every_format_is_written_in_parts_that_are_read_back(store, opened, tmp_path, form):
    split = Split((70, 15, 15))
    out = tmp_path / "out"
    said = export_labels(store, out, form.name, split=split)
    assert said.faces == 40
    parts = parts_of(store, split, photos_of(store))
    if form.name == "yolo":
        assert sorted(os.listdir(out)) == ["data.yaml", "labels"]
        places = {part: out / "labels" / part for part in ("train", "val", "test")}
    else:
        places = {
            part: out / (part if form.is_folder else f"{part}{form.suffix}")
            for part in ("train", "val", "test")
        }
        assert sorted(os.listdir(out)) == sorted(place.name for place in places.values())
    imported = 0
    other = make_project(tmp_path / "other")
    opened.append(other)
    add_photos(other, [tmp_path / "in"])
    for part, place in places.items():
        numbers = {name.split("/")[-1][:2] for name, where in parts.items() if where == part}
        file = read_labels(place)
        assert {face.photo.split("/")[-1][:2] for face in file.faces} == numbers
        assert len(file.faces) == 2 * len(numbers)
        if form.name != "yolo":
            imported += import_labels(other, place, "bob").imported
    if form.name == "yolo":
        imported = import_labels(other, out, "bob").imported
    assert imported == 40


def test_yolo_describes_its_parts(store, tmp_path):
    export_labels(store, tmp_path / "three", "yolo", split=Split((8, 1, 1)))
    data = yaml.safe_load((tmp_path / "three" / "data.yaml").read_text())
    assert [data[part] for part in ("train", "val", "test")] == [
        "images/train", "images/val", "images/test",
    ]  # fmt: skip
    assert data["flip_idx"] == [1, 0, 2]
    assert data["kpt_shape"] == [3, 3]
    export_labels(store, tmp_path / "two", "yolo", split=Split((9, 0, 1)))
    data = yaml.safe_load((tmp_path / "two" / "data.yaml").read_text())
    assert (data["train"], data["val"], data["test"]) == (
        "images/train", "images/train", "images/test",
    )  # fmt: skip


@pytest.mark.parametrize("form", ["coco", "pts", "yolo"])
def test_parts_are_the_same_bytes_and_never_come_beside_those_of_another_split(
    store, tmp_path, form
):
    split = Split((8, 1, 1))

    def content(folder: Path):
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder): path.read_bytes() for path in files}

    (tmp_path / "a").mkdir()  # an empty folder is as good as a new one
    for name in ("a", "b"):
        export_labels(store, tmp_path / name, form, split=split)
    before = content(tmp_path / "a")
    assert before == content(tmp_path / "b")
    for force in (False, True):
        with pytest.raises(UserError, match="not an empty folder"):
            export_labels(store, tmp_path / "a", form, split=Split((1, 1, 1)), force=force)
    with pytest.raises(UserError, match="inside the photo folder"):
        export_labels(store, tmp_path / "in" / "p0" / "out", form, split=split)
    with pytest.raises(UserError, match="part of the project"):
        export_labels(store, store.folder / "rounds" / "out", form, split=split)
    assert content(tmp_path / "a") == before


def test_the_parts_are_said_first(store, tmp_path):
    report = loss_report(store, "coco", split=Split((8, 1, 1)))
    assert report.parts == (("train", 32, 16), ("val", 4, 2), ("test", 4, 2))
    options = ["export", str(store.folder), str(tmp_path / "out"), "--format", "wflw"]
    done = CliRunner().invoke(cli, [*options, "--split", "90/0/10", "--split-by", "photo"])
    assert "train: labels 36, photos 18. test: labels 4, photos 2." in done.output
    assert sorted(os.listdir(tmp_path / "out")) == ["test.txt", "train.txt"]
    dry = CliRunner().invoke(
        cli, [*options, "--split", "60/20/20", "--split-by", "folder", "--dry-run", "--json"]
    )
    assert json.loads(dry.output)["parts"] == {
        "train": {"faces": 24, "photos": 12}, "val": {"faces": 8, "photos": 4},
        "test": {"faces": 8, "photos": 4},
    }  # fmt: skip
    refused = CliRunner().invoke(cli, [*options, "--seed", "3"])
    assert refused.exit_code == 2
    assert "--split-by and --seed are for --split" in refused.output


def test_a_cancelled_split_leaves_nothing(store, tmp_path):
    class Stop(Exception):
        pass

    def progress(done: int, total: int) -> None:
        assert total >= 40
        if done > 36:
            raise Stop

    for form in ("csv", "pts"):
        with pytest.raises(Stop):
            export_labels(store, tmp_path / "out", form, progress, split=Split((8, 1, 1)))
        assert not (tmp_path / "out").exists()
        assert not list(tmp_path.glob(".*.tmp"))
