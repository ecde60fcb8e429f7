"""Decides which kinds of message there are, and which of them nobody can refuse."""

from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused

Kind = Literal["booking", "visit", "delivery", "announcement", "membership", "invoice", "fibre-line"]
Channel = Literal["mail", "inbox"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)

MANDATORY: Final[frozenset[tuple[Kind, Channel]]] = frozenset({("membership", "mail"), ("invoice", "mail")})
"""What changes a contract or asks for money is always sent."""


class MessageMandatory(Refused):
    """Messages about {kind} by {channel} cannot be refused: they change a contract or ask for money."""

    fr = (
        "Les messages « {kind} » par « {channel} » ne se refusent pas : ils modifient un contrat "
        "ou demandent un paiement."
    )
    cure = ("Refuse another kind or channel.", "Refusez une autre sorte ou un autre canal.")


class Preference(BaseModel):
    """Whether one kind of message comes by one channel."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    channel: Channel
    wanted: bool
    mandatory: bool


def check(kind: Kind, channel: Channel, *, wanted: bool) -> None:
    """Raises MessageMandatory for what cannot be refused."""
    if not wanted and (kind, channel) in MANDATORY:
        raise MessageMandatory(kind=kind, channel=channel)
