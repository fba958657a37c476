"""Labels in parts for training, validation and test, which share no group of photos."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from labeltool.domain import N_, PHOTO_RULE, PhotoRecord, UserError
from labeltool.rounds.quality.audit_groups import PhotoGroups
from labeltool.store import Store

PARTS = ("train", "val", "test")
"""The names of the parts."""


@dataclass(frozen=True, slots=True)
class Split:
    """How to split: `shares` of the photos for each of PARTS, of any sum; 0 is no such part.

    `rule`: what a group is, see `labeltool.domain.AuditSet`. `seed`: another one gives another
    split; the same photos, rule and seed give the same.
    """

    shares: tuple[float, float, float]
    rule: str = PHOTO_RULE
    seed: int = 0


def shares_of(text: str) -> tuple[float, float, float]:
    """The shares that a text such as '80/10/10' or '80/20' (no test) means.

    Raises:
        UserError: it is none, or holds fewer than two parts.
    """
    words = text.split("/")
    fits = len(words) in (2, 3) and all(re.fullmatch(r"\d{1,6}(\.\d{1,6})?", w) for w in words)
    shares = [float(word) for word in words] if fits else []
    if sum(share > 0 for share in shares) < 2:
        raise UserError(
            N_("'{text}' is not a split."),
            N_("Write the shares of train, val and test, such as 80/10/10, 90/0/10 or 80/20."),
            text=text,
        )
    return (shares[0], shares[1], shares[2] if len(shares) == 3 else 0.0)


def parts_of(store: Store, split: Split, photos: Mapping[str, PhotoRecord]) -> dict[str, str]:
    """The part of each of these photos, by name; parts in the order of PARTS.

    Groups go, the largest first and those of one size in an order that the seed gives, to the part
    that lacks most photos. Every part gets a group.

    Raises:
        UserError: there are fewer groups than parts, or the rule is none or matches no photo.
    """
    known = PhotoGroups(store, split.rule)
    places = known.places([photo.id for photo in photos.values()])
    key_of = dict(zip(known.ids[places].tolist(), known.keys[places].tolist(), strict=True))
    groups: dict[int, list[str]] = {}
    for name, photo in photos.items():
        groups.setdefault(key_of[photo.id], []).append(name)
    wanted = {part: share for part, share in zip(PARTS, split.shares, strict=True) if share}
    if len(groups) < len(wanted):
        raise UserError(
            N_("Groups of photos: {groups}, too few for {parts} parts."),
            N_("Split by photo, or into fewer parts."),
            groups=len(groups),
            parts=len(wanted),
        )
    lacking = {part: len(photos) * share / sum(split.shares) for part, share in wanted.items()}
    empty, found = list(wanted), dict[str, str]()
    ordered = sorted(groups.values(), key=lambda names: (-len(names), _order(split, min(names))))
    for number, names in enumerate(ordered):
        # the last groups are for parts that have none
        open_parts = empty if len(groups) - number <= len(empty) else list(lacking)
        part = max(open_parts, key=lacking.__getitem__)
        lacking[part] -= len(names)
        if part in empty:
            empty.remove(part)
        found.update(dict.fromkeys(names, part))
    return found


def _order(split: Split, name: str) -> bytes:
    return hashlib.sha256(f"{split.seed}/{name}".encode(errors="surrogateescape")).digest()
