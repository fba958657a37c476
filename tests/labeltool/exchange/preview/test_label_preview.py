"""What an import would do is known before, and is what it does then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import Cancelled, Verdict
from labeltool.exchange.label_import import import_labels, import_photos
from labeltool.exchange.label_source import find_label_source, fit_to_scheme
from labeltool.exchange.mapping.landmark_map import choose_map
from labeltool.exchange.photo_import import add_photos
from labeltool.exchange.preview import preview_words
from labeltool.exchange.preview.evidence import Comparison, Evidence, compare, is_mirrored
from labeltool.exchange.preview.label_preview import ImportChoice, LookedAt, Weighed, look_at, weigh
from labeltool.exchange.preview.sample_faces import SAMPLE_FACES
from labeltool.store import Store
from pipnet.data.scheme import Scheme, load_scheme
from tests.projects import THREE, triangle

MakeStore = Callable[..., Store]
QUIET = lambda done, total: None  # noqa: E731
WIDTH, HEIGHT = 200, 100


def photo(folder: Path, name: str, size: tuple[int, int] = (WIDTH, HEIGHT), **options) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 50).convert("RGB").save(folder / name, **options)


def coco(path: Path, faces: dict[str, list[np.ndarray]], names=THREE.names, sizes=None) -> Path:
    images = {name: number for number, name in enumerate(faces, 1)}
    rows = [(images[name], points) for name, listed in faces.items() for points in listed]
    path.write_text(
        json.dumps(
            {
                "images": [
                    {"id": number, "file_name": name,
                     "width": (sizes or {}).get(name, (WIDTH, HEIGHT))[0],
                     "height": (sizes or {}).get(name, (WIDTH, HEIGHT))[1]}
                    for name, number in images.items()
                ],
                "categories": [{"id": 1, "name": "face", "keypoints": list(names)}],
                "annotations": [
                    {"id": k, "image_id": image, "category_id": 1, "score": 0.75,
                     "keypoints": [v for x, y in points.tolist() for v in (x, y, 2)]}
                    for k, (image, points) in enumerate(rows, 1)
                ],
            }
        )
    )  # fmt: skip
    return path


def pts(folder: Path, faces: dict[str, list[np.ndarray]]) -> Path:
    for name, (points,) in faces.items():
        lines = "\n".join(f"{x + 1!r} {y + 1!r}" for x, y in points.tolist())
        text = f"version: 1\nn_points: {len(points)}\n{{\n{lines}\n}}\n"
        (folder / name).with_suffix(".pts").write_text(text)
    return folder


def csv(path: Path, faces: dict[str, list[np.ndarray]]) -> Path:
    head = ",".join(f"{name}_x,{name}_y" for name in THREE.names)
    rows = [
        f"{name}," + ",".join(repr(float(value)) for value in points.ravel())
        for name, (points,) in faces.items()
    ]
    path.write_text("\n".join([f"photo,{head}", *rows]))
    return path


WRITERS = {
    "coco": lambda folder, faces: coco(folder / "l.json", faces),
    "pts": pts,
    "csv": lambda folder, faces: csv(folder / "l.csv", faces),
}


def preview(
    store: Store, path: Path, what: str | None = None, **options
) -> tuple[LookedAt, Weighed]:
    looked = look_at(store, path, QUIET)
    mapping = None if what is None else choose_map(what, looked.landmarks, store.scheme)
    return looked, weigh(store, looked, ImportChoice(mapping, **options), Evidence(store), QUIET)


def facts(store: Store, path: Path, what: str | None = None, **options) -> dict:
    looked, weighed = preview(store, path, what, **options)
    mapping = looked.own
    if what is not None:
        mapping = choose_map(what, looked.landmarks, store.scheme)
    return preview_words.as_json(looked, weighed, mapping, store.scheme)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        photo(tmp_path / "in", name)
    return tmp_path / "in"


FACES = {"a.jpg": [triangle()], "b.jpg": [triangle(3)], "c.jpg": [triangle(6)]}


@pytest.mark.parametrize("kind", ["labels", "proposals"])
@pytest.mark.parametrize("form", WRITERS)
def test_the_import_does_what_the_preview_said(project: MakeStore, photos, form, kind):
    store = project()
    path = WRITERS[form](photos, FACES)
    said = facts(store, path, proposals=kind == "proposals")
    assert store.photos.records() == []
    assert (said["format"], said["faces"], said["photos"]) == (form, 3, 3)
    assert (said["imported"], said["new_faces"], said["kept"]) == (3, 3, 0)
    done = import_labels(store, path, "ann", proposals=kind == "proposals")
    assert (done.imported, done.new_faces) == (3, 3)
    # the file as a person's decisions, or as another detector's proposals with its scores
    labels = {store.faces.get(face).name: points for face, _, points, *_ in store.labels.all()}
    if kind == "labels":
        for name, (points,) in FACES.items():
            np.testing.assert_allclose(labels[name], points)
    else:
        assert labels == {}
        shown = {f.name: f.prediction for f in map(store.faces.get, (1, 2, 3))}
        np.testing.assert_allclose(shown["b.jpg"].points, triangle(3))
        assert shown["b.jpg"].score == (0.75 if form == "coco" else 0)


@pytest.mark.parametrize("kind", ["labels", "proposals"])
@pytest.mark.parametrize("form", WRITERS)
def test_the_same_file_twice_changes_nothing_and_undo_takes_all_of_it_back(
    project: MakeStore, photos, form, kind
):
    store = project()
    path, as_proposals = WRITERS[form](photos, FACES), kind == "proposals"
    import_labels(store, path, "ann", proposals=as_proposals)
    before = (store.queue.counts(), [store.faces.get(k).points.tolist() for k in (1, 2, 3)])
    said = facts(store, path, proposals=as_proposals)
    again = import_labels(store, path, "ann", proposals=as_proposals)
    assert again.new_faces == 0
    assert not again.is_logged
    after = (store.queue.counts(), [store.faces.get(k).points.tolist() for k in (1, 2, 3)])
    assert after == before
    if not as_proposals:
        assert (said["imported"], said["kept"]) == (0, 3)
        assert all(kept["same"] for kept in said["kept_faces"])
    store.undo.undo("ann")
    assert store.queue.counts().faces == 0
    assert store.labels.all() == []


@pytest.mark.parametrize("kind", ["labels", "proposals"])
@pytest.mark.parametrize("form", WRITERS)
def test_a_decision_is_kept_and_listed(project: MakeStore, photos, form, kind):
    store = project()
    path = WRITERS[form](photos, FACES)
    import_labels(store, path, "ann")
    mine = triangle(1)
    store.decisions.decide("ben", [1], Verdict.CORRECTED, points=mine)
    store.decisions.decide("ben", [2], Verdict.EXCLUDED)
    said = facts(store, path, proposals=kind == "proposals")
    verdicts = {kept["photo"].split(".")[0]: kept for kept in said["kept_faces"]}
    assert (verdicts["a"]["verdict"], verdicts["a"]["same"]) == ("corrected", False)
    assert verdicts["b"]["verdict"] == "excluded"
    done = import_labels(store, path, "ann", proposals=kind == "proposals")
    assert done.already_decided == said["kept"] == 3
    np.testing.assert_array_equal(store.faces.get(1).points, mine)
    assert store.faces.get(2).verdict == Verdict.EXCLUDED


def test_the_photos_of_a_label_file_are_imported_alone(project: MakeStore, photos):
    store = project()
    path = coco(photos / "l.json", {**FACES, "gone.jpg": [triangle()]})
    added = import_photos(store, find_label_source(store, path))
    assert (added.new, added.known) == (3, 0)
    assert sorted(record.path for record in store.photos.records()) == ["a.jpg", "b.jpg", "c.jpg"]
    assert store.queue.counts().faces == 0
    again = import_photos(store, find_label_source(store, path))
    assert (again.new, again.known) == (0, 3)


# What is missing, and what differs


def test_missing_photos_are_named(project: MakeStore, photos):
    said = facts(project(), coco(photos / "l.json", {**FACES, "gone.jpg": [triangle()]}))
    assert (said["photos"], said["photos_found"], said["imported"]) == (4, 3, 3)
    assert said["photos_missing"] == ["gone.jpg is not a photo of this project"]


def test_photos_of_another_size_are_counted_with_what_explains_it(project: MakeStore, photos):
    exif = Image.Exif()
    exif[274] = 6
    photo(photos, "phone.jpg", (300, 200), exif=exif)
    faces = {**FACES, "phone.jpg": [triangle()]}
    sizes = {"a.jpg": (2 * WIDTH, 2 * HEIGHT), "b.jpg": (7, 90), "phone.jpg": (300, 200)}
    store, path = project(), coco(photos / "l.json", faces, sizes=sizes)
    said = facts(store, path)
    assert said["other_sizes"] == {"turned": 1, "scaled": 1, "unexplained": 1}
    assert said["imported"] == 1
    assert facts(store, path, turn=True, scale=True)["imported"] == 3
    assert store.photos.records() == []


def test_a_sample_is_drawn_where_the_choices_put_it(project: MakeStore, photos):
    store = project()
    sizes = {"a.jpg": (2 * WIDTH, 2 * HEIGHT)}
    looked, _ = preview(store, coco(photos / "l.json", {"a.jpg": [triangle()]}, sizes=sizes))
    (sample,) = looked.samples
    mapping = looked.own
    assert not sample.is_used(turn=False, scale=False)
    assert sample.is_used(turn=False, scale=True)
    placed = sample.points(mapping, (0, 0), scale=True)
    np.testing.assert_allclose(placed, (triangle() + 0.5) / 2)
    assert sample.pixels.shape == (HEIGHT, WIDTH, 3)


def test_six_faces_of_different_photos_are_drawn(project: MakeStore, tmp_path):
    folder = tmp_path / "in"
    for number in range(9):
        photo(folder, f"{number}.jpg", (400, 400))
    faces = {f"{number}.jpg": [triangle(), triangle(100)] for number in range(9)}
    sizes = {f"{number}.jpg": (400, 400) for number in range(9)}
    looked, _ = preview(project(), coco(folder / "l.json", faces, sizes=sizes))
    assert len({sample.photo for sample in looked.samples}) == SAMPLE_FACES
    for sample in looked.samples:  # around the face, and the landmarks where they are in the photo
        assert max(sample.pixels.shape[:2]) < 100
        placed = sample.points(looked.own, (1, 0)) + sample.corner
        np.testing.assert_allclose(placed, sample.face.points + np.array([1.5, 0.5]))


# Landmarks


def test_other_landmarks_are_refused_until_a_mapping_is_chosen(project: MakeStore, photos):
    store = project()
    path = coco(photos / "l.json", FACES, names=("left", "nose", "tail"))
    said = facts(store, path)
    assert said["mapping"] is None
    assert "Only in the file: tail" in said["refused"]
    assert said["mappings"] == ["names", "order"]
    assert said["imported"] == 0
    by_name = facts(store, path, "names")
    assert (by_name["mapping"], by_name["absent"], by_name["imported"]) == ("names", ["right"], 3)
    source = find_label_source(store, path)
    mapping = choose_map("names", looked_landmarks(store, path), THREE)
    import_labels(store, fit_to_scheme(source, THREE, mapping), "ann")
    _, _, points, seen, *_ = store.labels.all()[0]
    np.testing.assert_array_equal(points[[0, 2]], triangle()[[0, 1]])
    assert np.isnan(points[1]).all()
    assert seen.tolist() == [2, 0, 2]


def looked_landmarks(store: Store, path: Path):
    return look_at(store, path, QUIET).landmarks


def test_a_mapped_file_imported_twice_changes_nothing(project: MakeStore, photos):
    store = project(scheme=Scheme.numbered("5", 5))
    path = coco(photos / "l.json", FACES, names=("a", "b", "c"))
    mapping = choose_map("order", looked_landmarks(store, path), store.scheme)
    for imported in (3, 0):
        source = fit_to_scheme(find_label_source(store, path), store.scheme, mapping)
        assert import_labels(store, source, "ann").imported == imported
    store.undo.undo("ann")
    assert store.queue.counts().faces == 0


def test_the_wflw_rule_gives_68_landmarks_where_300w_has_them(project: MakeStore, photos):
    store = project(scheme=load_scheme("300w"))
    angle = np.linspace(0, 2 * np.pi, 98, endpoint=False)
    face = np.stack([100 + 40 * np.cos(angle), 50 + 40 * np.sin(angle)], -1)
    path = coco(photos / "l.json", {"a.jpg": [face]}, names=[str(k) for k in range(98)])
    assert facts(store, path)["mappings"] == ["wflw-300w", "order"]
    mapping = choose_map("wflw-300w", looked_landmarks(store, path), store.scheme)
    import_labels(store, fit_to_scheme(find_label_source(store, path), store.scheme, mapping), "a")
    ((_, _, points, *_),) = store.labels.all()
    np.testing.assert_allclose(points[[0, 8, 16, 36, 45, 48]], face[[0, 16, 32, 60, 72, 76]])


# Evidence


@pytest.mark.parametrize(
    ("off", "wanted"),
    [
        ((0, 0), None), ((1, 1), (-1, -1)), ((-1, -1), (1, 1)), ((0.5, 0.5), (-0.5, -0.5)),
        ((1.5, 0.8), (-1, -1)), ((0.6, -0.1), None), ((5, 5), None), ((0, 1), None),
    ],
)  # fmt: skip
def test_a_shift_of_all_labels_hints_at_another_origin(off, wanted):
    rng = np.random.default_rng(0)
    pairs = []
    for _ in range(40):
        face = rng.uniform(0, 200, (68, 2))
        pairs.append((face + off + rng.normal(0, 0.5, (68, 2)), face))
    found = compare(pairs)
    assert (found.faces, found.is_far) == (40, False)
    np.testing.assert_allclose(found.shift, off, atol=0.1)
    assert found.likely_shift == wanted


def test_labels_far_from_the_proposals_say_nothing_of_the_origin():
    face = np.random.default_rng(0).uniform(0, 200, (68, 2))
    found = compare([(face[::-1] + 1, face)] * 5)
    assert found.is_far
    assert found.likely_shift is None
    assert "another order" in str(preview_words.compared(found))


def test_a_mirrored_face_is_recognised_at_any_angle_and_without_some_landmarks():
    face = np.array([[0.0, 0], [10, 0], [5, 8], [4, 3]])
    angle = np.deg2rad(70)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert not is_mirrored(3 * face @ turn + 50, face)
    assert is_mirrored(3 * (face * [-1, 1]) @ turn + 50, face)
    assert is_mirrored(face[[1, 0, 2, 3]], face)
    lacking = face.copy()
    lacking[3] = np.nan
    assert not is_mirrored(lacking, face)
    assert not is_mirrored(np.full((4, 2), np.nan), face)


def test_labels_are_compared_with_the_proposals_of_the_project(project: MakeStore, tmp_path):
    store = project(4)  # its proposals are triangle(face)
    folder = tmp_path / "photos"
    for number in range(4):
        photo(folder, f"{number:05d}.jpg", (100, 100))
    faces = {f"{number:05d}.jpg": [triangle(number + 1) + 1] for number in range(4)}
    sizes = dict.fromkeys(faces, (100, 100))
    path = coco(folder / "l.json", faces, sizes=sizes)
    said = facts(store, path)
    assert said["comparison"] == {
        "faces": 4, "shift": [1.0, 1.0], "standard_error": [0.0, 0.0], "distance": 0.0351,
        "likely_shift": [-1.0, -1.0],
    }  # fmt: skip
    assert said["mirrored"] == {"faces": 0, "of": 4}
    swapped = coco(folder / "l.json", faces, names=("right", "left", "nose"), sizes=sizes)
    _, weighed = preview(store, swapped)
    assert weighed.is_mirrored
    assert "left and right may be swapped" in str(preview_words.mirrored(weighed))


def test_a_shift_is_added_to_what_is_stored(project: MakeStore, photos):
    store = project()
    source = find_label_source(store, coco(photos / "l.json", {"a.jpg": [triangle()]}))
    import_labels(store, fit_to_scheme(source, THREE, shift=(-1, 0.5)), "ann")
    ((_, _, points, *_),) = store.labels.all()
    np.testing.assert_allclose(points, triangle() + np.array([-1, 0.5]))


def test_imported_proposals_are_no_evidence(project: MakeStore, photos):
    store = project()
    path = coco(photos / "l.json", FACES)
    import_labels(store, path, "ann", proposals=True)
    assert facts(store, path)["comparison"] is None


# In the background


def test_looking_and_weighing_can_be_cancelled_and_change_nothing(project: MakeStore, photos):
    store = project()
    path = coco(photos / "l.json", FACES)

    def stop(done: int, total: int) -> None:
        if done > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        look_at(store, path, stop)
    looked = look_at(store, path, QUIET)
    with pytest.raises(Cancelled):
        weigh(store, looked, ImportChoice(), Evidence(store), stop)
    assert store.photos.records() == []


def test_every_fact_is_said_in_words(project: MakeStore, photos):
    store = project()
    add_photos(store, [photos])
    path = coco(photos / "l.json", {**FACES, "gone.jpg": [triangle()]})
    looked, weighed = preview(store, path)
    lines = {
        name: str(fact) for name, fact in preview_words.facts(looked, weighed, looked.own, THREE)
    }
    assert lines == {
        "Format": "COCO keypoints",
        "Content": "4 faces in 4 photos, 1 not found.",
        "Landmarks": "3 a face, named left, right, nose; as many as three",
        "Matching": "by name",
        "Origin": "Positions count from 0, the centre of the top-left pixel.",
        "Evidence": "No proposals of a network to compare the labels with.",
        "Sizes": "No photo differs from what the file says.",
        "Import": "3 faces: 0 of the project, 3 new",
        "Not used": "1 photo or row.",
    }


def test_a_file_says_what_its_own_positions_count_from(project: MakeStore, photos):
    """Others of its format may count from something else."""
    store = project()
    folder = pts(photos, {"a.jpg": [triangle()], "b.jpg": [triangle(2)]})

    def origin(path: Path) -> str:
        return str(preview_words.origin(preview(store, path)[0]))

    one = folder / "a.pts"
    assert origin(folder) == origin(one) == (
        "Positions count from 1 in this format; 1 is subtracted."
    )  # fmt: skip
    one.write_text(one.read_text().replace("n_points", "npoints"))
    assert origin(one) == "Positions count from 0, as “npoints:” says."
    assert "from 1 in the others" in origin(folder)
    (folder / "b.pts").unlink()
    assert origin(folder) == origin(one)


def test_the_distance_decides_what_is_far():
    assert Comparison(3, (0, 0), (0, 0), 0.2).is_far
    assert not Comparison(3, (0, 0), (0, 0), 0.1).is_far
