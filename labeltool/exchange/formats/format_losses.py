"""What a format cannot carry of the labels that are to be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labeltool.domain import N_, Message
from labeltool.exchange.formats import LabelFormat
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import OCCLUDED, visibility_of
from pipnet.formats.registry import FORMATS as KNOWN

_KNOWN = {known.name: known for known in KNOWN}

_ONLY_READ = {("pts", "occluded"), ("dlib", "names")}
"""What a format carries that this program reads and does not write."""

LossKind = Literal["occluded", "absent", "rounded", "names", "crops"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that is lost: `count` occlusion flags, faces with an absent landmark, faces whose
    positions are rounded to whole pixels, names of landmarks, or faces of which a crop alone is
    written; `text` is a part of a sentence."""

    kind: LossKind
    count: int
    text: Message


def title(form: LabelFormat) -> str:
    """The name of a format in a sentence."""
    return _KNOWN[form.name].title


def is_written(form: LabelFormat, row: LabelledFace) -> bool:
    """Whether a format can hold a face at all: some cannot without all of its landmarks."""
    return form.can_mark_absent or bool(np.isfinite(row.points).all())


def losses(
    form: LabelFormat, rows: Iterable[LabelledFace], names: Sequence[str]
) -> tuple[Loss, ...]:
    """What a format cannot carry of these faces and `names` of landmarks; empty if nothing.

    Goes through the rows once.
    """
    written = left_out = hidden = rounded = 0
    for row in rows:
        if not is_written(form, row):
            left_out += 1
            continue
        written += 1
        hidden += int((visibility_of(row) == OCCLUDED).sum())
        rounded += form.name == "dlib" and _has_fractions(row)
    found = []
    if hidden and not _writes(form, "occluded"):
        text = Message.counted(
            hidden, N_("1 occlusion flag is lost"), N_("{count:,} occlusion flags are lost")
        )
        found.append(Loss("occluded", hidden, text))
    if rounded:
        text = Message(N_("positions are rounded to whole pixels"))
        found.append(Loss("rounded", rounded, text))
    # numbers are the landmarks' order, which every format keeps
    named = [name for number, name in enumerate(names) if name not in (str(number), f"{number:02}")]
    if named and not _writes(form, "names"):
        found.append(Loss("names", len(named), Message(N_("the names of landmarks are lost"))))
    if form.name == "pipnet" and written:
        text = Message(N_("photos are cut to crops of 256 by 256 pixels"))
        found.append(Loss("crops", written, text))
    if left_out:
        text = Message.counted(
            left_out,
            N_("1 face with an absent landmark is left out"),
            N_("{count:,} faces with an absent landmark are left out"),
        )
        found.append(Loss("absent", left_out, text))
    return tuple(found)


def _writes(form: LabelFormat, what: str) -> bool:
    return what in _KNOWN[form.name].carries and (form.name, what) not in _ONLY_READ


def _has_fractions(row: LabelledFace) -> bool:
    points = row.points[np.isfinite(row.points)]
    return bool((points != np.rint(points)).any())
