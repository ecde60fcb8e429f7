"""Brings in what a line says, under ids that the line gives, and takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import LARGEST_LIMIT, Asked
from contracts.membership import (
    AffiliationEnded,
    BalanceBroughtIn,
    BalanceState,
    BalanceTakenBack,
    MembershipConfirmed,
    MembershipEnded,
)
from contracts.money import Money
from contracts.values import Party, PostalAddress
from membership.affiliations import handlers as affiliations
from membership.affiliations import store as affiliation_store
from membership.affiliations.handlers import AffiliatePerson
from membership.affiliations.model import AdministratorMissing, first_day_without_administrator
from membership.agreed import handlers as agreed
from membership.lines.model import Balance, Company, Holder, Holding, Member, Newcomer, PlanGiven
from membership.memberships import handlers as memberships
from membership.memberships import model as membership_model
from membership.memberships import store as membership_store
from membership.memberships.model import Wish
from membership.newcomers import model, store
from membership.organisations import handlers as organisations
from membership.organisations import store as organisation_store
from membership.organisations.handlers import RegisterOrganisation
from membership.persons import handlers as persons
from membership.persons.model import Details
from membership.plans import model as plan_model
from membership.plans import store as plan_store
from membership.plans.model import PlanVersion
from membership.reference.model import normalised
from membership.territories import handlers as territories
from membership.vault import Vault

_CENTS: Final = 100
_REASON: Final = "Import annulé"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: a line of an import, looked at on a day."""

    import_id: UUID
    line: int
    today: date
    vault: Vault

    def derived(self, kind: str) -> UUID:
        """Return the id of what the line brings: the same one however often the line is looked at."""
        return self.vault.derived_id(f"import-{kind}", f"{self.import_id}/{self.line}")

    def reference(self, kind: str, text: str) -> bytes:
        return self.vault.digest(f"{kind}-reference", text)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a line brought in: whom it is about, how the other system calls them, the ids of what was made."""

    party_id: UUID
    reference: bytes | None = None
    made: dict[str, Any] = field(default_factory=dict)


async def bring_in(tx: Tx, origin: Origin, newcomer: Newcomer) -> Brought:
    """Bring in what a line says; whatever hinders it is refused, as it would be by hand."""
    match newcomer:
        case Company():
            return await _register_company(tx, origin, newcomer)
        case Member():
            return await _register_member(tx, origin, newcomer)
        case PlanGiven():
            party = await _holder(tx, origin, newcomer.holder)
            made = await _hold(tx, origin, party, newcomer.holding)
            return Brought(_id_of(party), made=made)
        case Balance():
            return await _keep_balance(tx, origin, newcomer)


async def take_back(tx: Tx, made: Mapping[str, Any]) -> None:
    """Undo what a line brought in, in the order in which one thing stands on another.

    Raises AdministratorMissing where others would be left in a company without one.
    """
    if membership_id := made.get("membership_id"):
        await _end_at_its_beginning(tx, UUID(membership_id))
    if balance := made.get("balance"):
        tx.emit(BalanceTakenBack(**balance, taken_back_at=await tx.now()))
    if affiliation_id := made.get("affiliation_id"):
        await _end_affiliation(tx, UUID(affiliation_id))
    if person_id := made.get("person_id"):
        await persons.withdraw(tx, UUID(person_id))
    organisation_id = UUID(made["organisation_id"]) if "organisation_id" in made else None
    if organisation_id and await store.stands_alone(tx, organisation_id):
        await organisations.forget_organisation(tx, organisation_id)


async def _register_company(tx: Tx, origin: Origin, company: Company) -> Brought:
    reference = await _free_reference(tx, origin, "company", company.reference)
    where = (company.lines, company.postcode, company.town)
    address = PostalAddress(
        lines=company.lines, postcode=company.postcode, town=company.town, country=company.country
    )
    wanted = RegisterOrganisation(
        registration_id=origin.derived("organisation"),
        name=company.name,
        country=company.country,
        language=company.language,
        identifiers=company.identifiers,
        address=address if any(where) else None,
    )
    found = await organisations.register_organisation(tx, wanted, origin.vault)
    return Brought(found.organisation_id, reference, {"organisation_id": str(found.organisation_id)})


async def _register_member(tx: Tx, origin: Origin, member: Member) -> Brought:
    reference = await _free_reference(tx, origin, "member", member.reference)
    person_id, made = origin.derived("person"), dict[str, Any]()
    contacts = {"mail": member.mail, "phone": member.phone, "address": member.address}
    details = Details(member.given_name, member.family_name, member.language, **contacts)
    await persons.enrol(tx, person_id, details, origin.vault)
    made["person_id"] = str(person_id)
    if member.company:
        organisation_id, is_new = await _employer(tx, origin, member, member.company)
        made |= {"organisation_id": str(organisation_id)} if is_new else {}
        made["affiliation_id"] = str(await _affiliate(tx, origin, organisation_id, member, person_id))
    if member.holding:
        made |= await _hold(tx, origin, Party(person_id=person_id), member.holding)
    return Brought(person_id, reference, made)


async def _employer(tx: Tx, origin: Origin, member: Member, text: str) -> tuple[UUID, bool]:
    found = await _companies_called(tx, origin, text)
    if len(found) == 1:
        return found[0], False
    if found or not member.may_found_company:
        raise model.CompanyUnknown(value=text)
    wanted = RegisterOrganisation(registration_id=origin.derived("organisation"), name=text, country="FR")
    return (await organisations.register_organisation(tx, wanted, origin.vault)).organisation_id, True


async def _affiliate(tx: Tx, origin: Origin, organisation_id: UUID, member: Member, person_id: UUID) -> UUID:
    """Affiliate a person; the first one of a company administers it, if the file says nothing else."""
    others = await affiliation_store.all_of(tx, organisation_id)
    wanted = AffiliatePerson(
        affiliation_id=origin.derived("affiliation"),
        person_id=person_id,
        organisation_id=organisation_id,
        role=member.role or ("employee" if others else "administrator"),
        valid_from=origin.today,
    )
    return (await affiliations.affiliate_person(tx, wanted)).affiliation_id


async def _hold(tx: Tx, origin: Origin, party: Party, holding: Holding) -> dict[str, Any]:
    """Confirm a membership that another system kept; what it was paid for there is not charged here."""
    begins = holding.valid_from or origin.today
    if begins < origin.today:
        raise model.BegunBefore(value=str(begins), today=str(origin.today))
    plan = await _plan_called(tx, holding.plan, begins)
    audience = _audience(plan, holding.audience)
    wish = Wish(audience, (), begins, holding.valid_until, None, None)
    identity = origin.derived("membership"), party, party
    membership = membership_model.confirmed(identity, plan, wish)
    proven = await agreed.proven_until(tx, party, membership.agreed, begins)
    membership = replace(membership, proof_until=proven, free_until=_free_until(holding, begins))
    await membership_store.insert(tx, membership)
    await memberships.set_timers(tx, membership)
    state = memberships.state(membership, begins)
    tx.emit(MembershipConfirmed(confirmed_at=await tx.now(), by_import=True, **state))
    return {"membership_id": str(membership.membership_id)}


def _free_until(holding: Holding, begins: date) -> date | None:
    """Return the first day that is charged; one day later where none is, for else it would be a trial."""
    paid = holding.paid_until
    if paid is None or paid <= begins:
        return None
    return paid + timedelta(days=1) if paid == holding.valid_until else paid


async def _keep_balance(tx: Tx, origin: Origin, balance: Balance) -> Brought:
    party, in_money = await _holder(tx, origin, balance.holder), balance.unit == "money"
    state = BalanceState(
        balance_id=origin.derived("balance"),
        import_id=origin.import_id,
        line=origin.line,
        holder=party,
        money=Money(minor=int(balance.amount * _CENTS), currency="EUR") if in_money else None,
        quantity=None if in_money else balance.amount,
        unit=None if in_money else balance.unit,
        valid_until=balance.valid_until,
        zone=(await territories.required(tx)).zone,
    )
    tx.emit(BalanceBroughtIn(**dict(state), brought_in_at=await tx.now()))
    return Brought(_id_of(party), made={"balance": state.model_dump(mode="json")})


async def _end_at_its_beginning(tx: Tx, membership_id: UUID) -> None:
    membership = await membership_store.locked(tx, membership_id)
    begins = membership.valid_from
    state = memberships.state(replace(membership, valid_until=begins), begins)
    await agreed.set_timers(tx, membership_id, None, None)
    await membership_store.delete(tx, membership_id)
    tx.emit(MembershipEnded(ended_at=await tx.now(), reason=_REASON, by_import=True, **state))


async def _end_affiliation(tx: Tx, affiliation_id: UUID) -> None:
    found = await affiliation_store.affiliation(tx, affiliation_id)
    if found is None:
        raise NotFound(what="affiliation", id=str(affiliation_id))
    everyone = await affiliation_store.all_of(tx, found.organisation_id)
    others = [each for each in everyone if each.affiliation_id != affiliation_id]
    if day := first_day_without_administrator(others):
        raise AdministratorMissing(day=str(day))
    await affiliation_store.delete(tx, affiliation_id)
    parties = {"person_id": found.person_id, "organisation_id": found.organisation_id}
    tx.emit(AffiliationEnded(affiliation_id=affiliation_id, **parties, ended_on=found.valid_from))


async def _free_reference(tx: Tx, origin: Origin, kind: str, text: str | None) -> bytes | None:
    if text is None:
        return None
    reference = origin.reference(kind, text)
    if await store.party_of(tx, reference):
        raise model.ReferenceTaken(value=text)
    return reference


async def _holder(tx: Tx, origin: Origin, holder: Holder) -> Party:
    if holder.member:
        person_id = await store.party_of(tx, origin.reference("member", holder.member))
        if person_id is None and "@" in holder.member:
            person_id = await persons.with_mail(tx, holder.member, origin.vault)
        if person_id is None:
            raise model.MemberUnknown(value=holder.member)
        return Party(person_id=person_id)
    text = holder.company or ""
    found = await _companies_called(tx, origin, text)
    if len(found) != 1:
        raise model.CompanyUnknown(value=text)
    return Party(organisation_id=found[0])


async def _companies_called(tx: Tx, origin: Origin, text: str) -> list[UUID]:
    known = await store.party_of(tx, origin.reference("company", text))
    return [known] if known else await organisation_store.named(tx, normalised(text), "".join(text.split()))


async def _plan_called(tx: Tx, text: str, day: date) -> PlanVersion:
    """Return what can be taken on a day of the plan that bears this name, in either language, or this id."""
    page = await plan_store.plans(tx, Asked(LARGEST_LIMIT), day, "")
    wanted = normalised(text)
    for plan in page.items:
        names = {normalised(plan.terms.name.fr), normalised(plan.terms.name.en)}
        if wanted in names or text.casefold() == str(plan.plan_id):
            versions = await agreed.versions_of(tx, plan.plan_id)
            return plan_model.taken_on(versions, day) or plan
    raise model.PlanUnknown(value=text)


def _audience(plan: PlanVersion, text: str) -> str:
    """Return the plan's audience that a text names; a plan for one audience needs no name."""
    audiences = plan.terms.audiences
    named = [each for each in audiences if normalised(each) == normalised(text)]
    if not named and len(audiences) > 1:
        raise model.AudienceUnclear(value=text or "?", audiences=", ".join(audiences))
    return (named or list(audiences))[0]


def _id_of(party: Party) -> UUID:
    return party.person_id or UUID(str(party.organisation_id))
