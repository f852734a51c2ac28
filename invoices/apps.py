from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import office_sections


class InvoicesConfig(AppConfig):
    name = "invoices"
    verbose_name = _("invoices")

    def ready(self) -> None:
        from invoices.office_sections import SECTIONS  # noqa: PLC0415 - app ready

        office_sections.register(SECTIONS)
