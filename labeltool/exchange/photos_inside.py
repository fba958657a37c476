"""Photos that lie inside of a label file, as those of COFW."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from labeltool.domain import N_, Progress, UserError, system_reason
from labeltool.domain.progress import no_progress
from labeltool.exchange.photo_import import PhotoImportSummary, add_folder
from labeltool.store import Store
from pipnet.data.coco import LabelError
from pipnet.data.photo_lookup import content_hash
from pipnet.formats.binary_formats.matlab import holds_photos, photos_inside
from pipnet.output import replacing

EXTRACTED_FOLDER = "extracted"
"""The folder of a project for photos that were inside of label files."""


def add_photos_inside(
    store: Store, path: Path, progress: Progress = no_progress
) -> PhotoImportSummary | None:
    """Write the photos of a label file as PNG into the project's folder, and add them.

    They are `extracted/NAME-HASH/train/0001.png` and so on, by the name and content of the file;
    those that are there already are not written again.

    Returns:
        None if the file holds no photos.

    Raises:
        UserError: the file is damaged, or a photo cannot be written; none is added then.
    """
    if not holds_photos(path):
        return None
    folder = store.folder / EXTRACTED_FOLDER
    try:
        own = folder / f"{path.stem}-{content_hash(path)[:8]}"
        photos: list[Path] = []
        for name, total, pixels in photos_inside(path):
            progress(len(photos), total)
            photos.append(own / name)
            if photos[-1].exists():
                continue
            with replacing(photos[-1]) as partial:
                Image.fromarray(pixels).save(partial, "PNG")
    except LabelError as error:
        raise UserError(
            N_("{reason}"), N_("Download the file again, or copy it again."), reason=str(error)
        ) from error
    except OSError as error:
        raise UserError(
            N_("The photos of {path} cannot be written: {reason}."),
            N_("Free some space in the project's folder."),
            path=path,
            reason=system_reason(error),
        ) from error
    progress(len(photos), len(photos))
    added = PhotoImportSummary()
    add_folder(store, folder, photos, added)
    return added
