"""Landmarks with an ONNX file of any origin, which a TOML file beside it describes. No torch."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipnet.data.crop import CropConvention
from pipnet.data.scheme import Scheme, SchemeError, load_scheme, named_scheme
from pipnet.inference.crop_detector import CropDetector
from pipnet.inference.face_detection import FaceDetector
from pipnet.inference.onnx_detector import OnnxError, load_onnx
from pipnet.memory import is_out_of_memory
from pipnet.models.decoding import Landmarks, decode_coordinates, decode_heatmaps

_INPUT_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


@dataclass(frozen=True, slots=True)
class Description:
    """What a TOML file says of a network.

    `layout`: order of the dimensions of its input and its heatmaps, `nchw` or `nhwc`. `channels`:
    `rgb` or `bgr`. `mean`, `std`: by channel in that order, in pixel values of 0 to 255; the input
    is (value - mean) / std. `output`: `coordinates` or `heatmaps`. `units`: of coordinates, `crop`
    (0 to 1 across the input) or `pixels` (of the input, (0, 0) the centre of the first); empty for
    heatmaps.
    """

    scheme: Scheme
    convention: CropConvention
    layout: str
    channels: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    output: str
    units: str


def description_of(onnx: Path) -> Path:
    """Where the TOML file of an ONNX file is: beside it, with the same name."""
    return onnx.with_suffix(".toml")


def read_description(file: Path) -> Description:
    """Read the TOML file of a network.

    Raises:
        OnnxError: it is missing or wrong; the message names the file and the entry.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise OnnxError(f"{file} cannot be read: {error}") from error
    top = _Section(file, "", data)
    scheme = _scheme(file, top)
    put, crop, out = top.section("input"), top.section("crop"), top.section("output")
    top.end()
    side = put.take("size", _is_size, "a whole number of pixels, the width and the height")
    layout = put.choose("layout", "nchw", "nhwc")
    channels = put.choose("channels", "rgb", "bgr")
    mean = put.take("mean", _are_three, "three numbers, of 0 to 255")
    std = put.take("std", _are_positive, "three numbers above 0, of pixels of 0 to 255")
    put.end()
    around = crop.choose("box", "detected", "landmarks")
    margin = crop.take("margin", _is_margin, "a number above -0.5: share of the box on each side")
    square = crop.take("square", lambda value: isinstance(value, bool), "true or false")
    crop.end()
    kind = out.choose("kind", "coordinates", "heatmaps")
    units = out.choose("units", "crop", "pixels") if kind == "coordinates" else ""
    out.end()
    convention = CropConvention(side, 1 + 2 * margin, square, around=around)
    return Description(scheme, convention, layout, channels, tuple(mean), tuple(std), kind, units)


def _scheme(file: Path, top: _Section) -> Scheme:
    """The scheme that is called by its name or file, or whose landmarks are listed."""
    if ("scheme" in top.data) == ("names" in top.data):
        raise OnnxError(f"{file} must have one of the entries 'scheme' and 'names'")
    try:
        if "names" in top.data:
            names = top.take("names", _are_words, "a list of landmark names")
            return named_scheme(file.stem, names)
        said = top.take(
            "scheme", lambda value: isinstance(value, str), "a shipped scheme, or a TOML file"
        )
        # a file is looked for beside this one
        return load_scheme(str(file.parent / said) if said.lower().endswith(".toml") else said)
    except SchemeError as error:
        raise OnnxError(f"{file}: {error}") from error


class _Section:
    """A table of a TOML file, whose entries are taken one by one."""

    def __init__(self, file: Path, name: str, data: Mapping[str, Any]) -> None:
        self._file, self._name = file, name
        self.data, self._taken = data, set[str]()

    def take(self, key: str, is_right: Callable[[Any], bool], wanted: str) -> Any:
        """The value of a key, which must be `wanted`. Raises OnnxError."""
        self._taken.add(key)
        if key not in self.data:
            raise OnnxError(f"{self._file} lacks the entry {self._title(key)}: {wanted}")
        value = self.data[key]
        if not is_right(value):
            raise OnnxError(f"{self._file}: {self._title(key)} must be {wanted}, not {value!r}")
        return value

    def choose(self, key: str, *words: str) -> str:
        """The value of a key, which must be one of the words. Raises OnnxError."""
        wanted = " or ".join(map(repr, words))
        return str(self.take(key, lambda value: value in words, wanted))

    def section(self, key: str) -> _Section:
        """The table of a key. Raises OnnxError."""
        found = self.take(key, lambda value: isinstance(value, Mapping), f"a table [{key}]")
        return _Section(self._file, key, found)

    def end(self) -> None:
        """Raise OnnxError if there is an entry that was not taken: probably a typing mistake."""
        for key in self.data:
            if key not in self._taken:
                known = ", ".join(sorted(self._taken))
                raise OnnxError(f"{self._file}: {self._title(key)} is not known; there is {known}")

    def _title(self, key: str) -> str:
        return repr(key) if not self._name else f"{key!r} of [{self._name}]"


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and bool(np.isfinite(value))


