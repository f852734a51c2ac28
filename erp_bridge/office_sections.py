from django.utils.translation import gettext_lazy as _

from accounts.office_sections import OfficeSection

__all__ = ["SECTIONS"]

SECTIONS = [
    OfficeSection(
        "sync",
        _("Sync with the ERP"),
        display=(
            "erp_bridge.view_syncrun",
            "erp_bridge.view_cursor",
            "erp_bridge.view_heldrecord",
        ),
        process=("erp_bridge.change_cursor",),
    ),
]
