"""The company, people and their rights as superusers keep them; the audit notes every change."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import CompanyForm
from accounts.models import Company, Customer, Membership, User
from accounts.sections import Section
from accounts.services import audit, company, membership, people, private_links, roles, sessions
from portal.lib.forms import number_of


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

    def changeform_view(self, request, object_id=None, *args, **kwargs):
        """Nothing is saved of a change that would leave a customer without an account admin, or the
        office without anybody who keeps roles."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, *args, **kwargs)
        try:
            with transaction.atomic():
                is_change = object_id is not None and object_id.isdecimal()
                if is_change:
                    private_links.lock(user_id=object_id)
                with roles.keeping_somebody():
                    if is_change:
                        membership.lock_families(_customers_of(request, object_id))
                    return super().changeform_view(request, object_id, *args, **kwargs)
        except (membership.LastAdmin, roles.NobodyLeft) as refusal:
            messages.error(request, str(refusal.user_message))
            return redirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        now, is_active = timezone.now(), obj.is_active
        form.noted_before = people.noted(User.objects.get(pk=obj.pk)) if change else None
        moves = change and "is_active" in form.changed_data
        if moves:
            obj.is_active = not is_active
        if change and obj.email != form.noted_before["email"]:
            obj.email_verified_at = None
            people.end_links(user_id=obj.pk, now=now)
            sessions.end_all(user_id=obj.pk, now=now)
        super().save_model(request, obj, form, change)
        if moves:
            move = membership.open_access if is_active else membership.close_access
            move(user_id=obj.pk, now=now)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        audit.record(
            kind="user_changed" if change else "user_created",
            subject=form.instance.email,
            before=form.noted_before,
            after=people.noted(form.instance),
            now=timezone.now(),
        )

    @transaction.atomic
    def user_change_password(self, request, id, form_url=""):
        user = self.get_object(request, id)
        if user is not None and request.method == "POST":
            private_links.lock(user_id=user.pk)
        response = super().user_change_password(request, id, form_url)
        if user is not None and User.objects.get(pk=user.pk).password != user.password:
            people.end_links(user_id=user.pk, now=timezone.now())
            audit.record(kind="password_set", subject=user.email, now=timezone.now())
        return response

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


def _customers_of(request, user_id):
    """The customers whose rights the posted form keeps, gives or takes.

    The form saves the person before any right, and customers are locked before people.
    """
    posted = {
        number_of(value)
        for name, value in request.POST.items()
        if name.startswith("memberships-") and name.endswith("-customer")
    }
    held = Membership.objects.filter(user=user_id).values_list("customer_id", flat=True)
    return posted | set(held)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(auth.GroupAdmin):
    """Permissions given to many at once; whatever changes them is noted."""

    def save_model(self, request, obj, form, change):
        form.noted_before = _noted_group(Group.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self._note(form.instance, form.noted_before, _noted_group(form.instance))

    def delete_model(self, request, obj):
        self._note(obj, _noted_group(obj), {})
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for group in queryset:
            self._note(group, _noted_group(group), {})
        super().delete_queryset(request, queryset)

    def _note(self, group, before, after):
        audit.record(
            kind="group_changed",
            subject=group.name,
            before=before,
            after=after,
            now=timezone.now(),
        )


def _noted_group(group):
    permissions = group.permissions.values_list("codename", flat=True)
    return {"name": group.name, "permissions": sorted(permissions)}


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
        company.change(
            company=obj,
            new_logo=form.cleaned_data["new_logo"],
            drop_logo=form.cleaned_data["drop_logo"],
            now=timezone.now(),
        )
