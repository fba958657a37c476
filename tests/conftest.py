"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# no test needs a screen; set before anything loads Qt
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real faces and weights, which stands beside the checkout where there is one."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("LABELTOOL_SHARED", beside))
    if not folder.is_dir():
        pytest.skip("the shared data folder is not here")
    return folder
