"""A certificate: what was looked at, what follows from it, and of which faces; as canonical JSON.

Canonical: keys sorted, no spaces, UTF-8, and a `digest`, the SHA-256 of the same JSON without it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pipnet
from labeltool.store import Store
from labeltool.store.log.operation_log import now
from labeltool.store.trust.acceptances import AcceptanceRecord, Judgement
from labeltool.trust.acceptance_settings import AcceptanceSettings
from labeltool.trust.detection_curve import ReviewerState
from labeltool.trust.set_results import Group, SetResult

FORMAT = "labeltool certificate"
VERSION = 1

NAME_LETTERS = 10
"""Letters of the digest that name a certificate."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: its JSON, and the SHA-256 that names it."""

    document: str
    digest: str

    @property
    def name(self) -> str:
        """The beginning of the digest."""
        return self.digest[:NAME_LETTERS]


def canonical(values: dict[str, Any]) -> str:
    """JSON with sorted keys and without spaces."""
    return json.dumps(
        values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest_of(values: dict[str, Any]) -> str:
    """The SHA-256 of a certificate's values without their `digest`."""
    plain = {name: value for name, value in values.items() if name != "digest"}
    return hashlib.sha256(canonical(plain).encode()).hexdigest()


def digest_of_set(faces: Sequence[Sequence[Any]]) -> str:
    """The SHA-256 of the lines `face photo proposal`, one for each face."""
    lines = "".join(f"{face} {photo} {proposal}\n" for face, photo, proposal in faces)
    return hashlib.sha256(lines.encode()).hexdigest()


def build_certificate(
    store: Store,
    record: AcceptanceRecord,
    settings: AcceptanceSettings,
    groups: Sequence[Group],
    held: Sequence[int],
    sets: Sequence[SetResult],
    reviewer: ReviewerState,
    judgements: Sequence[Judgement],
    accepted: int,
) -> Certificate:
    """The certificate of the `held` strictest faces of each group."""
    predictions = dict(
        zip(record.candidates.faces.tolist(), record.candidates.predictions.tolist(), strict=True)
    )
    listed: list[dict[str, Any]] = []
    for group, size in zip(groups, held, strict=True):
        faces = group.faces[:size]
        contents = store.trust.certificates.contents(faces, [predictions[face] for face in faces])
        rows = [[face, *content] for face, content in zip(faces, contents, strict=True)]
        listed.append(
            {
                "name": group.name, "sizes": [each for each in group.sizes if each <= size],
                "held": size, "faces": rows, "digest": digest_of_set(rows),
            }
        )  # fmt: skip
    curve = None if reviewer.curve is None else asdict(reviewer.curve)
    values: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "program": pipnet.__version__,
        "made": now(),
        "started": record.time,
        "project": store.trust.acceptances.project_uuid(),
        "session": record.uuid,
        "scheme": store.scheme.name,
        "models": store.trust.acceptances.models([f for g in listed for f, *_ in g["faces"]]),
        "reviewer": record.reviewer,
        "seed": record.seed,
        "settings": settings.to_dict(),
        "statement": str(settings.sentence(sum(held))),
        "accepted": accepted,
        "groups": listed,
        "results": [
            _result(each) for each in sets if each.size <= held[each.group] and each.holds
        ],
        "detection": {
            "planted": reviewer.planted, "found": reviewer.found, "lowest": reviewer.lowest,
            "curve": curve, "repeats": reviewer.repeats, "differing": reviewer.differing,
        },
        "judgements": [
            {
                "number": each.number, "face": each.face_id, "kind": each.kind,
                "shift": each.shift, "right": each.answer, "time": each.time,
                "corrected": each.operation_id is not None,
            }
            for each in judgements
            if each.answer is not None
        ],
    }  # fmt: skip
    values = json.loads(canonical(values))  # tuples become lists, as a reader has them
    digest = digest_of(values)
    return Certificate(canonical(values | {"digest": digest}), digest)


def _result(result: SetResult) -> dict[str, Any]:
    finite = min(result.e_value, 1e300)  # an impossible hypothesis has no finite capital
    return {
        "group": result.group, "size": result.size, "looked_at": result.looked_at,
        "wrong": result.wrong, "e_value": finite, "needed": result.needed, "holds": result.holds,
    }  # fmt: skip
