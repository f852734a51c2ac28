from django.urls import path

from accounts.views import (
    as_customer,
    audit,
    message_words,
    messages,
    office_customers,
    office_roles,
    office_settings,
    office_sms,
    office_users,
)

urlpatterns = [
    path("as-customer/", as_customer.begin, name="as-customer"),
    path("as-customer/stop/", as_customer.stop, name="as-customer-stop"),
    path("customers/", office_customers.customer_list, name="customer-list"),
    path("customers/<int:customer_id>/", office_customers.customer_page, name="customer-page"),
    path(
        "customers/<int:customer_id>/recipients/",
        office_customers.recipients,
        name="customer-recipients",
    ),
    path(
        "customers/<int:customer_id>/mail-password/",
        office_customers.mail_password,
        name="customer-mail-password",
    ),
    path("users/", office_users.user_list, name="user-list"),
    path("users/new/", office_users.user_new, name="user-new"),
    path("users/<int:user_id>/", office_users.user_page, name="user-page"),
    path("users/<int:user_id>/edit/", office_users.user_edit, name="user-edit"),
    path("users/<int:user_id>/access/", office_users.user_access, name="user-access"),
    path(
        "users/<int:user_id>/second-step/", office_users.user_second_step, name="user-second-step"
    ),
    path(
        "users/<int:user_id>/password-link/",
        office_users.user_password_link,
        name="user-password-link",
    ),
    path("users/<int:user_id>/customers/", office_users.user_customers, name="user-customers"),
    path(
        "users/<int:user_id>/customers/<int:customer_id>/",
        office_users.user_rights,
        name="user-rights",
    ),
    path(
        "users/<int:user_id>/customers/<int:customer_id>/withdraw/",
        office_users.user_rights_withdraw,
        name="user-rights-withdraw",
    ),
    path("audit/", audit.office_audit, name="audit"),
    path("settings/company/", office_settings.company, name="settings-company"),
    path("settings/company/logo/", office_settings.company_logo, name="settings-company-logo"),
    path("messages/", messages.message_list, name="message-list"),
    path("messages/act/", messages.act, name="message-act"),
    path("messages/<int:message_id>/", messages.message_page, name="message-page"),
    path("messages/<int:message_id>/mail/", messages.message_body, name="message-mail"),
    path(
        "messages/<int:message_id>/files/<int:attachment_id>/",
        messages.attachment,
        name="message-file",
    ),
    path("settings/messages/", message_words.text_list, name="settings-messages"),
    path(
        "settings/messages/<slug:kind>/<slug:channel>/<slug:language>/",
        message_words.words,
        name="settings-message",
    ),
    path(
        "settings/messages/<slug:kind>/<slug:channel>/<slug:language>/preview/",
        message_words.preview,
        name="settings-message-preview",
    ),
    path("settings/sms/", office_sms.sms, name="settings-sms"),
    path("settings/sms/test/", office_sms.sms_test, name="settings-sms-test"),
    path("settings/access/", office_settings.access, name="settings-access"),
    path("settings/roles/", office_roles.role_list, name="roles"),
    path("settings/roles/new/", office_roles.role_new, name="role-new"),
    path("settings/roles/sections/", office_roles.closed_sections, name="closed-sections"),
    path("settings/roles/<int:role_id>/", office_roles.role, name="role"),
    path("settings/roles/<int:role_id>/people/", office_roles.role_people, name="role-people"),
    path("settings/roles/<int:role_id>/remove/", office_roles.role_remove, name="role-remove"),
]
