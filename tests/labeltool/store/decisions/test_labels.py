"""Labels are read in parts, each found by its ids."""

from __future__ import annotations

from labeltool.domain import Verdict
from tests.projects import explained, triangle


def test_labels_are_in_the_order_that_is_asked_for_and_only_those(project):
    store = project(faces=4)
    for face in (1, 2, 4):
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=triangle(face))
    store.decisions.decide("ann", [3], Verdict.REJECTED)
    assert [face for face, _photo, _verdict in store.labels.faces()] == [1, 2, 4]
    found = store.labels.of([4, 3, 1, 99])
    assert [(label.face, label.reviewer) for label in found] == [(4, "ann"), (1, "ann")]
    assert found[0].points.tolist() == triangle(4).tolist()


def test_a_part_of_the_labels_is_found_by_its_ids(project):
    """By their verdict, all labels would be gone through for each part of an export."""
    store = project(faces=3)
    with explained(store) as plans:
        store.labels.of([1, 2])
    searched = [line for line in plans if " state" in line]
    assert searched == ["SEARCH state USING INTEGER PRIMARY KEY (rowid=?)"]
