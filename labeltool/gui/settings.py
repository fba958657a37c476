"""What the window saves between starts, in the settings and the cache of the user."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QByteArray, QSettings

from labeltool.gui.i18n.language import LANGUAGE_NAMES, Language

MAX_RECENT_PROJECTS = 8
"""Projects on the welcome page."""

MAX_RECENT_COMMANDS = 8
"""Commands that the palette lists first."""


class Settings:
    """Typed access to QSettings; the variable `LABELTOOL_SETTINGS` may name another file."""

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
        """Recently opened projects that still exist, the newest first."""
        count = self._settings.beginReadArray("recent")
        paths = []
        for index in range(count):
            self._settings.setArrayIndex(index)
            paths.append(Path(str(self._settings.value("path"))))
        self._settings.endArray()
        return [path for path in paths if os.path.isfile(path / "project.sqlite")]

    def remember(self, project: Path) -> None:
        """Make a project the first of the recent ones."""
        project = project.absolute()
        paths = [project, *(p for p in self.recent if p != project)][:MAX_RECENT_PROJECTS]
        self._settings.beginWriteArray("recent", len(paths))
        for index, path in enumerate(paths):
            self._settings.setArrayIndex(index)
            self._settings.setValue("path", str(path))
        self._settings.endArray()

    @property
    def view(self) -> dict[str, object]:
        """View options by name, see `canvas.view_options`; empty until one was changed."""
        return self._read("view")

    @view.setter
    def view(self, value: dict[str, object]) -> None:
        self._settings.setValue("view", json.dumps(value))

    @property
    def layout(self) -> dict[str, object]:
        """Visible panels and their sizes, by name, see `views`; empty at first."""
        return self._read("layout")

    @layout.setter
    def layout(self, value: dict[str, object]) -> None:
        self._settings.setValue("layout", json.dumps(value))

    @property
    def keys(self) -> dict[str, list[str]]:
        """Shortcuts that the user changed, by the name of the command."""
        return {
            name: [key for key in keys if isinstance(key, str)]
            for name, keys in self._read("keys").items()
            if isinstance(keys, list)
        }

    @keys.setter
    def keys(self, value: dict[str, list[str]]) -> None:
        self._settings.setValue("keys", json.dumps(value))
        self._settings.sync()  # for a second window that opens now

    @property
    def used(self) -> list[str]:
        """Names of the commands last run from the palette, the newest first."""
        value = self._read("used").get("commands")
        return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []

    @used.setter
    def used(self, value: list[str]) -> None:
        self._settings.setValue("used", json.dumps({"commands": value[:MAX_RECENT_COMMANDS]}))

    @property
    def speeds(self) -> dict[str, object]:
        """How fast this computer trains, by device and backbone, see `SpeedProbe`."""
        return self._read("speeds")

    @speeds.setter
    def speeds(self, value: dict[str, object]) -> None:
        self._settings.setValue("speeds", json.dumps(value))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            value = json.loads(str(self._settings.value(name, "{}")))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def picture_side(self) -> int:
        """Width of the gallery's thumbnails in logical pixels."""
        value = str(self._settings.value("picture_side", ""))
        return int(value) if value.isdigit() else 160

    @picture_side.setter
    def picture_side(self, value: int) -> None:
        self._settings.setValue("picture_side", value)

    @property
    def geometry(self) -> QByteArray | None:
        """Position and size of the window."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)
