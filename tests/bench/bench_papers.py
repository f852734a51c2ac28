"""Papers by the CPU time of a sheet, and the statement as CSV against a plain ORM iterator.

A paper is measured in tenths of a second of CPU, so its figures tell of the machine too.
"""

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.db import connection
from pypdf import PdfReader

from invoices.models import Invoice
from invoices.services.statements import open_items
from invoices.tables import STATEMENT_HEADS, stated
from portal.lib import csv
from tests.bench.frame import Result, in_turns, use_database
from tests.bench.rows import SMALL, fill
from tests.builders.papers import a_paper_of, printed

DOCUMENTS = 1000
ROWS = 100_000
ROUNDS = 5
SHEET_SECONDS = 0.1
TODAY = date(2026, 3, 18)

OPEN_INVOICES = """
INSERT INTO invoices_invoice (id, source, number, kind, customer_id, payer_id, order_number,
    delivery_number, customer_reference, invoiced_on, due_on, currency, net_amount, vat_amount,
    gross_amount, open_amount, discount_percent, payment_reference, payment_terms)
SELECT 7000000 + n, 'erp', (7000000 + n)::text, 'invoice', %(customer)s, %(customer)s,
    (100000 + n)::text, '',
    '4500-' || n, date '2026-03-01' - n %% 200, date '2026-03-31' - n %% 200, 'EUR', 100 + n %% 900,
    25.5, 125.5 + n %% 900, 125.5 + n %% 900, 0, '', ''
FROM generate_series(1, %(rows)s) n
"""


def run() -> Iterator[Result]:
    printed("invoice", _paper("invoice", 1))
    yield _per_sheet("1,000 invoices of 8 lines", "invoice", rows=8, documents=DOCUMENTS)
    yield _per_sheet("An invoice of 300 lines", "invoice", rows=300)
    yield _per_sheet("A statement of 1,000 rows", "statement", rows=1000)
    yield _streamed()


def _per_sheet(name: str, kind: str, *, rows: int, documents: int = 1) -> Result:
    papers = [_paper(kind, rows, place) for place in range(documents)]
    started = time.process_time()
    contents = [printed(kind, paper) for paper in papers]
    seconds = time.process_time() - started
    sheets = sum(len(PdfReader(io.BytesIO(content)).pages) for content in contents)
    return Result(
        name=f"{name}, CPU a sheet to 100 ms",
        ratio=seconds / sheets / SHEET_SECONDS,
        bound=1,
        note=f"{sheets:,} sheets in {seconds:,.1f} s of CPU",
    )


def _paper(kind: str, rows: int, place: int = 0):
    """A paper with no line in common with any other: what was laid out before is remembered."""
    if kind == "statement":
        return a_paper_of(kind, rows)
    paper = a_paper_of(kind, rows, number=f"{400000 + place}", customer_reference=f"45-{place}")
    lines = (
        replace(
            line,
            description=f"{line.description} {place}-{line.position}",
            product_number=f"P-{place}-{line.position}",
            quantity=line.quantity + place,
            unit_price=line.unit_price + place,
            net_amount=line.net_amount + place,
        )
        for line in paper.lines
    )
    return replace(paper, lines=tuple(lines))


def _streamed() -> Result:
    if use_database("statement"):
        fill(1000)
        with connection.cursor() as cursor:
            cursor.execute(OPEN_INVOICES, {"customer": SMALL, "rows": ROWS})
            cursor.execute("VACUUM ANALYZE invoices_invoice")
    invoices = Invoice.objects.opened_by([SMALL])

    def as_csv() -> int:
        items = open_items(invoices, on=TODAY, today=TODAY)
        response = csv.download(
            name="statement.csv", heads=STATEMENT_HEADS, rows=stated(items, names_currency=False)
        )
        return sum(len(part) for part in response)

    def as_rows() -> int:
        return sum(1 for _ in invoices.select_related("customer").iterator(chunk_size=2000))

    seconds, floor = in_turns(as_csv, as_rows, rounds=ROUNDS, warm_up=1)
    return Result(
        name=f"Statement of {ROWS:,} rows as CSV, rows a second to the ORM's",
        ratio=floor / seconds,
        bound=0.5,
        more_is_better=True,
        note=f"{ROWS / seconds:,.0f} rows/s",
    )
