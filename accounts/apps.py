from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import audit_kinds, belongings, importing, office_sections, purposes


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        import_module("accounts.receivers")
        audit_kinds.register(audit_kinds.KINDS)
        office_sections.register(office_sections.SECTIONS)
        import_module("accounts.kinds")
        purposes.register(purposes.PURPOSES)
        belongings.register(belongings.ACCOUNTS)
        importing.register([importing.MEMBERS, importing.STAFF])
