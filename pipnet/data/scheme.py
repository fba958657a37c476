"""A landmark scheme: the names of its points, edges, mirror, norm and typical shape."""

from __future__ import annotations

import functools
import itertools
import json
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from pipnet import resources


class SchemeError(ValueError):
    """A scheme that cannot be used; the message names the entry and the fault."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """N landmarks of one kind of face. All indices are 0-based.

    `names`: N distinct names. `edges`: index pairs to draw. `flip`: N indices, landmark k of a
    mirrored face is landmark `flip[k]` of the original; empty when the scheme has no mirror.
    `curves`: ordered indices of points that may slide along a contour without being wrong.
    `nme_pair`: the two points whose distance normalises errors, or None for the box diagonal.
    `regions`: name -> indices, for figures per region. `pupils`: two groups of points whose means
    are the pupils, or empty. `shape`: where the N landmarks of a typical face lie, x to the right
    and y down in any unit, or empty where nobody knows.
    """

    name: str
    names: tuple[str, ...]
    edges: tuple[tuple[int, int], ...] = ()
    flip: tuple[int, ...] = ()
    curves: tuple[tuple[int, ...], ...] = ()
    nme_pair: tuple[int, int] | None = None
    regions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    pupils: tuple[tuple[int, ...], ...] = ()
    shape: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        count = len(self.names)
        if count == 0:
            raise SchemeError(f"scheme {self.name!r} has no landmarks")
        if len(set(self.names)) != count:
            twice = next(n for n in self.names if self.names.count(n) > 1)
            raise SchemeError(f"scheme {self.name!r} names {twice!r} twice")
        groups: dict[str, Iterable[Sequence[int]]] = {
            "edges": self.edges,
            "curves": self.curves,
            "regions": self.regions.values(),
            "flip": [self.flip],
            "nme_pair": [self.nme_pair or ()],
            "pupils": self.pupils,
        }
        for what, rows in groups.items():
            for index in (i for row in rows for i in row):
                if not 0 <= index < count:
                    raise SchemeError(
                        f"scheme {self.name!r}: {what} names landmark {index}, "
                        f"but there are {count} (0 to {count - 1})"
                    )
        if self.nme_pair is not None and self.nme_pair[0] == self.nme_pair[1]:
            raise SchemeError(
                f"scheme {self.name!r}: nme_pair names landmark {self.nme_pair[0]} twice"
            )
        if len(self.pupils) not in (0, 2):
            raise SchemeError(f"scheme {self.name!r}: pupils must be two lists of landmarks")
        if self.flip and (
            len(self.flip) != count or any(self.flip[self.flip[k]] != k for k in range(count))
        ):
            raise SchemeError(
                f"scheme {self.name!r}: flip must pair all {count} landmarks both ways"
            )
        if len(self.shape) not in (0, count):
            raise SchemeError(
                f"scheme {self.name!r}: shape has {len(self.shape)} points for {count} landmarks"
            )

    @property
    def count(self) -> int:
        """N, the number of landmarks."""
        return len(self.names)

    @property
    def flip_table(self) -> NDArray[np.int64] | None:
        """`flip` as an index array (N,), or None."""
        return np.array(self.flip, np.int64) if self.flip else None

    @property
    def is_numbered(self) -> bool:
        """Whether all names are numbers, which say no more than the order."""
        return all(name.isdecimal() for name in self.names)

    def unit_shape(self) -> NDArray[np.float64] | None:
        """`shape` stretched to the square 0..1, (N, 2), or None."""
        if not self.shape:
            return None
        points = np.array(self.shape, np.float64)
        low, high = points.min(0), points.max(0)
        stretched: NDArray[np.float64] = (points - low) / np.maximum(high - low, 1e-9)
        return stretched

    def to_json(self) -> str:
        """The scheme as one line of JSON, for checkpoints and projects."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Scheme:
        """Read what `to_json` wrote.

        A shipped scheme that was stored with numbers, as all once were, gets its names: the
        numbers say the same order.
        """
        scheme = _from_mapping(json.loads(text))
        shipped = _shipped(scheme.name) if scheme.is_numbered else None
        if shipped is None or shipped.count != scheme.count:
            return scheme
        return replace(scheme, names=shipped.names, shape=scheme.shape or shipped.shape)

    def to_toml(self) -> str:
        """The scheme as a TOML file that `load_scheme` reads."""
        rows = [f"name = {_quoted(self.name)}", "names = ["]
        rows += [f"  {_quoted(name)}," for name in self.names] + ["]"]
        if self.nme_pair:
            rows.append(f"nme_pair = {list(self.nme_pair)}")
        for key, lists in (("pupils", self.pupils), ("edges", self.edges), ("curves", self.curves)):
            if lists:
                rows.append(f"{key} = {[list(row) for row in lists]}")
        if self.flip:
            rows.append(f"flip = {list(self.flip)}")
        if self.shape:
            rows += ["shape = [", *(f"  {[float(x), float(y)]}," for x, y in self.shape), "]"]
        if self.regions:
            rows += ["", "[regions]"]
            rows += [f"{_quoted(name)} = {list(row)}" for name, row in self.regions.items()]
        return "\n".join(rows) + "\n"

    @staticmethod
    def numbered(name: str, count: int) -> Scheme:
        """A scheme of `count` numbered points, with no edges and no mirror."""
        width = len(str(count - 1))
        return Scheme(name, tuple(f"{k:0{width}d}" for k in range(count)))


