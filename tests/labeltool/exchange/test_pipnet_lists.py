"""Training data in the layout of PIPNet's authors: crops, lists and the mean face."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from labeltool.domain import Cancelled, UserError, Verdict
from labeltool.exchange.formats.format_table import format_named
from labeltool.exchange.label_export import export_labels, loss_report
from labeltool.exchange.label_split import Split
from labeltool.exchange.photo_import import add_photos
from labeltool.store import Store
from pipnet.data.boxes import tight_box
from pipnet.data.images import read_header
from pipnet.formats.label_file import LabelledFace, LabelsToWrite
from pipnet.formats.labelled_photos import load_any_labels
from pipnet.formats.registry import read_labels
from tests.commands import labeltool

W, H = 200, 160
FORM = format_named("pipnet")


def photo(path: Path, points: np.ndarray) -> Path:
    """A black photo with a white pixel at each landmark."""
    pixels = np.zeros((H, W, 3), np.uint8)
    for x, y in points:
        pixels[int(y), int(x)] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def areas(folder: Path) -> dict[str, tuple[str, np.ndarray]]:
    """Of each crop its photo, and x, y, width, height."""
    with (folder / "crops.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["crop"]: (
                row["photo"], np.array([float(row[k]) for k in ("x", "y", "width", "height")])
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def write(folder: Path, rows: list[LabelledFace], files: dict[str, Path]):
    labels = LabelsToWrite(rows, ("a", "b", "c"), files=files)
    return FORM.write(folder, labels, lambda done, total: None, lambda targets: None)


inside = st.tuples(st.floats(1, W - 2), st.floats(1, H - 2))
shapes = st.lists(inside, min_size=3, max_size=3)
photos = st.sampled_from(["a b.png", "x/a_b.png", "사진.png"])
faces = st.lists(st.tuples(photos, shapes), min_size=1, max_size=5).map(sorted)


@settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(faces=faces)
def test_every_landmark_leads_back_to_its_place_in_the_photo(tmp_path_factory, faces):
    place = tmp_path_factory.mktemp("out")
    files = {name: photo(place / "in" / name, np.zeros((0, 2))) for name, _ in faces}
    rows = [LabelledFace(name, np.array(points)) for name, points in faces]
    write(place / "out", rows, files)
    file, of_crop = read_labels(place / "out"), areas(place / "out")
    assert (file.format, file.unit, len(file.faces)) == ("pipnet", "fraction", len(rows))
    found: dict[str, list[np.ndarray]] = {}
    for face in file.faces:
        name = face.photo.removeprefix("images_train/")
        header = read_header(place / "out" / face.photo)
        assert (header.width, header.height) == (256, 256)
        where, (x, y, w, h) = of_crop[name]
        found.setdefault(where, []).append([x, y] + face.points * [w, h])
        assert not set(name) & set(" /\\")
    for name in {name for name, _ in faces}:
        wanted = [row.points for row in rows if row.photo == name]
        np.testing.assert_allclose(found[name], wanted, atol=1e-9)
    mean = read_labels(place / "out" / "meanface.txt").faces[0].points
    np.testing.assert_allclose(mean, np.mean([f.points for f in file.faces], axis=0), atol=1e-12)


def test_the_pixels_of_a_crop_are_those_of_its_landmarks(tmp_path):
    points = np.array([[40.0, 50.0], [120.0, 60.0], [70.0, 130.0]])
    file = photo(tmp_path / "a.png", points)
    write(tmp_path / "out", [LabelledFace("a.png", points)], {"a.png": file})
    crop = np.asarray(Image.open(tmp_path / "out/images_train/a.jpg").convert("L"), float)
    _, (x, y, w, h) = areas(tmp_path / "out")["a.jpg"]
    left, top, width, height = tight_box(points)
    # the authors' box: 1.1 times the landmarks', here of whole pixels
    assert [x, y, w, h] == [int(left - width * 0.05), int(top - height * 0.05), 88, 88]
    for at in points:
        col, row = ((at + 0.5 - [x, y]) / [w, h] * 256).astype(int)  # pixels are cut whole
        assert crop[row - 1 : row + 2, col - 1 : col + 2].mean() > 128
    assert crop.mean() < 2


@pytest.fixture
def reviewed(project, tmp_path) -> Store:
    """A project of ten photos with a label each."""
    folder = tmp_path / "in"
    points = np.array([[40.0, 50.0], [120.0, 60.0], [70.0, 130.0]])
    for number in range(10):
        photo(folder / f"{number}.png", points + number)
    store = project(proposed=False)
    add_photos(store, [folder])
    store.photos.save_search_results(
        [
            {"photo": number, "sha256": None, "width": W, "height": H,
             "faces": [((5.0, 5.0, 60.0, 60.0), 0.9)]}
            for number, _file in store.photos.unsearched()
        ]
    )  # fmt: skip
    for face, number, *_ in store.faces.boxes():
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=points + number)
    return store


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_split_takes_the_mean_face_of_train_and_trains_ours(reviewed, tmp_path):
    out = tmp_path / "data"
    split = Split((0.8, 0.0, 0.2))
    written = export_labels(reviewed, out, "pipnet", split=split)
    assert (written.faces, written.photos, written.problems) == (10, 10, ())
    assert sorted(path.name for path in out.iterdir()) == [
        "crops.csv", "images_test", "images_train", "meanface.txt", "test.txt", "train.txt",
    ]  # fmt: skip
    train = read_labels(out / "train.txt")
    assert len(train.faces) == len(list((out / "images_train").iterdir())) == 8
    mean = read_labels(out / "meanface.txt").faces[0].points
    np.testing.assert_allclose(mean, np.mean([f.points for f in train.faces], axis=0), atol=1e-12)
    loaded = load_any_labels(out, names=reviewed.scheme.names, report=pytest.fail, note=print)
    assert len(loaded) == 10
    assert all(Path(face.photo).is_file() for face in loaded)


def test_the_same_labels_give_the_same_bytes(reviewed, tmp_path):
    out = tmp_path / "data"
    export_labels(reviewed, out, "pipnet")
    first = everything(out)
    export_labels(reviewed, out, "pipnet", force=True)
    assert everything(out) == first
    assert len(first) == 13


def test_what_is_lost_is_said_first(reviewed):
    said = str(loss_report(reviewed, "pipnet").sentence)
    assert "photos are cut to crops of 256 by 256 pixels" in said
    assert "the names of landmarks are lost" in said


def test_photos_that_cannot_be_used_are_named_and_not_counted(reviewed, tmp_path):
    (tmp_path / "in/3.png").write_bytes(b"damaged")
    photo(tmp_path / "in/4.png", np.zeros((0, 2)))
    Image.new("RGB", (50, 50)).save(tmp_path / "in/5.png")
    face = next(face for face, number, *_ in reviewed.faces.boxes() if number == 7)
    reviewed.decisions.decide("ann", [face], Verdict.CORRECTED, points=np.full((3, 2), 5000.0))
    done = labeltool("export", reviewed.folder, tmp_path / "out", "--format", "pipnet")
    assert done.returncode == 0, done.stderr
    assert "Wrote 7 faces of 7 photos" in done.stdout
    for name in ("3.png", "5.png", "face outside of the photo"):
        assert name in done.stderr
    assert len((tmp_path / "out/train.txt").read_text(encoding="utf-8").splitlines()) == 7


def test_nothing_is_left_if_no_photo_can_be_read_or_it_is_cancelled(reviewed, tmp_path):
    def stop(done: int, _total: int) -> None:
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_labels(reviewed, tmp_path / "out", "pipnet", stop)
    for number in range(10):
        (tmp_path / f"in/{number}.png").unlink()
    with pytest.raises(UserError, match=r"Nothing was written: .*0\.png"):
        export_labels(reviewed, tmp_path / "out", "pipnet")
    assert not (tmp_path / "out").exists()
