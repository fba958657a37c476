"""Texts of others, such as the names of files, shown to people."""

from __future__ import annotations

import unicodedata

_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of all that follows them (Unicode, annex 9)."""


MAX_SHOWN_CHARACTERS = 1000
"""A longer text, such as a picture written out as a URL, is shown without its middle."""


def encoding_of(beginning: bytes) -> str:
    """The encoding of a text by its first bytes: UTF-8, or UTF-16 as Windows writes it."""
    return "utf-16" if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def one_line(text: object) -> str:
    """Text of others, such as a file's name, for people: what would break the line, hide or turn
    round what follows is shown as an escape, and a very long text without its middle."""
    shown = str(text)
    if len(shown) <= MAX_SHOWN_CHARACTERS and shown.isprintable():
        return shown  # as almost all are, hundreds each time the window is drawn
    if len(shown) > MAX_SHOWN_CHARACTERS:
        half = MAX_SHOWN_CHARACTERS // 2
        shown = f"{shown[:half]}…{shown[-half:]}"
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _TURNING
        else character
        for character in shown
    )
