from django.urls import path

from accounts.views import account, audit, colleagues, customers, message_choices, profile

urlpatterns = [
    path("customers/", customers.select, name="select"),
    path("account/", account.account, name="account"),
    path("account/changes/", audit.customer_changes, name="changes"),
    path("addresses/", account.addresses, name="addresses"),
    path("colleagues/", colleagues.colleague_list, name="colleague-list"),
    path("colleagues/export.csv", colleagues.colleague_export, name="colleague-export"),
    path("colleagues/invite/", colleagues.colleague_invite, name="colleague-invite"),
    path(
        "colleagues/invitations/<int:invitation_id>/send/",
        colleagues.invitation_send,
        name="invitation-send",
    ),
    path(
        "colleagues/invitations/<int:invitation_id>/withdraw/",
        colleagues.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("colleagues/<int:membership_id>/", colleagues.colleague, name="colleague"),
    path(
        "colleagues/<int:membership_id>/withdraw/",
        colleagues.colleague_withdraw,
        name="colleague-withdraw",
    ),
    path("profile/", profile.profile, name="profile"),
    path("profile/messages/", message_choices.choices, name="message-choices"),
]
