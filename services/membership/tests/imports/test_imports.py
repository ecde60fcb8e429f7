"""A hub moves in: files are looked at, brought in some lines at a time, and taken back as a whole."""

from typing import Any
from uuid import UUID

import pytest
from import_builders import FAB_MANAGER, Mover, a_fab_manager_line, a_file, a_member, an_event, members
from life_builders import Life
from membership_builders import code, events

from chassis.outbox import Connection
from contracts.billing import ChargeInvoiced
from contracts.booking import BookingConfirmed, CreditsSpent
from membership.imports.consumer import note_booked, note_invoiced, note_spent

COMPANY = ("Référence", "Raison sociale", "SIREN", "Adresse", "Code postal", "Ville")
SIREN = "732829320"
KEPT = ("persons", "presences", "organisations", "affiliations", "memberships", "membership_scopes")


@pytest.fixture
def mover(life: Life) -> Mover:
    """An administrator with the files of the hub."""
    return Mover(life)


async def everything(admin: Connection) -> dict[str, list[Any]]:
    """Every row about people and what they hold, whoever's it is."""
    found = {}
    for table in KEPT:
        rows = await admin.fetch(f"SELECT * FROM {table}")
        found[table] = sorted(map(str, rows))
    return found


async def test_a_dry_run_counts_what_is_sound_names_what_is_damaged_and_brings_nothing_in(
    mover: Mover, admin: Connection
) -> None:
    before, told = await everything(admin), await admin.fetchval("SELECT count(*) FROM event_log")
    lines, wrong = members(30, 6)
    import_id = await mover.checked("members", a_file(lines))
    shown = await mover.shown(import_id)
    assert (shown["state"], shown["lines"], shown["sound"], shown["damaged"]) == ("checked", 30, 24, 6)
    assert {line: each["rule"] for line, each in (await mover.damaged(import_id)).items()} == wrong
    assert await everything(admin) == before
    assert await admin.fetchval("SELECT count(*) FROM event_log") == told


async def test_a_damaged_line_is_told_with_column_value_rule_and_cure_in_both_languages(mover: Mover) -> None:
    line = a_member(1)
    line[3] = "zoe chez example"
    import_id = await mover.checked("members", a_file([line]))
    assert (await mover.damaged(import_id))[2] == {
        "column": "Courriel",
        "value": "zoe chez example",
        "rule": "mail-unreadable",
        "en": "zoe chez example is no mail address.",
        "fr": "zoe chez example n’est pas une adresse électronique.",
        "cure_en": "Correct it, or leave it empty.",
        "cure_fr": "Corrigez-la, ou laissez-la vide.",
    }


async def test_the_error_file_holds_the_original_line_and_comes_in_once_it_is_corrected(mover: Mover) -> None:
    lines, _ = members(3)
    lines[1][3] = "faux"
    first = await mover.brought("members", a_file(lines, encoding="cp1252"))
    answer = await mover.people.get(f"imports/{first}/errors.csv", mover.who())
    assert answer.headers["content-type"] == "text/csv; charset=windows-1252"
    text = answer.content.decode("cp1252")
    [titles, damaged] = text.splitlines()
    assert titles.endswith("Remarque;ligne;en cause;valeur;constat;remède")
    assert damaged.startswith("A-1;Lœuillet;Maël 1;faux;")
    assert ";3;Courriel;faux;" in damaged
    corrected = text.replace("faux", "maelle@import.example").encode("cp1252")
    second = await mover.brought("members", corrected)
    assert (await mover.counts(second)) == {"brought": 1}


async def test_what_is_brought_in_is_found_by_its_name_and_nothing_of_the_file_is_readable(
    mover: Mover, admin: Connection
) -> None:
    import_id = await mover.brought(
        "members", a_file([a_member(1), [*a_member(2)[:3], "faux", "", "", "", ""]])
    )
    found = (await mover.people.get("persons?search=loeuillet")).json()["items"]
    assert [(each["given_name"], each["mail"]) for each in found] == [("Maël 1", "membre.1@import.example")]
    rows = await admin.fetch("SELECT * FROM import_lines WHERE import_id = $1 ORDER BY line", import_id)
    assert [row["state"] for row in rows] == ["brought", "damaged"]
    assert rows[0]["content"] is None
    assert not any(word in str(row) for row in rows for word in ("membre.1", "faux", "Maël"))


async def test_a_line_that_was_registered_meanwhile_is_damaged_and_the_others_come_in(mover: Mover) -> None:
    lines, _ = members(5)
    import_id = await mover.checked("members", a_file(lines))
    await mover.people.person(mail="Membre.3@import.example")
    await mover.do(import_id, "start")
    await mover.fire()
    assert await mover.counts(import_id) == {"brought": 4, "damaged": 1}
    assert (await mover.damaged(import_id))[5]["rule"] == "mail-known-here"


