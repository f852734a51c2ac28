"""The menus of customers and of the office, as data that the layouts draw.

An entry is here when its page exists. Whoever lacks its section or permission does not see it; the
page itself refuses them in any case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.sections import Section
from accounts.services.selecting import Active

__all__ = ["Entry", "Group", "Link", "Menu", "customer_menu", "office_menu", "settings_pages"]


@dataclass(frozen=True)
class Entry:
    """One line of a menu: its name, where it leads, and what a person needs to see it.

    Of several permissions one is enough. `hint` says in a sentence what is there, where a page
    lists entries. Without an active customer nobody sees an entry that asks for a section or has
    a `when`.
    """

    label: Any
    route: str
    icon: str = ""
    section: Section | None = None
    permission: str | tuple[str, ...] | None = None
    hint: Any = ""
    when: Callable[[Active], bool] | None = None


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it on one page."""

    label: Any
    href: str
    icon: str
    is_current: bool
    hint: Any = ""


@dataclass(frozen=True)
class Group:
    label: Any
    entries: list[Link]


@dataclass(frozen=True)
class Menu:
    """What the bars of one page show; `search` is nothing where a person may search nowhere."""

    home: str
    groups: list[Group]
    person: list[Link]
    search: Link | None


CUSTOMER = [
    Entry(_("Home"), "customer:home"),
    Entry(_("Orders"), "customer:order-list", section=Section.ORDERS),
    Entry(
        _("New order"),
        "customer:order-new",
        when=lambda active: active.may_order,
    ),
    Entry(_("Invoices"), "customer:invoice-list", section=Section.INVOICES),
]
CUSTOMER_SEARCH = Entry(
    _("Order number or PO reference"), "customer:order-list", section=Section.ORDERS
)
SECURITY = Entry(_("Sign-in and security"), "mfa_index", icon="shield-check")
CUSTOMER_PERSON = [
    Entry(_("My account"), "customer:account", icon="building-2"),
    Entry(_("My addresses"), "customer:addresses", icon="map-pin"),
    Entry(
        _("Colleagues"),
        "customer:colleague-list",
        icon="users-round",
        section=Section.MANAGE_USERS,
    ),
    Entry(
        _("Switch customer"),
        "customer:select",
        icon="chevrons-up-down",
        when=lambda active: active.can_switch,
    ),
    Entry(
        _("Download sub-accounts"),
        "customer:colleague-export",
        icon="download",
        when=lambda active: active.is_admin and active.has_family,
    ),
    Entry(_("Profile"), "customer:profile", icon="user-round"),
    SECURITY,
]
# The pages of /office/settings/, in the order they are listed there; each app brings its own.
SETTINGS = [
    Entry(
        _("Company"),
        "office:settings-company",
        icon="building-2",
        permission="accounts.view_company",
        hint=_("Names, address, bank and logo, and which papers the portal prints."),
    ),
    Entry(
        _("Access"),
        "office:settings-access",
        icon="lock",
        permission="accounts.view_accountsettings",
        hint=_("Customer groups that are kept out, the office's own domains, its second step."),
    ),
    Entry(
        _("Roles"),
        "office:roles",
        icon="shield-check",
        permission="accounts.view_role",
        hint=_("What the office's people may look at and do, section by section."),
    ),
    Entry(
        _("Order types"),
        "office:order-type-list",
        icon="package",
        permission="orders.view_ordertype",
        hint=_("What can be ordered, and what the form asks for."),
    ),
    Entry(
        _("Offer texts"),
        "office:offer-texts",
        icon="file-text",
        permission="orders.view_offertext",
        hint=_("What new offers begin and end with, in each language."),
    ),
    Entry(
        _("Text messages"),
        "office:settings-sms",
        icon="message-square",
        permission="accounts.view_accountsettings",
        hint=_("In which situations people are told by SMS too."),
    ),
    Entry(
        _("Messages"),
        "office:settings-messages",
        icon="mail",
        permission="accounts.view_messagewording",
        hint=_("What the portal writes to people, in each language."),
    ),
]
OFFICE = [
    (
        "",
        [Entry(_("Home"), "office:home", icon="house")],
    ),
    (
        _("Work"),
        [
            Entry(
                _("Incoming"),
                "office:request-list",
                icon="inbox",
                permission="orders.view_orderrequest",
            ),
            Entry(_("Orders"), "office:order-list", icon="package", permission="orders.view_order"),
            Entry(
                _("Customers"),
                "office:customer-list",
                icon="building-2",
                permission="accounts.view_customer",
            ),
            Entry(
                _("Offers"),
                "office:offer-list",
                icon="file-text",
                permission="orders.view_offer",
            ),
            Entry(
                _("Order links"),
                "office:order-link-list",
                icon="link",
                permission="orders.view_orderlink",
            ),
            Entry(
                _("Messages"),
                "office:message-list",
                icon="mail",
                permission="accounts.view_outgoingmessage",
            ),
        ],
    ),
    (
        _("Money"),
        [
            Entry(
                _("Invoices"),
                "office:invoice-list",
                icon="receipt-text",
                permission="invoices.view_invoice",
            )
        ],
    ),
    (
        _("System"),
        [
            Entry(
                _("Users"),
                "office:user-list",
                icon="users-round",
                permission="accounts.view_user",
            ),
            Entry(
                _("Sync"),
                "office:sync",
                icon="refresh-cw",
                permission="erp_bridge.view_syncrun",
            ),
            Entry(
                _("Audit"),
                "office:audit",
                icon="history",
                permission="accounts.view_auditentry",
            ),
            Entry(
                _("Settings"),
                "office:settings",
                icon="settings",
                permission=tuple(str(entry.permission) for entry in SETTINGS),
            ),
            Entry(_("Style guide"), "office:style-guide", icon="eye"),
        ],
    ),
]
OFFICE_SEARCH = Entry(
    _("Order number, customer or reference"), "office:order-list", permission="orders.view_order"
)
OFFICE_PERSON = [Entry(_("Profile"), "customer:profile", icon="user-round"), SECURITY]


