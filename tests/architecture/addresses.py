"""Every address of the portal, and what each kind of person gets there.

A new address is a new row; `test_access.py` fails for one that is not here, and opens each row as
every actor in the world of `tests/architecture/world.py`. Answers are a status, or the address that
a redirect leads to.

| actor | is |
|---|---|
| anonymous | not signed in |
| member | holds the section at customer 10001, the active one |
| colleague | a member of 10001 without any section |
| stranger | an account admin of customer 10002 |
| office | staff with the permission to view everything |
| newcomer | staff without any permission |
| superuser | staff with every permission |
"""

from dataclasses import dataclass, field

ACTORS = ("anonymous", "member", "colleague", "stranger", "office", "newcomer", "superuser")

LOGIN = "/accounts/login/"
OFFICE_HOME = "/office/"
OK, ACCEPTED, REFUSED, HIDDEN, ASKED = 200, 202, 403, 404, 409


def _answers(*answers):
    return dict(zip(ACTORS, answers, strict=True))


# Anybody, signed in or not.
PUBLIC = _answers(OK, OK, OK, OK, OK, OK, OK)
# Any person who has signed in.
PERSON = _answers(LOGIN, OK, OK, OK, OK, OK, OK)
# Of the person's own sign-in, after a fresh proof of who it is.
PROOF = _answers(LOGIN, *["/accounts/reauthenticate/"] * 6)
# About the active customer: a stranger sees its own there.
CUSTOMER = _answers(LOGIN, OK, OK, OK, OFFICE_HOME, OFFICE_HOME, OFFICE_HOME)
# The same, but a section is needed.
SECTION = CUSTOMER | {"colleague": REFUSED}
# About one person of customer 10001, at the active customer: strangers look for it at their own.
# A form drawn for another customer than the active one is asked back before anything is looked for.
COLLEAGUE = SECTION | {"stranger": HIDDEN}
# About one object of customer 10001.
OBJECT = _answers(LOGIN, OK, REFUSED, HIDDEN, HIDDEN, HIDDEN, HIDDEN)
# Of the office, for all staff or for those with a permission.
STAFF = _answers(LOGIN, HIDDEN, HIDDEN, HIDDEN, OK, OK, OK)
OFFICE = STAFF | {"newcomer": REFUSED}
# Changes of the office; here `office` may look only.
CHANGE = OFFICE | {"office": REFUSED}
# Django's admin, which sends everybody but superusers to its login, which knows nobody else.
ADMIN = _answers(LOGIN, *["/admin/login/"] * 5, OK)


def leads_to(place, answers):
    """The same answers, with an address to go to, or another status, where they say OK."""
    return {actor: place if answer == OK else answer for actor, answer in answers.items()}


@dataclass(frozen=True)
class Address:
    """A route as the resolver writes it, an example of it, and the answers; GET unless it posts."""

    route: str
    answers: dict
    path: str = ""
    post: dict | None = field(default=None)

    @property
    def example(self):
        return self.path or f"/{self.route}"

    def __str__(self):
        return f"{'GET' if self.post is None else 'POST'} {self.example}"


# The words of one message.
TEXT = "office/settings/messages/<slug:kind>/<slug:channel>/<slug:language>/"

