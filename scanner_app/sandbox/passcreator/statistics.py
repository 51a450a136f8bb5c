"""Timelines of a template: what happened per day, and how many passes were active."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.notify import SYSTEMS
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.wire import answer, refuse
from scanner_app.sandbox.zone import BadDateError

LARGE = 10_000
OLDEST = date(2000, 1, 1)
# name in the answer -> the moments that it counts
TIMELINES = {
    "activeRegistrationsTimeline": "SELECT activated FROM pc_registration WHERE template=? AND activated",
    "inactiveRegistrationsTimeline": "SELECT deactivated FROM pc_registration WHERE template=? AND deactivated",
    "createdPassesTimeline": "SELECT created FROM pc_pass WHERE template=? AND created",
    "updatedPassesTimeline": "SELECT at FROM pc_event WHERE template=? AND kind='updated' AND at",
    "sentPushNotificationsTimeline": "SELECT at FROM pc_event WHERE template=? AND kind='sent' AND at",
    "receivedPushNotificationsTimeline": "SELECT at FROM pc_event WHERE template=? AND kind='received' AND at",
}


async def statistics(request: web.Request) -> web.Response:
    """GET /api/pass/statistics/{template}?timeFrame=&day=: 200, 400, 401 for another customer's template, 404."""
    account = account_of(request)
    template = _template(account, request.match_info["template"])
    frame = request.query.get("timeFrame", "")
    day = _day(account, request.query.get("day"), today=True)
    if frame not in FRAMES:
        refuse(400, "Invalid timeFrame parameter")
    _check_size(account, template, frame)
    first, last = FRAMES[frame](day)
    bounds = account.zone.bounds(first, last)
    data: dict[str, Any] = {
        name: _timeline(account, f"{sql}>=? AND {sql.split()[1]}<?", [template.id, *bounds])
        for name, sql in TIMELINES.items()
    }
    return answer(data | {"passesPerOperatingSystem": _systems(account, template)})


def _template(account: Account, template_id: str) -> Template:
    template = templates.find(account.store, template_id)
    if template is None:
        refuse(404, "The specified pass template does not exist")
    if not template.own:
        refuse(401, "The pass template belongs to another customer")
    return template


def _day(account: Account, text: str | None, *, today: bool) -> date:
    if today and text == "today":
        return account.zone.today(account.clock.seconds())
    try:
        day = account.zone.day(text)
    except BadDateError:
        refuse(400, "The day must be given in the format Y-m-d")
    # The epoch of the service and the end of the calendar; neither bound is in the contract.
    if not OLDEST <= day <= date(9998, 12, 31):
        refuse(400, "The day is out of range")
    return day


def _check_size(account: Account, template: Template, frame: str) -> None:
    # The seed has it twice: year below 10,000 passes; above 10,000 nothing but day and month.
    count = account.store.number("SELECT count(*) FROM pc_pass WHERE template=?", [template.id])
    if (frame == "year" and count >= LARGE) or (frame == "week" and count > LARGE):
        refuse(400, "This endpoint is not designed to do data analytics on a larger scale")


def _just(day: date) -> tuple[date, date]:
    return day, day


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day.replace(day=1), following - timedelta(days=1)


def _year(day: date) -> tuple[date, date]:
    return date(day.year, 1, 1), date(day.year, 12, 31)


# Which days a week or month has (calendar or the last so many) is not in the contract: calendar.
FRAMES = {"day": _just, "week": _week, "month": _month, "year": _year}


def _timeline(account: Account, sql: str, values: list[Any]) -> list[dict[str, str]]:
    """Days with at least one, oldest first; the counts are strings, as in the seed."""
    days = _per_day(account, (next(iter(row.values())) for row in account.store.rows(sql, values)))
    return [{"date": day.isoformat(), "noOfPasses": str(days[day])} for day in sorted(days)]


def _per_day(account: Account, moments: Iterable[int]) -> Counter[date]:
    return Counter(account.zone.today(at) for at in moments)


def _systems(account: Account, template: Template) -> dict[str, int]:
    sql = "SELECT count(DISTINCT pass) FROM pc_registration WHERE template=? AND os=?"
    return {system: account.store.number(sql, [template.id, system]) for system in SYSTEMS}


async def active_history(request: web.Request) -> web.Response:
    """GET /api/pass/statistics/{template}/activehistory/{day, or the last seven}: totals at the end of each day."""
    account = account_of(request)
    template = _template(account, request.match_info["template"])
    today = account.zone.today(account.clock.seconds())
    text = request.match_info.get("day")
    first = _day(account, text, today=False) if text else today - timedelta(days=6)
    sql = "SELECT activated, deactivated FROM pc_registration WHERE template=?"
    devices = account.store.rows(sql, [template.id])
    came = _per_day(account, (each["activated"] for each in devices))
    went = _per_day(account, (each["deactivated"] for each in devices if each["deactivated"] is not None))
    return answer(_history(came, went, first, today))


def _history(came: Counter[date], went: Counter[date], first: date, last: date) -> list[dict[str, Any]]:
    arrived = sum(count for day, count in came.items() if day < first)
    gone = sum(count for day, count in went.items() if day < first)
    found, day = [], first
    while day <= last:
        arrived, gone = arrived + came[day], gone + went[day]
        found.append({"date": day.isoformat(), "active": arrived - gone, "inactive": gone})
        day += timedelta(days=1)
    return found
