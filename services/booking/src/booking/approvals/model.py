"""Decides who else than staff may decide on requests, where and when: pure."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.errors import Refused


class DelegationEmpty(Refused):
    """A delegation from {valid_from} to {valid_until} (excluded) holds on no day."""

    status = 422
    fr = "Une délégation du {valid_from} au {valid_until} (exclu) ne vaut aucun jour."
    cure = ("Give a later end.", "Donnez une fin ultérieure.")


@dataclass(frozen=True, slots=True)
class Delegation:
    """A person who may decide on requests in a scope, from a day to a day."""

    delegation_id: UUID
    person_id: UUID
    site_id: UUID
    scope_id: UUID
    valid_from: date
    valid_until: date | None

    def check(self) -> None:
        """Raise DelegationEmpty when it would hold on no day."""
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise DelegationEmpty(
                valid_from=self.valid_from.isoformat(), valid_until=self.valid_until.isoformat()
            )
