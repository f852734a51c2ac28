from django.urls import path

from invoices.views import customer
from portal.lib.addresses import NUMBER

urlpatterns = [
    path("invoices/", customer.invoice_list, name="invoice-list"),
    path("invoices/export.csv", customer.invoice_export, name="invoice-export"),
    path("invoices/email/", customer.invoice_email, name="invoice-email"),
    path("invoices/statement/", customer.statement, name="statement"),
    path("invoices/statement.csv", customer.statement_csv, name="statement-csv"),
    path("invoices/statement.pdf", customer.statement_pdf, name="statement-pdf"),
    path(
        f"invoices/{NUMBER}/documents/<int:document_id>/",
        customer.invoice_document,
        name="invoice-document",
    ),
    path(f"invoices/{NUMBER}.pdf", customer.invoice_papers, name="invoice-papers"),
]
