"""Publishing prices: by deliberation for public issuers, in versions that never change, each code once."""

import asyncio
import datetime as dt
from decimal import Decimal

import asyncpg
import orjson
import pytest
from billing_builders import Town, a_deliberation, a_price, a_version, code, done

from chassis.ids import new_id
from chassis.outbox import Connection


async def test_a_public_issuer_publishes_by_deliberation_and_the_fact_carries_it(town: Town) -> None:
    issuer_id = await town.register_issuer()
    book = await town.publish(issuer_id, a_price())
    (told,) = await town.told("PriceBookPublished")
    assert (told["price_book_id"], told["version"]) == (str(book), 1)
    assert told["deliberation"]["number"] == "2026-014"
    assert told["issuer"]["regime"] == "public_regie"
    assert told["prices"][0]["unit_price"] == "12.00"


@pytest.mark.parametrize("regime", ["public_regie", "public_titre"])
async def test_a_public_issuer_without_deliberation_is_refused_and_nothing_is_kept(
    town: Town, regime: str
) -> None:
    issuer_id = await town.register_issuer(regime=regime)
    body = a_version(a_price()) | {"deliberation": None}
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **body)
    assert code(refused) == "deliberation-missing"
    assert refused.json()["values"]["regime"] == regime
    assert done(await town.get("price-books"))["items"] == []
    assert await town.told("PriceBookPublished") == []


async def test_a_private_issuer_needs_no_deliberation(town: Town) -> None:
    issuer_id = await town.register_issuer(regime="private_operator")
    await town.publish(issuer_id, a_price(), deliberation=None)


async def test_prices_do_not_hold_before_the_deliberation_that_sets_them(town: Town) -> None:
    issuer_id = await town.register_issuer()
    late = orjson.loads(a_deliberation(dt.date(2026, 3, 2)).model_dump_json())
    body = a_version(a_price()) | {"deliberation": late}
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **body)
    assert code(refused) == "deliberation-too-late"


async def test_the_next_version_is_numbered_and_never_holds_before_the_last(town: Town) -> None:
    issuer_id = await town.register_issuer()
    book = await town.publish(issuer_id, a_price())
    dearer = a_version(a_price(amount="15.00"), valid_from="2026-04-01")
    assert done(await town.post(f"price-books/{book}/publish", **dearer))["version"] == 2
    earlier = a_version(a_price(amount="9.00"), valid_from="2026-03-15")
    assert code(await town.post(f"price-books/{book}/publish", **earlier)) == "version-before-the-last"
    first = done(await town.get(f"price-books/{book}/versions/1", {}))
    second = done(await town.get(f"price-books/{book}/versions/2", {}))
    assert [each["prices"][0]["unit_price"] for each in (first, second)] == ["12.00", "15.00"]


async def test_a_code_has_one_seller_and_stands_once_per_audience(town: Town) -> None:
    issuer_id = await town.register_issuer()
    await town.publish(issuer_id, a_price())
    other = a_version(a_price())
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **other)
    assert code(refused) == "price-code-taken"
    twice = a_version(a_price("desk"), a_price("desk"))
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **twice)
    assert code(refused) == "price-twice"
    apart = a_version(a_price("desk"), a_price("desk", audience="student", amount="2.00"))
    done(await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **apart))


@pytest.mark.parametrize(
    "changes",
    [
        {"vat_rate": "0.00"},
        {"vat_category": "E", "vat_rate": "20.00", "exemption": "art. 261 D 2° CGI"},
        {"vat_category": "E", "vat_rate": "0.00"},
        {"unit_price": "-1.00"},
        {"unit_price": 12.5},
        {"unit_price": "0.0000001"},
        {"unit": "fortnight"},
        {"price_mode": "net"},
    ],
)
async def test_a_price_that_cannot_be_taxed_or_counted_is_refused(
    town: Town, changes: dict[str, object]
) -> None:
    issuer_id = await town.register_issuer()
    body = a_version(a_price())
    body["prices"][0] |= changes
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/prices/0")


async def test_an_exempt_price_names_its_reason(town: Town) -> None:
    issuer_id = await town.register_issuer()
    exempt = a_price(vat_category="E", vat_rate=Decimal("0.00"), exemption="art. 261 D 2° CGI")
    await town.publish(issuer_id, exempt)


async def test_what_is_published_is_never_changed_even_by_the_owner(town: Town, admin: Connection) -> None:
    book = await town.publish(await town.register_issuer(), a_price())
    for statement in ("UPDATE prices SET content = '{}'", "DELETE FROM price_versions"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="are final"):
            await admin.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with town.database.tx(town.territory) as tx:
                await tx.execute(statement)
    assert done(await town.get(f"price-books/{book}/versions/1"))["version"] == 1


async def test_ten_publications_at_once_get_ten_numbers(town: Town) -> None:
    book = await town.publish(await town.register_issuer(), a_price())
    answers = await asyncio.gather(
        *(town.post(f"price-books/{book}/publish", **a_version(a_price())) for _ in range(10))
    )
    assert sorted(done(answer)["version"] for answer in answers) == list(range(2, 12))


async def test_only_those_who_sell_publish_and_everyone_reads(town: Town) -> None:
    issuer_id = await town.register_issuer()
    book = await town.publish(issuer_id, a_price())
    body = a_version(a_price())
    assert code(await town.post(f"price-books/{book}/publish", town.headers("member"), **body)) == "forbidden"
    assert (
        code(await town.post(f"price-books/{book}/publish", {"Idempotency-Key": "k"}, **body))
        == "unauthenticated"
    )
    assert len(done(await town.get("price-books", {}))["items"]) == 1


async def test_an_issuer_is_created_once_per_id(town: Town) -> None:
    issuer_id = await town.register_issuer(name="L'Agglo d'à côté")
    assert done(await town.get(f"issuers/{issuer_id}"))["name"] == "L'Agglo d'à côté"
    again = {"name": "Autre", "regime": "public_regie", "issuer_id": issuer_id}
    shown = done(await town.get(f"issuers/{issuer_id}"))
    assert code(await town.post("issuers", **(shown | again))) == "id-reused"
    assert [each["issuer_id"] for each in done(await town.get("issuers"))["items"]] == [str(issuer_id)]
