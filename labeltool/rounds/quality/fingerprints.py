"""Fingerprints of photos: near-duplicates have nearly the same."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labeltool.domain import Progress
from pipnet.data.images import ImageError, read_image

if TYPE_CHECKING:  # workers import this, and SQLAlchemy takes half a second
    from labeltool.store import Store

SAVE_EVERY = 100
"""Photos read between two writes, so that cancelling loses no more."""


def fingerprint(image: NDArray[np.uint8]) -> int:
    """The difference hash of a picture, 64 bits as a signed number.

    Args:
        image: (H, W, 3) RGB.

    Source: N. Krawetz, "Kind of Like That", 2013: whether each cell of a 9 x 8 grey picture is
    brighter than the one on its left.
    """
    small = Image.fromarray(image).resize((9, 8), Image.Resampling.BOX).convert("L")
    grey = np.asarray(small)  # (8, 9)
    return int(np.packbits(grey[:, 1:] > grey[:, :-1]).view(">i8")[0])


def read_fingerprints(store: Store, photos: Collection[int], progress: Progress) -> dict[int, int]:
    """Read and save those of these photos that have no fingerprint yet; returns theirs.

    Photos that cannot be read are left out: nothing can train on them or be measured by them.
    """
    missing = store.audit.without_fingerprint(photos)
    found: dict[int, int] = {}
    saved = 0
    for done, (photo, file) in enumerate(missing):
        progress(done, len(missing))
        with suppress(ImageError):
            found[photo] = fingerprint(read_image(file))
        if len(found) - saved == SAVE_EVERY:
            _save(store, found, saved)
            saved = len(found)
    _save(store, found, saved)
    return found


def _save(store: Store, found: dict[int, int], saved: int) -> None:
    """Save what was found after the first `saved`, unless the project is only read."""
    if not store.read_only:
        store.audit.save_fingerprints(dict(list(found.items())[saved:]))
