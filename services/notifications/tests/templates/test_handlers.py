"""Every message can be written, in both languages, whatever its event says."""

import re
from typing import Any

import jinja2
import pytest
from notifications_builders import a_fact

from chassis.errors import NotFound
from contracts.billing import FibreLineOrdered, InvoiceSealed
from contracts.booking import BookingCancelled, BookingConfirmed
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


@pytest.mark.parametrize(
    ("due", "paid_by", "said"),
    [(50, "money", "50\u00a0% du prix"), (0, "money", "Rien n’est dû"), (50, "plan", None)],
)
def test_a_cancelled_booking_says_what_stays_due(due: int, paid_by: str, said: str | None) -> None:
    data = content(BookingCancelled, due_percent=due, paid_by=paid_by)
    body = write("booking-cancelled", "fr", data, None).body
    assert (said in body) if said else ("dû" not in body)


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
