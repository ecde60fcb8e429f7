"""What a visitor chooses: a page among all, and for every page the territory, the language, the theme."""

from typing import Any, Final

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from portal.pages import Form, SignedIn, local, page, redirect
from portal.session import Signed
from portal.wording import LANGUAGES

AnyRequest = Request[Any, Any, Any]
_YEAR: Final = 31_536_000


@get("/more", sync_to_thread=False)
def show_more(visitor: SignedIn) -> Template:
    """Show every page that opens to the visitor: a small screen's navigation has room for a few."""
    return page(visitor, "more.html")


@post("/territory")
async def choose_territory(
    visitor: SignedIn, signed: NamedDependency[Signed], request: AnyRequest, data: Form
) -> Redirect:
    """Look at another territory from now on, as whichever record of the visitor it knows."""
    siren = data.get("territory", "")
    if siren not in dict(visitor.territories):
        return redirect("/today")
    records = request.session.get("persons", {})
    known_as = [person_id for person_id, known in records.items() if siren in known]
    if known_as and visitor.person_id not in known_as:
        await signed.become(known_as[0])
    request.session["territory"] = siren
    return redirect("/today")


@post("/language", sync_to_thread=False)
def choose_language(data: Form) -> Redirect:
    """Read every page in this language."""
    return _remember("language", data, LANGUAGES)


@post("/theme", sync_to_thread=False)
def choose_theme(data: Form) -> Redirect:
    """See every page light, dark, or as the browser does."""
    return _remember("theme", data, ("light", "dark", "browser"))


def _remember(name: str, data: dict[str, str], known: tuple[str, ...]) -> Redirect:
    answer = redirect(local(data.get("back", "")))
    if (chosen := data.get(name, "")) in known:
        answer.cookies.append(Cookie(key=name, value=chosen, max_age=_YEAR, samesite="lax", httponly=True))
    return answer


ROUTES: Final = [show_more, choose_territory, choose_language, choose_theme]
