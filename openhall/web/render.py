"""Pages: Jinja with the tokens, icons, money and language that every template gets."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NewType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jinja2
from babel.dates import format_date, format_datetime, format_skeleton
from litestar import Request
from litestar.template.base import csrf_token
from lucide.jinja import lucide
from markupsafe import Markup

from openhall.base import clock, ids, money, spoken
from openhall.base.config import Settings
from openhall.base.i18n import LANGUAGES, Translations, negotiate

Html = NewType("Html", str)
MODES = ("normal", "elder")
# Above this many fen an amount is also written in capital numerals where people confirm it in large type.
_PLAIN = 100_000
THEMES = ("auto", "light", "dark")


class Renderer:
    """The templates of all packages, in every language."""

    def __init__(self, settings: Settings, modules: Iterable[str]) -> None:
        self.settings = settings
        modules = list(modules)
        self.translations = Translations(["openhall.base", *modules])
        loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder) for folder in _folders(modules, "templates")])
        self._environments = {language: self._environment(loader, language) for language in LANGUAGES}

    def _environment(self, loader: jinja2.BaseLoader, language: str) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=self.settings.demo,
        )
        environment.install_gettext_translations(self.translations.of(language), newstyle=True)  # type: ignore[attr-defined]
        zone = ZoneInfo(self.settings.zone)
        chinese = language == "zh_CN"
        environment.filters["said"] = ids.said
        environment.filters["grouped"] = money.grouped
        environment.globals.update(
            hall={
                "name": self.settings.hall_name_zh if chinese else self.settings.hall_name,
                "city": self.settings.city_zh if chinese else self.settings.city,
                "help_phone": self.settings.help_phone,
                "zone": self.settings.zone,
            },
            lang=language,
            demo=self.settings.demo,
            static=static,
            icon=icon,
            money=lambda amount, currency=None: money.format(amount, currency or self.settings.currency, language),
            when=lambda instant, year=False: _when(instant, zone, language, year=year),
            day=lambda value: _day(value, language),
            short_day=lambda value: _short_day(value, language),
            month_of=lambda value: _month(value, language),
            capitals=lambda amount: spoken.capitals(amount) if chinese and amount > _PLAIN else "",
            minute=lambda instant: f"{instant.astimezone(zone):%H:%M}",
            request_key=lambda: str(ids.new()),
        )
        return environment

    def render(self, language: str, template: str, context: Mapping[str, Any]) -> Html:
        return Html(self._environments[language].get_template(template).render(context))


def _folders(modules: Iterable[str], name: str) -> list[Path]:
    found = []
    for module in modules:
        with as_file(files(module) / name) as folder:
            if folder.is_dir():
                found.append(folder)
    return found


def _when(instant: datetime, zone: ZoneInfo, language: str, *, year: bool) -> str:
    """Day and minute in the hall's zone; the year when it is not this one, or when `year` asks for it: on paper."""
    this_year = not year and instant.astimezone(zone).year == clock.now().astimezone(zone).year
    if language == "zh_CN":
        pattern = "M月d日 HH:mm" if this_year else "y年M月d日 HH:mm"
    else:
        pattern = "d MMM, HH:mm" if this_year else "d MMM y, HH:mm"
    return format_datetime(instant, pattern, tzinfo=zone, locale=language)


def _day(value: date, language: str) -> str:
    return format_date(value, "full", locale=language)


def _short_day(value: date, language: str) -> str:
    """Day and month where a line has little room; the year only when it is not this one."""
    this_year = value.year == clock.now().year
    if language == "zh_CN":
        return format_date(value, "M月d日" if this_year else "y年M月d日", locale=language)
    return format_date(value, "d MMM" if this_year else "d MMM y", locale=language)


def _month(value: str, language: str) -> str:
    """A month such as "2026-11" as people write it: November 2026, 2026年11月."""
    return format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=language)


@cache
def static(path: str) -> str:
    """The address of a static file, with a fingerprint so that browsers may keep it for ever."""
    with as_file(files("openhall.web") / "static" / path) as file:
        fingerprint = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={fingerprint}"


@cache
def icon(name: str) -> Markup:
    """A Lucide icon as inline SVG, decorative: the words beside it carry the meaning."""
    return Markup(lucide(name, focusable="false", aria_hidden="true"))  # noqa: S704  the library's own drawing


def renderer_of(request: Request[Any, Any, Any]) -> Renderer:
    renderer: Renderer = request.app.state.renderer
    return renderer


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language the person chose, else the browser's, else the hall's."""
    chosen = request.cookies.get("lang")
    if chosen in LANGUAGES:
        return chosen
    default = renderer_of(request).settings.default_language
    return negotiate(request.headers.get("accept-language", ""), default)


def translate(request: Request[Any, Any, Any], language: str, msgid: str) -> str:
    return renderer_of(request).translations.text(language, msgid)


def look_of(request: Request[Any, Any, Any]) -> tuple[str, str]:
    """The mode and the theme of the page, as this browser was told."""
    mode, theme = request.cookies.get("mode"), request.cookies.get("theme")
    return mode if mode in MODES else "normal", theme if theme in THEMES else "auto"


def whose(request: Request[Any, Any, Any]) -> str:
    """What a browser that keeps pages keeps them under: the session, the language and the look, and for whom somebody
    acts, so that one person's wallet is never kept as another's; "" for a stranger."""
    state = request.scope["state"]
    visit, acting = state.get("visit"), state.get("acting")
    if visit is None:
        return ""
    subject = [str(acting.resident.id)] if acting else []
    return " ".join([str(visit.session.id), language_of(request), *look_of(request), *subject])


def address_of(request: Request[Any, Any, Any]) -> str:
    """The page as it was asked for, for who is to come back to it."""
    query = request.scope["query_string"].decode("latin-1")
    path: str = request.scope["path"]
    return f"{path}?{query}" if query else path


def came_from(request: Request[Any, Any, Any]) -> str:
    """Of a form that was sent: the page it stood on, as the browser tells. Empty when it is not told, or not ours."""
    if request.method in ("GET", "HEAD"):
        return ""
    try:
        told = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        # No browser writes such an address; whoever does is told of what they sent, and of nothing else.
        return ""
    ours = told.scheme in ("http", "https") and told.netloc == request.headers.get("host")
    if not ours or not told.path.startswith("/") or told.path.startswith("//") or "\\" in told.path:
        return ""
    return f"{told.path}?{told.query}" if told.query else told.path


def render(request: Request[Any, Any, Any], template: str, context: Mapping[str, Any]) -> Html:
    """The template in the person's language, mode and theme."""
    mode, theme = look_of(request)
    common = {
        "resident": request.scope["state"].get("resident"),
        # For whom somebody acts, and whether this very page is theirs.
        "acting": request.scope["state"].get("acting"),
        "acting_here": request.scope["state"].get("acting_here", False),
        # Beside somebody else's affairs one's own unread messages would count as theirs.
        "unread": 0 if request.scope["state"].get("acting_here") else request.scope["state"].get("unread", 0),
        "mode": mode,
        "theme": theme,
        "whose": whose(request),
        "csrf_token": csrf_token({"request": request}),
        "request_path": request.scope["path"],
        "request_address": address_of(request),
        "came_from": came_from(request),
    }
    return renderer_of(request).render(language_of(request), template, common | dict(context))
