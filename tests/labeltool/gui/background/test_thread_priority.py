"""Background threads rest while a person leafs through photos."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from labeltool.gui.background import thread_priority
from labeltool.gui.background.thread_priority import (
    PHOTO_REST_SECONDS,
    rest_for_photo,
    wait_for_photo,
)


class Clock:
    """A clock that only sleeping moves; while it sleeps, more photos may be opened."""

    def __init__(self) -> None:
        self.now, self.photos_to_open = 100.0, 0

    def sleep(self, seconds: float) -> None:
        if self.photos_to_open:
            self.photos_to_open -= 1
            self.now += seconds / 2
            rest_for_photo()
        else:
            self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    time = SimpleNamespace(monotonic=lambda: clock.now, sleep=clock.sleep)
    monkeypatch.setattr(thread_priority, "time", time)
    monkeypatch.setattr(thread_priority, "_rest_until", 0.0)
    return clock


def test_nothing_waits_before_a_photo_is_opened(clock: Clock) -> None:
    wait_for_photo()
    assert clock.now == 100


def test_it_waits_until_no_photo_was_opened_for_a_while(clock: Clock) -> None:
    rest_for_photo()
    clock.photos_to_open = 2
    wait_for_photo()
    assert clock.now == pytest.approx(100 + 2 * PHOTO_REST_SECONDS)


def test_opening_a_photo_in_the_window_lets_them_rest(qtbot, open_window, project, monkeypatch):
    window = open_window(project)
    monkeypatch.setattr(thread_priority, "_rest_until", 0.0)
    window.commands.trigger("next")
    qtbot.waitUntil(lambda: thread_priority._rest_until > 0)
