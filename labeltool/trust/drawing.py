"""Which faces of a set are looked at, in which order: so that anybody can draw them again.

A face's place in the order is the SHA-256 of `seed:face`, as lower-case hexadecimal digits. The
order of a set, restricted to the faces of a smaller one, is the smaller one's own order: so a face
looked at for one set is a draw of every set that holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def draw_order(faces: Sequence[int], seed: str) -> NDArray[np.int64]:
    """The faces (N,) in the random order of a seed."""
    keys = [hashlib.sha256(f"{seed}:{face}".encode()).digest()[:16] for face in faces]
    order = np.argsort(np.array(keys, "S16"), kind="stable")
    return np.asarray(faces, np.int64)[order]


def set_sizes(count: int, shares: Sequence[float]) -> tuple[int, ...]:
    """The sizes of nested sets with these shares of `count` faces, from the strictest; at least one
    face each, and none twice."""
    sizes = {max(1, round(count * share)) for share in shares} if count else set()
    return tuple(sorted(sizes))
