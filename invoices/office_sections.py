from django.utils.translation import gettext_lazy as _

from accounts.office_sections import OfficeSection
from accounts.sections import Section

__all__ = ["SECTIONS"]

SECTIONS = [
    OfficeSection(
        "invoices",
        _("Invoices"),
        display=("invoices.view_invoice",),
        process=("invoices.change_invoice",),
        opens_on_display=(Section.INVOICES,),
    ),
]
