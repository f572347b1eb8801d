"""A thousand invoices from a CSV: bad rows are reported with line, column and remedy, good ones are issued, once.

Pain 24: slow at volume (getlago/lago-api#5157).
"""

from datetime import date, timedelta

from world import World, cpf

from regua.demo.importing import import_csv

ROWS = 1_000
COLUMNS = (
    "external_id;document_number;customer_external_id;customer_name;customer_tax_id;customer_email;customer_phone;"
    "customer_uf;customer_city_code;description;issued_on;due_on;amount;instalments"
)


def table(today: date) -> list[str]:
    """Rows that are right, three hundred payers, amounts as Brazilians write them."""
    lines = [COLUMNS]
    for number in range(1, ROWS + 1):
        payer = number % 300
        lines.append(
            f"F-{number};D-{number};C-{payer};Conceição D'Ávila {payer};{cpf(300_000_000 + payer)};"
            f"c{payer}@example.com;+55119{80000000 + payer:08d};SP;3550308;Mensalidade;{today.isoformat()};"
            f"{(today + timedelta(days=20 + number % 30)).isoformat()};1.{number % 1000:03d},05;1"
        )
    return lines


async def test_bad_rows_are_reported_good_ones_issued_and_a_second_import_changes_nothing(world: World) -> None:
    await world.begin()
    lines = table(world.today)
    lines[10] = lines[10].replace(lines[10].split(";")[4], "11111111111")
    lines[20] = lines[20].replace("1.020,05", "um mil")
    lines[30] = lines[30].replace(lines[30].split(";")[11], "2026-02-30")
    content = "\n".join(lines).encode()
    invoicing = world.tenant["invoicing"]

    dry = await import_csv(invoicing, content, dry_run=True)
    await world.quiet()
    assert len(dry["errors"]) == 3
    assert await world.facts("invoice.issued") == []

    told = await import_csv(invoicing, content)
    await world.quiet()
    wrong = {(error["line"], error["column"]) for error in told["errors"]}
    assert wrong == {(11, "customer_tax_id"), (21, "amount"), (31, "due_on")}
    assert all(error["remedy"] for error in told["errors"])
    assert not any("11111111111" in str(error) or "um mil" in str(error) for error in told["errors"])
    issued = await world.facts("invoice.issued")
    assert len(issued) == ROWS - 3
    assert {one.invoice.origin for one in issued} == {"import"}
    assert sum(one.invoice.external_id == "F-5" for one in issued) == 1
    first = next(one.invoice for one in issued if one.invoice.external_id == "F-5")
    assert first.amount_cents == 100_505
    assert len(await world.facts("customer.registered")) == 300

    await import_csv(invoicing, content)
    await world.quiet()
    assert len(await world.facts("invoice.issued")) == ROWS - 3
    assert len(await world.facts("customer.registered", "customer.updated")) == 300
