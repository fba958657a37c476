"""What a training round uses every face of the project for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from labeltool.domain import (
    ABSENT,
    OCCLUDED,
    Filter,
    LandmarkCounts,
    LedgerRole,
    LeftOut,
    Verdict,
)
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.rounds.quality.audit_groups import held_out
from labeltool.rounds.run_tables import AuditTable, FaceTable, LabelTable, LedgerTable
from labeltool.store import Store

Role = tuple[LedgerRole, LeftOut | None]


def freeze_ledger(
    store: Store,
    rows: Sequence[Any],
    table: FaceTable,
    labels: LabelTable,
    audit: AuditTable | None,
) -> LedgerTable:
    """A role for every face: `rows` of `Faces.boxes`.

    `table`: the faces whose photo can be read. `labels`, `audit`: what was frozen; the ledger says
    the same of their faces.
    """
    trained = dict(zip(labels.faces.tolist(), labels.manual.tolist(), strict=True))
    measured = set() if audit is None else set(audit.faces.tolist())
    usable, held = set(table.ids.tolist()), held_out(store)
    flagged = set(store.queue.ids(Filter(flagged=True)))

    def role(row: Any) -> Role:
        face, verdict, digest = row[0], row[4], row[5]
        if face in trained:
            return (LedgerRole.MANUAL if trained[face] else LedgerRole.PSEUDO), None
        if face in measured:
            return LedgerRole.AUDIT, None
        if verdict in (Verdict.EXCLUDED, Verdict.REJECTED):
            return LedgerRole.LEFT_OUT, LeftOut(verdict)
        if face not in usable:
            return LedgerRole.LEFT_OUT, LeftOut.BAD_PHOTO
        if face in held:
            return LedgerRole.LEFT_OUT, LeftOut.AUDIT_GROUP
        if face in flagged:
            return LedgerRole.LEFT_OUT, LeftOut.FLAGGED
        if digest is None or digest.startswith(MEAN_FACE):
            return LedgerRole.LEFT_OUT, LeftOut.NO_PROPOSAL
        return LedgerRole.LEFT_OUT, LeftOut.NOT_NEEDED

    roles = [role(row) for row in rows]
    return LedgerTable(
        np.array([row[0] for row in rows], np.int64),
        np.array([str(one) for one, _ in roles], np.str_),
        np.array([str(reason or "") for _, reason in roles], np.str_),
    )


def without_photos(ledger: LedgerTable, faces: Collection[int]) -> LedgerTable:
    """The ledger, where these faces are left out because their photo could not be used."""
    bad = np.isin(ledger.faces, list(faces)) & (ledger.roles != LedgerRole.LEFT_OUT)
    return LedgerTable(
        ledger.faces,
        np.where(bad, str(LedgerRole.LEFT_OUT), ledger.roles),
        np.where(bad, str(LeftOut.BAD_PHOTO), ledger.reasons),
    )


def count_landmarks(ledger: LedgerTable, labels: LabelTable) -> dict[str, object]:
    """The `LandmarkCounts` of the manual labels that the ledger says are trained, as plain values
    for the summary of a round."""
    if labels.visibility is None:
        return asdict(LandmarkCounts())
    trained = np.isin(labels.faces, ledger.faces[ledger.roles == LedgerRole.MANUAL])
    seen = labels.visibility[trained & labels.manual]  # (M, N)
    return asdict(LandmarkCounts(int((seen == OCCLUDED).sum()), int((seen == ABSENT).sum())))


def count_roles(ledger: LedgerTable) -> dict[str, object]:
    """How many faces have each LedgerRole, and of those left out by LeftOut."""
    roles: dict[str, object] = {
        str(role): int((ledger.roles == role).sum())
        for role in LedgerRole
        if role is not LedgerRole.LEFT_OUT
    }
    reasons = Counter(ledger.reasons[ledger.reasons != ""].tolist())
    return roles | {str(LedgerRole.LEFT_OUT): dict(sorted(reasons.items()))}
