"""The register of processing: nothing that speaks of persons is left out, and staff below cannot read it."""

import csv
import io

from people_builders import People

from contracts.marks import personal_fields, pseudonyms
from contracts.registry import FACTS
from membership.processing.model import PURPOSES, register


def test_every_topic_that_speaks_of_persons_has_its_purpose_and_no_other_has() -> None:
    speaking = {fact.topic.name for fact in FACTS.values() if personal_fields(fact) or pseudonyms(fact)}
    assert set(PURPOSES) == speaking


def test_an_entry_names_every_field_that_the_contracts_mark() -> None:
    [persons] = [each for each in register(FACTS.values()).entries if each.topic == "membership.persons.v1"]
    assert persons.sealed == ("address", "family_name", "given_name", "mail", "phone")
    assert persons.pseudonyms == ("person_id",)
    assert persons.events == ("PersonChanged", "PersonRegistered")


async def test_the_register_is_read_by_the_administrator_alone_as_a_page_or_a_spreadsheet(
    people: People,
) -> None:
    administrator = people.as_("territory-administrator")
    shown = (await people.get("processing", administrator)).json()["entries"]
    assert {each["topic"] for each in shown} == set(PURPOSES)
    sheet = await people.get("processing.csv?language=en", administrator)
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    [invoices] = [row for row in rows if row["topic"] == "billing.invoices.v1"]
    assert (invoices["basis"], invoices["kept"][:9]) == ("legal-obligation", "Ten years")
    assert (await people.get("processing", people.as_("hub-manager"))).status_code == 403
