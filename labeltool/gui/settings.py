"""What the window remembers between starts, in the user's own settings and cache."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from labeltool.gui.i18n.language import LANGUAGE_NAMES, Language

RECENT = 8
"""Projects on the welcome page."""

USED = 8
"""Commands that the palette offers first."""


class Settings:
    """A thin skin over QSettings with names and types; `LABELTOOL_SETTINGS` names another file."""

    def __init__(self) -> None:
        file = os.environ.get("LABELTOOL_SETTINGS")
        self._settings = (
            QSettings(file, QSettings.Format.IniFormat)
            if file
            else QSettings(
                QSettings.Format.IniFormat, QSettings.Scope.UserScope, "labeltool", "labeltool"
            )
        )

    @property
    def mode(self) -> str:
        """'system', 'light' or 'dark'."""
        value = str(self._settings.value("mode", "system"))
        return value if value in ("system", "light", "dark") else "system"

    @mode.setter
    def mode(self, value: str) -> None:
        self._settings.setValue("mode", value)

    @property
    def language(self) -> Language:
        """'system', 'en' or 'ko'."""
        value = str(self._settings.value("language", "system"))
        return cast(Language, value) if value in ("system", *LANGUAGE_NAMES) else "system"

    @language.setter
    def language(self, value: Language) -> None:
        self._settings.setValue("language", value)

    @property
    def recent(self) -> list[Path]:
        """Projects that were opened, the last one first; those that are gone are left out."""
        count = self._settings.beginReadArray("recent")
        paths = []
        for index in range(count):
            self._settings.setArrayIndex(index)
            paths.append(Path(str(self._settings.value("path"))))
        self._settings.endArray()
        return [path for path in paths if os.path.isfile(path / "project.sqlite")]

    def remember(self, project: Path) -> None:
        """Put a project on top of the recent ones."""
        project = project.absolute()
        paths = [project, *(p for p in self.recent if p != project)][:RECENT]
        self._settings.beginWriteArray("recent", len(paths))
        for index, path in enumerate(paths):
            self._settings.setArrayIndex(index)
            self._settings.setValue("path", str(path))
        self._settings.endArray()

    @property
    def view(self) -> dict[str, object]:
        """How faces are shown, by names of the editor's; empty if nobody ever chose."""
        return self._read("view")

    @view.setter
    def view(self, value: dict[str, object]) -> None:
        self._settings.setValue("view", json.dumps(value))

    @property
    def layout(self) -> dict[str, object]:
        """What of the window is shown and how large, by names of the window's; empty at first."""
        return self._read("layout")

    @layout.setter
    def layout(self, value: dict[str, object]) -> None:
        self._settings.setValue("layout", json.dumps(value))

    @property
    def keys(self) -> dict[str, list[str]]:
        """The keys that were chosen for commands, by the commands' names."""
        return {
            name: [key for key in keys if isinstance(key, str)]
            for name, keys in self._read("keys").items()
            if isinstance(keys, list)
        }

    @keys.setter
    def keys(self, value: dict[str, list[str]]) -> None:
        self._settings.setValue("keys", json.dumps(value))
        self._settings.sync()  # a second window that opens now should have them

    @property
    def used(self) -> list[str]:
        """Names of the commands last done from the palette, the newest first."""
        value = self._read("used").get("commands")
        return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []

    @used.setter
    def used(self, value: list[str]) -> None:
        self._settings.setValue("used", json.dumps({"commands": value[:USED]}))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            value = json.loads(str(self._settings.value(name, "{}")))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def picture_side(self) -> int:
        """Width of the gallery's pictures in logical pixels."""
        value = str(self._settings.value("picture_side", ""))
        return int(value) if value.isdigit() else 160

    @picture_side.setter
    def picture_side(self, value: int) -> None:
        self._settings.setValue("picture_side", value)

    @property
    def cache(self) -> Path:
        """The folder for what can be made again; `LABELTOOL_CACHE` names another one."""
        place = QStandardPaths.StandardLocation.GenericCacheLocation
        folder = QStandardPaths.writableLocation(place)
        return Path(os.environ.get("LABELTOOL_CACHE") or Path(folder) / "labeltool")

    @property
    def geometry(self) -> QByteArray | None:
        """Place and size of the window."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)
