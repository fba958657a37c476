"""The words of the window in the language of its user."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeltool.domain import Said, UserError, Verdict, mark

VERDICTS = {
    Verdict.UNREVIEWED: mark("unreviewed"),
    Verdict.ACCEPTED: mark("accepted"),
    Verdict.CORRECTED: mark("corrected"),
    Verdict.REJECTED: mark("rejected"),
    Verdict.EXCLUDED: mark("excluded"),
}


def tr(text: str, comment: str = "", n: int = -1, **values: object) -> str:
    """`text` translated, then `{names}` in it filled by `values`.

    `comment` tells texts apart that are the same in English only. With `n`, `%Ln` in the text is
    that count and the translation has its plural forms: `tr("%Ln face(s)", "", count)`. Never
    inside an f-string, where the translation tools do not look.
    """
    translated = QCoreApplication.translate("", text, comment, n)
    return translated.format(**values) if values else translated


def tell(said: UserError | str) -> str:
    """An error, or what a part below the window says, translated; any other text as it is."""
    if not isinstance(said, UserError | Said):
        return said
    texts = [tr(text) for text in said.texts if text]
    values = {name: _told(value) for name, value in said.values.items()}
    return " ".join(text.format(**values) if values else text for text in texts)


def verdict_word(verdict: Verdict) -> str:
    """'accepted', for the middle of a sentence or a list."""
    return tr(VERDICTS[verdict])


def sentence(text: str) -> str:
    """The text with a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]


def _told(value: object) -> object:
    if isinstance(value, Verdict):
        return verdict_word(value)
    return tell(value) if isinstance(value, Said | UserError) else value
