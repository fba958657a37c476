"""ONNX files of any origin, described by a TOML file: what they are fed, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pipnet import Detector
from pipnet.data.scheme import load_scheme
from pipnet.inference.described_onnx import DescribedOnnx
from pipnet.inference.onnx_detector import OnnxError

SIDE, GRID = 32, 8
TEXT = """
names = ["left", "right", "chin"]

[input]
size = 32
layout = "nchw"
channels = "rgb"
mean = [0, 0, 0]
std = [255, 255, 255]

[crop]
box = "detected"
margin = 0.25
square = true

[output]
kind = "coordinates"
units = "crop"
"""
PLACES = np.array([[[0.25, 0.5], [0.75, 0.5], [0.5, 1.0]]], np.float32)


def constant_network(
    file: Path, answer: np.ndarray, shape: tuple[object, ...] = ("faces", 3, SIDE, SIDE),
    kind: int = TensorProto.FLOAT,
) -> Path:  # fmt: skip
    """A network that gives every face the `answer` (1, ...), whatever it sees."""
    zero = helper.make_node("ReduceMin", ["images"], ["low"], axes=[1, 2, 3], keepdims=0)
    nothing = helper.make_node("Sub", ["low", "low"], ["nothing"])  # (faces,)
    shape_of = numpy_helper.from_array(np.array([-1, *[1] * (answer.ndim - 1)]), "shape")
    wide = helper.make_node("Reshape", ["nothing", "shape"], ["wide"])
    add = helper.make_node("Add", ["wide", "answer"], ["out"])
    dtype = np.float16 if kind == TensorProto.FLOAT16 else np.float32
    return save(file, [zero, nothing, wide, add], shape, kind, [
        shape_of, numpy_helper.from_array(answer.astype(dtype), "answer")])  # fmt: skip


def save(file: Path, nodes: list, shape: tuple, kind: int, constants: list) -> Path:
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("images", kind, shape)],
        [helper.make_tensor_value_info("out", kind, None)], constants,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, file)
    return file


def described(file: Path, *changes: tuple[str, str], text: str = TEXT) -> Path:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.with_suffix(".toml").write_text(text, encoding="utf-8")
    return file


def test_coordinates_lie_where_the_crop_rule_puts_them(tmp_path: Path):
    file = described(constant_network(tmp_path / "net.onnx", PLACES))
    detector = Detector.from_pretrained(file)
    assert isinstance(detector, DescribedOnnx)
    assert detector.scheme.names == ("left", "right", "chin")
    image = np.zeros((200, 200, 3), np.uint8)
    (face,) = detector.predict(image, [(50, 60, 40, 80)])
    # 80 wide and high around (70, 100), and a quarter of 80 more on each side
    np.testing.assert_allclose(face.points, [[40, 100], [100, 100], [70, 160]])
    assert (face.score, face.spread.max()) == (1, 0)


def test_pixels_flat_outputs_and_stretched_crops(tmp_path: Path):
    places = (PLACES * SIDE - 0.5).reshape(1, 6)
    file = constant_network(tmp_path / "net.onnx", places, (1, 3, SIDE, SIDE))
    described(file, ('"crop"', '"pixels"'), ("square = true", "square = false"),
              ("margin = 0.25", "margin = 0"))  # fmt: skip
    image = np.zeros((200, 200, 3), np.uint8)
    # a network of one face at a time predicts several
    found = Detector.from_pretrained(file).predict(image, [(50, 60, 40, 80)] * 3)
    for face in found:
        np.testing.assert_allclose(face.points, [[60, 100], [80, 100], [70, 140]], atol=1e-5)


def test_a_label_box_becomes_the_box_that_a_face_detector_gives(tmp_path: Path):
    detector = Detector.from_pretrained(described(constant_network(tmp_path / "n.onnx", PLACES)))
    box = (50.0, 60.0, 40.0, 80.0)
    image = np.zeros((200, 200, 3), np.uint8)
    inner = detector.convention.landmark_box(box, "detected")
    by_label = detector.predict(image, [inner], "landmarks")[0].points
    np.testing.assert_allclose(by_label, detector.predict(image, [box])[0].points)


def test_a_crop_around_landmarks_is_cut_twice(tmp_path: Path):
    file = described(constant_network(tmp_path / "net.onnx", PLACES), ('"detected"', '"landmarks"'))
    detector = Detector.from_pretrained(file)
    box = (50.0, 50.0, 100.0, 100.0)
    image = np.zeros((200, 200, 3), np.uint8)
    x, y, w, h = detector.convention.crop_box(detector.convention.landmark_box(box, "detected"))
    first = PLACES[0] * [w, h] + [x, y]
    low, size = first.min(0), np.ptp(first, axis=0)
    area = 1.5 * size.max()
    expected = PLACES[0] * area + low + size / 2 - area / 2
    np.testing.assert_allclose(detector.predict(image, [box])[0].points, expected)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_heatmaps_lie_at_their_maxima(tmp_path: Path, layout: str):
    heat = np.zeros((1, 3, GRID, GRID), np.float32)
    for landmark, (x, y) in enumerate(((1, 4), (6, 4), (3, 7))):
        heat[0, landmark, y, x] = 0.5
        heat[0, landmark, y - 1, x] = 0.1  # a quarter of a cell towards it
    shape: tuple[object, ...] = ("faces", 3, SIDE, SIDE)
    if layout == "nhwc":
        heat, shape = heat.transpose(0, 2, 3, 1), ("faces", SIDE, SIDE, 3)
    file = constant_network(tmp_path / "net.onnx", heat, shape)
    described(file, ('kind = "coordinates"\nunits = "crop"', 'kind = "heatmaps"'),
              ('"nchw"', f'"{layout}"'), ("margin = 0.25", "margin = 0"))  # fmt: skip
    image = np.zeros((200, 200, 3), np.uint8)
    (face,) = Detector.from_pretrained(file).predict(image, [(0, 0, 80, 80)])
    np.testing.assert_allclose(
        face.points, np.array([[1.5, 4.25], [6.5, 4.25], [3.5, 7.25]]) * 10 - 0
    )
    assert face.score == pytest.approx(0.5)


@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_the_input_is_normalised_and_in_the_order_of_the_channels(tmp_path: Path, channels: str):
    """The network answers with its mean input of each channel."""
    mean = helper.make_node("ReduceMean", ["images"], ["mean"], axes=[2, 3], keepdims=0)  # (B, 3)
    twice = helper.make_node("Concat", ["mean", "mean"], ["out"], axis=1)
    file = save(tmp_path / "net.onnx", [mean, twice], ("b", 3, SIDE, SIDE), TensorProto.FLOAT, [])
    described(file, ('"rgb"', f'"{channels}"'), ("mean = [0, 0, 0]", "mean = [10, 20, 30]"),
              ("std = [255, 255, 255]", "std = [10, 20, 50]"))  # fmt: skip
    image = np.full((SIDE, SIDE, 3), (60, 120, 230), np.uint8)
    found = Detector.from_pretrained(file).predict_crops(image[None])
    first, second, third = (60, 120, 230) if channels == "rgb" else (230, 120, 60)
    expected = [(first - 10) / 10, (second - 20) / 20, (third - 30) / 50]
    np.testing.assert_allclose(found.points.ravel()[:3], expected, rtol=1e-5)


def test_half_precision_is_fed(tmp_path: Path):
    file = constant_network(tmp_path / "net.onnx", PLACES, kind=TensorProto.FLOAT16)
    (face,) = Detector.from_pretrained(described(file)).predict(
        np.zeros((90, 90, 3), np.uint8), [(0, 0, 40, 40)]
    )
    np.testing.assert_allclose(face.points[0], [5, 20], atol=0.1)


def test_the_scheme_is_a_shipped_one_by_name_or_by_its_landmarks_or_a_file(tmp_path: Path):
    five = load_scheme("300w").names[:5]
    (tmp_path / "own.toml").write_text(f"name = 'mine'\nnames = {list(five)}", encoding="utf-8")
    file = constant_network(tmp_path / "net.onnx", np.zeros((1, 5, 2)))
    names = 'names = ["left", "right", "chin"]'
    described(file, (names, 'scheme = "own.toml"'))
    assert Detector.from_pretrained(file).scheme.name == "mine"
    file = constant_network(tmp_path / "net.onnx", np.zeros((1, 136)))
    for said in ('scheme = "300w"', f"names = {list(load_scheme('300w').names)}"):
        described(file, (names, said))
        assert Detector.from_pretrained(file).scheme == load_scheme("300w")


def test_the_description_of_the_guide_is_read(tmp_path: Path):
    guide = Path(__file__).parents[3] / "docs" / "detector.md"
    section = guide.read_text(encoding="utf-8").split("## Any ONNX file")[1]
    places = np.full((1, 68, 2), 0.5)
    file = constant_network(tmp_path / "net.onnx", places, ("faces", 3, 256, 256))
    described(file, text=section.split("```toml\n")[1].split("```")[0])
    assert Detector.from_pretrained(file).scheme == load_scheme("300w")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("size = 32", "", r"net.toml lacks the entry 'size' of \[input\]: a whole number"),
        ("size = 32", "size = 31.5", r"'size' of \[input\] must be a whole number.*not 31.5"),
        ("[crop]", "[crops]", r"net.toml lacks the entry 'crop': a table \[crop\]"),
        ('"rgb"', '"grb"', r"'channels' of \[input\] must be 'rgb' or 'bgr', not 'grb'"),
        ("mean = [0, 0, 0]", "mean = [0]", r"'mean' of \[input\] must be three numbers"),
        ("std = [255, 255, 255]", "std = [1, 0, 1]", r"'std' of \[input\] must be .* above 0"),
        ("margin = 0.25", "margin = -0.5", r"'margin' of \[crop\] must be a number above -0.5"),
        ("square = true", "squared = true", r"lacks the entry 'square' of \[crop\]"),
        ("square = true", "square = true\nturn = 1", r"'turn' of \[crop\] is not known"),
        ('units = "crop"', "", r"lacks the entry 'units' of \[output\]: 'crop' or 'pixels'"),
        ('names = ["left", "right", "chin"]', "", "one of the entries 'scheme' and 'names'"),
        ('names = ["left", "right", "chin"]', "scheme = 'no'", "net.toml: there is no scheme 'no'"),
        ('["left", "right", "chin"]', "['a', 'b', 'a']", "net.toml: .* names 'a' twice"),
        ("[input]", "[input", "net.toml cannot be read"),
        ("size = 32", "size = 64",
         r"net.onnx: the input 'images' has the shape .*'size' and 'layout' in .*net.toml do not"),
        ('"nchw"', '"nhwc"', r"they make \(faces, 32, 32, 3\)"),
        (', "chin"', "", r"'out' has the shape \(1, 3, 2\), not \(faces, 2, 2\) or \(faces, 4\)"),
        ('kind = "coordinates"\nunits = "crop"', 'kind = "heatmaps"',
         r"'out' has the shape \(1, 3, 2\), not \(faces, 3, side, side\)"),
    ],
)  # fmt: skip
def test_what_is_missing_or_does_not_fit_is_named(tmp_path: Path, old: str, new: str, said: str):
    file = described(constant_network(tmp_path / "net.onnx", PLACES), (old, new))
    with pytest.raises(OnnxError, match=said):
        Detector.from_pretrained(file)


def test_networks_that_cannot_be_fed_are_named(tmp_path: Path):
    file = described(constant_network(tmp_path / "net.onnx", PLACES, (4, 3, SIDE, SIDE)))
    with pytest.raises(OnnxError, match="takes 4 faces at once"):
        Detector.from_pretrained(file)
    constant_network(file, np.full_like(PLACES, np.nan))
    with pytest.raises(OnnxError, match=r"net.onnx gives landmarks that are no numbers"):
        Detector.from_pretrained(file)
    file.with_suffix(".toml").unlink()
    with pytest.raises(OnnxError, match=r"not a detector .*there is no .*net.toml that describes"):
        Detector.from_pretrained(file)
    with pytest.raises(ValueError, match="runs on the CPU, not on 'cuda'"):
        Detector.from_pretrained(file, device="cuda")
