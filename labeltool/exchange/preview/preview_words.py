"""The facts of a preview: as sentences for people, and as JSON."""

from __future__ import annotations

from typing import Any

from labeltool.domain import N_, Message
from labeltool.exchange.mapping.landmark_map import BY_NAME, BY_ORDER, LandmarkMap
from labeltool.exchange.mapping.published_rules import RULES
from labeltool.exchange.preview.evidence import Comparison
from labeltool.exchange.preview.label_preview import LISTED, LookedAt, Weighed
from pipnet.data.scheme import Scheme

NAMES_SHOWN = 3
"""Landmark names that are shown of a file."""

_FROM_ONE = N_("Positions count from 1 in this format; 1 is subtracted.")
_BY_PHOTO = N_("Positions are shares of the photo's width and height.")
_FROM_ZERO = N_("Positions count from 0, the centre of the top-left pixel.")

_ORIGINS = {
    "cofw": _FROM_ONE,
    "cofw68": _FROM_ONE,
    "yolo": _BY_PHOTO,
    "labelstudio": _BY_PHOTO,
    "pipnet": _BY_PHOTO,
    "mediapipe": _BY_PHOTO,
    "tps": N_("y counts from the bottom edge of the photo; it is turned over."),
}

_ORIGINS_OF_FILES = {
    ("pts", frozenset([0])): N_("Positions count from 0, as “npoints:” says."),
    ("pts", frozenset([0, 1])): N_(
        "Positions count from 0 in files with “npoints:”, from 1 in the others; 1 is subtracted."
    ),
    ("pts", frozenset([1])): _FROM_ONE,
    ("sleap", frozenset([0.5])): N_(
        "Positions count from the corner of a pixel in this version; half a pixel is subtracted."
    ),
}
"""Of formats whose files differ, by what the files at hand state."""


def origin(looked: LookedAt) -> Message:
    """What positions count from, as the format says."""
    stated = _ORIGINS_OF_FILES.get((looked.format, looked.source.read.origins))
    return Message(stated or _ORIGINS.get(looked.format, _FROM_ZERO))


def how_mapped(looked: LookedAt, mapping: LandmarkMap | None) -> Message:
    """How the file's landmarks become the project's."""
    if mapping is None:
        return Message(N_("not matched"))
    return mapping_title(looked.name_of(mapping))


def mapping_title(name: str) -> Message:
    """What a mapping is called: `names`, `order` or a rule; empty for one that somebody made."""
    titles = {BY_NAME: N_("by name"), BY_ORDER: N_("by order"), "": N_("as chosen")}
    if name in titles:
        return Message(titles[name])
    return Message(next(rule.title for rule in RULES if rule.name == name))


def absent(mapping: LandmarkMap, scheme: Scheme) -> list[str]:
    """The landmarks of the scheme that have no source."""
    return [name for name, group in zip(scheme.names, mapping.sources, strict=True) if not group]


def compared(found: Comparison | None) -> Message:
    """Where the labels lie beside the detector's proposals, and what that may mean."""
    if found is None:
        return Message(N_("No proposals of a network to compare the labels with."))
    if found.is_far:
        return Message(
            N_(
                "The labels lie far from the detector's proposals ({percent} % of the face's size, "
                "median of {count} faces): another order or mapping?"
            ),
            percent=round(100 * found.distance), count=found.faces,
        )  # fmt: skip
    x, y = found.shift
    where = Message(
        N_(
            "The labels lie {x} px {across} and {y} px {down} the detector's proposals (median of "
            "{count} faces)"
        ),
        x=f"{abs(x):.1f}", across=Message(N_("right of") if x >= 0 else N_("left of")),
        y=f"{abs(y):.1f}", down=Message(N_("below") if y >= 0 else N_("above")),
        count=found.faces,
    )  # fmt: skip
    why = {
        (-1.0, -1.0): N_("{where}: they may count from 1."),
        (1.0, 1.0): N_("{where}: 1 may have been subtracted from labels that count from 0."),
        (-0.5, -0.5): N_("{where}: they may count from the corner of the first pixel."),
        (0.5, 0.5): N_("{where}: half a pixel may have been subtracted without need."),
    }
    likely = found.likely_shift
    return Message(N_("{where}.") if likely is None else why[likely], where=where)


def mirrored(weighed: Weighed) -> Message | None:
    """That left and right look swapped, if they do."""
    if not weighed.is_mirrored:
        return None
    said = N_("{count} of {total} faces look mirrored: left and right may be swapped.")
    return Message(said, count=weighed.mirrored, total=weighed.looked)


def facts(
    looked: LookedAt, weighed: Weighed, mapping: LandmarkMap | None, scheme: Scheme
) -> list[tuple[str, Message]]:
    """What a person should know, in this order: the name of each fact (marked text), and it."""
    read = looked.source.read
    rows = [
        (N_("Format"), Message(looked.title)),
        (N_("Content"), _content(looked)),
        (N_("Landmarks"), _landmarks(looked)),
        (N_("Matching"), _matching(looked, mapping, scheme)),
        (N_("Origin"), origin(looked)),
        (N_("Evidence"), Message.join(compared(weighed.comparison), mirrored(weighed))),
        (N_("Sizes"), sizes(looked)),
        (N_("Import"), weighed.refused or _effect(weighed)),
    ]
    if weighed.refused is not None and looked.choices:
        rows.append((N_("Mappings"), Message(", ".join(looked.choices))))
    unused = len(looked.missing) + len(read.problems) + len(weighed.problems)
    if unused:
        many = N_("{count} photos or rows; see the list.")
        rows.append((N_("Not used"), Message.counted(unused, N_("1 photo or row."), many)))
    return rows


