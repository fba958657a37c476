"""Label files before their import: what they hold, which photos they mean, what cannot be used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from labeltool.domain import N_, Message, UserError
from labeltool.exchange.formats import LabelFormat, ReadLabels
from labeltool.exchange.formats.format_table import FORMATS, find_labels
from labeltool.exchange.formats.photo_names import photo_names
from labeltool.exchange.mapping.landmark_map import LandmarkMap
from labeltool.store import Store
from pipnet.data.coco import LabelError
from pipnet.data.images import ImageError, classify
from pipnet.data.label_frames import LabelFrame, SizeMismatch, StatedSize, choose_frames
from pipnet.data.labelled_faces import LabelledFace, landmark_order
from pipnet.data.photo_lookup import KnownPhoto, PhotoLookup
from pipnet.data.scheme import Scheme


@dataclass(frozen=True)
class LabelSource:
    """A label file that was read and not imported yet.

    `files`: the photos by the names that the file gives them. `problems`: what cannot be used.
    `sizes`: what is stated of each photo that can be, by name. `shift`: pixels of the upright photo
    that are added to every position.
    """

    path: Path
    form: LabelFormat
    read: ReadLabels
    files: Mapping[str, Path]
    problems: tuple[Message, ...]
    sizes: Mapping[str, StatedSize]
    shift: tuple[float, float] = (0.0, 0.0)

    def frames(
        self, *, turn: bool = False, scale: bool = False
    ) -> tuple[dict[str, LabelFrame], dict[str, SizeMismatch]]:
        """The photos by name that were labelled in another size and can be imported with these
        options, and those that cannot. See `pipnet.data.label_frames.choose_frames`."""
        return choose_frames(self.sizes, turn=turn, scale=scale)


def read_label_source(store: Store, path: Path) -> LabelSource:
    """Read a label file or a folder of them, find its photos, and bring its landmarks into the
    project's order. Changes nothing.

    Raises:
        UserError: not readable, or with other landmarks than the project's.
    """
    return fit_to_scheme(find_label_source(store, path), store.scheme)


def find_label_source(store: Store, path: Path) -> LabelSource:
    """Read a label file or a folder of them, and find its photos. Changes nothing; the landmarks
    are as in the file.

    Raises:
        UserError: not readable.
    """
    records = store.photos.records()
    names = photo_names((record.id, record.root, record.path) for record in records)
    try:
        found = find_labels(path)
        if found is None:
            suffixes = ", ".join(known.suffix for known in FORMATS)
            raise UserError(
                N_("{path} is not a label file."),
                N_("Choose a file or folder of one of these kinds: {suffixes}."),
                path=path,
                suffixes=suffixes,
            )
        form, path = found
        read = form.read(path, {name.split("/")[0] for name in names.values()})
    except (LabelError, ImageError) as error:
        raise UserError(N_("{reason}"), reason=str(error)) from error
    folder = path if os.path.isdir(path) else path.parent
    lookup = PhotoLookup(
        folder, [KnownPhoto(record.file, names[record.id], record.sha256) for record in records]
    )
    hashes = {name: photo.sha256 for name, photo in read.photos.items()}
    files, not_found = lookup.find_all(hashes, stems=read.stems)
    lacking = {name: Message(reason) for name, reason in not_found.items()}
    known = {record.file: record for record in records}
    for name, file in list(files.items()):
        if file in known and (reason := known[file].problem):
            lacking[name] = Message(
                N_("{photo} cannot be used: {reason}"), photo=name, reason=reason
            )
        elif file not in known and not _can_be_added(file):
            lacking[name] = Message(
                N_("{photo} is not a photo of a kind that can be read"), photo=name
            )
        else:
            continue
        del files[name]
    wanted = {row.photo for row in read.rows}
    problems = (
        *read.problems, *(reason for name, reason in lacking.items() if name in wanted)
    )  # fmt: skip
    sizes = {
        name: StatedSize(file, read.photos[name].size, known[file].size if file in known else None)
        for name, file in files.items()
        if name in wanted
    }
    return LabelSource(path, form, read, files, problems, sizes)


def fit_to_scheme(
    source: LabelSource,
    scheme: Scheme,
    mapping: LandmarkMap | None = None,
    shift: tuple[float, float] = (0.0, 0.0),
) -> LabelSource:
    """The labels with the scheme's landmarks: by `mapping`, else by their names or numbers.

    Faces of another number of landmarks become problems. `shift`: see `LabelSource`.

    Raises:
        UserError: the landmarks are others than the scheme's, and there is no mapping.
    """
    if mapping is not None:
        rows, problems = _mapped(source.read, mapping)
    else:
        rows, problems = _in_scheme(source.read, scheme, source.path, source.form)
    read = replace(source.read, rows=rows)
    return replace(source, read=read, problems=(*source.problems, *problems), shift=shift)


def _mapped(read: ReadLabels, mapping: LandmarkMap) -> tuple[list[LabelledFace], list[Message]]:
    """The faces with the landmarks of a mapping, and why others are not used."""
    rows: list[LabelledFace] = []
    others: list[LabelledFace] = []
    maps: dict[tuple[tuple[str, ...] | None, int], LandmarkMap | None] = {}
    for row in read.rows:
        key = (row.names, len(row.points))
        if key not in maps:
            maps[key] = mapping.for_face(row, read.names)
        found = maps[key]
        if found is None:
            others.append(row)
        else:
            rows.append(found.apply(row))
    said = N_("{photo} has {count} landmarks, which the mapping does not know")
    return rows, [Message(said, photo=row.photo, count=len(row.points)) for row in others]


def _can_be_added(file: Path) -> bool:
    try:
        str(file).encode()
    except UnicodeEncodeError:  # a file name that is not text cannot be stored
        return False
    return classify(file) == "photo"


MAP_THEM = N_(
    "Or say which landmark is which by a mapping: in the window's preview, or with --map names, "
    "--map order, --map FILE or a published rule."
)


def _in_scheme(
    read: ReadLabels, scheme: Scheme, path: Path, form: LabelFormat
) -> tuple[list[LabelledFace], list[Message]]:
    """The rows with the scheme's number of landmarks, in its order, and why others are not used.

    Raises UserError for landmarks of other names, or if no row has as many landmarks.
    """
    fitting = [row for row in read.rows if len(row.points) == scheme.count]
    others = [row for row in read.rows if len(row.points) != scheme.count]
    if others and not fitting:
        raise UserError(
            N_("{path} has {count} landmarks a face, this project's scheme {scheme!r} has {ours}."),
            N_("Import it into a project with that scheme. {or_map}"),
            path=path,
            count=len(others[0].points),
            scheme=scheme.name,
            ours=scheme.count,
            or_map=Message(MAP_THEM),
        )
    suffix = form.suffix if read.stems else ""
    problems = [
        Message(
            N_(
                "{photo} has {count} landmarks, this project's scheme has {ours}; label it again "
                "with all of them"
            ),
            photo=f"{row.photo}{suffix}",
            count=len(row.points),
            ours=scheme.count,
        )
        for row in others
    ]
    rows, unlike = _in_order(fitting, read, scheme, path)
    return rows, problems + unlike


def _in_order(
    fitting: list[LabelledFace], read: ReadLabels, scheme: Scheme, path: Path
) -> tuple[list[LabelledFace], list[Message]]:
    """The rows with their landmarks in the scheme's order, and why others are not used.

    Raises UserError if the landmarks of no row are the scheme's.
    """
    orders: dict[tuple[str, ...] | None, list[int] | None] = {}
    wrong: dict[tuple[str, ...] | None, LabelError] = {}
    rows: list[LabelledFace] = []
    for row in fitting:
        names = row.names or read.names
        if names not in orders and names not in wrong:
            try:
                orders[names] = landmark_order(names, scheme.names, path.name)
            except LabelError as error:
                wrong[names] = error
        if names in wrong:
            continue
        order = orders[names]
        seen = row.visibility
        rows.append(
            row
            if order is None
            else replace(
                row, points=row.points[order], visibility=None if seen is None else seen[order]
            )
        )
    if wrong and not rows:
        first = next(iter(wrong.values()))
        raise UserError(N_("{reason}"), MAP_THEM, reason=str(first)) from first
    return rows, [Message(N_("{reason}"), reason=str(error)) for error in wrong.values()]
