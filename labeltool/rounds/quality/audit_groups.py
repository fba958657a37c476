"""Groups of photos that must not train a network that one of them measures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import FOLDER_RULE, N_, PHOTO_RULE, Progress, UserError, no_progress
from labeltool.rounds.quality.fingerprints import read_fingerprints
from labeltool.store import Store

NEAR_BITS = 6
"""Photos whose fingerprints differ in at most so many of 64 bits are near-duplicates. docs/loop.md
has the measurements."""


class PhotoGroups:
    """The groups of all P photos of a project under a rule, and their near-duplicates.

    `ids` (P,) of the photos, ascending; `keys` (P,) are the same for photos of one group. A photo's
    place is its index in them. Only photos with a fingerprint have near-duplicates.

    Raises:
        UserError: the rule is no regular expression, or it matches no photo.
    """

    def __init__(self, store: Store, rule: str) -> None:
        self._store = store
        photos = store.audit.photos()
        self.ids = photos.ids
        if rule in (PHOTO_RULE, FOLDER_RULE):
            self.keys = photos.ids if rule == PHOTO_RULE else photos.folders
        else:
            self.keys = _keys_by_pattern(rule, store.audit.paths())
        self._known = np.isin(photos.ids, photos.hashed)
        self._hashes = np.zeros(len(photos.ids), np.int64)
        self._hashes[self._known] = photos.hashes

    def places(self, photos: Collection[int]) -> NDArray[np.int64]:
        """The places of these photos, ascending."""
        return np.searchsorted(self.ids, np.array(sorted(photos), np.int64))

    def read_missing(self, places: NDArray[np.int64], progress: Progress = no_progress) -> None:
        """Read the photos at these places that have no fingerprint yet, where they can be read."""
        unknown = places[~self._known[places]]
        if len(unknown):
            found = read_fingerprints(self._store, self.ids[unknown].tolist(), progress)
            new = self.places(found)
            self._known[new] = True
            self._hashes[new] = [found[photo] for photo in sorted(found)]

    def has_fingerprint(self, place: int) -> bool:
        """Whether the photo at a place has one."""
        return bool(self._known[place])

    def near(self, place: int, among: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the photos at the places `among` are near-duplicates of the one at `place`."""
        if not self._known[place]:
            return np.zeros(len(among), bool)
        bits = np.bitwise_count(self._hashes[among] ^ self._hashes[place])
        near: NDArray[np.bool_] = (bits <= NEAR_BITS) & self._known[among]
        return near

    def members(self, places: Collection[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which photos (P,) are in the groups of those at `places`, or near-duplicates of these."""
        everywhere = np.arange(len(self.ids))
        members: NDArray[np.bool_] = np.isin(self.keys, self.keys[list(places)])
        for place in places:
            members |= self.near(place, everywhere)
        return members


def _keys_by_pattern(pattern: str, paths: Sequence[str]) -> NDArray[np.int64]:
    """A number for each photo, the same for those where the pattern finds the same text."""
    try:
        find = re.compile(unicodedata.normalize("NFC", pattern)).search
    except re.error as error:
        raise UserError(
            N_("'{pattern}' is not a regular expression: {reason}."),
            N_("Write 'photo', 'folder', or a regular expression such as '(.+)_[0-9]+'."),
            pattern=pattern,
            reason=str(error),
        ) from error
    found = [find(unicodedata.normalize("NFC", path)) for path in paths]
    if paths and not any(found):
        raise UserError(
            N_("'{pattern}' matches no photo of this project."),
            N_("It is compared with paths such as '{path}'."),
            pattern=pattern,
            path=paths[0],
        )
    keys: dict[str, int] = {}
    return np.array(
        [
            # a photo that does not match is a group of its own
            -1 - place
            if match is None
            else keys.setdefault((match[1] if match.re.groups else None) or match[0], len(keys))
            for place, match in enumerate(found)
        ],
        np.int64,
    )


def group_numbers(store: Store, photos: Sequence[int]) -> list[int]:
    """A number for each of these photos, the same for those of one group under the rule of the
    faces that measure networks, or by photo without one."""
    groups = PhotoGroups(store, store.audit.get().rule or PHOTO_RULE)
    keys = dict(zip(groups.ids.tolist(), groups.keys.tolist(), strict=True))
    return [keys[photo] for photo in photos]


def held_out(
    store: Store, wanted: Collection[int] = (), progress: Progress = no_progress
) -> set[int]:
    """The faces that no round may train on: those that measure networks, and every face of their
    groups.

    `wanted`: faces that a round wants to train on. Photos of theirs without a fingerprint are read
    first; near-duplicates among other photos are found only if they have one.
    """
    audit = store.audit.get()
    if not audit.faces:
        return set()
    groups = PhotoGroups(store, audit.rule)
    measured = groups.places({face.photo_id for face in audit.faces})
    if wanted:
        trained = groups.places(store.audit.photos_of(wanted))
        groups.read_missing(np.union1d(measured, trained), progress)
    members = groups.members(measured)
    return store.audit.faces_of(groups.ids[members].tolist())
