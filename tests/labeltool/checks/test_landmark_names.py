"""Names of landmarks as messages."""

from __future__ import annotations

import pytest

from labeltool.checks.landmark_names import LANDMARK_NAMES, landmark_message
from pipnet.data.scheme import load_scheme, shipped_schemes


@pytest.mark.parametrize("name", shipped_schemes())
def test_every_shipped_landmark_can_be_translated(name: str) -> None:
    for landmark in load_scheme(name).names:
        message = landmark_message(landmark)
        assert str(message) == landmark
        inner = message.values.get("landmark", message)
        assert inner.template in LANDMARK_NAMES


@pytest.mark.parametrize(
    "name", ["left ear", "landmark 3", "left {mouth} corner", "12", "턱 끝", " "]
)
def test_a_name_of_an_own_scheme_is_shown_as_it_is(name: str) -> None:
    message = landmark_message(name)
    assert str(message) == name
    assert message.template == "{name}"
