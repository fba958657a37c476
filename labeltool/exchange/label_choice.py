"""Which labels of a project go out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from labeltool.domain import N_, Filter, PhotoRecord, UserError, Verdict
from labeltool.exchange.formats.photo_names import photo_names
from labeltool.store import Store
from pipnet.data.labelled_faces import LabelledFace

LABEL_VERDICTS = (Verdict.ACCEPTED, Verdict.CORRECTED)
"""The verdicts of faces with a label."""

LABELS_AT_ONCE = 500
"""Labels in memory at the same time: a megabyte."""


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """Which labels: of faces with one of the `verdicts` (of LABEL_VERDICTS) that `filter` lets
    through; None lets all through."""

    verdicts: tuple[Verdict, ...] = LABEL_VERDICTS
    filter: Filter | None = None


ALL_LABELS = LabelChoice()


class StoredLabels:
    """The labels of some faces, which are read in parts each time they are gone through."""

    def __init__(self, store: Store, faces: Sequence[tuple[int, str]]) -> None:
        self._store, self._faces = store, faces

    def __len__(self) -> int:
        return len(self._faces)

    def __iter__(self) -> Iterator[LabelledFace]:
        for start in range(0, len(self._faces), LABELS_AT_ONCE):
            names = dict(self._faces[start : start + LABELS_AT_ONCE])
            for label in self._store.labels.of(list(names)):
                yield LabelledFace(
                    names[label.face], label.points, None, label.visibility,
                    verdict=label.verdict, reviewer=label.reviewer, round=label.round,
                )  # fmt: skip

    def of_photos(self, photos: Collection[str]) -> StoredLabels:
        """Those of the faces of these photos."""
        return StoredLabels(self._store, [face for face in self._faces if face[1] in photos])


@dataclass(frozen=True, eq=False)
class ChosenLabels:
    """The labels of a choice, in pixels of the upright photos.

    `rows`: in the order in which the photos came, and of their faces. `photos`: those of the rows,
    by name, in the same order. `all_names`: of all photos of the project. `unlabelled`: faces that
    the filter lets through and that nobody accepted or corrected; 0 without a filter.
    """

    rows: StoredLabels
    photos: dict[str, PhotoRecord]
    all_names: tuple[str, ...] = ()
    unlabelled: int = 0


def chosen_labels(store: Store, choice: LabelChoice) -> ChosenLabels:
    """Find the labels of a choice.

    Raises:
        UserError: there is none.
    """
    listed = None if choice.filter is None else set(store.queue.ids(choice.filter))
    photos = {photo.id: photo for photo in store.photos.records()}
    names = photo_names((photo.id, photo.root, photo.path) for photo in photos.values())
    labelled = [
        (face, photo, verdict)
        for face, photo, verdict in store.labels.faces()
        if listed is None or face in listed
    ]
    rows = [(face, names[photo]) for face, photo, verdict in labelled if verdict in choice.verdicts]
    if not rows:
        raise _nothing(choice)
    of_rows = {
        names[photo]: photos[photo] for _, photo, verdict in labelled if verdict in choice.verdicts
    }
    unlabelled = 0 if listed is None else len(listed) - len(labelled)
    return ChosenLabels(StoredLabels(store, rows), of_rows, tuple(names.values()), unlabelled)


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
