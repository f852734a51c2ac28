from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import belongings, document_sources, office_sections
from accounts.belongings import Belonging


class InvoicesConfig(AppConfig):
    name = "invoices"
    verbose_name = _("invoices")

    def ready(self) -> None:
        office_sections.register(import_module("invoices.office_sections").SECTIONS)
        document_sources.register(import_module("invoices.documents").SOURCE)
        belongings.register(
            [
                Belonging(rank=5, model="invoices.Invoice"),
                Belonging(rank=5, model="invoices.Invoice", column="payer", to_payer=True),
                Belonging(rank=10, model="invoices.Statement"),
            ]
        )
