"""What a person asks of an acceptance with a guarantee."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from labeltool.domain import N_, Filter, Message, UserError
from labeltool.domain.tolerance import DEFAULT_TOLERANCE

PLANTED_EVERY = 5
"""At most one of so many shown faces is planted."""

REPEAT_EVERY = 20
"""At most one of so many shown faces is a repeat."""

GROUPINGS = ("", "folder", "pose")
"""All faces together, by the folder of their photos, by where they face."""


@dataclass(frozen=True, slots=True)
class AcceptanceSettings:
    """What is to be guaranteed, and how.

    `filter`: of which faces; those that nobody judged count. `limit`: share of them that may be
    wrong. `confidence`: of the guarantee, all groups together. `tolerance`: share of the norm by
    which a right landmark may be off. `shares`: of the faces, the smallest expected errors first,
    that are tried one after the other. `grouped_by`: one of GROUPINGS; the guarantee holds for each
    group by itself. `measure_reviewer`: plant faces, and reckon with errors that the reviewer
    misses.
    """

    filter: Filter = field(default_factory=Filter)
    limit: float = 0.05
    confidence: float = 0.95
    tolerance: float = DEFAULT_TOLERANCE
    shares: tuple[float, ...] = (0.5, 0.75, 0.9, 1.0)
    grouped_by: str = ""
    measure_reviewer: bool = True

    def check(self) -> None:
        """Raise UserError if this cannot be guaranteed."""
        if not 0 < self.limit < 0.5:
            raise UserError(
                N_("The share of wrong faces must be above 0 and below 50 %."),
                N_("Choose another one."),
            )
        if not 0.5 <= self.confidence < 1:
            raise UserError(
                N_("The confidence must be at least 50 % and below 100 %."),
                N_("Choose another one."),
            )
        if self.grouped_by not in GROUPINGS:
            raise UserError(
                N_("{name} is no way to group faces."),
                N_("Choose one of these: folder, pose."),
                name=repr(self.grouped_by),
            )
        if not self.shares or not all(0 < share <= 1 for share in self.shares):
            raise UserError(
                N_("The shares of faces to try must be above 0 and at most 100 %."),
                N_("Choose others."),
            )

    def sentence(self, count: int) -> Message:
        """What is guaranteed of so many faces."""
        return Message(
            N_(
                "At most {limit} % of these {count:,} faces have a landmark off by more than "
                "{tolerance} % of the norm, with {confidence} % confidence."
            ),
            limit=f"{self.limit * 100:g}",
            count=count,
            tolerance=f"{self.tolerance * 100:g}",
            confidence=f"{self.confidence * 100:g}",
        )

    def to_dict(self) -> dict[str, object]:
        """The settings as JSON data."""
        return asdict(self) | {"filter": json.loads(self.filter.to_json())}

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> AcceptanceSettings:
        """The settings that `to_dict` gave.

        Raises:
            UserError: a newer version of the program wrote them, or they are damaged.
        """
        read = dict(values)
        try:
            read["filter"] = Filter.from_json(json.dumps(read["filter"]))
            read["shares"] = tuple(float(share) for share in read["shares"])  # type: ignore[attr-defined]
            if "by_folder" in read:  # as earlier versions wrote it
                read["grouped_by"] = "folder" if read.pop("by_folder") else ""
            made = cls(**read)  # type: ignore[arg-type]
            made.check()
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                N_("The settings of this acceptance cannot be read."),
                N_("Update this program, or start a new one."),
            ) from error
        return made
