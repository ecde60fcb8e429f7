"""The pages of signing in: mail address, then the mailed code or the mailed link; and signing out."""

from contextlib import suppress
from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from portal.pages import Anyone, Form, Services, local, page, redirect
from portal.session import Signed
from portal.upstream import Refused, Unreachable

AnyRequest = Request[Any, Any, Any]
Session = NamedDependency[Signed]


@get("/", sync_to_thread=False)
def front(guest: Anyone, signed: Session) -> Redirect:
    """Lead to the day, or to signing in."""
    return redirect("/today" if guest.is_signed_in or signed.seat.tokens else "/sign-in")


@get("/sign-in", sync_to_thread=False)
def ask_for_mail(
    guest: Anyone,
    signed: Session,
    token: FromQuery[str] = "",
    next: FromQuery[str] = "",  # noqa: A002 - the name in the address
) -> Template | Redirect:
    """Show the form for the mail address; with the token of a mailed link, one button that spends it."""
    if token:
        return page(guest, "signin/link.html", token=token)
    if signed.seat.tokens and not signed.seat.over:
        return redirect(local(next, "/today"))
    return page(guest, "signin/mail.html", mail="", next=local(next, ""))


@post("/sign-in")
async def send_mail(
    guest: Anyone, upstream: Services, request: AnyRequest, data: Form
) -> Template | Redirect:
    """Have a mail sent; what is said is the same whether or not somebody has the address."""
    mail, back = data.get("mail", "").strip(), local(data.get("next", ""), "")
    try:
        asked = {"mail": mail, "language": guest.language}
        await upstream.post("membership", "/v1/sign-in-links", asked)
    except Refused as refusal:
        shown = {"refusal": refusal, "mail": mail, "next": back}
        return page(guest, "signin/mail.html", status=refusal.status, **shown)
    request.session.update(mail=mail, next=back)
    return redirect("/sign-in/code")


@get("/sign-in/code", sync_to_thread=False)
def ask_for_code(guest: Anyone, request: AnyRequest) -> Template | Redirect:
    """Show the form for the mailed code."""
    mail = request.session.get("mail")
    return page(guest, "signin/code.html", mail=mail) if mail else redirect("/sign-in")


@post("/sign-in/code")
async def spend_code(
    guest: Anyone, upstream: Services, signed: Session, request: AnyRequest, data: Form
) -> Template | Redirect:
    """Sign in by mail address and code."""
    mail = str(request.session.get("mail", ""))
    code = "".join(data.get("code", "").split())
    try:
        answer = await upstream.post("membership", "/v1/sign-ins", {"mail": mail, "code": code})
    except Refused as refusal:
        return page(guest, "signin/code.html", status=refusal.status, refusal=refusal, mail=mail)
    return _arrive(request, signed, answer)


@post("/sign-in/link")
async def spend_link(
    guest: Anyone, upstream: Services, signed: Session, request: AnyRequest, data: Form
) -> Template | Redirect:
    """Sign in by the mailed link: only this button spends it, so that no mail scanner does."""
    try:
        answer = await upstream.post("membership", "/v1/sign-ins", {"token": data.get("token", "")})
    except Refused as refusal:
        return page(guest, "signin/mail.html", status=refusal.status, refusal=refusal, mail="", next="")
    return _arrive(request, signed, answer)


@post("/sign-out")
async def sign_out(signed: Session) -> Redirect:
    """End the sign-in, here at once."""
    with suppress(Refused, Unreachable):
        await signed.end()
    return redirect("/sign-in")


def _arrive(request: AnyRequest, signed: Signed, answer: dict[str, Any]) -> Redirect:
    back = str(request.session.get("next", ""))
    signed.begin(answer)
    return redirect(back or "/today")


ROUTES: Final = [front, ask_for_mail, send_mail, ask_for_code, spend_code, spend_link, sign_out]
