"""Detectors of other packages: found by their entry point, checked, and matched to boxes."""

from __future__ import annotations

import gc
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pipnet import Detector, PhotoRequest, predict_photos, resources
from pipnet.data.boxes import tight_box
from pipnet.data.scheme import load_scheme
from pipnet.inference.plugins import PluginDetector, PluginError, plugin_names
from tests.plugin_package import TOY, install_plugin

PORTRAIT = resources.path("sample", "portrait-0001.jpg")
GUIDE = Path(__file__).parents[3] / "docs" / "detector.md"

FINDER = """
import numpy as np

SQUARE = np.array([[0, 0], [1, 0], [0.5, 0.5], [0, 1], [1, 1]])
searched = []


class Finder:
    scheme = ["a", "b", "c", "d", "e"]

    def find(self, image):
        searched.append(image.shape)
        return np.stack([40 * SQUARE + [10, 10], 80 * SQUARE + [100, 20]]), None
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a plug-in for one test."""
    before = set(sys.modules)

    def installed(source: str = TOY, entry: str = "toy = toy_face:Toy", where: str = "a") -> None:
        monkeypatch.syspath_prepend(install_plugin(tmp_path / where, source, entry))

    yield installed
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_an_installed_plugin_opens_by_its_name(install: Install):
    assert "toy" not in plugin_names()
    install()
    assert "toy" in plugin_names()
    detector = Detector.from_pretrained("toy")
    assert detector.scheme == load_scheme("300w")
    (face,) = detector.predict(np.zeros((100, 100, 3), np.uint8), [(10, 20, 30, 40)])
    assert tight_box(face.points) == pytest.approx((10, 20, 30, 40))
    assert (face.score, set(face.scores.tolist()), face.spread.max()) == (0.75, {0.75}, 0)
    # without boxes the shipped face detector finds the faces
    assert len(detector(PORTRAIT)) == 1


def test_the_plugin_of_the_guide_works(install: Install):
    text = GUIDE.read_text(encoding="utf-8")
    section = text[text.index("## Other detectors") :]
    source = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[0]
    declared = tomllib.loads(re.findall(r"```toml\n(.*?)```", section, re.DOTALL)[0])
    ((name, value),) = declared["project"]["entry-points"]["pipnet.detectors"].items()
    install(source, f"{name} = {value}")
    faces = Detector.from_pretrained(name)(PORTRAIT)
    assert len(faces) == 1
    assert np.isfinite(faces[0].points).all()
    assert len(source.splitlines()) <= 20


def test_a_plugin_that_finds_faces_searches_each_photo_once(install: Install):
    install(FINDER, "finder = finder_face:Finder")
    detector = PluginDetector("finder")
    image = np.zeros((120, 200, 3), np.uint8)
    faces = detector(image)
    assert [tight_box(face.points) for face in faces] == [(10, 10, 40, 40), (100, 20, 80, 80)]
    assert [face.score for face in faces] == [1, 1]
    assert sys.modules["finder_face"].searched == [(120, 200, 3)]
    del image, faces
    gc.collect()
    assert not detector._faces, "what was found goes with the photo"


def test_found_faces_are_matched_to_given_boxes(install: Install):
    install(FINDER, "finder = finder_face:Finder")
    detector = PluginDetector("finder")
    image = np.zeros((120, 400, 3), np.uint8)
    # a group around both, each face, and a place without one
    boxes = [(0, 0, 200, 119), (95, 0, 90, 110), (5, 0, 50, 60), (300, 10, 50, 50)]
    found = detector.predict_batch([image] * 4, boxes, ["detected"] * 4)
    assert [face.is_found for face in found] == [False, True, True, False]
    assert found[1].points[0].tolist() == [100, 20]
    assert found[2].points[0].tolist() == [10, 10]
    assert found[3].score == 0
    assert len(detector.predict(image, boxes)) == 2, "boxes without a face are left out"


def test_many_photos_with_a_plugin_that_finds_faces(install: Install, tmp_path: Path):
    install(FINDER, "finder = finder_face:Finder")
    detector = PluginDetector("finder")
    results = list(predict_photos(detector, [PORTRAIT, PhotoRequest(PORTRAIT, lambda _: [])]))
    assert [len(photo) for photo in results] == [2, 0]
    assert len(sys.modules["finder_face"].searched) == 1


def _answering(answer: str) -> str:
    return TOY.replace(
        "    def predict(self, images, boxes):",
        f"""    def predict(self, images, boxes):
        {answer}""",
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (_answering("raise KeyError('gone')"), "failed: KeyError: 'gone'"),
        (_answering("return np.zeros((len(boxes), 68, 2))"), "must return points and scores"),
        (_answering("return np.zeros((len(boxes), 5, 2)), None"),
         r"points of shape \(1, 5, 2\), not \(1, 68, 2\)"),
        (_answering("return np.zeros((3, 68, 2)), None"), r"shape \(3, 68, 2\), not \(1, 68, 2\)"),
        (_answering("return np.full((1, 68, 2), np.nan), None"), "points that are NaN"),
        (_answering("return [['a']], None"), "points that are not numbers: ValueError"),
        (_answering("return np.zeros((1, 68, 2)), np.zeros(3)"),
         r"scores of shape \(3,\), not \(1, 68\)"),
        (_answering("return np.zeros((1, 68, 2)), np.full((1, 68), np.inf)"), "scores that are"),
    ],
)  # fmt: skip
def test_what_is_not_landmarks_is_refused_and_names_the_plugin(
    install: Install, source: str, said: str
):
    install(source)
    detector = PluginDetector("toy")
    with pytest.raises(PluginError, match=said) as caught:
        detector.predict(np.zeros((50, 50, 3), np.uint8), [(0, 0, 20, 20)])
    assert "the plug-in 'toy' of toy_face" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_package", "cannot be loaded: ModuleNotFoundError: .*no_such_package"),
        ("", "cannot be loaded: AttributeError"),
        ("class Toy:\n    scheme = '300w'", "neither a method 'predict' nor 'find'"),
        ("class Toy:\n    scheme = 'no'\n    predict = print", "there is no scheme 'no'"),
        ("class Toy:\n    scheme = ['a', 'a']\n    predict = print", "names 'a' twice"),
        ("class Toy:\n    predict = print", "must have a 'scheme'"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused(install: Install, source: str, said: str):
    install(source)
    with pytest.raises(PluginError, match=said) as caught:
        Detector.from_pretrained("toy")
    assert "the plug-in 'toy' of toy_face" in str(caught.value)


def test_unknown_and_ambiguous_names_are_refused(install: Install):
    install()
    with pytest.raises(PluginError, match=r"no plug-in 'toi'; installed: .*toy"):
        PluginDetector("toi")
    install(TOY, "toy = other_face:Toy", where="b")
    with pytest.raises(PluginError, match=r"several packages.*other_face, toy_face"):
        PluginDetector("toy")


def test_memory_that_runs_out_in_a_plugin_makes_smaller_batches(install: Install):
    install(_answering("if len(boxes) > 2:\n            raise MemoryError"))
    detector = PluginDetector("toy")
    detector.on_smaller_batch = lambda faces: None
    image = np.zeros((50, 50, 3), np.uint8)
    assert len(detector.predict(image, [(0, 0, 20, 20)] * 5)) == 5
    assert detector.most_at_once == 2
