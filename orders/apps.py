from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import (
    audit_kinds,
    belongings,
    document_sources,
    office_sections,
    purposes,
    saved_lists,
)
from accounts.belongings import BEFORE_CUSTOMERS, Belonging


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("orders")

    def ready(self) -> None:
        audit_kinds.register(import_module("orders.audit_kinds").KINDS)
        office_sections.register(import_module("orders.office_sections").SECTIONS)
        import_module("orders.kinds")
        purposes.register(import_module("orders.purposes").PURPOSES)
        document_sources.register(import_module("orders.documents").SOURCE)
        document_sources.register(import_module("orders.services.confirming").SOURCE)
        document_sources.register(import_module("orders.services.changing").SOURCE)
        saved_lists.register(import_module("orders.saved_lists").LISTS)
        belongings.register(
            [
                Belonging(rank=6, model="orders.Order"),
                Belonging(rank=6, model="orders.Order", column="payer", to_payer=True),
                Belonging(rank=BEFORE_CUSTOMERS, model="orders.OrderDraft"),
                Belonging(rank=13, model="orders.SavedAddress", once="fingerprint"),
                Belonging(rank=13, model="orders.OrderTemplate", once="name"),
            ]
        )
