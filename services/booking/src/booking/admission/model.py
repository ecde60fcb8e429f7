"""Decides whether a use keeps to the policy that holds for it, and what it must wait for: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.policies.model import Approval, Case, PolicyVersion, Terms
from booking.sites.model import Site
from chassis.errors import Refused

UNTOLD: Final = Approval(needed="always")  # where a resource asks for approval and no policy says how
_MINUTE: Final = timedelta(minutes=1)


class NoticeTooShort(Refused):
    """By the policy {policy}, {resource} is booked {minutes} minutes ahead at least: from {earliest} on."""

    fr = (
        "Selon le règlement {policy}, {resource} se réserve au moins {minutes} minutes à l'avance : "
        "maintenant, à partir du {earliest}."
    )
    cure = (
        "Choose a start from {earliest} on, or ask the desk.",
        "Choisissez un début à partir du {earliest}, ou voyez l'accueil.",
    )


class NoticeTooLong(Refused):
    """By the policy {policy}, {resource} is booked {days} days ahead at most: now up to {latest}."""

    fr = (
        "Selon le règlement {policy}, {resource} se réserve au plus {days} jours à l'avance : "
        "maintenant, jusqu'au {latest}."
    )
    cure = (
        "Choose a start up to {latest}, or come back later.",
        "Choisissez un début jusqu'au {latest}, ou revenez plus tard.",
    )


class LengthNotAllowed(Refused):
    """By the policy {policy}, {resource} is booked for {shortest} to {longest} minutes, not for {minutes}."""

    fr = (
        "Selon le règlement {policy}, {resource} se réserve pour {shortest} à {longest} minutes, "
        "pas pour {minutes}."
    )
    cure = ("Choose a length inside.", "Choisissez une durée comprise entre les deux.")


class OffGrid(Refused):
    """By the policy {policy}, bookings start every {grid} minutes: not at {start}."""

    fr = "Selon le règlement {policy}, les réservations commencent toutes les {grid} minutes : pas à {start}."
    cure = ("Start at {before} or at {after}.", "Commencez à {before} ou à {after}.")


class MembersOnly(Refused):
    """By the policy {policy}, {resource} is booked with a membership only."""

    status = 403
    fr = "Selon le règlement {policy}, {resource} ne se réserve qu'avec une adhésion."
    cure = ("Take a plan first, or ask the staff.", "Souscrivez d'abord une formule, ou voyez le personnel.")


class StaffOnly(Refused):
    """By the policy {policy}, {resource} is booked by the staff of the site only."""

    status = 403
    fr = "Selon le règlement {policy}, {resource} n'est réservable que par le personnel du site."
    cure = ("Ask the staff to book it for you.", "Demandez au personnel de la réserver pour vous.")


@dataclass(frozen=True, slots=True)
class Ruling:
    """Under which version a use is admitted, and in how many hours somebody must approve it, if at all."""

    policy_id: UUID | None = None
    policy_version: int | None = None
    approval_hours: int | None = None
    pending_blocks: bool = True


NO_POLICY: Final = Ruling()


def ruling(version: PolicyVersion | None, case: Case) -> Ruling:
    """Return what the use is made by; what the desk does is approved by that."""
    approval = version.terms.approval if version else UNTOLD if case.resource.approval_required else None
    waits = approval if approval and not case.at_desk and approval.concerns(case) else None
    return Ruling(
        version.policy_id if version else None,
        version.version if version else None,
        waits.deadline_hours if waits else None,
        waits is None or waits.blocks,
    )


def check_notice(terms: Terms, case: Case, site: Site, now: datetime) -> None:
    """Raise a refusal when it is too late or too early to ask; the desk may ask at any time."""
    if case.at_desk:
        return
    start = case.asked.start
    if terms.shortest_notice_minutes and start < (
        earliest := now + timedelta(minutes=terms.shortest_notice_minutes)
    ):
        raise NoticeTooShort(
            policy=terms.name,
            resource=case.resource.name,
            minutes=terms.shortest_notice_minutes,
            earliest=site.wall(earliest),
        )
    if terms.longest_notice_days is not None:
        latest = site.day_of(now) + timedelta(days=terms.longest_notice_days)
        if site.day_of(start) > latest:
            raise NoticeTooLong(
                policy=terms.name,
                resource=case.resource.name,
                days=terms.longest_notice_days,
                latest=latest.isoformat(),
            )


def check_time(terms: Terms, case: Case, site: Site) -> None:
    """Raise a refusal when nobody may book it so long, or from then on, or this one not at all."""
    if terms.booked_by == "staff" and not case.at_desk:
        raise StaffOnly(policy=terms.name, resource=case.resource.name)
    if terms.booked_by == "members" and case.grant.membership_id is None:
        raise MembersOnly(policy=terms.name, resource=case.resource.name)
    shortest, longest = terms.shortest_minutes or 1, terms.longest_minutes or 44_640
    if not shortest * _MINUTE <= case.length <= longest * _MINUTE:
        raise LengthNotAllowed(
            policy=terms.name,
            resource=case.resource.name,
            shortest=shortest,
            longest=longest,
            minutes=case.length // _MINUTE,
        )
    if terms.grid_minutes and not _on_grid(case.asked.start, terms.grid_minutes, site.zone):
        raise OffGrid(
            policy=terms.name,
            grid=terms.grid_minutes,
            start=site.wall(case.asked.start),
            before=site.wall(_nearest(case.asked.start, -_MINUTE, terms.grid_minutes, site.zone)),
            after=site.wall(_nearest(case.asked.start, _MINUTE, terms.grid_minutes, site.zone)),
        )


def _on_grid(instant: datetime, grid: int, zone: str) -> bool:
    wall = instant.astimezone(ZoneInfo(zone))
    return (wall.hour * 60 + wall.minute) % grid == 0 and not (wall.second or wall.microsecond)


def _nearest(instant: datetime, step: timedelta, grid: int, zone: str) -> datetime:
    """Return the next start on the grid, minute by minute: wall clocks that jump are no exception."""
    found = instant.replace(second=0, microsecond=0) + max(step, timedelta(0))
    while not _on_grid(found, grid, zone):
        found += step
    return found
