"""Owns where a visitor can go: the pages that their roles open, in groups."""

from typing import Final, NamedTuple

from portal import wording
from portal.session import Visitor

_AT_HAND: Final = 5


class Way(NamedTuple):
    """One page of the navigation; what is not at hand stands behind «More» on a small screen."""

    address: str
    name: str
    at_hand: bool


class Ways(NamedTuple):
    """The pages of one group; the first group, of every day, has no name."""

    name: str
    ways: list[Way]


def ways(visitor: Visitor) -> list[Ways]:
    """List the pages that the visitor's roles open, with their names, by what one goes there for."""
    if not visitor.territory:
        return []
    groups = [(name, [entry for entry in entries if entry[2]]) for name, entries in _groups(visitor)]
    few = sum(len(entries) for _, entries in groups) <= _AT_HAND
    return [
        Ways(name, [Way(address, called, few or not name) for address, called, _ in entries])
        for name, entries in groups
        if entries
    ]


def _groups(visitor: Visitor) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Every page that has a place in the navigation, and whether it opens to the visitor."""
    _ = wording.gettext
    books, desk, member = visitor.is_staff or visitor.is_member, visitor.is_desk, visitor.is_member
    every_day = [
        ("/today", _("Today"), True),
        ("/desk", _("Front desk"), desk),
        ("/planning", _("Planning"), books),
        ("/bookings", _("My bookings"), member),
    ]
    place = [
        ("/sessions", _("Sessions"), books),
        ("/machines", _("Machines"), books),
        ("/visits", _("Visitors"), books),
        ("/qualifications", _("Qualifications"), books or visitor.trains),
        ("/policies", _("Policies"), desk),
        ("/openings", _("Openings"), desk),
    ]
    accounts = [
        ("/plans", _("Plans"), member or desk),
        ("/passes", _("My passes"), member),
        ("/invoices", _("My invoices"), member),
        ("/fibre", _("Fibre"), books),
    ]
    platform = [
        ("/imports", _("Imports"), visitor.is_administrator),
        ("/live", _("Live events"), visitor.follows_events),
    ]
    named = ((_("Place"), place), (_("Accounts"), accounts), (_("Platform"), platform))
    return [("", every_day), *named]