def _is_size(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_margin(value: Any) -> bool:
    return _is_number(value) and value > -0.5


def _are_three(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_is_number, value))


def _are_positive(value: Any) -> bool:
    return _are_three(value) and min(value) > 0


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


class DescribedOnnx(CropDetector):
    """A network of any origin.

    Args:
        path: the ONNX file, with one input, whose first output is what the description says; the
            description lies beside it.
        threads, spin: as `OnnxDetector` has them.
        face_detector: finds faces where no boxes are given; the default detector if None.

    Raises:
        OnnxError: a file is missing or broken, or the network is not as described.
    """

    def __init__(
        self,
        path: Path,
        threads: int = 0,
        face_detector: FaceDetector | None = None,
        *,
        spin: bool = True,
    ) -> None:
        file = description_of(path)
        self.description = read_description(file)
        self._session = load_onnx(path, threads, spin=spin)
        self._path = path
        self._input = self._checked_input(file)
        super().__init__(self.description.scheme, self.description.convention, face_detector)
        side = self.convention.side
        # its shapes may depend on the input, so they are seen when it runs
        self.predict_crops(np.zeros((1, side, side, 3), np.uint8))

    def _checked_input(self, file: Path) -> onnxruntime.NodeArg:
        """The network's input, of the described shape. Raises OnnxError."""
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(item.name for item in inputs)
            raise OnnxError(f"{self._path} must have one input, not {len(inputs)}: {names}")
        if inputs[0].type not in _INPUT_TYPES:
            raise OnnxError(
                f"{self._path}: the input {inputs[0].name!r} must be of floats, not of "
                f"{inputs[0].type}"
            )
        said, side = self.description, self.description.convention.side
        wanted = (3, side, side) if said.layout == "nchw" else (side, side, 3)
        shape = inputs[0].shape
        fits = len(shape) == 4 and all(
            not isinstance(has, int) or has == wants
            for has, wants in zip(shape[1:], wanted, strict=True)
        )
        if not fits:
            raise OnnxError(
                f"{self._path}: the input {inputs[0].name!r} has the shape {tuple(shape)}, which "
                f"'size' and 'layout' in {file} do not fit: they make (faces, {_listed(wanted)})"
            )
        if isinstance(shape[0], int) and shape[0] != 1:
            raise OnnxError(
                f"{self._path} takes {shape[0]} faces at once; export it for 1, or for any number"
            )
        return inputs[0]

    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        """Landmarks of network inputs (B, S, S, 3), RGB, in crop units. Raises OnnxError."""
        said = self.description
        values = crops if said.channels == "rgb" else crops[..., ::-1]
        scaled = (values - np.array(said.mean, np.float32)) / np.array(said.std, np.float32)
        if said.layout == "nchw":
            scaled = scaled.transpose(0, 3, 1, 2)  # (B, 3, S, S)
        batch = np.ascontiguousarray(scaled, _INPUT_TYPES[self._input.type])
        parts = [batch] if self._input.shape[0] != 1 else np.split(batch, len(batch))
        found = np.concatenate([self._run(part) for part in parts])
        if not np.isfinite(found).all():
            raise OnnxError(f"{self._path} gives landmarks that are no numbers")
        if said.output == "heatmaps":
            return decode_heatmaps(found)
        if said.units == "pixels":
            found = (found + 0.5) / self.convention.side
        return decode_coordinates(found)

    def _run(self, batch: NDArray[np.floating]) -> NDArray[np.float64]:
        """The first output, (B, N, 2) or (B, N, G, G). Raises OnnxError."""
        try:
            result = self._session.run(None, {self._input.name: batch})[0]
        except Exception as error:  # its errors have no common base of their own
            if is_out_of_memory(error):
                raise
            raise OnnxError(f"{self._path} does not run: {error}") from error
        found, count = np.asarray(result, np.float64), self.description.scheme.count
        if self.description.output == "heatmaps":
            if self.description.layout == "nhwc" and found.ndim == 4:
                found = found.transpose(0, 3, 1, 2)
            if found.ndim == 4 and found.shape == (len(batch), count, *found.shape[2:3] * 2):
                return found
            grid = "side, side"
            wanted = f"{count}, {grid}" if self.description.layout == "nchw" else f"{grid}, {count}"
        else:
            if found.shape in ((len(batch), count, 2), (len(batch), 2 * count)):
                return found.reshape(len(batch), count, 2)
            wanted = f"{count}, 2) or (faces, {2 * count}"
        raise OnnxError(
            f"{self._path}: the output {self._session.get_outputs()[0].name!r} has the shape "
            f"{np.shape(result)}, not (faces, {wanted}), as {description_of(self._path)} makes it "
            f"with 'kind' of [output] and the {count} landmarks of {self.description.scheme.name!r}"
        )


def _listed(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
