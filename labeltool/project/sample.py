"""The sample project, for trying the program: shipped pictures of people who do not exist."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from labeltool.domain import N_, UserError, system_reason
from labeltool.store import create_project
from pipnet import resources
from pipnet.data.scheme import load_scheme

PHOTOS = "photos"
"""Name of the folder of the pictures, inside the project folder."""


def make_sample(folder: Path) -> Path:
    """Create the sample project in `folder`, unless it is there already.

    Its pictures are copied beside it, so that it outlives the installation; the labels that ship
    with them are not. Returns the folder of the pictures, which are not imported yet.

    Raises:
        UserError: another project is there, the folder cannot be written, or pictures are missing.
    """
    shipped = sorted(resources.path("sample").glob("*.jpg"))
    if not shipped:
        raise UserError(
            N_("The sample pictures are missing from this installation."),
            N_("Install labeltool again."),
        )
    photos = folder / PHOTOS
    if os.path.exists(folder / "project.sqlite"):
        if not (photos / shipped[0].name).is_file():
            raise UserError(
                N_("{folder} already holds another project."),
                N_("Choose another folder for the sample."),
                folder=folder,
            )
        return photos
    try:
        photos.mkdir(parents=True, exist_ok=True)
        for picture in shipped:
            partial = photos / f".{picture.name}.part"
            shutil.copyfile(picture, partial)
            os.replace(partial, photos / picture.name)
    except OSError as error:
        raise UserError(
            N_("The sample cannot be put in {folder}: {reason}."),
            N_("Choose a folder that you may write to."),
            folder=folder,
            reason=system_reason(error),
        ) from error
    create_project(folder, load_scheme("300w")).close()
    return photos
