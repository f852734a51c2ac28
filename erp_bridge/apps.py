from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import office_sections


class ErpBridgeConfig(AppConfig):
    name = "erp_bridge"
    verbose_name = _("ERP bridge")

    def ready(self) -> None:
        from erp_bridge import checks  # noqa: F401, PLC0415 - app ready
        from erp_bridge.office_sections import SECTIONS  # noqa: PLC0415 - app ready

        office_sections.register(SECTIONS)