async def test_companies_members_plans_and_balances_refer_to_what_came_before(mover: Mover) -> None:
    people = mover.people
    plan_id = await people.plan(audiences=["nomad"])
    company = ["E-1", "L'Atelier d'Essai", SIREN, "3 rue Lamarck", "11000", "Carcassonne"]
    companies = await mover.brought("companies", a_file([company], COMPANY))
    employed = [[*a_member(number)[:6], "E-1", ""] for number in (1, 2)]
    await mover.brought("members", a_file(employed))
    [organisation] = (await people.get("organisations?search=atelier")).json()["items"]
    path = f"organisations/{organisation['organisation_id']}/affiliations"
    listed = (await people.get(path)).json()["items"]
    assert sorted((each["given_name"], each["role"]) for each in listed) == [
        ("Maël 1", "administrator"),
        ("Ève 2", "employee"),
    ]
    plans = [["A-1", "", "nomade"], ["", SIREN, str(plan_id)], ["A-404", "", "Nomade"], ["A-2", "", "Rien"]]
    given = await mover.brought("plans", a_file(plans, ("Adhérent", "Entreprise", "Formule")))
    assert await mover.counts(given) == {"brought": 2, "damaged": 2}
    assert [each["rule"] for each in (await mover.damaged(given)).values()] == [
        "member-unknown",
        "plan-unknown",
    ]
    balances = [["membre.2@import.example", "", "12,5", "heures"], ["", "E-1", "40 €", "euros"]]
    kept = await mover.brought("balances", a_file(balances, ("Adhérent", "Entreprise", "Solde", "Unité")))
    assert await mover.counts(kept) == {"brought": 2}
    assert len(await events(mover.people.admin, mover.people.siren, "BalanceBroughtIn")) == 2
    assert await mover.counts(companies) == {"brought": 1}


async def test_a_plan_paid_elsewhere_is_not_charged_again_and_nobody_is_told(mover: Mover) -> None:
    await mover.people.plan(audiences=["nomad"])
    until = {"Abonnement": "Nomade", "Date de fin de l'abonnement": "2026-09-30"}
    lines = [a_fab_manager_line(7, **until), a_fab_manager_line(8)]
    import_id = await mover.brought("fab-manager", a_file(lines, FAB_MANAGER))
    assert await mover.counts(import_id) == {"brought": 2}
    [held] = (await mover.people.get("memberships")).json()["items"]
    assert (held["valid_from"], held["valid_until"]) == ("2026-03-01", "2026-09-30")
    [told] = await mover.people.told("MembershipConfirmed", held["membership_id"])
    assert told["by_import"] is True
    assert told["free_until"] == "2026-10-01"


async def test_a_structure_that_fab_manager_names_is_registered_once_for_all_who_belong_to_it(
    mover: Mover,
) -> None:
    lines = [a_fab_manager_line(number, Structure="Les Machines d'Essai") for number in (1, 2, 3)]
    import_id = await mover.brought("fab-manager", a_file(lines, FAB_MANAGER))
    assert await mover.counts(import_id) == {"brought": 3}
    [found] = (await mover.people.get("organisations?search=machines")).json()["items"]
    await mover.undone(import_id)
    assert await mover.counts(import_id) == {"undone": 3}
    assert (await mover.people.get(f"organisations/{found['organisation_id']}")).status_code == 404


async def test_undo_leaves_nothing_and_tells_the_other_services(mover: Mover, admin: Connection) -> None:
    before = await everything(admin)
    await mover.people.plan(audiences=["nomad"])
    who = await mover.brought("members", a_file(members(12)[0]))
    plans = a_file([[f"A-{n}", "Nomade"] for n in range(12)], ("Adhérent", "Formule"))
    held = await mover.brought("plans", plans)
    persons = [UUID(each["person_id"]) for each in await _persons(mover)]
    memberships = (await mover.people.get("memberships")).json()["items"]
    assert len(memberships) == 12
    await mover.undone(held)
    [ended] = await mover.people.told("MembershipEnded", memberships[0]["membership_id"])
    assert (ended["valid_until"], ended["by_import"]) == (memberships[0]["valid_from"], True)
    await mover.undone(who)
    assert await everything(admin) == before
    for person_id in persons:
        assert len(await mover.people.told("SubjectKeyDestroyed", person_id)) == 1
        assert (
            await admin.fetchval("SELECT wrapped_key FROM subject_key WHERE person_id = $1", person_id)
            is None
        )
    again = await mover.brought("members", a_file(members(12)[0]))
    assert await mover.counts(again) == {"brought": 12}


async def test_what_was_used_since_is_refused_by_name_and_yet_the_rest_can_be_taken_back(
    mover: Mover,
) -> None:
    people = mover.people
    import_id = await mover.brought("members", a_file(members(4)[0]))
    found = {each["given_name"]: UUID(each["person_id"]) for each in await _persons(mover)}
    await people.affiliate(found["Ève 2"], await people.organisation())
    await mover.life.confirmed(await people.plan(), found["Maël 1"])
    refused = await people.post(f"imports/{import_id}/undo", mover.who())
    assert (refused.status_code, code(refused)) == (409, "import-used")
    assert refused.json()["values"] == {"count": 2, "lines": "3, 4"}
    uses = (await people.get(f"imports/{import_id}/uses", mover.who())).json()["items"]
    assert [(each["line"], each["name"], each["what"]) for each in uses] == [
        (3, "Maël 1 Lœuillet", ["membership"]),
        (4, "Ève 2 Lœuillet", ["affiliation"]),
    ]
    await mover.undone(import_id, leave_used=True)
    assert await mover.counts(import_id) == {"undone": 2, "kept": 2}
    assert sorted(each["given_name"] for each in await _persons(mover)) == ["Maël 1", "Ève 2"]


