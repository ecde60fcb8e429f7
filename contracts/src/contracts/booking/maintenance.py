"""Owns the facts about the maintenance of machines: by which rules it is due, and that it was done."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.resources import RESOURCES
from contracts.envelope import Fact
from contracts.marks import about
from contracts.values import Instant, ResourceId, SiteId

MaintenanceRuleId = Annotated[UUID, about("A rule of maintenance.", "0195a1b0-5c00-7000-8000-000000000081")]


class MaintenanceRuleSet(Fact, topic=RESOURCES, data_class="public"):
    """A machine is due for maintenance every so many hours of use, every so many months, or by both."""

    resource_id: ResourceId
    site_id: SiteId
    rule_id: MaintenanceRuleId
    name: Annotated[str, about("What is to be done.", "Nettoyage de l’optique")]
    every_hours: Annotated[int | None, Field(ge=1), about("Hours of use.", 200)] = None
    every_months: Annotated[int | None, Field(ge=1), about("Months.", 6)] = None
    blocks: Annotated[bool, about("Whether the machine cannot be started while it is due.", True)]
    set_at: Annotated[Instant, about("When; what is due is counted from here until it is first done.")]


class MaintenanceRuleRetired(Fact, topic=RESOURCES, data_class="public"):
    """A rule of maintenance holds no longer."""

    resource_id: ResourceId
    site_id: SiteId
    rule_id: MaintenanceRuleId
    retired_at: Annotated[Instant, about("When, business time of the territory.")]


class MaintenanceDone(Fact, topic=RESOURCES, data_class="public"):
    """The maintenance that a rule asks for was done: its hours and months are counted from here."""

    resource_id: ResourceId
    site_id: SiteId
    rule_id: MaintenanceRuleId
    maintenance_id: Annotated[UUID, about("This maintenance.", "0195a1b0-5c00-7000-8000-000000000082")]
    done_at: Annotated[Instant, about("When it was done.", "2026-04-02T07:00:00Z")]
