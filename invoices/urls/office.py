from django.urls import path

from invoices.views import office

urlpatterns = [
    path("invoices/", office.invoice_list, name="invoice-list"),
    path("invoices/export.csv", office.invoice_export, name="invoice-export"),
]