async def test_who_has_booked_or_was_invoiced_since_is_named_and_who_came_by_hand_is_not(
    mover: Mover,
) -> None:
    import_id = await mover.brought("members", a_file(members(3)[0]))
    found = {each["given_name"]: each["person_id"] for each in await _persons(mover)}
    by_hand = str(await mover.people.person())
    who = {"person_id": found["Maël 1"], "payer": {"person_id": by_hand}}
    siren, payer = mover.people.siren, {"person_id": found["Ève 2"]}
    async with mover.life.database.tx(siren) as tx:
        await note_booked(tx, an_event(siren, BookingConfirmed, **who))
        await note_invoiced(tx, an_event(siren, ChargeInvoiced, payer=payer))
    uses = (await mover.people.get(f"imports/{import_id}/uses", mover.who())).json()["items"]
    assert [(each["name"], each["what"]) for each in uses] == [
        ("Maël 1 Lœuillet", ["booked"]),
        ("Ève 2 Lœuillet", ["invoiced"]),
    ]


async def test_a_balance_that_was_spent_is_named_and_cannot_be_taken_back(mover: Mover) -> None:
    await mover.brought("members", a_file(members(2)[0]))
    lines = [[f"A-{number}", "", "12", "heures"] for number in (0, 1)]
    kept = await mover.brought("balances", a_file(lines, ("Adhérent", "Entreprise", "Solde", "Unité")))
    told = await events(mover.people.admin, mover.people.siren, "BalanceBroughtIn")
    balance = next(each for each in told if each["line"] == 2)
    assert balance["zone"] == "Europe/Paris"
    siren = mover.people.siren
    async with mover.life.database.tx(siren) as tx:
        await note_spent(tx, an_event(siren, CreditsSpent, holder=balance["holder"]))
    refused = await mover.people.post(f"imports/{kept}/undo", mover.who())
    assert (code(refused), refused.json()["values"]["lines"]) == ("import-used", "2")
    await mover.undone(kept, leave_used=True)
    assert await mover.counts(kept) == {"undone": 1, "kept": 1}


async def test_members_who_hold_an_imported_plan_go_only_after_it(mover: Mover) -> None:
    await mover.people.plan(audiences=["nomad"])
    who = await mover.brought("members", a_file([a_member(1)]))
    held = await mover.brought("plans", a_file([["A-1", "Nomade"]], ("Adhérent", "Formule")))
    refused = await mover.people.post(f"imports/{who}/undo", mover.who())
    assert code(refused) == "import-used"
    await mover.undone(held)
    await mover.undone(who)
    assert await _persons(mover) == []


async def test_an_import_goes_from_step_to_step_and_no_other_way(mover: Mover) -> None:
    import_id = await mover.announced("members")
    for act in ("start", "undo"):
        refused = await mover.people.post(f"imports/{import_id}/{act}", mover.who())
        assert code(refused) in ("import-not-checked", "import-not-done")
    content = a_file([[*a_member(1)[:3], "faux", "", "", "", ""]])
    assert (await mover.send(import_id, content)).status_code == 200
    assert code(await mover.send(import_id, content)) == "file-there"
    await mover.fire()
    assert code(await mover.people.post(f"imports/{import_id}/start", mover.who())) == "nothing-sound"


async def test_thirty_days_later_nothing_that_the_file_said_can_be_read(mover: Mover) -> None:
    import_id = await mover.checked(
        "members", a_file([a_member(1), [*a_member(2)[:3], "faux", "", "", "", ""]])
    )
    assert (await mover.shown(import_id))["readable_until"] is not None
    await mover.life.on("2026-04-01")
    for path in ("damaged", "errors.csv"):
        refused = await mover.people.get(f"imports/{import_id}/{path}", mover.who())
        assert (refused.status_code, code(refused)) == (410, "import-forgotten")
    assert code(await mover.people.post(f"imports/{import_id}/start", mover.who())) == "import-forgotten"


async def test_only_an_administrator_brings_files_over_and_sees_them(mover: Mover) -> None:
    import_id = await mover.checked("members", a_file([a_member(1)]))
    for role in ("hub-manager", "finance", "operator-staff"):
        answer = await mover.people.get(f"imports/{import_id}", mover.people.as_(role))
        assert (answer.status_code, code(answer)) == (403, "forbidden")


async def _persons(mover: Mover) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await mover.people.get("persons?limit=200")).json()["items"]
    return found
