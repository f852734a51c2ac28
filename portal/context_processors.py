"""What every page knows: whose portal it is, for which customer, how it looks, where it leads."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.services import company
from portal.bar import office_bar
from portal.navigation import customer_menu, office_menu


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of the layouts. Company and menu are looked up when a template asks for them.

    A request that failed before its user was known gets the context of a stranger.
    """
    user: Any = getattr(request, "user", AnonymousUser())
    active = getattr(request, "active", None)
    in_office = user.is_staff and active is None
    if in_office:
        menu = SimpleLazyObject(lambda: office_menu(request))
    else:
        menu = SimpleLazyObject(lambda: customer_menu(request, active))
    return {
        "company": SimpleLazyObject(company.current),
        "menu": menu,
        "bar": SimpleLazyObject(lambda: office_bar(request, here=request.get_full_path())),
        "person_layout": "layouts/office.html" if in_office else "layouts/customer.html",
        "active_customer": active.customer if active else None,
        "acting": getattr(user, "acting", None),
        "can_switch": active.can_switch if active else False,
        "theme": user.theme if user.is_authenticated and user.theme != "system" else "",
        "shortcuts_off": user.is_authenticated and not user.shortcuts,
    }
