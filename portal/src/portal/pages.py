"""Owns what every page has: its visitor, words, and how a refusal is shown."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template

from chassis.ids import new_id
from portal import wording
from portal.session import Visitor
from portal.upstream import Upstream
from portal.ways import ways

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"

SignedIn: TypeAlias = NamedDependency[Visitor]
"""Of the parameter `visitor`: somebody signed in; guests are sent to sign in."""
Anyone: TypeAlias = NamedDependency[Visitor]
"""Of the parameter `guest`: whoever asks, signed in or not."""
Services: TypeAlias = NamedDependency[Upstream]
"""Of the parameter `upstream`: the services, as the visitor speaks to them."""
Form: TypeAlias = Annotated[dict[str, str], BodyKwarg(media_type=RequestEncodingType.URL_ENCODED)]
"""Of the parameter `data`: the fields of a form."""


def page(visitor: Visitor, template: str, /, *, status: int = 200, **values: Any) -> Template:
    """Make a page: `values` are the template's own; the rest of the frame is added."""
    return Template(
        template_name=template,
        context={
            "visitor": visitor,
            "language": visitor.language,
            "theme": visitor.theme,
            "navigation": ways(visitor),
            "refusal": None,
            **values,
        },
        status_code=status,
    )


def redirect(address: str) -> Redirect:
    """Go on to another page after a POST."""
    return Redirect(address, status_code=303)


def local(address: str, otherwise: str = "/") -> str:
    """Return an address of this portal only: whatever leads elsewhere becomes another."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or address[:2] in ("//", "/\\"):
        return otherwise
    return address if address.isprintable() and "\\" not in address else otherwise


def sign_in_address(back: str) -> str:
    """Return the address of the sign-in page that leads back."""
    return f"/sign-in?next={quote(back)}" if back not in ("", "/") else "/sign-in"


def part_name(service: str) -> str:
    """Call a service what visitors know it by."""
    _ = wording.gettext
    names = {
        "membership": _("members"),
        "booking": _("bookings"),
        "billing": _("bills"),
        "notifications": _("messages"),
    }
    return names.get(service, service)


def environment() -> Environment:
    """Make the engine of all templates: everything escaped, every name known, words and figures at hand."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Any = getattr(made, "install_gettext_callables")  # noqa: B009 - the extension adds it
    install(wording.gettext, wording.ngettext, newstyle=True)
    made.filters.update(wording.FILTERS)
    made.globals.update(
        static=static, part_name=part_name, new_key=lambda: str(new_id()), period=wording.period
    )
    return made


def engine() -> JinjaTemplateEngine:
    return JinjaTemplateEngine.from_environment(environment())


def static(name: str) -> str:
    """Return the address of a static file, another one whenever its content changes."""
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def spoken(cookies: Mapping[str, str], accepted: str) -> str:
    """Decide the language of a page: the one chosen, else the browser's first that is spoken here."""
    if (chosen := cookies.get("language")) in wording.LANGUAGES:
        return str(chosen)
    for wish in accepted.split(","):
        tag = wish.split(";")[0].strip().lower().split("-")[0]
        if tag in wording.LANGUAGES:
            return tag
    return wording.LANGUAGES[0]


def themed(cookies: Mapping[str, str]) -> str:
    """Read the theme that was chosen; none follows the browser's."""
    chosen = cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""
