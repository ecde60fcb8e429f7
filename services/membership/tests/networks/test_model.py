"""Who may be in a network when, and what its members may agree to share."""

from datetime import date
from uuid import UUID

import pytest

from chassis.errors import Refused
from contracts.values import Identifier
from membership.networks import model
from membership.networks.model import (
    Agreement,
    EndSharingAgreement,
    FormNetwork,
    Member,
    Network,
    SignSharingAgreement,
)

A, B, C = "200035715", "200090751", "245901160"
NETWORK, AGREEMENT = UUID(int=1), UUID(int=2)
AGENCY = Identifier(scheme="siren", value="180036048", country="FR")


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def a_network(*members: tuple[str, str, str | None], agreements: tuple[Agreement, ...] = ()) -> Network:
    known = tuple(
        Member(territory_id=who, joined_on=day(start), left_on=day(end) if end else None)
        for who, start, end in members
    )
    return Network(
        network_id=NETWORK,
        name="Réseau des fablabs de l'Aisne",
        kind="territories",
        body=None,
        formed_on=day("01-01"),
        members=known,
        agreements=agreements,
    )


def an_agreement(*parties: str, start: str = "03-01", end: str | None = None) -> Agreement:
    return Agreement(
        agreement_id=AGREEMENT,
        network_id=NETWORK,
        kind="directory",
        territory_ids=parties,
        valid_from=day(start),
        valid_until=day(end) if end else None,
    )


def a_form(kind: str = "territories", body: Identifier | None = None, *members: str) -> FormNetwork:
    return FormNetwork(
        network_id=NETWORK,
        name="R",
        kind=kind,  # type: ignore[arg-type]
        body=body,
        territory_ids=frozenset(members),
        formed_on=day("01-01"),
    )


def a_signature(*parties: str, start: str = "03-01", end: str | None = None) -> SignSharingAgreement:
    return SignSharingAgreement(
        agreement_id=AGREEMENT,
        network_id=NETWORK,
        kind="directory",
        territory_ids=frozenset(parties),
        valid_from=day(start),
        valid_until=day(end) if end else None,
    )


@pytest.mark.parametrize(
    "wanted", [a_form("territories", None, A), a_form("agency", AGENCY), a_form("chamber", AGENCY, A)]
)
def test_a_network_is_territories_or_a_body_with_or_without_them(wanted: FormNetwork) -> None:
    model.check_formed(wanted, {A})


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (a_form("territories", AGENCY, A), "body-not-expected"),
        (a_form("agency"), "body-missing"),
        (a_form("territories"), "members-missing"),
        (a_form("territories", None, A, B), "members-not-open"),
    ],
)
def test_what_is_no_network_is_refused_by_name(wanted: FormNetwork, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        model.check_formed(wanted, {A})
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("member", "start", "end", "allowed"),
    [
        ((A, "03-01", None), "03-01", None, True),
        ((A, "02-01", None), "03-01", "09-01", True),
        ((A, "03-01", "09-01"), "03-01", "09-01", True),
        ((A, "03-02", None), "03-01", None, False),
        ((A, "03-01", "09-01"), "03-01", "09-02", False),
        ((A, "03-01", "09-01"), "03-01", None, False),
        ((B, "03-01", None), "03-01", None, False),
    ],
)
def test_a_party_is_a_member_on_every_day_of_the_agreement(
    member: tuple[str, str, str | None],
    start: str,
    end: str | None,
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    wanted = a_signature(A, start=start, end=end)
    if allowed:
        model.check_signed(a_network(member), wanted)
        return
    with pytest.raises(model.NotInNetwork) as refusal:
        model.check_signed(a_network(member), wanted)
    assert A in refusal.value.said("en")
    assert A in refusal.value.said("fr")


@pytest.mark.parametrize("end", ["03-01", "02-28"])
def test_an_agreement_has_at_least_one_day(end: str) -> None:
    with pytest.raises(model.AgreementEmpty):
        model.check_signed(a_network((A, "01-01", None)), a_signature(A, end=end))


@pytest.mark.parametrize("ended_on", ["03-01", "05-31", "08-31"])
def test_an_agreement_ends_on_a_day_within_it(ended_on: str) -> None:
    model.check_end(an_agreement(A, end="09-01"), day(ended_on))


@pytest.mark.parametrize("ended_on", ["02-28", "09-01", "12-31"])
def test_an_agreement_does_not_end_outside_itself(ended_on: str) -> None:
    with pytest.raises(model.EndOutsideAgreement):
        model.check_end(an_agreement(A, end="09-01"), day(ended_on))


def test_an_agreement_ends_once() -> None:
    ended = an_agreement(A).model_copy(update={"ended_on": day("04-01")})
    with pytest.raises(model.AgreementAlreadyEnded):
        model.check_end(ended, day("05-01"))


def test_nobody_joins_before_the_network_is_formed() -> None:
    model.check_joined(a_network(), day("01-01"))
    with pytest.raises(model.JoinedBeforeFormed):
        model.check_joined(a_network(), date(2025, 12, 31))


def test_who_leaves_is_a_member_and_has_been_for_a_day() -> None:
    network = a_network((A, "03-01", None), (C, "01-01", "02-01"))
    assert model.leaving(network, A, day("03-02")).joined_on == day("03-01")
    for stranger in (B, C):
        with pytest.raises(model.NotAMember):
            model.leaving(network, stranger, day("04-01"))
    with pytest.raises(model.LeftBeforeJoined):
        model.leaving(network, A, day("03-01"))


@pytest.mark.parametrize(
    ("agreement", "bound"),
    [
        (an_agreement(A, B), True),
        (an_agreement(A, end="07-02"), True),
        (an_agreement(A, end="07-01"), False),
        (an_agreement(B), False),
        (an_agreement(A).model_copy(update={"ended_on": day("06-01")}), False),
    ],
)
def test_who_still_shares_does_not_leave(agreement: Agreement, bound: bool) -> None:  # noqa: FBT001 - a column of the table
    network = a_network((A, "01-01", None), (B, "01-01", None), agreements=(agreement,))
    if not bound:
        model.leaving(network, A, day("07-01"))
        return
    with pytest.raises(model.StillSharing) as refusal:
        model.leaving(network, A, day("07-01"))
    assert str(AGREEMENT) in (refusal.value.cure_said("fr") or "")


def test_an_end_may_give_its_reason_and_needs_a_day() -> None:
    assert EndSharingAgreement(ended_on=day("03-01")).reason is None
