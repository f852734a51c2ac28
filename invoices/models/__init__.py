"""What is owed: invoices and credit memos, what settled them, and their papers."""

from invoices.models.document import InvoiceDocument
from invoices.models.invoice import Invoice, InvoiceLine, opener
from invoices.models.settlement import Settlement
from invoices.models.statement import Statement

__all__ = ["Invoice", "InvoiceDocument", "InvoiceLine", "Settlement", "Statement", "opener"]
