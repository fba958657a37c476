"""Synthetic projects that are closed after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labeltool.domain import RoundKind
from labeltool.store import Store, open_project
from pipnet.data.scheme import Scheme
from tests.projects import THREE, make_project, propose


@pytest.fixture
def opened() -> Iterator[list[Store]]:
    """Stores added to this list are closed after the test."""
    stores: list[Store] = []
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def project(tmp_path: Path, opened: list[Store]) -> Callable[..., Store]:
    """Make a project of `faces` faces, each with a proposal unless `proposed` is False."""

    def make(faces: int = 0, *, proposed: bool = True, scheme: Scheme = THREE) -> Store:
        store = make_project(tmp_path / "project", faces, scheme)
        opened.append(store)
        if faces and proposed:
            propose(store, range(1, faces + 1), model="starter", kind=RoundKind.PREDICT)
        return store

    return make


@pytest.fixture
def again(opened: list[Store]) -> Callable[[Store], Store]:
    """Open a project a second time, as another window would."""

    def open_again(store: Store) -> Store:
        other = open_project(store.folder)
        opened.append(other)
        return other

    return open_again
