"""Owns amounts as events carry them: integer minor units, and decimals as text."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from contracts.marks import about

LARGEST_EXACT = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""


class CurrenciesDiffer(ValueError):
    """Two amounts of different currencies were brought together."""


class Money(BaseModel):
    """An amount in the smallest unit of its currency: 50000 EUR minor units are 500.00 EUR."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    minor: Annotated[
        int, Field(ge=-LARGEST_EXACT, le=LARGEST_EXACT), about("Amount in minor units (cents).", 50000)
    ]
    currency: Annotated[
        str, Field(pattern=r"^[A-Z]{3}$"), about("ISO 4217 code in three capital letters.", "EUR")
    ]

    def __add__(self, other: "Money") -> "Money":
        return Money(minor=self.minor + self._same(other).minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(minor=self.minor - self._same(other).minor, currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(minor=-self.minor, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """The sum in `currency`, zero for none; raises CurrenciesDiffer when an amount is in another."""
        return sum(amounts, start=cls(minor=0, currency=currency))

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrenciesDiffer(f"{self.currency} and {other.currency} do not add up")
        return other


@dataclass(frozen=True, slots=True)
class DecimalText:
    """A decimal that travels as text with at most `places` decimals, so that no reader rounds it."""

    places: int
    whole: int = 15

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        decimal = core_schema.decimal_schema(
            decimal_places=self.places, max_digits=self.whole + self.places, allow_inf_nan=False
        )
        text = core_schema.str_schema(pattern=f"^-?[0-9]{{1,{self.whole}}}(\\.[0-9]{{1,{self.places}}})?$")
        return core_schema.json_or_python_schema(
            json_schema=core_schema.chain_schema([text, decimal]),
            python_schema=decimal,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: format(value, "f"), return_schema=core_schema.str_schema(), when_used="json"
            ),
        )


UnitPrice = Annotated[Decimal, DecimalText(6), about("Price of one unit, at most six decimals.", "500.00")]
Quantity = Annotated[Decimal, DecimalText(4), about("Number of units, at most four decimals.", "1.5")]
VatRate = Annotated[Decimal, DecimalText(2, whole=2), about("VAT rate in percent.", "20.00")]
