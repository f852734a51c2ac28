from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import office_sections


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("orders")

    def ready(self) -> None:
        from orders.office_sections import SECTIONS  # noqa: PLC0415 - app ready

        office_sections.register(SECTIONS)
