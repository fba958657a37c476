"""Pages that need no other file and load nothing, light or dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from labeltool.domain import Message

Words = Callable[[Message], str]
"""A message in the language of the page."""

_STYLE = """
:root { color-scheme: light dark; --text: #1c1c1c; --faint: #5f5f5f; --line: #cfcfcf;
  --page: #ffffff; --accent: #1f5fae; --other: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e4; --faint: #a6a6a6; --line: #4a4a4a;
  --page: #222222; --accent: #7db5f3; --other: #e6b35a; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page);
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.faint { color: var(--faint); overflow-wrap: anywhere; }
table { border-collapse: collapse; } td, th { padding: .15rem 1rem .15rem 0; text-align: left; }
th { font-weight: 600; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def html_page(title: str, parts: Iterable[str], mark: str, language: str, style: str) -> str:
    """The whole page.

    `title` and `parts`: HTML already; empty parts are left out. `mark`: names the generator, by
    which an earlier page is recognised. `style`: CSS beside that of every page.
    """
    safe = "default-src 'none'; style-src 'unsafe-inline'"
    return "\n".join(
        [
            "<!doctype html>", f'<html lang="{escape(language)}">',
            f'<head><meta charset="utf-8"><meta name="generator" content="{mark}">',
            f'<meta http-equiv="Content-Security-Policy" content="{safe}">',
            f"<title>{title}</title><style>{_STYLE}{style}</style></head>",
            "<body>", *filter(None, parts), "</body></html>", "",
        ]
    )  # fmt: skip


def html_table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """A table of cells that are HTML already, the first `texts` columns texts, the others
    numbers."""

    def line(cells: Sequence[str], tag: str) -> str:
        marks = ["" if place < texts else ' class="number"' for place in range(len(cells))]
        inner = (f"<{tag}{m}>{cell}</{tag}>" for m, cell in zip(marks, cells, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(line(cells, "td") for cells in rows)
    return f"<table>\n{line(titles, 'th')}\n{body}\n</table>"