def _content(looked: LookedAt) -> Message:
    read = looked.source.read
    here = Message(
        N_("{faces} in {photos}"),
        faces=Message.counted(len(read.rows), N_("1 face"), N_("{count} faces")),
        photos=Message.counted(len(read.photos), N_("1 photo"), N_("{count} photos")),
    )
    lacking = len(read.photos) - len(looked.source.files)
    if not lacking:
        return Message(N_("{content}, all found."), content=here)
    return Message(N_("{content}, {count} not found."), content=here, count=lacking)


def _landmarks(looked: LookedAt) -> Message:
    count, names = looked.landmarks.count, looked.landmarks.names
    if names is None:
        named = Message(N_("without names"))
    else:
        shown = ", ".join(names[:NAMES_SHOWN]) + ", …" * (len(names) > NAMES_SHOWN)
        named = Message(N_("named {names}"), names=shown)
    said = Message(N_("{count} a face, {named}"), count=count, named=named)
    if looked.same_count:
        schemes = ", ".join(looked.same_count)
        said = Message(N_("{landmarks}; as many as {schemes}"), landmarks=said, schemes=schemes)
    others = sum(looked.counts.values()) - looked.counts.get(count, 0)
    if others:
        said = Message(N_("{landmarks}; {count} faces have others"), landmarks=said, count=others)
    return said


def _matching(looked: LookedAt, mapping: LandmarkMap | None, scheme: Scheme) -> Message:
    how = how_mapped(looked, mapping)
    lacking = scheme.count if mapping is None else len(absent(mapping, scheme))
    if mapping is None or not lacking:
        return how
    said = N_("{how}; {count} of the {total} landmarks of {scheme} have no source and are absent")
    return Message(said, how=how, count=lacking, total=scheme.count, scheme=scheme.name)


def sizes(looked: LookedAt) -> Message:
    """Whether photos are of another size than the file says."""
    turned, scaled, unexplained = looked.ways()
    if not looked.mismatches:
        return Message(N_("No photo differs from what the file says."))
    said = N_(
        "{count} photos differ: {turned} were labelled before their EXIF turn, {scaled} on copies "
        "of another size, {unexplained} cannot be explained"
    )
    return Message(
        said, count=len(looked.mismatches), turned=turned, scaled=scaled, unexplained=unexplained
    )


def _effect(weighed: Weighed) -> Message:
    total = weighed.known + weighed.fresh
    made = Message(
        N_("{faces}: {known} of the project, {fresh} new"),
        faces=Message.counted(total, N_("1 face"), N_("{count} faces")),
        known=weighed.known, fresh=weighed.fresh,
    )  # fmt: skip
    if not weighed.kept:
        return made
    return Message(
        N_("{made}; {count} more keep what a person decided"), made=made, count=weighed.kept
    )


def as_json(
    looked: LookedAt, weighed: Weighed, mapping: LandmarkMap | None, scheme: Scheme
) -> dict[str, Any]:
    """Everything that the preview shows, for programs."""
    turned, scaled, unexplained = looked.ways()
    read, found = looked.source.read, weighed.comparison
    return {
        "file": str(looked.source.path),
        "format": looked.format,
        "photos": len(read.photos),
        "photos_found": len(looked.source.files),
        "photos_missing": [str(reason) for reason in looked.missing[:LISTED]],
        "faces": len(read.rows),
        "landmarks": {str(count): faces for count, faces in sorted(looked.counts.items())},
        "names": list(looked.landmarks.names or ()),
        "schemes_of_that_size": list(looked.same_count),
        "origin": str(origin(looked)),
        "mapping": None if mapping is None else looked.name_of(mapping) or "chosen",
        "absent": [] if mapping is None else absent(mapping, scheme),
        "mappings": list(looked.choices),
        "refused": None if weighed.refused is None else str(weighed.refused),
        "other_sizes": {"turned": turned, "scaled": scaled, "unexplained": unexplained},
        "imported": weighed.known + weighed.fresh,
        "new_faces": weighed.fresh,
        "kept": weighed.kept,
        "kept_faces": [
            {"face": kept.face, "photo": kept.photo, "verdict": str(kept.verdict),
             "same": kept.is_same}
            for kept in weighed.listed
        ],
        "comparison": None
        if found is None
        else {
            "faces": found.faces,
            "shift": [round(value, 3) for value in found.shift],
            "standard_error": [round(value, 3) for value in found.error],
            "distance": round(found.distance, 4),
            "likely_shift": None if found.likely_shift is None else list(found.likely_shift),
        },
        "mirrored": {"faces": weighed.mirrored, "of": weighed.looked},
        "not_used": [
            str(reason) for reason in (*read.problems, *weighed.problems)[:LISTED]
        ],
    }  # fmt: skip