def customer_menu(request: HttpRequest, active: Active | None) -> Menu:
    """The bars of a customer's page, for a member with what is held at the active customer."""

    def may_see(entry: Entry) -> bool:
        if active is None:
            return entry.section is None and entry.when is None
        has_section = entry.section is None or entry.section in active.sections
        return has_section and (entry.when is None or entry.when(active))

    return _menu(
        request, may_see, "customer:home", [("", CUSTOMER)], CUSTOMER_PERSON, CUSTOMER_SEARCH
    )


def office_menu(request: HttpRequest) -> Menu:
    """The bars of an office page, for the staff member of the request."""

    def may_see(entry: Entry) -> bool:
        return _is_permitted(request, entry)

    return _menu(request, may_see, "office:home", OFFICE, OFFICE_PERSON, OFFICE_SEARCH)


def settings_pages(request: HttpRequest) -> list[Link]:
    """The pages of the settings that the staff member of the request may open."""
    return [
        Link(entry.label, reverse(entry.route), entry.icon, is_current=False, hint=entry.hint)
        for entry in SETTINGS
        if _is_permitted(request, entry)
    ]


def _is_permitted(request: HttpRequest, entry: Entry) -> bool:
    match entry.permission:
        case None:
            return True
        case str() as permission:
            return request.user.has_perm(permission)
        case permissions:
            return any(map(request.user.has_perm, permissions))


def _menu(
    request: HttpRequest,
    may_see: Callable[[Entry], bool],
    home: str,
    groups: Sequence[tuple[Any, Sequence[Entry]]],
    person: Sequence[Entry],
    search: Entry,
) -> Menu:
    home_href = reverse(home)
    entries = [entry for _label, some in groups for entry in some] + [*person]
    addresses = {entry.route: reverse(entry.route) for entry in [*entries, search]}
    # Of pages under each other the innermost is the one that is open.
    above = (href for href in addresses.values() if request.path.startswith(href))
    here = max((href for href in above if href != home_href), key=len, default=request.path)

    def link(entry: Entry) -> Link:
        href = addresses[entry.route]
        return Link(entry.label, href, entry.icon, is_current=href == here)

    def links(entries: Sequence[Entry]) -> list[Link]:
        return [link(entry) for entry in entries if may_see(entry)]

    seen = [Group(label, links(entries)) for label, entries in groups]
    return Menu(
        home=home_href,
        groups=[group for group in seen if group.entries],
        person=links(person),
        search=link(search) if may_see(search) else None,
    )
