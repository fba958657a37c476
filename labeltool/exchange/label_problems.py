"""Why labels of a photo could not be used, worded for people."""

from __future__ import annotations

from labeltool.domain import N_, Message
from pipnet.data.label_frames import SizeMismatch


def size_mismatch(mismatch: SizeMismatch, source: str) -> Message:
    """How the size that the label file `source` states differs from the photo's."""
    here, stated = (f"{width} x {height}" for width, height in (mismatch.here, mismatch.stated))
    photo = mismatch.file.name
    if mismatch.here == mismatch.stated:
        return Message(
            N_(
                "{photo} has an EXIF orientation, and {file} labelled other photos as they are "
                "stored; its size ({size}) does not tell which it is here"
            ),
            photo=photo, file=source, size=here,
        )  # fmt: skip
    frame = mismatch.frame
    if frame is None:
        template = N_(
            "{photo} is {here} here, but {file} labelled it at {stated}; neither a turn nor a "
            "scale explains that"
        )
    elif frame.turned and frame.scaled:
        template = N_(
            "{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn and "
            "on a copy of another size"
        )
    elif frame.turned:
        template = N_(
            "{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn"
        )
    else:
        template = N_(
            "{photo} is {here} here, but {file} labelled it at {stated}: on a copy of another size"
        )
    return Message(template, photo=photo, here=here, file=source, stated=stated)
