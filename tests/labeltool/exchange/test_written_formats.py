"""Every format that is written is read back as it was, but for what the format cannot carry."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from labeltool.domain import UserError, Verdict
from labeltool.exchange.export_places import WouldReplaceError
from labeltool.exchange.formats import LabelsToWrite
from labeltool.exchange.formats.format_losses import losses
from labeltool.exchange.formats.format_table import FORMATS, format_named
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.photo_import import add_photos
from pipnet.formats.label_file import LabelledFace, by_photo, in_pixels, visibility_of
from pipnet.formats.registry import FORMATS as KNOWN
from pipnet.formats.registry import read_labels
from tests.projects import make_project, triangle

NAMES = ("left eye", '코, "tip" <&>', "right_eye")
CARRIES = {known.name: known.carries for known in KNOWN}
WRITTEN = [known for known in FORMATS if known.name not in ("coco", "pts", "pipnet")]
BY_NAME = pytest.mark.parametrize("form", WRITTEN, ids=[known.name for known in WRITTEN])
TEXTS = [known for known in FORMATS if known.name != "pipnet"]  # which needs the photos
ALL = pytest.mark.parametrize("form", TEXTS, ids=[known.name for known in TEXTS])

positions = st.floats(-50, 900).map(lambda value: round(value, 4))


@st.composite
def labels(draw):
    photos = draw(
        st.lists(
            st.sampled_from(["a.jpg", "b.png", "사진/é 1.jpg", "x/y/a b.jpeg"]),
            min_size=1, max_size=3, unique=True,
        )
    )  # fmt: skip
    rows = []
    for photo in photos:
        for _ in range(draw(st.integers(1, 2))):
            points = np.array(draw(st.lists(st.tuples(positions, positions), min_size=3,
                                            max_size=3)))  # fmt: skip
            seen = np.array(draw(st.lists(st.integers(0, 2), min_size=3, max_size=3)), np.int8)
            seen[draw(st.integers(0, 2))] = 2
            points[seen == 0] = np.nan
            # a photo with one face of no box beside others would take a neighbour's
            rows.append(LabelledFace(photo, points, None, seen))
    # so that every landmark is somewhere: dlib's files name those that are
    rows.append(
        LabelledFace("whole.jpg", np.arange(6.0).reshape(3, 2), None, np.full(3, 2, np.int8))
    )
    return rows


@ALL
@settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(rows=labels())
def test_what_is_written_is_read_back(tmp_path_factory, form, rows):
    out = tmp_path_factory.mktemp("out") / ("labels" if form.is_folder else f"a{form.suffix}")
    sizes = {row.photo: (1000, 800) for row in rows}
    form.write(
        out,
        LabelsToWrite(
            rows, NAMES, ((0, 1),), (2, 1, 0), list(sizes), sizes, dict.fromkeys(sizes, "0" * 64)
        ),
        lambda done, total: None, lambda targets: None,
    )  # fmt: skip
    if form.name in ("wflw", "pts"):
        rows = [row for row in rows if np.isfinite(row.points).all()]
        if not rows:
            return
    file = read_labels(out)
    found = dict(by_photo([in_pixels(face, file, (1000, 800)) for face in file.faces]))
    wanted = dict(by_photo(rows))
    if form.name in ("yolo", "ljson", "pts"):
        prefix = "images/" if form.name == "yolo" else ""
        wanted = {prefix + photo.rsplit(".", 1)[0]: faces for photo, faces in wanted.items()}
    if form.name == "pts":  # one file for each face, numbered
        found = dict(
            by_photo([replace(face, photo=re.sub(r"_\d+$", "", face.photo)) for face in file.faces])
        )
    assert set(found) == set(wanted)
    for photo, faces in wanted.items():
        assert len(found[photo]) == len(faces)
        for face, original in zip(found[photo], faces, strict=True):
            check_same(form.name, face, original)


def check_same(form: str, face: LabelledFace, original: LabelledFace) -> None:
    tolerance = {"dlib": 0.51, "wflw": 1e-6, "pts": 0.00051, "coco": 0.00051}.get(form, 1e-7)
    order = [0, 1, 2]
    if "names" in CARRIES[form] and form != "dlib":
        assert face.names is not None
        assert set(face.names) <= set(NAMES)
        order = [face.names.index(name) if name in face.names else -1 for name in NAMES]
    points = np.array([face.points[k] if k >= 0 else (np.nan, np.nan) for k in order])
    np.testing.assert_allclose(points, original.points, atol=tolerance)
    if "occluded" in CARRIES[form] and form != "pts":  # it is read only
        seen = [face.visibility[k] if k >= 0 else 0 for k in order]
        assert seen == original.visibility.tolist()


@pytest.fixture
def reviewed(project, tmp_path):
    """A project of three photos with a label each, and the folder of the photos."""
    folder = tmp_path / "in"
    for name in ("a.jpg", "sub/b.jpg", "사진.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((200, 160), len(name)).convert("RGB").save(folder / name)
    store = project(proposed=False)
    add_photos(store, [folder])
    store.photos.save_search_results(
        [
            {"photo": photo, "sha256": None, "width": 200, "height": 160,
             "faces": [((5.0, 5.0, 60.0, 60.0), 0.9)]}
            for photo, _file in store.photos.unsearched()
        ]
    )  # fmt: skip
    for face, photo, *_ in store.faces.boxes():
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=triangle(photo))
    return store, folder


def content(store):
    return {store.faces.get(face).name: points for face, _, points, *_ in store.labels.all()}


@BY_NAME
def test_an_export_is_imported_into_another_project(reviewed, opened, tmp_path, form):
    store, folder = reviewed
    out = tmp_path / "out" / ("labels" if form.is_folder else f"labels{form.suffix}")
    written = export_labels(store, out, form.name)
    assert (written.faces, written.photos) == (3, 3)
    other = make_project(tmp_path / "other")
    opened.append(other)
    add_photos(other, [folder])
    summary = import_labels(other, out, "bob")
    assert summary.imported == 3, [str(problem) for problem in summary.problems]
    theirs = content(other)
    for name, points in content(store).items():
        np.testing.assert_allclose(theirs[name], points, atol=0.51 if form.name == "dlib" else 1e-5)


@BY_NAME
def test_the_same_labels_give_the_same_bytes_and_replace_their_own_file_only(
    reviewed, tmp_path, form
):
    store, _folder = reviewed
    out = tmp_path / "out" / ("labels" if form.is_folder else f"labels{form.suffix}")

    def everything():
        files = sorted(path for path in out.parent.rglob("*") if path.is_file())
        return [(path.name, path.read_bytes()) for path in files]

    export_labels(store, out, form.name)
    first = everything()
    export_labels(store, out, form.name, force=form.is_folder)
    assert everything() == first
    if not form.is_folder:
        out.write_text("my notes")
        with pytest.raises(WouldReplaceError):
            export_labels(store, out, form.name)
        assert out.read_text() == "my notes"


def test_photos_that_would_share_a_label_file_are_refused_and_nothing_is_written(
    reviewed, tmp_path
):
    store, folder = reviewed
    Image.effect_noise((200, 160), 9).convert("RGB").save(folder / "a.png")
    add_photos(store, [folder])
    store.photos.save_search_results(
        [
            {"photo": photo, "sha256": None, "width": 200, "height": 160,
             "faces": [((5.0, 5.0, 60.0, 60.0), 0.9)]}
            for photo, _file in store.photos.unsearched()
        ]
    )  # fmt: skip
    for face, photo, *_ in store.faces.boxes():
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=triangle(photo))
    with pytest.raises(UserError, match="same label file"):
        export_labels(store, tmp_path / "out", "yolo")
    assert not list(tmp_path.glob("out/**/*.txt"))


def test_what_a_format_loses_is_said():
    seen = np.array([2, 1, 0], np.int8)
    points = np.array([[1.5, 2.5], [3.0, 4.0], [np.nan, np.nan]])
    whole = LabelledFace("b.jpg", np.arange(6.0).reshape(3, 2), None, np.array([1, 1, 2], np.int8))
    rows = [LabelledFace("a.jpg", points, None, seen), whole]

    def said(name, names=NAMES):
        found = losses(format_named(name), rows, names)
        return {loss.kind: (loss.count, str(loss.text)) for loss in found}

    for name in ("coco", "csv", "cvat", "labelme", "yolo"):
        assert said(name) == {}
    assert said("dlib") == {
        "occluded": (3, "3 occlusion flags are lost"),
        "rounded": (1, "positions are rounded to whole pixels"),
        "names": (3, "the names of landmarks are lost"),
    }
    # the flags of a face that is left out are not counted once more
    assert said("wflw", ("0", "1", "2")) == {
        "occluded": (2, "2 occlusion flags are lost"),
        "absent": (1, "1 face with an absent landmark is left out"),
    }
    assert said("pts", ("0", "1", "2")) == said("wflw", ("0", "1", "2"))


@ALL
@pytest.mark.parametrize("lack", ["occluded", "absent", "names", "rounded"])
def test_a_loss_is_reported_exactly_if_the_file_lost_it(tmp_path, form, lack):
    """What is read back from a written file decides."""
    points, seen = np.arange(6.0).reshape(3, 2) + 10, np.full(3, 2, np.int8)
    if lack == "occluded":
        seen[1] = 1
    if lack == "absent":
        points[1], seen[1] = np.nan, 0
    if lack == "rounded":
        points += 0.25
    rows = [
        LabelledFace("a.jpg", points, None, seen),
        LabelledFace("b.jpg", np.arange(6.0).reshape(3, 2), None, np.full(3, 2, np.int8)),
    ]
    sizes = {row.photo: (100, 80) for row in rows}
    out = tmp_path / ("labels" if form.is_folder else f"a{form.suffix}")
    form.write(out, LabelsToWrite(rows, NAMES, (), (2, 1, 0), list(sizes), sizes),
               lambda done, total: None, lambda targets: None)  # fmt: skip
    file = read_labels(out)
    faces = [in_pixels(face, file, (100, 80)) for face in file.faces if "a" in face.photo[-5:]]
    kept = {
        "occluded": lambda: 1 in visibility_of(faces[0]),
        "absent": lambda: len(faces) == 1,
        "names": lambda: set(faces[0].names or ()) == set(NAMES),
        "rounded": lambda: np.allclose(np.sort(faces[0].points, 0), points, atol=0.001),
    }[lack]()
    reported = {loss.kind for loss in losses(form, rows, NAMES)}
    assert (lack in reported) == (not kept)
