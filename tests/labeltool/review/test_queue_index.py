"""The index of the queue, compared with a plain list."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labeltool.review.queue_index import QueueIndex

faces = st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=30)


@given(faces, st.data())
def test_pending_faces_come_in_order_and_wrap_around(ids: list[int], data: st.DataObject) -> None:
    flags = np.array([data.draw(st.booleans()) for _ in ids])
    here = data.draw(st.integers(-1, len(ids) - 1))
    queue = QueueIndex(list(ids), flags.copy())
    order = [*range(here + 1, len(ids)), *range(max(here, 0))]
    assert list(queue.pending(here)) == [ids[index] for index in order if flags[index]]
    updated = data.draw(st.lists(st.integers(1, 60), max_size=8))
    pending = {face for face in updated if data.draw(st.booleans())}
    queue.update(updated, pending)
    before = {face for face, flag in zip(ids, flags, strict=True) if flag}
    assert set(queue.pending(-1)) == before - set(updated) | pending & set(ids)


@given(faces, st.lists(st.integers(61, 90), unique=True, max_size=9), st.booleans())
def test_new_faces_are_inserted_by_id_or_at_the_end(
    ids: list[int], new: list[int], by_id: bool
) -> None:
    ids = sorted(ids) if by_id else ids
    mixed = [face - 60 if face - 60 not in ids else face for face in new]
    queue = QueueIndex(list(ids), np.zeros(len(ids), bool))
    queue.insert(mixed, sorted_by_id=by_id)
    assert queue.faces == (sorted(ids + mixed) if by_id else ids + mixed)
    assert sorted(queue.pending(-1)) == sorted(mixed)
    assert [queue.index_of(face) for face in queue.faces] == list(range(len(queue.faces)))
    assert queue.index_of(1000) == -1
