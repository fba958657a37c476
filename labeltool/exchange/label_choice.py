"""Which labels of a project go out."""

from __future__ import annotations

from dataclasses import dataclass, field

from labeltool.domain import N_, Filter, PhotoRecord, UserError, Verdict
from labeltool.exchange.formats.photo_names import photo_names
from labeltool.store import Store
from pipnet.data.labelled_faces import LabelledFace

LABEL_VERDICTS = (Verdict.ACCEPTED, Verdict.CORRECTED)
"""The verdicts of faces with a label."""


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """Which labels: of faces with one of the `verdicts` (of LABEL_VERDICTS) that `filter` lets
    through; None lets all through."""

    verdicts: tuple[Verdict, ...] = LABEL_VERDICTS
    filter: Filter | None = None


ALL_LABELS = LabelChoice()


@dataclass(frozen=True, eq=False)
class ChosenLabels:
    """The labels of a choice, in pixels of the upright photos.

    `rows`: in the order in which the faces were found. `photos`: those of the rows, by name.
    `all_names`: of all photos of the project. `unlabelled`: faces that the filter lets through and
    that nobody accepted or corrected; 0 without a filter.
    """

    rows: list[LabelledFace]
    photos: dict[str, PhotoRecord] = field(default_factory=dict)
    all_names: tuple[str, ...] = ()
    unlabelled: int = 0


def chosen_labels(store: Store, choice: LabelChoice) -> ChosenLabels:
    """Read the labels of a choice.

    Raises:
        UserError: there is none.
    """
    listed = None if choice.filter is None else set(store.queue.ids(choice.filter))
    photos = {photo.id: photo for photo in store.photos.records()}
    names = photo_names((photo.id, photo.root, photo.path) for photo in photos.values())
    photo_of = {face: photo for face, photo, *_ in store.faces.boxes()}
    rows, of_rows, labelled = list[LabelledFace](), dict[str, PhotoRecord](), 0
    for face, verdict, points, visibility in store.decisions.labels():
        if listed is not None and face not in listed:
            continue
        labelled += 1
        if verdict in choice.verdicts:
            name = names[photo_of[face]]
            of_rows[name] = photos[photo_of[face]]
            rows.append(LabelledFace(name, points, None, visibility, verdict=verdict))
    if not rows:
        raise _nothing(choice)
    unlabelled = 0 if listed is None else len(listed) - labelled
    return ChosenLabels(rows, of_rows, tuple(names.values()), unlabelled)


def _nothing(choice: LabelChoice) -> UserError:
    if choice == ALL_LABELS:
        return UserError(
            N_("There is nothing to export: no face is accepted or corrected yet."),
            N_("Review some faces first."),
        )
    return UserError(
        N_("There is nothing to export: none of the chosen faces has a label."),
        N_("Choose another filter or verdict; only accepted and corrected faces have labels."),
    )


def filter_named(store: Store, name: str) -> Filter:
    """The saved filter of a name.

    Raises:
        UserError: there is none, or a newer version of the program made it.
    """
    saved = {known.name: known.filter for known in store.filters.all()}
    if name not in saved:
        raise UserError(
            N_("There is no saved filter “{name}”."),
            N_("Saved filters are: {names}.") if saved else N_("Save one in the window first."),
            name=name,
            names=", ".join(saved),
        )
    found = saved[name]
    if found is None:
        raise UserError(
            N_("The filter “{name}” was made by a newer version of the program."),
            N_("Update this program, or delete the filter and make it again."),
            name=name,
        )
    return found
