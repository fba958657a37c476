"""The faces of a queue by their places, against a plain list."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labeltool.review.queue import Places

faces = st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=30)


@given(faces, st.data())
def test_what_waits_is_found_from_here_on_and_around(ids: list[int], data: st.DataObject) -> None:
    waits = np.array([data.draw(st.booleans()) for _ in ids])
    here = data.draw(st.integers(-1, len(ids) - 1))
    places = Places(list(ids), waits.copy())
    order = [*range(here + 1, len(ids)), *range(max(here, 0))]
    assert list(places.waiting(here)) == [ids[place] for place in order if waits[place]]
    heard = data.draw(st.lists(st.integers(1, 60), max_size=8))
    waiting = {face for face in heard if data.draw(st.booleans())}
    places.hear(heard, waiting)
    left = {i for i, w in zip(ids, waits, strict=True) if w} - set(heard) | waiting & set(ids)
    assert set(places.waiting(-1)) == left


@given(faces, st.lists(st.integers(61, 90), unique=True, max_size=9), st.booleans())
def test_new_faces_get_their_places(ids: list[int], fresh: list[int], by_id: bool) -> None:
    ids = sorted(ids) if by_id else ids
    mixed = [face - 60 if face - 60 not in ids else face for face in fresh]
    places = Places(list(ids), np.zeros(len(ids), bool))
    places.admit(mixed, sorted_by_id=by_id)
    assert places.faces == (sorted(ids + mixed) if by_id else ids + mixed)
    assert sorted(places.waiting(-1)) == sorted(mixed)
    assert [places.of(face) for face in places.faces] == list(range(len(places.faces)))
    assert places.of(1000) == -1
