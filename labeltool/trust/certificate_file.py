"""Writes a certificate to a file: as JSON for programs, or as a page that a customer reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from labeltool.domain import N_, Message
from labeltool.trust.acceptance_settings import AcceptanceSettings
from labeltool.trust.certificate import FORMAT
from labeltool.trust.detection_curve import DetectionCurve
from labeltool.trust.judgement_file import write_text
from labeltool.trust.planting import SHIFT_SIZES
from pipnet.output import FileKind

MARK = FORMAT
"""Names the generator of the page, by which an earlier certificate is recognised."""

Words = Callable[[Message], str]
"""A message in the language of the page."""

_STYLE = """
:root { color-scheme: light dark; --text: #1c1c1c; --faint: #5f5f5f; --line: #cfcfcf;
  --page: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e4; --faint: #a6a6a6; --line: #4a4a4a;
  --page: #222222; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page);
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.faint { color: var(--faint); overflow-wrap: anywhere; } p.headline { font-size: 1.25rem; }
table { border-collapse: collapse; } td, th { padding: .15rem 1rem .15rem 0; text-align: left; }
th { font-weight: 600; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def _is_page(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return f'content="{MARK}"' in file.read(500)


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        begins = file.read(1)
        file.seek(0)
        return begins == b"{" and f'"format":"{FORMAT}"'.encode() in file.read()


PAGE = FileKind("a certificate", _is_page)
JSON = FileKind("a certificate", _is_json)


def write_certificate(document: str, out: Path, words: Words = str, language: str = "en") -> None:
    """Write a certificate's JSON, or its page if the name ends in .html.

    Raises:
        UserError: the file is there and no certificate, or cannot be written.
    """
    if out.suffix.lower() in (".html", ".htm"):
        write_text(out, PAGE, certificate_html(json.loads(document), words, language))
    else:
        write_text(out, JSON, document)


def certificate_html(values: dict[str, Any], words: Words = str, language: str = "en") -> str:
    """The page, which needs no other file. `values`: of the JSON; `words` translates."""

    def text(template: str, **named: object) -> str:
        return escape(words(Message(template, **named)))

    settings = AcceptanceSettings.from_dict(values["settings"])
    total = sum(group["held"] for group in values["groups"])
    made = values["made"][:16].replace("T", " ")
    title = text(N_("Certificate {name}"), name=values["digest"][:10])
    safe = "default-src 'none'; style-src 'unsafe-inline'"
    by = text(N_("Made {time} UTC by {reviewer}"), time=made, reviewer=values["reviewer"])
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="faint">{by}</p>',
        f'<p class="headline">{escape(words(settings.sentence(total)))}</p>',
        _sample(values, text), _reviewer(values, settings, text), _details(values, text),
    ]  # fmt: skip
    return "\n".join(
        [
            "<!doctype html>", f'<html lang="{escape(language)}">',
            f'<head><meta charset="utf-8"><meta name="generator" content="{MARK}">',
            f'<meta http-equiv="Content-Security-Policy" content="{safe}">',
            f"<title>{title}</title><style>{_STYLE}</style></head>",
            "<body>", *filter(None, parts), "</body></html>", "",
        ]
    )  # fmt: skip


Text = Callable[..., str]


def _sample(values: dict[str, Any], text: Text) -> str:
    real = [each for each in values["judgements"] if each["kind"] == "real"]
    wrong = sum(not each["right"] for each in real)
    said = text(
        N_(
            "{count:,} of them, drawn at random, were looked at one by one; {wrong:,} were wrong, "
            "and are not among the {accepted:,} accepted ones."
        ),
        count=len(real), wrong=wrong, accepted=values["accepted"],
    )  # fmt: skip
    titles = [text(N_("Faces")), text(N_("Looked at")), text(N_("Wrong"))]
    rows = [
        [f"{each['size']:,}", f"{each['looked_at']:,}", f"{each['wrong']:,}"]
        for each in values["results"]
    ]
    names = [values["groups"][each["group"]]["name"] for each in values["results"]]
    if any(names):
        titles.insert(0, text(N_("Folder")))
        rows = [[escape(name), *row] for name, row in zip(names, rows, strict=True)]
    return f"<p>{said}</p>" + _table(titles, rows, texts=1 if any(names) else 0)


def _reviewer(values: dict[str, Any], settings: AcceptanceSettings, text: Text) -> str:
    words = text(N_("How well the reviewer finds wrong faces"))
    title = f"<h2>{words}</h2>"
    if not settings.measure_reviewer:
        said = text(N_("It was not measured: the guarantee trusts that every wrong face is seen."))
        return f"{title}<p>{said}</p>"
    found = values["detection"]
    said = text(
        N_(
            "{found} of {planted} faces that were shown with a known shift were found. The "
            "guarantee reckons with {lowest} %, the least that this shows."
        ),
        found=found["found"], planted=found["planted"], lowest=f"{found['lowest'] * 100:.0f}",
    )  # fmt: skip
    parts = [title, f"<p>{said}</p>"]
    if found["curve"] is not None:
        curve = DetectionCurve(**found["curve"])
        titles = [text(N_("Shift in tolerances")), text(N_("Found"))]
        rows = [[f"{size:g}", f"{curve.share(size) * 100:.0f} %"] for size in SHIFT_SIZES]
        parts.append(_table(titles, rows, texts=0))
    if found["repeats"]:
        again = text(
            N_("Of {repeats} faces shown twice, {differing} were judged differently."),
            repeats=found["repeats"], differing=found["differing"],
        )  # fmt: skip
        parts.append(f"<p>{again}</p>")
    return "".join(parts)


def _details(values: dict[str, Any], text: Text) -> str:
    rows = {
        text(N_("Models")): ", ".join(values["models"]),
        text(N_("Program")): f"labeltool {values['program']}",
        text(N_("Project")): values["project"],
        text(N_("Seed")): values["seed"],
        text(N_("Digest")): values["digest"],
    }
    lines = "".join(
        f'<p class="faint">{name}: {escape(str(row))}</p>' for name, row in rows.items()
    )
    how = text(
        N_("To check it, run 'labeltool certificate verify' on the JSON file of this certificate.")
    )
    return f"<h2>{text(N_('Details'))}</h2><p>{how}</p>{lines}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int) -> str:
    """A table of cells that are HTML already, the first `texts` columns texts, the others
    numbers."""

    def line(cells: Sequence[str], tag: str) -> str:
        marks = ["" if place < texts else ' class="number"' for place in range(len(cells))]
        inner = (f"<{tag}{m}>{cell}</{tag}>" for m, cell in zip(marks, cells, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(line(cells, "td") for cells in rows)
    return f"<table>\n{line(titles, 'th')}\n{body}\n</table>"
