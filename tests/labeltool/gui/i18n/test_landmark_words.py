"""Landmarks in the language of the user."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from labeltool.gui.i18n.language import install_language
from labeltool.gui.i18n.translate import landmark_name
from pipnet.data.scheme import load_scheme, shipped_schemes


def test_landmarks_in_korean_are_distinct(qapp: QApplication) -> None:
    install_language(qapp, "ko")
    try:
        assert landmark_name("left mouth corner") == "왼쪽 입꼬리"
        assert landmark_name("right jaw 3") == "오른쪽 턱선 3"
        assert landmark_name("left ear") == "left ear"
        for scheme in shipped_schemes():
            names = load_scheme(scheme).names
            assert len({landmark_name(name) for name in names}) == len(names)
    finally:
        install_language(qapp, "en")
