"""Commands about what the window shows: which face, which view, in which colours."""

from __future__ import annotations

from typing import Literal, cast

from PySide6.QtWidgets import QApplication

from labeltool.domain import Changes
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from labeltool.gui.views import Views


class ViewCommands:
    """The commands of the Go, View and Points menus."""

    def __init__(self, session: Session, settings: Settings, views: Views) -> None:
        self._session, self._settings, self._views = session, settings, views
        self._actions = {
            "history": views.history.toggle,
            "next_pane": views.focus_next_pane,
            "toggle_gallery": lambda: views.show_gallery(not views.shows_gallery),
            "gallery": views.show_gallery,
            "canvas": lambda: views.show_gallery(False),
            "select_all": views.gallery.select_all,
            "search": views.focus_search,
            "all_faces": session.show_all,
        }

    def go(self, where: Literal["next", "previous", "next_unreviewed"] | str) -> None:
        """Go to another face."""
        queue = self._session.desk.queue
        if where == "next_unreviewed":
            if not queue.next_unreviewed():
                self._views.message_bar.show_message(tr("Every face in this list is reviewed."))
        elif where == "next":
            queue.next()
        else:
            queue.previous()
        self._session.publish(Changes())

    def resume(self) -> None:
        """Go back to the face and the filter of the last visit."""
        desk = self._session.desk
        if desk.visit is not None and desk.queue.filter != desk.visit.filter:
            self._session.show(desk.visit.filter)
        if not desk.resume():
            desk.queue.next_unreviewed()
        self._session.publish(Changes())

    def show(self, what: str) -> None:
        """Show or focus a part of the window, or switch how the photo and its points look."""
        if what in ("light", "dark", "system"):
            self._settings.mode = what
            theme.apply(cast(QApplication, QApplication.instance()), cast(theme.Mode, what))
        elif what in self._actions:
            self._actions[what]()
        else:
            self._views.editor.view(what)

    def edit_points(self, how: str) -> None:
        """Change the points of the face, by the name of the command."""
        self._views.editor.edit(how)

    def is_on(self, what: str) -> bool:
        """Whether something that can be switched on is."""
        return self._views.editor.is_on(what)
