from django.urls import path

from invoices.views import office
from portal.lib.addresses import NUMBER

urlpatterns = [
    path("invoices/", office.invoice_list, name="invoice-list"),
    path("invoices/export.csv", office.invoice_export, name="invoice-export"),
    path("invoices/email/", office.invoice_email, name="invoice-email"),
    path(
        f"invoices/{NUMBER}/documents/<int:document_id>/",
        office.invoice_document,
        name="invoice-document",
    ),
    path(f"invoices/{NUMBER}.pdf", office.invoice_papers, name="invoice-papers"),
]
