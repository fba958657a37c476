"""Export of the prediction that each face shows now, whatever was decided on the face."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from labeltool.documents.files import writing
from labeltool.domain import (
    N_,
    VERDICTS,
    Filter,
    Message,
    PredictedFace,
    Progress,
    UserError,
    Verdict,
    not_written,
)
from labeltool.domain.progress import no_progress
from labeltool.exchange.export_places import is_of_project, of_project
from labeltool.exchange.formats.photo_names import photo_names
from labeltool.exchange.formats.written_folder import new_folder
from labeltool.exchange.predictions.prediction_pictures import (
    DrawFaces,
    write_crops,
    write_overlays,
)
from labeltool.exchange.predictions.prediction_tables import (
    TABLE,
    Source,
    write_coco_results,
    write_table,
)
from labeltool.store import Store

FORMS = {
    "csv": N_("CSV table, a row for each face (*.csv)"),
    "coco-results": N_("Folder with COCO results, and the list of photos (*)"),
    "overlays": N_("Folder with a picture of each photo, landmarks drawn (*)"),
    "crops": N_("Folder with a square picture of each face, and a table (*)"),
}
"""What can be written, with a description for file dialogs."""

CHUNK_FACES = 500
"""Faces that are read at once: some megabytes."""

OVERLAY_PIXELS, CROP_PIXELS = 1600, 256
"""The longest side of an overlay and the side of a crop, if none is chosen."""


@dataclass(frozen=True, slots=True)
class WrittenPredictions:
    """How many faces of how many photos were written, and what could not be, a sentence each."""

    faces: int
    photos: int
    problems: tuple[Message, ...] = ()


def export_predictions(
    store: Store,
    out: Path,
    form: str,
    progress: Progress = no_progress,
    *,
    verdicts: Collection[Verdict] = VERDICTS,
    size: int | None = None,
    draw: DrawFaces | None = None,
) -> WrittenPredictions:
    """Write the predictions to the file OUT, or to the new folder OUT.

    Args:
        form: one of `FORMS`.
        progress: called with faces; may raise Cancelled, and then nothing was written.
        verdicts: of the faces to write.
        size: pixels of the longest side of overlays, which are never enlarged, or of a crop's side.
        draw: draws the landmarks of overlays.

    Raises:
        UserError: there is nothing to write, or OUT may not be replaced or cannot be written.
    """
    _check_place(store, out, is_picture=form in ("overlays", "crops"))
    ids = store.queue.ids(Filter())
    photos = {photo.id: photo for photo in store.photos.records()}
    names = photo_names((photo.id, photo.root, photo.path) for photo in photos.values())
    source = Source(
        store.scheme, photos, names, _predicted(store, ids, frozenset(verdicts), progress)
    )
    try:
        if form == "csv":
            with writing(out, TABLE) as partial:
                write_table(source, partial)
                _check_written(source)
        else:
            with new_folder(out) as folder:
                if form == "coco-results":
                    write_coco_results(source, folder)
                elif form == "crops":
                    write_crops(source, folder, size or CROP_PIXELS)
                else:
                    assert draw is not None
                    write_overlays(source, folder, size or OVERLAY_PIXELS, draw)
                _check_written(source)
    except OSError as error:
        raise not_written(out, error) from error
    return WrittenPredictions(source.faces, len(source.written), tuple(source.problems))


def _predicted(
    store: Store, ids: list[int], verdicts: frozenset[Verdict], progress: Progress
) -> Iterator[PredictedFace]:
    """The faces in the order of their files, so that those of one photo follow each other."""
    for start in range(0, len(ids), CHUNK_FACES):
        for place, face in enumerate(store.faces.predicted(ids[start : start + CHUNK_FACES])):
            progress(start + place, len(ids))
            if face.verdict in verdicts:
                yield face
    progress(len(ids), len(ids))


def _check_written(source: Source) -> None:
    """Raise if nothing was written."""
    if source.faces:
        return
    if source.problems:
        raise UserError(
            N_("Nothing was written: {reason}."),
            N_("Check that the photos are where the project knows them."),
            reason=source.problems[0],
        )
    raise UserError(
        N_("There is nothing to write: none of these faces has a prediction."),
        N_("Predict first, or choose other verdicts."),
    )


# Where to write


def _check_place(store: Store, out: Path, *, is_picture: bool) -> None:
    """Raise if OUT is the project's own, or if pictures would come among the photos."""
    real = Path(os.path.realpath(out))
    if is_of_project(store, real):
        raise of_project(out)
    for root in store.photos.roots().values() if is_picture else ():
        if real.is_relative_to(os.path.realpath(root)):
            raise UserError(
                N_("{path} is inside the photo folder {root}, where pictures count as photos."),
                N_("Choose another folder."),
                path=out,
                root=root,
            )
