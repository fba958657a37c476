"""The words of the window in the language of its user."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from labeltool.checks.landmark_names import landmark_message
from labeltool.domain import N_, Message, UserError, Verdict, fill, verdict_name

REGIONS = (N_("jaw"), N_("brows"), N_("nose"), N_("eyes"), N_("mouth"), N_("chin"))
"""Groups of landmarks of the shipped schemes."""


def tr(text: str, comment: str = "", n: int = -1, **values: object) -> str:
    """`text` translated, then `{names}` in it filled by `values`.

    `comment` tells texts apart that are the same in English only. With `n`, `%Ln` in the text is
    that count and the translation has its plural forms: `tr("%Ln face(s)", "", count)`. Never
    inside an f-string, where the translation tools do not look.
    """
    translated = QCoreApplication.translate("", text, comment, n)
    return fill(translated, values)


def translate(message: Message | UserError) -> str:
    """A message, or both sentences of an error, in the language of the user."""
    if isinstance(message, UserError):
        message = message.message
    return fill(tr(message.template), {name: _worded(v) for name, v in message.values.items()})


def _worded(value: object) -> object:
    return translate(value) if isinstance(value, Message) else value


def region_name(name: str) -> str:
    """A group of landmarks; those of a user's own scheme are shown as they are called there."""
    return tr(name) if name in REGIONS else name


def landmark_name(name: str) -> str:
    """A landmark; those of a user's own scheme are shown as they are called there."""
    return translate(landmark_message(name))


def landmark_names(names: Iterable[str]) -> tuple[str, ...]:
    """The same for several landmarks."""
    return tuple(landmark_name(name) for name in names)


def verdict_word(verdict: Verdict) -> str:
    """'accepted', for the middle of a sentence or a list."""
    return translate(verdict_name(verdict))


def faces_words(count: int) -> str:
    """'3 faces'."""
    return tr("%Ln face(s)", "", count)


def project_words(name: str, read_only: bool) -> str:
    """'project', or 'project (read-only)', for the title of a window."""
    return tr("{name} (read-only)", name=name) if read_only else name


def count_words(count: int, verdict: str) -> str:
    """'12 accepted'; `verdict` may be marked up."""
    return tr("{count:,} {verdict}", count=count, verdict=verdict)


def of_words(part: int, whole: int) -> str:
    """'3 of 12'."""
    return tr("{part:,} of {whole:,}", part=part, whole=whole)


def sentence(text: str) -> str:
    """The text with a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]
