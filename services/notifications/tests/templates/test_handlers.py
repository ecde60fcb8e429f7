"""Every message can be written, in both languages, whatever its event says."""

import re
from typing import Any

import jinja2
import pytest
from notifications_builders import a_fact

from chassis.errors import NotFound
from contracts.billing import FibreLineOrdered, InvoiceSealed
from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingRejected,
    BookingRequested,
    WaitlistEnded,
    WaitlistOfferMade,
)
from contracts.envelope import Fact
from contracts.membership import MembershipConfirmed
from notifications.templates.handlers import letter, preview, write
from notifications.templates.model import LANGUAGES, TEMPLATES, Template


def content(fact: type[Fact], **changes: Any) -> dict[str, Any]:
    return a_fact(fact, **changes).model_dump(mode="json")


def bare(template: Template) -> dict[str, Any]:
    """The event's data with everything left out that may be."""
    fields = template.fact.model_fields
    shown = content(template.fact)
    return template.fact.model_validate(
        {name: shown[name] for name, each in fields.items() if each.is_required()}
    ).model_dump(mode="json")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_message_is_written_from_the_least_and_the_most_an_event_says(
    template: Template, language: str
) -> None:
    for data in (content(template.fact), bare(template)):
        written = write(template.name, language, data, "Zoé")
        assert written.subject
        assert "Zoé" in written.paragraphs[0]
        assert len(written.paragraphs) > 1
        for text in (written.subject, written.body):
            assert not re.search(r"[{}]|None|\n{3}", text), text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_the_two_languages_differ(template: Template) -> None:
    french, english = (write(template.name, language, content(template.fact), None) for language in LANGUAGES)
    assert french.subject != english.subject
    assert french.paragraphs[0] == "Bonjour,"
    assert english.paragraphs[0] == "Hello,"


def test_a_confirmed_booking_says_what_where_and_when_in_the_sites_zone() -> None:
    period = {"start": "2026-03-12T08:00:00Z", "end": "2026-03-12T10:00:00Z", "zone": "Indian/Reunion"}
    written = write("booking-confirmed", "en", content(BookingConfirmed, period=period), None)
    assert "What: Grande salle\nWhere: Le 302\nWhen: Thursday 12 March 2026, 12:00 to 14:00" in written.body


def test_a_request_says_by_when_it_is_decided_in_the_sites_zone_and_whether_it_is_kept() -> None:
    zone = {"start": "2026-03-12T08:00:00Z", "end": "2026-03-12T10:00:00Z", "zone": "Europe/Paris"}
    asked = content(BookingRequested, period=zone, decide_by="2026-03-11T17:30:00Z", blocks=False)
    body = write("booking-requested", "fr", asked, None).body
    assert "avant le mercredi 11 mars 2026 à 18\u00a0h\u00a030\u00a0;" in body
    assert "ne vous est pas gardé" in body
    granted = content(BookingConfirmed, approved_at="2026-03-11T09:00:00Z")
    assert "Votre demande est acceptée" in write("booking-confirmed", "fr", granted, None).body
    plain = content(BookingConfirmed, approved_at=None)
    assert "demande" not in write("booking-confirmed", "fr", plain, None).body


@pytest.mark.parametrize(
    ("cause", "reason", "said"),
    [
        ("decided", "Conseil", "Motif\u00a0: Conseil"),
        ("not_decided_in_time", None, "Personne n’a décidé"),
        ("superseded", None, "accordé à quelqu’un d’autre"),
    ],
)
def test_a_refused_request_says_why(cause: str, reason: str | None, said: str) -> None:
    refused = content(BookingRejected, cause=cause, reason=reason)
    assert said in write("booking-rejected", "fr", refused, None).body


@pytest.mark.parametrize(
    ("due", "paid_by", "said"),
    [(50, "money", "50\u00a0% du prix"), (0, "money", "Rien n’est dû"), (50, "plan", None)],
)
def test_a_cancelled_booking_says_what_stays_due(due: int, paid_by: str, said: str | None) -> None:
    data = content(BookingCancelled, due_percent=due, paid_by=paid_by)
    body = write("booking-cancelled", "fr", data, None).body
    assert (said in body) if said else ("dû" not in body)


