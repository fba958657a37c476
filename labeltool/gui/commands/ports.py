"""What the commands of the table act on, as narrow interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from labeltool.domain import Verdict
from labeltool.gui.i18n.language import Language
from labeltool.gui.session import Session


class ReviewPort(Protocol):
    """Verdicts and flags."""

    def decide(self, verdict: Verdict) -> None: ...
    def decide_page(self, verdict: Verdict) -> None: ...
    def decide_all(self, verdict: Verdict) -> None: ...
    def flag(self) -> None: ...


class ViewPort(Protocol):
    """What is shown and how, and the points of the face that is shown."""

    def go(self, where: str) -> None: ...
    def show(self, what: str) -> None: ...
    def edit_points(self, how: str) -> None: ...
    def is_on(self, what: str) -> bool: ...


class DialogPort(Protocol):
    """Dialogs, by the names of their commands."""

    def open(self, name: str) -> None: ...


class WindowPort(Protocol):
    """The window itself."""

    def close(self) -> bool: ...
    def toggle_palette(self) -> None: ...
    def forget_photos(self) -> None: ...
    def choose_language(self, language: Language) -> None: ...


@dataclass(frozen=True)
class Ports:
    """Everything that a command may act on."""

    session: Session
    review: ReviewPort
    view: ViewPort
    dialogs: DialogPort
    window: WindowPort