ADDRESSES = [
    # Signing in and out
    Address("accounts/login/", _answers(OK, "/", "/", "/", "/", "/", "/")),
    Address("accounts/logout/", PERSON | {"anonymous": "/accounts/signed-out/"}),
    Address("accounts/logout/", leads_to("/accounts/signed-out/", PUBLIC), post={}),
    Address("accounts/signed-out/", _answers(OK, "/", "/", "/", "/", "/", "/")),
    # An answer that nobody asked for.
    Address("accounts/oidc/office/login/callback/", _answers(*[REFUSED] * 7)),
    Address("accounts/inactive/", PUBLIC),
    Address("accounts/restricted/", PUBLIC),
    Address("accounts/password/reset/", PUBLIC),
    Address("accounts/password/reset/", PUBLIC, post={}),
    Address("accounts/password/reset/done/", PUBLIC),
    Address("language/", leads_to("/", PUBLIC), post={"language": "fi", "next": "/"}),
    # The second step, and once more before something changes
    Address("accounts/2fa/authenticate/", _answers(LOGIN, "/", "/", "/", "/", "/", "/")),
    Address("accounts/2fa/authenticate/", _answers(LOGIN, "/", "/", "/", "/", "/", "/"), post={}),
    Address("accounts/2fa/webauthn/login/", _answers(LOGIN, "/", "/", "/", "/", "/", "/")),
    Address("accounts/2fa/webauthn/login/", _answers(LOGIN, "/", "/", "/", "/", "/", "/"), post={}),
    Address("accounts/reauthenticate/", PERSON),
    Address("accounts/reauthenticate/", PERSON, post={}),
    # How one signs in, one's own only
    Address("accounts/password/change/", PERSON),
    Address("accounts/password/change/", PERSON, post={}),
    Address("accounts/email/", PROOF),
    Address("accounts/email/", PROOF, post={}),
    Address("accounts/2fa/", PERSON),
    Address("accounts/2fa/totp/activate/", PROOF),
    Address("accounts/2fa/totp/activate/", PROOF, post={}),
    # Nobody is setting one up.
    Address("accounts/2fa/totp/activate/code.svg", leads_to(HIDDEN, PERSON)),
    Address("accounts/2fa/totp/deactivate/", PROOF),
    Address("accounts/2fa/totp/deactivate/", PROOF, post={}),
    Address("accounts/2fa/recovery-codes/generate/", PROOF),
    Address("accounts/2fa/recovery-codes/generate/", PROOF, post={}),
    Address("accounts/2fa/webauthn/add/", PROOF),
    Address("accounts/2fa/webauthn/add/", PROOF, post={}),
    *(
        Address(
            f"accounts/2fa/webauthn/keys/<int:pk>/{word}/",
            PROOF,
            f"/accounts/2fa/webauthn/keys/900005/{word}/",
            post=post,
        )
        for word in ("edit", "remove")
        for post in (None, {})
    ),
    Address("accounts/sessions/", PERSON),
    Address(
        "accounts/sessions/<int:pk>/end/",
        leads_to("/accounts/sessions/", PERSON),
        "/accounts/sessions/900006/end/",
        post={},
    ),
    Address("accounts/sessions/end-others/", leads_to("/accounts/sessions/", PERSON), post={}),
    # Private links: whoever has the token
    Address("p/<str:token>/", PUBLIC, "/p/private-token-900004/"),
    Address("p/<str:token>/", PUBLIC, "/p/private-token-900004/", post={}),
    # An invitation: it is shown to all, and acts for nobody who is signed in as somebody else.
    Address("p/<str:token>/", PUBLIC, "/p/private-token-900021/"),
    Address(
        "p/<str:token>/",
        leads_to(ASKED, PUBLIC) | {"anonymous": OK},
        "/p/private-token-900021/",
        post={},
    ),
    # Registration
    Address("accounts/register/", _answers(OK, "/", "/", "/", "/", "/", "/")),
    Address("accounts/register/", _answers(OK, "/", "/", "/", "/", "/", "/"), post={}),
    Address(
        "accounts/register/<str:token>/",
        PUBLIC,
        "/accounts/register/registration-token-900006/",
    ),
    Address(
        "accounts/register/<str:token>/",
        leads_to("/accounts/register/registration-token-900006/", PUBLIC),
        "/accounts/register/registration-token-900006/",
        post={},
    ),
    Address("p/<str:token>/", PUBLIC, "/p/private-token-900006/"),
    Address(
        "p/<str:token>/again/",
        leads_to(LOGIN, PUBLIC),
        "/p/private-token-900006/again/",
        post={},
    ),
    # What a guest ordered: the page of the order has a link mailed, and the mailed link acts.
    Address("p/<str:token>/", PUBLIC, "/p/private-token-900050/"),
    Address(
        "p/<str:token>/claim/",
        leads_to("/p/private-token-900050/", PUBLIC),
        "/p/private-token-900050/claim/",
        post={},
    ),
    # It came by no form that could be filled in again.
    Address(
        "p/<str:token>/order-again/",
        leads_to(HIDDEN, PUBLIC),
        "/p/private-token-900050/order-again/",
        post={},
    ),
    Address("p/<str:token>/", PUBLIC, "/p/private-token-900051/"),
    Address(
        "p/<str:token>/",
        leads_to(ASKED, PUBLIC) | {"anonymous": OK},
        "/p/private-token-900051/",
        post={},
    ),
    Address("orders/found/", _answers(LOGIN, OK, OK, OK, HIDDEN, HIDDEN, HIDDEN)),
    Address(
        "orders/found/",
        _answers(LOGIN, *["/orders/found/"] * 3, HIDDEN, HIDDEN, HIDDEN),
        post={},
    ),
    # Customers
    Address("", CUSTOMER),
    Address("customers/", PERSON),
    Address(
        "customers/",
        _answers(LOGIN, "/", "/", HIDDEN, HIDDEN, HIDDEN, HIDDEN),
        post={"customer": "10001"},
    ),
    Address("account/", CUSTOMER),
    # Account admins alone; the stranger is one of its own customer.
    Address("account/changes/", CUSTOMER | {"member": REFUSED, "colleague": REFUSED}),
    Address("addresses/", CUSTOMER),
    # Colleagues: for those who manage users; `member` does, without being account admin.
    Address("colleagues/", SECTION),
    Address("colleagues/export.csv", leads_to(HIDDEN, SECTION)),
    Address("colleagues/<int:membership_id>/", COLLEAGUE, "/colleagues/900020/"),
    Address(
        "colleagues/<int:membership_id>/",
        leads_to("/colleagues/", COLLEAGUE) | {"stranger": ASKED},
        "/colleagues/900020/",
        post={"customer": "10001"},
    ),
    Address("colleagues/<int:membership_id>/withdraw/", COLLEAGUE, "/colleagues/900020/withdraw/"),
    Address(
        "colleagues/<int:membership_id>/withdraw/",
        leads_to("/colleagues/", COLLEAGUE) | {"stranger": ASKED},
        "/colleagues/900020/withdraw/",
        post={"customer": "10001"},
    ),
    Address("colleagues/invite/", SECTION),
    Address("colleagues/invite/", SECTION | {"stranger": ASKED}, post={"customer": "10001"}),
    Address(
        "colleagues/invitations/<int:invitation_id>/send/",
        leads_to("/colleagues/", COLLEAGUE) | {"stranger": ASKED},
        "/colleagues/invitations/900021/send/",
        post={"customer": "10001"},
    ),
    Address(
        "colleagues/invitations/<int:invitation_id>/withdraw/",
        leads_to("/colleagues/", COLLEAGUE) | {"stranger": ASKED},
        "/colleagues/invitations/900021/withdraw/",
        post={"customer": "10001"},
    ),
    Address("profile/", PERSON),
    Address("profile/", PERSON, post={}),
    Address("profile/messages/", PERSON),
    Address("profile/messages/", leads_to("/profile/messages/", PERSON), post={}),
    # Orders of customers
    Address("orders/", SECTION),
    Address("orders/export.csv", SECTION),
    Address("orders/email/", OBJECT, "/orders/email/?chosen=900030"),
    Address(
        "orders/email/",
        leads_to("/orders/10248/", OBJECT),
        "/orders/email/?chosen=900030",
        post={"token": "00000000-0000-4000-8000-000000000001", "to_me": "on"},
    ),
    # Ordering signed in. Drafts are a person's own: the one that is there is nobody's of these.
    Address("orders/new/", SECTION | {"stranger": "/orders/new/form/"}),
    Address("orders/new/form/", SECTION),
    Address("orders/new/form/", COLLEAGUE, "/orders/new/form/?again=900030"),
    Address("orders/new/form/", COLLEAGUE, "/orders/new/form/?template=900040"),
    Address(
        "orders/new/form/",
        leads_to("/orders/new/form/", SECTION) | {"stranger": ASKED},
        post={"customer": "10001", "do": "review", "draft": "900040"},
    ),
    Address("orders/new/review/", leads_to("/orders/new/form/", SECTION)),
    Address(
        "orders/new/review/",
        leads_to("/orders/new/form/", SECTION) | {"stranger": ASKED},
        post={"customer": "10001", "draft": "900040"},
    ),
    Address("orders/new/sent/", leads_to("/orders/new/form/", SECTION)),
    Address(
        "orders/new/drafts/<int:draft_id>/delete/",
        leads_to(HIDDEN, SECTION) | {"stranger": ASKED},
        "/orders/new/drafts/900040/delete/",
        post={"customer": "10001"},
    ),
    *(
        Address(
            f"orders/new/drafts/<int:draft_id>/stops/<int:stop>/{which}",
            leads_to(HIDDEN, SECTION) | ({"stranger": ASKED} if post else {}),
            f"/orders/new/drafts/900040/stops/1/{which}",
            post=post,
        )
        for which in ("", "register/")
        for post in (None, {"customer": "10001", "address": "saved-900040"})
    ),
    Address("orders/new/addresses/", SECTION),
    Address("orders/new/addresses/register/", SECTION),
    Address("orders/new/addresses/<int:address_id>/", COLLEAGUE, "/orders/new/addresses/900040/"),
    Address(
        "orders/new/addresses/<int:address_id>/",
        leads_to("/orders/new/addresses/", COLLEAGUE) | {"stranger": ASKED},
        "/orders/new/addresses/900040/",
        post={"customer": "10001", "do": "remove"},
    ),
    Address("orders/new/templates/", SECTION),
    Address("orders/new/templates/new/", COLLEAGUE, "/orders/new/templates/new/?order=900030"),
    Address(
        "orders/new/templates/new/",
        leads_to("/orders/new/", COLLEAGUE) | {"stranger": ASKED},
        "/orders/new/templates/new/?order=900030",
        post={"customer": "10001", "name": "Kept"},
    ),
    Address("orders/new/templates/<int:template_id>/", COLLEAGUE, "/orders/new/templates/900040/"),
    Address(
        "orders/new/templates/<int:template_id>/",
        leads_to("/orders/new/", COLLEAGUE) | {"stranger": ASKED},
        "/orders/new/templates/900040/",
        post={"customer": "10001", "do": "remove"},
    ),
    Address("orders/<number:number>/", OBJECT, "/orders/10248/"),
    Address("orders/<number:number>/confirmation.pdf", OBJECT, "/orders/10248/confirmation.pdf"),
    Address(
        "orders/<number:number>/attachments/<int:attachment_id>/",
        OBJECT,
        "/orders/W1/attachments/900001/",
    ),
    Address(
        "orders/<number:number>/documents/<int:document_id>/",
        OBJECT,
        "/orders/10248/documents/900001/",
    ),
    Address(
        "orders/<number:number>/documents/<int:document_id>/",
        leads_to("/orders/10248/documents/900001/", OBJECT),
        "/orders/10248/documents/900001/",
        post={},
    ),
    Address("deliveries/<number:number>.pdf", OBJECT, "/deliveries/80248-1.pdf"),
    # Invoices of customers
    Address("invoices/", SECTION),
    Address("invoices/export.csv", SECTION),
    Address("invoices/statement/", SECTION),
    Address("invoices/statement.csv", SECTION),
    # It is being printed.
    Address("invoices/statement.pdf", leads_to(ACCEPTED, SECTION)),
    Address("invoices/email/", OBJECT, "/invoices/email/?chosen=900031"),
    Address(
        "invoices/email/",
        leads_to("/invoices/300412/", OBJECT),
        "/invoices/email/?chosen=900031",
        post={"token": "00000000-0000-4000-8000-000000000002", "to_me": "on"},
    ),
    Address("invoices/<number:number>/", OBJECT, "/invoices/300412/"),
    Address("invoices/<number:number>.pdf", OBJECT, "/invoices/300412.pdf"),
    Address(
        "invoices/<number:number>/documents/<int:document_id>/",
        OBJECT,
        "/invoices/300412/documents/900003/",
    ),
    Address(
        "invoices/<number:number>/documents/<int:document_id>/",
        leads_to("/invoices/300412/documents/900003/", OBJECT),
        "/invoices/300412/documents/900003/",
        post={},
    ),
    # The office
    Address("office/", STAFF),
    Address("office/orders/", OFFICE),
    # What came in
    Address("office/bar/", OFFICE),
    Address("office/requests/", OFFICE),
    Address("office/requests/act/", leads_to("/office/requests/", CHANGE), post={"do": "handle"}),
    Address("office/orders/export.csv", OFFICE),
    Address("office/orders/email/", CHANGE, "/office/orders/email/?chosen=900030"),
    Address(
        "office/orders/email/",
        leads_to("/office/orders/10248/", CHANGE),
        "/office/orders/email/?chosen=900030",
        post={"token": "00000000-0000-4000-8000-000000000003", "to_me": "on"},
    ),
    Address("office/orders/<number:number>/", OFFICE, "/office/orders/10248/"),
    Address(
        "office/orders/<number:number>/confirmation.pdf",
        OFFICE,
        "/office/orders/10248/confirmation.pdf",
    ),
    Address(
        "office/orders/<number:number>/attachments/<int:attachment_id>/",
        OFFICE,
        "/office/orders/W1/attachments/900001/",
    ),
    Address(
        "office/orders/<number:number>/documents/<int:document_id>/",
        OFFICE,
        "/office/orders/10248/documents/900001/",
    ),
    Address(
        "office/orders/<number:number>/documents/<int:document_id>/",
        leads_to("/office/orders/10248/documents/900001/", OFFICE),
        "/office/orders/10248/documents/900001/",
        post={},
    ),
    Address("office/deliveries/<number:number>.pdf", OFFICE, "/office/deliveries/80248-1.pdf"),
    Address("office/invoices/", OFFICE),
    Address("office/invoices/export.csv", OFFICE),
    Address("office/invoices/email/", CHANGE, "/office/invoices/email/?chosen=900031"),
    Address(
        "office/invoices/email/",
        leads_to("/office/invoices/300412/", CHANGE),
        "/office/invoices/email/?chosen=900031",
        post={"token": "00000000-0000-4000-8000-000000000004", "to_me": "on"},
    ),
    Address("office/invoices/<number:number>/", OFFICE, "/office/invoices/300412/"),
    Address("office/invoices/<number:number>.pdf", OFFICE, "/office/invoices/300412.pdf"),
    Address(
        "office/invoices/<number:number>/documents/<int:document_id>/",
        OFFICE,
        "/office/invoices/300412/documents/900003/",
    ),
    Address(
        "office/invoices/<number:number>/documents/<int:document_id>/",
        leads_to("/office/invoices/300412/documents/900003/", OFFICE),
        "/office/invoices/300412/documents/900003/",
        post={},
    ),
    # Importing people
    Address("office/users/import/", CHANGE),
    Address("office/users/import/", CHANGE, post={}),
    Address("office/users/import/rights.csv", CHANGE),
    Address(
        "office/users/import/sample-<slug:kind>.csv",
        CHANGE,
        "/office/users/import/sample-members.csv",
    ),
    Address("office/users/import/<int:import_id>/", CHANGE, "/office/users/import/900022/"),
    Address(
        "office/users/import/<int:import_id>/",
        leads_to("/office/users/import/900022/", CHANGE),
        "/office/users/import/900022/",
        post={"on_error": "skip"},
    ),
    Address(
        "office/users/import/<int:import_id>/withdraw/",
        leads_to("/office/users/import/", CHANGE),
        "/office/users/import/900022/withdraw/",
        post={},
    ),
    Address(
        "office/users/import/<int:import_id>/wrong-rows.csv",
        CHANGE,
        "/office/users/import/900022/wrong-rows.csv",
    ),
    Address("office/sync/", OFFICE),
    Address("office/sync/run/", leads_to("/office/sync/", CHANGE), post={"run": "900002"}),
    Address("office/sync/connection/", CHANGE | {"superuser": HIDDEN}, post={}),
    Address("office/sync/feeds/<int:feed_id>/", OFFICE, "/office/sync/feeds/900002/"),
    Address("office/sync/feeds/<int:feed_id>/", CHANGE, "/office/sync/feeds/900002/", post={}),
    Address("office/sync/held/", OFFICE),
    Address("office/sync/held/again/", leads_to("/office/sync/", CHANGE), post={"again": "1"}),
    Address("office/sync/records/", OFFICE, "/office/sync/records/?q=10248"),
    # The same question is being asked already.
    Address(
        "office/sync/looks/",
        leads_to("/office/sync/looks/900004/", OFFICE),
        post={"connection": "900002", "feed": "orders", "number": "10248"},
    ),
    Address("office/sync/looks/<int:look_id>/", OFFICE, "/office/sync/looks/900004/"),
    # Messages
    Address("office/messages/", OFFICE),
    Address("office/messages/act/", leads_to("/office/messages/", CHANGE), post={"do": "again"}),
    Address("office/messages/<int:message_id>/", OFFICE, "/office/messages/900005/"),
    Address("office/messages/<int:message_id>/mail/", OFFICE, "/office/messages/900005/mail/"),
    Address(
        "office/messages/<int:message_id>/files/<int:attachment_id>/",
        OFFICE,
        "/office/messages/900005/files/900005/",
    ),
    Address("office/settings/messages/", OFFICE),
    Address(TEXT, OFFICE, "/office/settings/messages/set_password/email/en/"),
    Address(TEXT, CHANGE, "/office/settings/messages/set_password/email/en/", post={}),
    Address(f"{TEXT}preview/", OFFICE, "/office/settings/messages/set_password/email/en/preview/"),
    Address(
        f"{TEXT}preview/",
        OFFICE,
        "/office/settings/messages/set_password/email/en/preview/",
        post={},
    ),
    # Settings, people, customers and the audit of the office
    Address("office/customers/", OFFICE),
    Address("office/customers/<int:customer_id>/", OFFICE, "/office/customers/900030/"),
    *(
        Address(
            f"office/customers/<int:customer_id>/{page}/",
            CHANGE,
            f"/office/customers/900030/{page}/",
            post=post,
        )
        for page in ("recipients", "mail-password")
        for post in (None, {})
    ),
    # Customers that may be one
    Address("office/customers/duplicates/", OFFICE),
    Address(
        "office/customers/duplicates/<int:pair_id>/", OFFICE, "/office/customers/duplicates/900060/"
    ),
    Address(
        "office/customers/duplicates/<int:pair_id>/dismiss/",
        leads_to("/office/customers/duplicates/", CHANGE),
        "/office/customers/duplicates/900060/dismiss/",
        post={},
    ),
    Address(
        "office/customers/<int:customer_id>/merge/<int:into_id>/",
        CHANGE,
        "/office/customers/900060/merge/900030/",
    ),
    Address(
        "office/customers/<int:customer_id>/merge/<int:into_id>/",
        leads_to("/office/customers/900030/", CHANGE),
        "/office/customers/900060/merge/900030/",
        post={},
    ),
    Address("office/users/", OFFICE),
    Address("office/users/new/", CHANGE),
    Address("office/users/new/", CHANGE, post={}),
    Address("office/users/<int:user_id>/", OFFICE, "/office/users/900030/"),
    Address("office/users/<int:user_id>/edit/", CHANGE, "/office/users/900030/edit/"),
    Address("office/users/<int:user_id>/edit/", CHANGE, "/office/users/900030/edit/", post={}),
    Address("office/users/<int:user_id>/access/", CHANGE, "/office/users/900030/access/"),
    Address(
        "office/users/<int:user_id>/access/",
        leads_to("/office/users/900030/", CHANGE),
        "/office/users/900030/access/",
        post={"open": "yes"},
    ),
    Address("office/users/<int:user_id>/second-step/", CHANGE, "/office/users/900030/second-step/"),
    Address(
        "office/users/<int:user_id>/second-step/",
        leads_to("/office/users/900030/", CHANGE),
        "/office/users/900030/second-step/",
        post={"require": "yes"},
    ),
    Address(
        "office/users/<int:user_id>/password-link/",
        leads_to("/office/users/900030/", CHANGE),
        "/office/users/900030/password-link/",
        post={},
    ),
    Address("office/users/<int:user_id>/customers/", CHANGE, "/office/users/900030/customers/"),
    Address(
        "office/users/<int:user_id>/customers/<int:customer_id>/",
        CHANGE,
        "/office/users/900030/customers/900030/",
    ),
    Address(
        "office/users/<int:user_id>/customers/<int:customer_id>/",
        leads_to("/office/users/900030/", CHANGE),
        "/office/users/900030/customers/900030/",
        post={},
    ),
    Address(
        "office/users/<int:user_id>/customers/<int:customer_id>/withdraw/",
        CHANGE,
        "/office/users/900030/customers/900030/withdraw/",
    ),
    Address(
        "office/users/<int:user_id>/customers/<int:customer_id>/withdraw/",
        leads_to("/office/users/900030/", CHANGE),
        "/office/users/900030/customers/900030/withdraw/",
        post={},
    ),
    Address("office/audit/", OFFICE),
    Address("office/settings/", OFFICE),
    Address("office/settings/company/", OFFICE),
    Address("office/settings/company/", CHANGE, post={}),
    # There is no logo.
    Address("office/settings/company/logo/", leads_to(HIDDEN, OFFICE)),
    Address("office/settings/access/", OFFICE),
    Address("office/settings/access/", leads_to("/office/settings/access/", CHANGE), post={}),
    # Customers' pages as the customer; test_acting.py has what opens then.
    Address("office/as-customer/", leads_to("/", CHANGE), post={"customer": "erp/10001"}),
    Address("office/as-customer/stop/", leads_to("/office/", STAFF), post={}),
    # Roles of the office
    Address("office/settings/roles/", OFFICE),
    Address("office/settings/roles/new/", CHANGE),
    Address("office/settings/roles/new/", CHANGE, post={}),
    Address("office/settings/roles/sections/", CHANGE),
    Address(
        "office/settings/roles/sections/", leads_to("/office/settings/roles/", CHANGE), post={}
    ),
    Address("office/settings/roles/<int:role_id>/", OFFICE, "/office/settings/roles/900004/"),
    Address(
        "office/settings/roles/<int:role_id>/", CHANGE, "/office/settings/roles/900004/", post={}
    ),
    Address(
        "office/settings/roles/<int:role_id>/people/",
        CHANGE,
        "/office/settings/roles/900004/people/",
        post={},
    ),
    Address(
        "office/settings/roles/<int:role_id>/remove/",
        CHANGE,
        "/office/settings/roles/900004/remove/",
    ),
    Address(
        "office/settings/roles/<int:role_id>/remove/",
        leads_to("/office/settings/roles/", CHANGE),
        "/office/settings/roles/900004/remove/",
        post={},
    ),
    Address("office/style-guide/", STAFF),
    Address("office/style-guide/<str:layout>/", STAFF, "/office/style-guide/public/"),
    # Offers
    Address("office/offers/", OFFICE),
    Address("office/offers/<number:number>/", OFFICE, "/office/offers/W1/"),
    Address(
        "office/offers/<number:number>/",
        leads_to("/office/offers/W1/", CHANGE),
        "/office/offers/W1/",
        post={"do": "call_back"},
    ),
    Address(
        "office/offers/<number:number>/begin/",
        leads_to("/office/offers/W1/", CHANGE),
        "/office/offers/W1/begin/",
        post={},
    ),
    Address(
        "office/offers/<number:number>/orders/",
        leads_to("/office/offers/W1/", CHANGE),
        "/office/offers/W1/orders/",
    ),
    Address(
        "office/offers/<number:number>/orders/",
        leads_to("/office/offers/W1/", CHANGE),
        "/office/offers/W1/orders/",
        post={"how": "whole"},
    ),
    Address("orders/<number:number>/offer/", OBJECT, "/orders/W1/offer/"),
    # The office answers no offer as the customer. A reason is missing here.
    Address("orders/<number:number>/offer/", OBJECT, "/orders/W1/offer/", post={"do": "decline"}),
    # They are being printed.
    Address(
        "orders/<number:number>/offer/versions/<int:version>.pdf",
        leads_to(ACCEPTED, OBJECT),
        "/orders/W1/offer/versions/1.pdf",
    ),
    Address(
        "office/offers/<number:number>/versions/<int:version>.pdf",
        leads_to(ACCEPTED, OFFICE),
        "/office/offers/W1/versions/1.pdf",
    ),
    Address("p/<str:token>/offer.pdf", leads_to(404, PUBLIC), "/p/private-token-900004/offer.pdf"),
    Address(
        "p/<str:token>/confirmation.pdf",
        leads_to(404, PUBLIC),
        "/p/private-token-900004/confirmation.pdf",
    ),
    # Order confirmations, many at once
    Address("office/orders/confirm/", CHANGE, "/office/orders/confirm/?chosen=900030"),
    Address(
        "office/orders/confirm/",
        leads_to("/office/orders/", CHANGE),
        "/office/orders/confirm/?chosen=900030",
        post={"token": "00000000-0000-4000-8000-000000000004"},
    ),
    # Changes and cancellations of an order that was sent
    Address("orders/<number:number>/change/", OBJECT, "/orders/W3/change/"),
    Address("orders/<number:number>/change/", OBJECT, "/orders/W3/change/", post={}),
    Address("orders/<number:number>/cancel/", OBJECT, "/orders/W3/cancel/"),
    Address("orders/<number:number>/cancel/", OBJECT, "/orders/W3/cancel/", post={}),
    Address(
        "orders/<number:number>/withdraw/",
        leads_to("/orders/W3/", OBJECT),
        "/orders/W3/withdraw/",
        post={},
    ),
    Address("p/<str:token>/change/", PUBLIC, "/p/private-token-900040/change/"),
    Address("p/<str:token>/change/", PUBLIC, "/p/private-token-900040/change/", post={}),
    Address("p/<str:token>/cancel/", PUBLIC, "/p/private-token-900040/cancel/"),
    Address("p/<str:token>/cancel/", PUBLIC, "/p/private-token-900040/cancel/", post={}),
    Address(
        "p/<str:token>/withdraw/",
        leads_to("/p/private-token-900040/", PUBLIC),
        "/p/private-token-900040/withdraw/",
        post={},
    ),
    Address("office/requests/<number:number>/change/", OFFICE, "/office/requests/W3/change/"),
    Address(
        "office/requests/<number:number>/change/answer/",
        leads_to(404, CHANGE),
        "/office/requests/W3/change/answer/",
        post={},
    ),
    # The office's order links and order types
    Address("office/order-links/", OFFICE),
    Address("office/order-links/new/", CHANGE),
    Address("office/order-links/new/", CHANGE, post={}),
    Address("office/order-links/<int:link_id>/", OFFICE, "/office/order-links/900030/"),
    Address("office/order-links/<int:link_id>/", CHANGE, "/office/order-links/900030/", post={}),
    Address("office/order-links/<int:link_id>/qr.svg", OFFICE, "/office/order-links/900030/qr.svg"),
    Address(
        "office/order-links/<int:link_id>/revoke/", CHANGE, "/office/order-links/900030/revoke/"
    ),
    Address(
        "office/order-links/<int:link_id>/revoke/",
        leads_to("/office/order-links/", CHANGE),
        "/office/order-links/900030/revoke/",
        post={},
    ),
    Address("office/settings/offer-texts/", OFFICE),
    Address(
        "office/settings/offer-texts/",
        leads_to("/office/settings/offer-texts/", CHANGE),
        post={},
    ),
    Address(
        "office/settings/offer-texts/<slug:code>/",
        OFFICE,
        "/office/settings/offer-texts/transport/",
    ),
    Address(
        "office/settings/offer-texts/<slug:code>/",
        leads_to("/office/settings/offer-texts/transport/", CHANGE),
        "/office/settings/offer-texts/transport/",
        post={},
    ),
    Address("office/settings/order-types/", OFFICE),
    Address("office/settings/order-types/new/", CHANGE),
    Address("office/settings/order-types/new/", CHANGE, post={}),
    Address(
        "office/settings/order-types/<slug:code>/",
        CHANGE,
        "/office/settings/order-types/transport/",
    ),
    Address(
        "office/settings/order-types/<slug:code>/",
        CHANGE,
        "/office/settings/order-types/transport/",
        post={},
    ),
    # Saved filters of lists; 900050 is the office's own
    Address("office/filters/<slug:code>/", OFFICE, "/office/filters/requests/"),
    Address("office/filters/<slug:code>/new/", OFFICE, "/office/filters/requests/new/?kind=offer"),
    Address(
        "office/filters/<slug:code>/new/",
        OFFICE,
        "/office/filters/requests/new/?kind=offer",
        post={},
    ),
    Address(
        "office/filters/<slug:code>/<int:filter_id>/",
        OFFICE | {"superuser": HIDDEN},
        "/office/filters/requests/900050/",
    ),
    Address(
        "office/filters/<slug:code>/<int:filter_id>/",
        OFFICE | {"superuser": HIDDEN},
        "/office/filters/requests/900050/",
        post={},
    ),
    # Secure mail, and text messages
    Address("p/<str:token>/letter/", leads_to(404, PUBLIC), "/p/private-token-900004/letter/"),
    Address(
        "p/<str:token>/letter/mail/", leads_to(404, PUBLIC), "/p/private-token-900004/letter/mail/"
    ),
    Address(
        "p/<str:token>/letter/files/<int:file_id>/",
        leads_to(404, PUBLIC),
        "/p/private-token-900004/letter/files/1/",
    ),
    Address("office/settings/sms/", OFFICE),
    Address("office/settings/sms/", leads_to("/office/settings/sms/", CHANGE), post={}),
    Address("office/settings/sms/test/", leads_to(HIDDEN, CHANGE), post={}),
    # Order forms behind a link, for anybody
    Address("order-form/<slug:code>/", PUBLIC, "/order-form/homepage/"),
    # No form of ours was posted.
    Address("order-form/<slug:code>/", leads_to(400, PUBLIC), "/order-form/homepage/", post={}),
    Address(
        "order-form/<slug:code>/review/",
        leads_to("/order-form/homepage/", PUBLIC),
        "/order-form/homepage/review/",
    ),
    Address(
        "order-form/<slug:code>/review/",
        leads_to(400, PUBLIC),
        "/order-form/homepage/review/",
        post={},
    ),
    Address("order-form/<slug:code>/embed.js", PUBLIC, "/order-form/homepage/embed.js"),
    Address("order-form/<slug:code>/style.css", PUBLIC, "/order-form/homepage/style.css"),
    Address("order-form/<slug:code>/logo", PUBLIC, "/order-form/homepage/logo"),
    Address(
        "order-form/<slug:code>/sent/",
        leads_to("/order-form/homepage/", PUBLIC),
        "/order-form/homepage/sent/",
    ),
    # Machines
    Address("favicon.ico", leads_to("/static/img/mark.svg", PUBLIC)),
    Address("health/live", PUBLIC),
    Address("health/ready", PUBLIC),
]
