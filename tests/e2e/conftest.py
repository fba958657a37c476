"""The program with its window, as a person starts it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from labeltool.app import App
from labeltool.gui import theme
from labeltool.gui.settings import Settings


@pytest.fixture
def app(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("LABELTOOL_SETTINGS", str(tmp_path / "settings.ini"))
    monkeypatch.setenv("LABELTOOL_CACHE", str(tmp_path / "cache"))
    theme.apply(qapp, "light")
    yield App(Settings())
    gc.collect()
    gc.enable()