def test_an_offer_says_until_when_it_is_kept_as_the_clocks_of_the_site_show_it() -> None:
    period = {"start": "2026-03-12T16:00:00Z", "end": "2026-03-12T17:00:00Z", "zone": "Indian/Reunion"}
    offer = content(WaitlistOfferMade, period=period, expires_at="2026-03-12T10:30:00Z")
    french, english = (write("waitlist-offer", language, offer, None) for language in LANGUAGES)
    until = "jeudi 12 mars 2026 à 14\u00a0h\u00a030"
    assert french.subject == f"Une place est à vous jusqu’au {until}\u00a0: Grande salle"
    assert f"gardée jusqu’au {until}." in french.body
    assert "kept for you until Thursday 12 March 2026, 14:30" in english.body
    assert "Mes attentes" in french.body


def test_a_wait_over_several_days_names_each_of_them() -> None:
    days = [
        {"start": f"2026-03-{day}T08:00:00Z", "end": f"2026-03-{day}T11:00:00Z", "zone": "Europe/Paris"}
        for day in (12, 13)
    ]
    body = write("waitlist-ended", "en", content(WaitlistEnded, windows=days), None).body
    assert "When: Thursday 12 March 2026, 9:00 to 12:00\nWhen: Friday 13 March 2026" in body


def test_an_invoice_names_its_amounts_and_a_credit_note_asks_for_nothing() -> None:
    amounts = {name: {"minor": minor, "currency": "EUR"} for name, minor in AMOUNTS.items()}
    invoice = write("invoice-sealed", "fr", content(InvoiceSealed, **amounts), None)
    assert invoice.subject == "Facture 2026-000017\u00a0: 387,10\u00a0€"
    assert "TVA\u00a0: 64,52\u00a0€" in invoice.body
    assert "À régler" in invoice.body
    note = write("invoice-sealed", "fr", content(InvoiceSealed, kind="381", **amounts), None)
    assert note.subject.startswith("Avoir")
    assert "À régler" not in note.body


AMOUNTS = {"net": 32258, "vat": 6452, "gross": 38710}


def test_the_price_of_a_line_says_whether_vat_is_in_it() -> None:
    with_vat = content(FibreLineOrdered, price_mode="including_vat", commitment_months=0)
    assert "€500.00 incl. VAT" in write("fibre-line-ordered", "en", with_vat, None).body
    assert "No commitment" in write("fibre-line-ordered", "en", with_vat, None).body


def test_a_name_with_line_breaks_makes_no_header_and_no_paragraph() -> None:
    data = content(BookingConfirmed, resource_name="Salle\nBcc: x@example.org\n\nPayez ici")
    written = write("booking-confirmed", "fr", data, "Zoé\n\nhttps://example.org")
    assert written.subject == "Réservation confirmée\u00a0: Salle Bcc: x@example.org Payez ici"
    assert len(written.paragraphs) == len(write("booking-confirmed", "fr", data, None).paragraphs)


def test_html_shows_what_is_typed_and_runs_nothing() -> None:
    data = content(BookingConfirmed, resource_name="<script>alert('l&')</script> O'Brien")
    shown = letter(write("booking-confirmed", "en", data, None), "en", "Carcassonne <b>")
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html
    assert "Carcassonne &lt;b&gt;" in shown.html
    assert "O'Brien" in shown.text


def test_a_field_that_the_event_lacks_is_an_error_and_not_an_empty_word() -> None:
    data = content(MembershipConfirmed)
    del data["plan_name"]
    with pytest.raises(jinja2.UndefinedError):
        write("membership-confirmed", "fr", data, None)


def test_an_unknown_template_is_refused_by_name() -> None:
    with pytest.raises(NotFound):
        preview("booking-lost", "fr")
