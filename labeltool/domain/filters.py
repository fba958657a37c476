"""Which faces, in which order, and how many there are."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from labeltool.domain.errors import UserError
from labeltool.domain.face import VERDICTS
from labeltool.domain.messages import N_
from labeltool.domain.rounds import LedgerRole

VERDICT_FILTERS = (None, "offered", *map(str, VERDICTS), "rejected-new", "missing")
"""What `Filter.verdict` may be: 'offered' is every proposal nobody judged, 'rejected-new' a
rejected face with a new proposal, 'missing' a label older than a landmark of the scheme."""

ORDERS = ("file", "error", "time", "round", "change")
"""What `Filter.order` may be: largest expected error first, last decided first, newest round
first, largest movement since the round before first. Faces without the value come last."""

_OLD_ORDERS = {"score": "error", "spread": "error"}
"""Orders of earlier versions, which put the doubtful faces first too, and what replaced them."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which faces, in which order.

    `verdict`: one of VERDICT_FILTERS. `error`: lowest and highest expected error of the face,
    shares of the norm. `round_id`: whose proposal is shown. `folder`: the number of a photo root
    and a path under it ('1/walk/day 2'), with all folders inside. `reviewer`: whose decision
    stands. `text`: part of the file's path, in capitals or not. `batch`: id of an operation, for
    its faces only. `faces`: ids, for these faces only. `audit`: only faces that measure networks.
    `role`: what the training with the id `role_round`, or the newest finished one, used them for;
    a LedgerRole. `check`: one of the checks' names, for faces on which it found something.
    `order`: one of ORDERS; `descending` turns it round.
    """

    verdict: str | None = None
    flagged: bool = False
    text: str = ""
    order: str = "file"
    descending: bool = False
    error: tuple[float, float] | None = None
    round_id: int | None = None
    folder: str = ""
    reviewer: str = ""
    batch: int | None = None
    audit: bool = False
    faces: tuple[int, ...] = ()
    role: str = ""
    role_round: int | None = None
    check: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it leaves any face out."""
        return self != Filter(order=self.order, descending=self.descending)

    def to_json(self) -> str:
        """Only what differs from no filter at all."""
        values = asdict(self)
        plain = asdict(Filter())
        return json.dumps({k: v for k, v in values.items() if v != plain[k]}, ensure_ascii=False)

    @classmethod
    def from_json(cls, written: str) -> Filter:
        """The filter that `to_json` wrote, of this version or an earlier one.

        Earlier ones had ranges and orders of scores, which say little of the error: such a range
        is left out, such an order becomes that of the expected error.

        Raises:
            UserError: a newer version of the program wrote it, or it is damaged.
        """
        newer = UserError(
            N_("This filter was made by a newer version of the program."),
            N_("Update this program, or delete the filter and make it again."),
        )
        try:
            values = json.loads(written)
            if "score" in values:
                low, high = map(float, values.pop("score"))
            if "error" in values:
                low, high = values["error"]
                values["error"] = (float(low), float(high))
            if "order" in values:
                values["order"] = _OLD_ORDERS.get(values["order"], values["order"])
            if "faces" in values:
                values["faces"] = tuple(map(int, values["faces"]))
            made = cls(**values)
        except (TypeError, ValueError) as error:
            raise newer from error
        known = made.verdict in VERDICT_FILTERS and made.order in ORDERS
        if not known or made.role not in ("", *LedgerRole):
            raise newer
        return made


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter with a name; `filter` is None if a newer version of the program wrote it."""

    id: int
    name: str
    filter: Filter | None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of photos: `path` as in Filter.folder, its own faces without those of folders
    inside, and how many of them have something to decide."""

    path: str
    faces: int
    todo: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many faces there are under a filter: with each of VERDICT_FILTERS in place of its
    verdict, with a flag, and `left` with something to decide."""

    verdicts: dict[str | None, int]
    flagged: int
    left: int


@dataclass(frozen=True, slots=True)
class ReviewerProgress:
    """Where a reviewer was last: when, on which face, under which filter."""

    time: str
    face_id: int | None
    filter: Filter


@dataclass(frozen=True, slots=True)
class News:
    """What others did since a visit: faces decided by reviewer, proposals by the name of their
    round, photos added."""

    decided: dict[str, int]
    proposed: dict[str, int]
    photos: int

    def __bool__(self) -> bool:
        return bool(self.decided or self.proposed or self.photos)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of everything; `proposed` faces carry a proposal nobody judged."""

    photos: int = 0
    problems: int = 0
    waiting: int = 0
    faces: int = 0
    proposed: int = 0
    unreviewed: int = 0
    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    excluded: int = 0
    flagged: int = 0
    rounds: int = 0
