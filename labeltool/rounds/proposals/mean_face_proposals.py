"""Proposes the mean face where no model knows the scheme yet."""

from __future__ import annotations

import hashlib
import uuid
from contextlib import suppress

from labeltool.domain import (
    N_,
    Cancelled,
    Changes,
    Message,
    Progress,
    RoundKind,
    Verdict,
    WriteResult,
)
from labeltool.rounds.mean_face import MEAN_FACE, mean_face, mean_proposal
from labeltool.rounds.run_inputs import starter, starter_fits
from labeltool.store import Store
from labeltool.store.round_records import WRITE_BATCH_PREDICTIONS
from pipnet import resources
from pipnet.data.scheme import read_scheme


def propose_mean_face(store: Store, progress: Progress) -> WriteResult:
    """Give every face without a proposal the mean face of the manual labels, or the shape of the
    scheme if there are none. When cancelled, the faces that have it already keep it."""
    wanted = [row for row in store.faces.boxes() if row[5] is None and row[4] == Verdict.UNREVIEWED]
    labels = [label.points for label in store.labels.all()]
    mean = mean_face(labels, store.scheme)
    round_id = store.rounds.add(
        RoundKind.PREDICT, "", f"rounds/mean-{uuid.uuid4().hex[:8]}", {"faces": len(wanted)}
    )
    store.rounds.set_model(
        round_id, MEAN_FACE, f"mean face {hashlib.sha256(mean.tobytes()).hexdigest()}"
    )
    batch = [mean_proposal(face, box, kind, mean) for face, _photo, box, kind, *_ in wanted]
    placed = 0
    with suppress(Cancelled):
        for start in range(0, len(batch), WRITE_BATCH_PREDICTIONS):
            progress(start, len(batch))
            with store.background_write():
                store.rounds.offer(round_id, batch[start : start + WRITE_BATCH_PREDICTIONS])
            placed = min(start + WRITE_BATCH_PREDICTIONS, len(batch))
    changed = store.rounds.finish(round_id, {}, visible=False)
    message = _message(store, placed, len(batch))
    return WriteResult(Changes(all=True, rounds=changed.rounds), message)


def _message(store: Store, placed: int, total: int) -> Message:
    """How many faces got the mean face, and whether the project's own starter does not fit."""
    done = Message.counted(
        placed,
        N_("1 face got the mean face to start from: drag its points into place."),
        N_("{count} faces got the mean face to start from: drag its points into place."),
    )
    if placed < total:
        stopped = N_("Cancelled: {count} of {total} faces got the mean face to start from.")
        done = Message(stopped, count=placed, total=total)
    own = starter(store)
    if own == resources.starter() or starter_fits(store):
        return done
    unused = Message(
        N_(
            "{file} is of the scheme '{other}', not of this project's scheme '{scheme}': it "
            "proposes nothing, and the first training starts from its backbone."
        ),
        file=own, other=read_scheme(own).name, scheme=store.scheme.name,
    )  # fmt: skip
    return Message.join(done, unused)
