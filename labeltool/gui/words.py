"""The words of the window in the language of its user."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeltool.domain import UserError


def tr(text: str, comment: str = "", n: int = -1, **values: object) -> str:
    """`text` translated, then `{names}` in it filled by `values`.

    `comment` tells texts apart that are the same in English only. With `n`, `%n` in the text is
    that count and the translation has its plural forms: `tr("%n face(s)", "", count)`.
    """
    translated = QCoreApplication.translate("", text, comment, n)
    return translated.format(**values) if values else translated


def tell(error: UserError) -> str:
    """What went wrong and what to do, translated."""
    texts = [tr(text) for text in error.texts if text]
    return " ".join(t.format(**error.values) if error.values else t for t in texts)
