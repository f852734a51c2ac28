"""What `manage.py check` looks at before the bridge is let loose."""

from typing import Any

from django.core import checks

from portal.lib import secrets

__all__ = ["check_sealing_keys"]


@checks.register(checks.Tags.security)
def check_sealing_keys(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Keys that cannot seal would be noticed when somebody enters an ERP's password, too late."""
    try:
        secrets.seal("a word")
    except secrets.NoKey as error:
        return [checks.Error(str(error), id="erp_bridge.E001")]
    return []
