"""The company, people and their rights, kept by superusers until the office has pages for them."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth
from django.contrib.auth import forms as auth_forms
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import CompanyForm
from accounts.models import Company, Customer, Membership, User
from accounts.sections import Section
from accounts.services import company, membership, stored_files


class MembershipForm(forms.ModelForm):
    sections = forms.MultipleChoiceField(
        label=_("Allowed sections"),
        choices=Section.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Membership
        fields = ["customer", "is_admin", "sections", "covers_family"]


class MembershipInline(admin.TabularInline):
    model = Membership
    form = MembershipForm
    autocomplete_fields = ["customer"]
    extra = 0


class NewUserForm(auth_forms.AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]


class UserForm(auth_forms.UserChangeForm):
    class Meta:
        model = User
        fields = [
            "email",
            "password",
            "first_name",
            "last_name",
            "phone",
            "language",
            "theme",
            "shortcuts",
            "is_active",
            "is_staff",
            "is_superuser",
            "groups",
            "user_permissions",
        ]


@admin.register(User)
class UserAdmin(auth.UserAdmin):
    form = UserForm
    add_form = NewUserForm
    inlines = [MembershipInline]
    list_display = ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "phone"]}),
        (_("Pages"), {"fields": ["language", "theme", "shortcuts"]}),
        (
            _("Rights"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def get_inlines(self, request, obj):
        """A person exists before it is a member of anything."""
        return [] if obj is None else self.inlines

    def has_delete_permission(self, request, obj=None):
        """What people did stays theirs: their access is closed instead."""
        return False

    def changeform_view(self, request, *args, **kwargs):
        """Nothing is saved of a change that would leave a customer without an account admin."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except membership.LastAdmin as refusal:
            messages.error(request, str(refusal.user_message))
            return redirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        now, is_active = timezone.now(), obj.is_active
        moves = change and "is_active" in form.changed_data
        if moves:
            obj.is_active = not is_active
        super().save_model(request, obj, form, change)
        if moves:
            move = membership.open_access if is_active else membership.close_access
            move(user_id=obj.pk, now=now)

    def save_formset(self, request, form, formset, change):
        now = timezone.now()
        for held in formset.save(commit=False):
            for other in Membership.objects.filter(pk=held.pk).exclude(customer=held.customer_id):
                membership.withdraw(user_id=other.user_id, customer_id=other.customer_id, now=now)
            membership.grant(
                user_id=held.user_id,
                customer_id=held.customer_id,
                sections=held.sections,
                is_admin=held.is_admin,
                covers_family=held.covers_family,
                now=now,
            )
        for held in formset.deleted_objects:
            membership.withdraw(user_id=held.user_id, customer_id=held.customer_id, now=now)


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    """The ERP's register, to look at and to choose from."""

    list_display = ["number", "name", "family", "is_blocked", "source"]
    list_filter = ["is_blocked", "source"]
    list_select_related = ["family"]
    search_fields = ["number", "name"]
    ordering = ["number"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    form = CompanyForm

    def has_add_permission(self, request):
        return not Company.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        logo = form.cleaned_data["new_logo"]
        if logo is not None:
            obj.logo = stored_files.keep(
                content=b"".join(logo.chunks()), media_type=logo.content_type, now=timezone.now()
            )
        elif form.cleaned_data["drop_logo"]:
            obj.logo = None
        company.keep(company=obj)