def _from_mapping(data: Mapping[str, Any]) -> Scheme:
    """Build a scheme from JSON or TOML. TOML may give `landmarks` for names and `lines`/`loops`."""
    name = str(data.get("name", ""))
    known = {
        "name", "names", "landmarks", "edges", "lines", "loops",
        "flip", "curves", "nme_pair", "regions", "pupils", "shape",
    }  # fmt: skip
    unknown = set(data) - known
    if unknown:
        raise SchemeError(f"scheme {name!r}: unknown entry {min(unknown)!r}")

    def rows(key: str, size: int | None = None) -> list[tuple[int, ...]]:
        given = data.get(key, ())
        if not isinstance(given, list | tuple):
            raise SchemeError(f"scheme {name!r}: {key} must be a list of lists, not {given!r}")
        return [_numbers(name, key, row, size) for row in given]

    regions = data.get("regions", {})
    if not isinstance(regions, Mapping):
        raise SchemeError(f"scheme {name!r}: regions must be a table, not {regions!r}")
    edges = [(a, b) for a, b in rows("edges", 2)]
    for line in rows("lines"):
        edges.extend(itertools.pairwise(line))
    for loop in rows("loops"):
        edges.extend(zip(loop, [*loop[1:], loop[0]], strict=True))
    flip = data.get("flip")
    pair = data.get("nme_pair") and _numbers(name, "nme_pair", data["nme_pair"], 2)
    return Scheme(
        name=name,
        names=_names(name, data.get("names", ()), data.get("landmarks", 0)),
        edges=tuple(edges),
        flip=_numbers(name, "flip", flip) if flip else (),
        curves=tuple(rows("curves")),
        nme_pair=(pair[0], pair[1]) if pair else None,
        pupils=tuple(rows("pupils")),
        regions={str(k): _numbers(name, f"region {k!r}", row) for k, row in regions.items()},
        shape=_shape(name, data.get("shape", ())),
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _names(scheme: str, names: Any, count: Any) -> tuple[str, ...]:
    """The given names, or numbers for so many landmarks."""
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        raise SchemeError(f"scheme {scheme!r}: names must be a list of words, not {names!r}")
    if type(count) is not int:
        raise SchemeError(f"scheme {scheme!r}: landmarks must be a whole number, not {count!r}")
    if names and count not in (0, len(names)):
        raise SchemeError(f"scheme {scheme!r}: {count} landmarks, but {len(names)} names")
    return tuple(names) or Scheme.numbered(scheme, count).names


def _shape(scheme: str, points: Any) -> tuple[tuple[float, float], ...]:
    """The given points, each of two finite numbers."""
    if not isinstance(points, list | tuple):
        raise SchemeError(f"scheme {scheme!r}: shape must be a list of points, not {points!r}")
    for point in points:
        if (
            not isinstance(point, list | tuple)
            or len(point) != 2
            or not all(type(v) in (int, float) and math.isfinite(v) for v in point)
        ):
            raise SchemeError(f"scheme {scheme!r}: shape holds {point!r} instead of x and y")
    return tuple((float(x), float(y)) for x, y in points)


def _numbers(scheme: str, key: str, row: Any, size: int | None = None) -> tuple[int, ...]:
    """A row of landmark numbers: `size` of them, or one and more."""
    if (
        not isinstance(row, list | tuple)
        or not all(type(k) is int for k in row)
        or (len(row) != size if size else not row)
    ):
        wanted = "a pair" if size == 2 else "a list"
        raise SchemeError(
            f"scheme {scheme!r}: {key} holds {row!r} instead of {wanted} of landmark numbers"
        )
    return tuple(row)


def load_scheme(what: str) -> Scheme:
    """Find a scheme: a shipped name ('300w'), a number of points ('86'), or a TOML file's path.

    Raises:
        SchemeError: nothing of that name, or the file is not a scheme.
    """
    if what.isdecimal():
        return Scheme.numbered(f"{what} points", int(what))
    file = resources.path("schemes", f"{what}.toml")
    if Path(what).suffix.lower() == ".toml":
        file = Path(what)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SchemeError(
            f"there is no scheme {what!r}; known: {', '.join(shipped_schemes())}; "
            "or give a number of points, or a .toml file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SchemeError(f"{file} is not a scheme: {error}") from error
    return _from_mapping({"name": file.stem, **data})


def named_scheme(name: str, names: Sequence[str]) -> Scheme:
    """The shipped scheme with landmarks of these names in this order, else one of `name` that knows
    nothing but the names.

    Raises:
        SchemeError: there is no landmark, or two have one name.
    """
    for known in shipped_schemes():
        if (shipped := load_scheme(known)).names == tuple(names):
            return shipped
    return Scheme(name, tuple(names))


@functools.cache
def _shipped(name: str) -> Scheme | None:
    """The shipped scheme of that name; None if there is none."""
    return load_scheme(name) if name in shipped_schemes() else None


def shipped_schemes() -> list[str]:
    """Names of the schemes that come with the project."""
    return sorted(file.stem for file in resources.path("schemes").glob("*.toml"))


def read_scheme(model: Path) -> Scheme:
    """The scheme of a model file that `pipnet.models.checkpoint.save` wrote, without loading its
    weights.

    Raises:
        SchemeError: the file is missing, broken, or of another program.
    """
    try:
        with safe_open(model, framework="np") as file:
            meta = json.loads((file.metadata() or {})["pipnet"])
        return Scheme.from_json(json.dumps(meta["scheme"]))
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise SchemeError(f"{model} is not a whole model file of this program: {error}") from error


def norm_distance(
    truth: NDArray[np.float64], scheme: Scheme, norm: str | None = None
) -> NDArray[np.float64]:
    """The distance that normalises errors, (B, N, 2) -> (B,), in the unit of `truth`.

    Args:
        norm: `inter-ocular`, between the scheme's NME pair (68 points: the outer eye corners);
            `inter-pupil`, between the means of the scheme's two groups of pupil points; `box`, the
            square root of the area of the landmarks' box; two points such as `36-45`; or None for
            the scheme's pair, the box for a scheme without one.

    Raises:
        ValueError: another word, or the scheme does not have what it takes.
    """
    if norm is None:
        norm = "box" if scheme.nme_pair is None else "inter-ocular"
    if norm == "box":
        size = np.nanmax(truth, axis=1) - np.nanmin(truth, axis=1)
        root: NDArray[np.float64] = np.sqrt(size.prod(-1))
        return root
    ends = [truth[:, list(group)].mean(1) for group in _ends(norm, scheme)]
    result: NDArray[np.float64] = np.linalg.norm(ends[0] - ends[1], axis=-1)
    return result


def _ends(norm: str, scheme: Scheme) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The landmarks whose two means a distance lies between."""
    if norm == "inter-ocular" and scheme.nme_pair is not None:
        return (scheme.nme_pair[0],), (scheme.nme_pair[1],)
    if norm == "inter-pupil" and scheme.pupils:
        return scheme.pupils[0], scheme.pupils[1]
    if norm in ("inter-ocular", "inter-pupil"):
        raise ValueError(f"scheme {scheme.name!r} does not say which points {norm} is between")
    pair = [int(word) for word in norm.split("-") if word.isdecimal()]
    if len(pair) != 2 or norm != f"{pair[0]}-{pair[1]}" or max(pair) >= scheme.count:
        raise ValueError(
            f"errors cannot be divided by {norm!r}: give inter-ocular, inter-pupil, box, or two of "
            f"the points 0 to {scheme.count - 1}, such as 0-1"
        )
    return (pair[0],), (pair[1],)
