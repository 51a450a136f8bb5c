"""The venue as a small page for a phone: HTML of what `venue_words` says. Every value is escaped; no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from scanner_app.application.venue_view import VenueView
from scanner_app.ui import moments, texts, venue_words
from scanner_app.ui.plain import visible
from scanner_app.ui.venue_words import Line

MARKS = {"good": "✓", "warn": "!", "danger": "✕", "": "·"}
SHOWN = 500


def page(view: VenueView, language: str) -> str:
    """Return the whole page in a language."""
    texts.set_language(language)
    lost = f'<p id="lost" role="alert" hidden>{escape(texts.word("page.lost"))}</p>'
    return _document(f'{lost}{_main(view)}<script src="/page.js"></script>')


def fragment(view: VenueView, language: str) -> str:
    """Return the part that is put anew every few seconds."""
    texts.set_language(language)
    return _main(view)


def door(trouble: str, language: str, *, wait: float = 0.0) -> str:
    """Return the page that asks for the code; `trouble` is '', "wrong" or "wait" (seconds)."""
    texts.set_language(language)
    says = texts.word(f"page.{trouble}", span=moments.span(wait)) if trouble else ""
    wrong = f'<p class="danger" role="alert">{escape(says)}</p>' if says else ""
    return _document(
        f'<main><h1>{escape(texts.word("page.title"))}</h1>{wrong}<form method="post" action="/enter">'
        f'<label for="code">{escape(texts.word("page.code"))}</label>'
        '<input id="code" name="code" autocomplete="off" autocapitalize="none" spellcheck="false"'
        ' required maxlength="64">'
        f"<button>{escape(texts.word('page.enter'))}</button></form></main>"
    )


def languages(wanted: str) -> str:
    """Return the language at hand that a browser (`Accept-Language`) likes best."""
    for part in wanted.split(",")[:20]:
        code = part.split(";")[0].strip()[:2].lower()
        if code in texts.languages():
            return code
    return texts.FALLBACK


def _document(body: str) -> str:
    way = "rtl" if texts.is_rtl() else "ltr"
    return (
        f'<!doctype html><html lang="{texts.language()}" dir="{way}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{escape(texts.word("page.title"))}</title><link rel="stylesheet" href="/page.css"></head>'
        f"<body>{body}</body></html>"
    )


def _main(view: VenueView) -> str:
    says, tone = venue_words.standing(view)
    as_of = texts.word("page.as_of", at=moments.clock(view.at, seconds=True))
    return (
        f"<main><h1>{escape(visible(view.venue))} <span class='soft'>{escape(as_of)}</span></h1>"
        f"{_figures(view)}"
        f"<section class='{tone}'><h2><strong>{escape(says)}</strong></h2>{_list(venue_words.boxes(view))}</section>"
        f"{_told('venue.twice', view.twice_count, venue_words.twice(view), 'venue.nobody_twice')}"
        f"{_told('venue.alarms', view.alarm_count, venue_words.alarms(view), 'venue.no_alarms', 'venue.alarm.advice')}"
        f"<section><h2>{_head('venue.doors', len(view.doors))}</h2>{_list(venue_words.doors(view)[:SHOWN])}</section>"
        "</main>"
    )


def _figures(view: VenueView) -> str:
    cells = (
        f"<div><b>{escape(n)}</b><span class='soft'>{escape(what)}</span></div>"
        for what, n in venue_words.figures(view)
    )
    return f"<section class='figures'>{''.join(cells)}</section>"


def _head(key: str, count: int) -> str:
    return escape(f"{texts.word(key)} · {texts.number(count)}" if count else texts.word(key))


def _list(lines: Iterable[Line]) -> str:
    rows = (
        f"<li class='{line.tone}'><span class='mark' aria-hidden='true'>{MARKS[line.tone]}</span>"
        f"<span class='words'><strong>{escape(line.title)}</strong><br>"
        f"<span class='below'>{escape(line.below)}</span></span>"
        f"<span class='end'>{escape(line.end)}</span></li>"
        for line in lines
    )
    return f"<ul>{''.join(rows)}</ul>"


def _told(key: str, count: int, lines: list[str], nothing: str, advice: str = "") -> str:
    if not lines:
        return f"<section><h2>{_head(key, 0)}</h2><p class='soft'>{escape(texts.word(nothing))}</p></section>"
    first = f"<p class='danger'>{escape(texts.word(advice))}</p>" if advice else ""
    rows = "".join(f"<li><span class='words'>{escape(line)}</span></li>" for line in lines)
    return f"<section class='danger'><h2><strong>{_head(key, count)}</strong></h2>{first}<ul>{rows}</ul></section>"
