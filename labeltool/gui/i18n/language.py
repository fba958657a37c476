"""The language of the window: the chosen one, or that of the system if it is supported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from labeltool.domain import Message
from labeltool.gui.i18n.translate import translate
from pipnet import resources

Language = Literal["system", "en", "ko"]

LANGUAGE_NAMES = {"en": "English", "ko": "한국어"}
"""Each language in its own words, for people who read no other."""


def resolve_language(wanted: Language) -> str:
    """Return 'en' or 'ko' for a language of the settings; 'system' falls back to 'en'."""
    if wanted != "system":
        return wanted
    spoken = (tag.partition("-")[0] for tag in QLocale.system().uiLanguages())
    return next((tag for tag in spoken if tag in LANGUAGE_NAMES), "en")


def install_language(app: QCoreApplication, wanted: Language) -> str:
    """Install the translations of a language; returns 'en' or 'ko'.

    Widgets made before keep their texts: make them again.
    """
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    language = resolve_language(wanted)
    system, here = QLocale.system(), QLocale(language)
    QLocale.setDefault(system if system.language() == here.language() else here)
    files = [str(resources.path("translations", f"labeltool_{language}.qm"))]
    if language != "en":  # Qt's own texts: dialog buttons, menus of text fields
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        files.append(f"{folder}/qtbase_{language}.qm")
    for file in files:
        translator = QTranslator(app)
        if translator.load(file):
            app.installTranslator(translator)
    return language


def current_language() -> str:
    """The language that `install_language` installed: 'en' or 'ko'."""
    spoken = QLocale().name().partition("_")[0]
    return spoken if spoken in LANGUAGE_NAMES else "en"


@dataclass(frozen=True, slots=True)
class Speech:
    """The program's words in one language, 'en' or 'ko'; they need `application` to be alive."""

    application: QCoreApplication
    language: str

    def words(self, message: Message) -> str:
        """A message in this language."""
        return translate(message)


def speech_without_window(wanted: Language) -> Speech:
    """The words of the window for the command line, on a machine without a screen too."""
    application = QCoreApplication.instance() or QCoreApplication([])
    return Speech(application, install_language(application, wanted))
