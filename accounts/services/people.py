"""What the audit tells of a person's record, and what the office changes in it."""

from typing import Any

from accounts.models import User

__all__ = ["noted"]

_NOTED = ("email", "first_name", "last_name", "phone", "language", "is_staff", "is_superuser")


def noted(user: User) -> dict[str, Any]:
    """The record as the audit keeps it: who it is, and every right that hangs on the record."""
    return {
        **{name: getattr(user, name) for name in _NOTED},
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "user_permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
    }
