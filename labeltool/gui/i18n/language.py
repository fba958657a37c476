"""Which language the window speaks: the system's where it is one of ours, or the chosen one."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from pipnet import resources

Language = Literal["system", "en", "ko"]

LANGUAGE_NAMES = {"en": "English", "ko": "한국어"}
"""Each language in its own words, so that those who read no other find it."""


def resolve_language(wanted: Language) -> str:
    """'en' or 'ko': the language that `wanted` stands for on this system."""
    if wanted != "system":
        return wanted
    spoken = (tag.partition("-")[0] for tag in QLocale.system().uiLanguages())
    return next((tag for tag in spoken if tag in LANGUAGE_NAMES), "en")


def install_language(app: QApplication, wanted: Language) -> str:
    """Let the program speak a language from now on; returns 'en' or 'ko'.

    Widgets that are there already keep their words: make them again.
    """
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    language = resolve_language(wanted)
    system, here = QLocale.system(), QLocale(language)
    QLocale.setDefault(system if system.language() == here.language() else here)
    files = [str(resources.path("translations", f"labeltool_{language}.qm"))]
    if language != "en":  # Qt's own words: buttons of dialogs, menus of text fields
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        files.append(f"{folder}/qtbase_{language}.qm")
    for file in files:
        translator = QTranslator(app)
        if translator.load(file):
            app.installTranslator(translator)
    return language
