from django.urls import path

from accounts.views import account, audit, customers, profile

urlpatterns = [
    path("customers/", customers.select, name="select"),
    path("account/", account.account, name="account"),
    path("account/changes/", audit.customer_changes, name="changes"),
    path("addresses/", account.addresses, name="addresses"),
    path("profile/", profile.profile, name="profile"),
]
