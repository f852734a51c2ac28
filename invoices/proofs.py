"""What invoices say about whoever knows them: one of REGISTRATION_PROOFS."""

from collections.abc import Collection

from accounts.proofs import Claim, Evidence, weigh
from invoices.models import Invoice, opener
from portal.lib.searching import number_starts

__all__ = ["invoice_proof"]


def invoice_proof(*, customer_ids: Collection[int], claim: Claim) -> Evidence:
    """The customers that open invoices with this number, and those of them with this amount.

    Credit memos count like invoices. Whether the customer or the payer of an invoice opens it, the
    company has set. Invoices that the ERP removed prove nothing.
    """
    found = Invoice.objects.opened_by(customer_ids).filter(
        number_starts("search_key", claim.number)
    )
    return weigh(claim, found.values_list("number", f"{opener()}_id", "gross_amount", "currency"))
