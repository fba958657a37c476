"""Which landmark of a label file is which landmark of the project: made by name, by order, by a
published rule, or read from a small file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, Message, UserError
from labeltool.exchange.formats import ReadLabels, write_text_atomically
from labeltool.exchange.mapping.published_rules import RULES, Sources, rules_between
from pipnet.data.labelled_faces import LabelledFace, landmark_order
from pipnet.data.scheme import Scheme, named_scheme
from pipnet.formats.label_file import LabelError, seen_where_placed

MAX_LISTED_LANDMARKS = 20
"""A message names so many landmarks of a scheme."""

BY_NAME, BY_ORDER = "names", "order"
"""What `choose_map` takes instead of the name of a rule."""


@dataclass(frozen=True)
class FileLandmarks:
    """The landmarks of most faces of a file: how many, and their `names` if it states them."""

    count: int
    names: tuple[str, ...] | None

    @property
    def titles(self) -> tuple[str, ...]:
        """A name for each: the file's, or its place from 0."""
        return self.names or Scheme.numbered("", max(self.count, 1)).names[: self.count]


@dataclass(frozen=True)
class LandmarkMap:
    """Where each landmark of a scheme comes from.

    `theirs`: the landmarks of the file. `sources`: for each landmark of the scheme the places of
    those whose mean it is; none: it is absent.
    """

    theirs: FileLandmarks
    sources: Sources

    def set_source(self, landmark: int, places: tuple[int, ...]) -> LandmarkMap:
        """The same map, with another source for one landmark of the scheme."""
        sources = list(self.sources)
        sources[landmark] = places
        return replace(self, sources=tuple(sources))

    def for_face(self, face: LabelledFace, names: Sequence[str] | None) -> LandmarkMap | None:
        """The map for a face that may have other landmarks than most; None: it cannot be mapped.

        `names`: of all faces of the file, for a face without its own. Landmarks that the face does
        not name are absent.
        """
        own = _stated(face.names or names)
        if own is None or self.theirs.names is None or own == self.theirs.names:
            return self if len(face.points) == self.theirs.count else None
        place = {name: k for k, name in enumerate(own)}
        wanted = [[self.theirs.names[k] for k in group] for group in self.sources]
        sources = tuple(
            tuple(place[name] for name in group) if all(name in place for name in group) else ()
            for group in wanted
        )
        return LandmarkMap(FileLandmarks(len(own), own), sources) if any(sources) else None

    def apply(self, face: LabelledFace) -> LabelledFace:
        """The face with the scheme's landmarks. It has `theirs.count` points."""
        points = self.points(face.points)
        seen = None if face.visibility is None else self._seen(face.visibility)
        if seen is None and not all(self.sources):
            seen = seen_where_placed(points)
        return replace(face, points=points, visibility=seen, names=None)

    def points(self, theirs: NDArray[np.float64]) -> NDArray[np.float64]:
        """(M, 2) of the file -> (N, 2) of the scheme, NaN where there is no source."""
        ends = np.vstack([theirs, np.full((1, 2), np.nan)])
        mapped: NDArray[np.float64] = ends[[group[0] if group else -1 for group in self.sources]]
        for k, group in enumerate(self.sources):
            if len(group) > 1:
                mapped[k] = theirs[list(group)].mean(axis=0)
        return mapped

    def scores(self, theirs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores (M,) of the file's landmarks -> (N,) of the scheme, 0 where there is no source."""
        return np.array([theirs[list(group)].mean() if group else 0.0 for group in self.sources])

    def _seen(self, theirs: NDArray[np.int8]) -> NDArray[np.int8]:
        return np.array(
            [theirs[list(group)].min() if group else 0 for group in self.sources], np.int8
        )


def landmarks_of(read: ReadLabels) -> FileLandmarks:
    """The landmarks that most faces of a file have."""
    counts = Counter(len(face.points) for face in read.rows)
    count = counts.most_common(1)[0][0] if counts else len(read.names or ())
    named = (face.names or read.names for face in read.rows if len(face.points) == count)
    return FileLandmarks(count, _stated(next(named, read.names)))


def _stated(names: Sequence[str] | None) -> tuple[str, ...] | None:
    """The names, None if there are none, or some are blank or stand twice."""
    if not names or len({name for name in names if name.strip()}) < len(names):
        return None
    return tuple(names)


def own_map(theirs: FileLandmarks, scheme: Scheme) -> LandmarkMap | None:
    """How the file's landmarks are taken if nobody says otherwise; None if they are not the
    scheme's."""
    if theirs.count != scheme.count:
        return None
    try:
        order = landmark_order(theirs.names, scheme.names, "")
    except LabelError:
        return None
    return LandmarkMap(theirs, tuple((k,) for k in order or range(theirs.count)))


def by_name(theirs: FileLandmarks, scheme: Scheme) -> LandmarkMap:
    """The landmarks of the same name; the others of the scheme are absent.

    Numbers are places and no names, unless both have the same.

    Raises:
        UserError: no name is in both.
    """
    exact = {name: k for k, name in enumerate(theirs.names or ())}
    if set(exact) != set(scheme.names):
        exact = {name: k for name, k in exact.items() if not name.isdecimal()}
    folded = {name.casefold(): k for name, k in exact.items()}
    places = [exact.get(name, folded.get(name.casefold(), -1)) for name in scheme.names]
    if max(places) < 0:
        raise UserError(
            N_("No landmark of the label file has a name of the scheme {scheme!r}."),
            N_("Map them by order, by a published rule, or by a mapping file."),
            scheme=scheme.name,
        )
    return LandmarkMap(theirs, tuple((k,) if k >= 0 else () for k in places))


def by_order(theirs: FileLandmarks, scheme: Scheme) -> LandmarkMap:
    """The first landmark of the file is the scheme's first, and so on, whatever their names."""
    order = _ranked(theirs)
    return LandmarkMap(theirs, tuple((k,) for k in order[: scheme.count]) + _missing(order, scheme))


def between_schemes(theirs: Scheme, ours: Scheme) -> LandmarkMap:
    """How landmarks of one scheme become those of another if nobody says: the same names, else by
    the published rule for the two, else by the names that both have.

    Raises:
        UserError: none of these fits; the landmarks of both are listed.
    """
    landmarks = FileLandmarks(theirs.count, theirs.names)
    if set(theirs.names) != set(ours.names):
        # before single names, which shipped schemes share for places that differ
        one, other = (_SHORT.get(name, name) for name in map(_shipped_name, (theirs, ours)))
        for rule in RULES:
            if rule.name == f"{one}-{other}":
                return LandmarkMap(landmarks, rule.sources)
    try:
        return by_name(landmarks, ours)
    except UserError as error:
        raise UserError(
            N_(
                "The detector finds other landmarks than those of the scheme {scheme!r}. It finds: "
                "{theirs}. The scheme has: {ours}."
            ),
            N_("Use one for these landmarks, or give them the same names."),
            scheme=ours.name, theirs=_listed(theirs), ours=_listed(ours),
        ) from error  # fmt: skip


_SHORT = {"five-points": "5"}
"""What the names of rules call a shipped scheme."""


def _shipped_name(scheme: Scheme) -> str:
    """The name of the shipped scheme with these landmarks, empty without one."""
    return named_scheme("", scheme.names).name


def _listed(scheme: Scheme) -> str:
    names = ", ".join(scheme.names[:MAX_LISTED_LANDMARKS])
    return names if scheme.count <= MAX_LISTED_LANDMARKS else f"{names}, … ({scheme.count})"


def _missing(order: Sequence[int], scheme: Scheme) -> Sources:
    return ((),) * max(0, scheme.count - len(order))


def _ranked(theirs: FileLandmarks) -> list[int]:
    """The places of the file's landmarks, in the order of their numbers if the names are such."""
    numbered = Scheme.numbered("", max(theirs.count, 1)).names
    try:
        order = landmark_order(theirs.names, numbered, "")
    except LabelError:  # some are called as numbers: by place
        order = None
    return order or list(range(theirs.count))


def choices_between(theirs: FileLandmarks, scheme: Scheme) -> dict[str, LandmarkMap]:
    """Every map that can be made without a file, by what `choose_map` calls it."""
    order = _ranked(theirs)
    maps = {
        rule.name: LandmarkMap(
            theirs, tuple(tuple(order[k] for k in group) for group in rule.sources)
        )
        for rule in rules_between(theirs.count, scheme.count)
    }
    if theirs.names is not None:
        with suppress(UserError):
            maps = {BY_NAME: by_name(theirs, scheme), **maps}
    return {**maps, BY_ORDER: by_order(theirs, scheme)}


def choose_map(what: str, theirs: FileLandmarks, scheme: Scheme) -> LandmarkMap:
    """The map that a person names: `names`, `order`, a published rule, or the path of a file.

    Raises:
        UserError: it is none of them, or does not fit the file and the scheme.
    """
    if what == BY_NAME:
        return by_name(theirs, scheme)
    maps = choices_between(theirs, scheme)
    if what in maps:
        return maps[what]
    known = {rule.name: rule for rule in RULES}
    if what in known:
        raise UserError(
            N_(
                "The mapping {name} makes {ours} landmarks from {theirs}; this project has "
                "{scheme}, and the label file {file}."
            ),
            N_("Choose another mapping: {maps}, or a mapping file."),
            name=what, ours=known[what].ours, theirs=known[what].theirs, scheme=scheme.count,
            file=theirs.count, maps=", ".join(maps),
        )  # fmt: skip
    if not Path(what).is_file():
        raise UserError(
            N_("There is no mapping {name}."),
            N_("Choose one of {maps}, or name a mapping file."),
            name=what, maps=", ".join(maps),
        )  # fmt: skip
    return read_map(Path(what), theirs, scheme)


# Files


def write_map(path: Path, chosen: LandmarkMap, scheme: Scheme) -> None:
    """Write a mapping file, which `read_map` reads. Raises OSError."""
    titles: Sequence[str | int] = chosen.theirs.names or range(chosen.theirs.count)
    landmarks: dict[str, object] = {}
    for name, group in zip(scheme.names, chosen.sources, strict=True):
        named = [titles[k] for k in group]
        landmarks[name] = named if len(named) > 1 else named[0] if named else None
    data = {"scheme": scheme.name, "landmarks": landmarks}
    write_text_atomically(path, [json.dumps(data, ensure_ascii=False, indent=1) + "\n"])


def read_map(path: Path, theirs: FileLandmarks, scheme: Scheme) -> LandmarkMap:
    """Read a mapping file: JSON with `landmarks`, for each landmark of the project the name of one
    in the label file, its place from 0, a list of them for their mean, or null.

    Raises:
        UserError: not readable, or it names landmarks that the scheme or the file does not have.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unusable(path, Message(str(error))) from error
    landmarks = data.get("landmarks") if isinstance(data, Mapping) else None
    if not isinstance(landmarks, Mapping):
        raise _unusable(path, Message(N_("it has no entry 'landmarks'")))
    if unknown := [name for name in landmarks if name not in scheme.names]:
        said = N_("the scheme {scheme!r} has no landmark {name!r}")
        raise _unusable(path, Message(said, scheme=scheme.name, name=unknown[0]))
    places = {name: k for k, name in enumerate(theirs.names or ())}

    def place(given: object) -> int:
        if isinstance(given, str) and given in places:
            return places[given]
        if type(given) is int and 0 <= given < theirs.count:
            return given
        said = N_("the label file has no landmark {name}")
        raise _unusable(path, Message(said, name=json.dumps(given, ensure_ascii=False)))

    sources: list[tuple[int, ...]] = []
    for name in scheme.names:
        given = landmarks.get(name)
        group = [] if given is None else given if isinstance(given, list) else [given]
        sources.append(tuple(place(one) for one in group))
    if not any(sources):
        raise _unusable(path, Message(N_("it maps no landmark")))
    return LandmarkMap(theirs, tuple(sources))


def _unusable(path: Path, reason: Message) -> UserError:
    return UserError(
        N_("{path} is no mapping for these labels: {reason}."),
        N_("A mapping file names a landmark of the label file for each of the project."),
        path=path, reason=reason,
    )  # fmt: skip
