"""The dialog that offers the proposals of an earlier round again."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from labeltool.gui.dialogs.earlier_rounds import EarlierRoundsDialog


@pytest.fixture
def seoul(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer nine hours ahead of UTC."""
    if sys.platform == "win32":
        pytest.skip("time.tzset exists on POSIX only")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Seoul")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("seoul")
def test_rounds_are_listed_with_their_local_time(qtbot, open_window, project):
    window = open_window(project)
    (only,) = window.session.store.rounds.all()
    dialog = EarlierRoundsDialog([replace(only, started="2026-01-01T18:30:00+00:00")])
    qtbot.addWidget(dialog)
    assert dialog.list.item(0).text().endswith("2026-01-02 03:30")
