"""What a member of the office's staff may do: role AND user record AND sections that are open.

The rights of a person are those of the roles, and besides them the permissions that a superuser
gave in `/admin/`, directly or through a group. Nobody but active staff has any. What belongs to a
closed section is taken from both. Read from the database once for each request, so a right taken
away is gone from pages that are open.
"""

from django.db import connection

from accounts import office_sections
from accounts.models import User
from accounts.office_sections import Level

__all__ = ["permissions_of"]

# Written by hand because every page of the office asks it.
_RIGHTS = """
SELECT right_.section, right_.level
  FROM accounts_rolegrant AS given
  JOIN accounts_roleright AS right_ ON right_.role_id = given.role_id
 WHERE given.user_id = %(user)s
 UNION
SELECT type.app_label || '.' || permission.codename, 'permission'
  FROM auth_permission AS permission
  JOIN django_content_type AS type ON type.id = permission.content_type_id
 WHERE permission.id IN (
       SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = %(user)s
        UNION ALL
       SELECT granted.permission_id
         FROM accounts_user_groups AS member
         JOIN auth_group_permissions AS granted ON granted.group_id = member.group_id
        WHERE member.user_id = %(user)s
       )
 UNION
SELECT unnest(closed_sections), 'closed'
  FROM accounts_accountsettings
"""


def permissions_of(user: User) -> frozenset[str]:
    """Every permission the person holds at this moment; one query.

    A right in a section that no app declares any more counts for nothing.
    """
    if not user.is_active or not user.is_staff:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS, {"user": user.pk})
        rows = cursor.fetchall()
    sections = {section.code: section for section in office_sections.known()}
    held: set[str] = set()
    closed: set[str] = set()
    for what, level in rows:
        if level == "permission":
            held.add(what)
        elif what not in sections:
            continue
        elif level == "closed":
            closed.update(sections[what].permissions(Level.PROCESS))
        else:
            held.update(sections[what].permissions(level))
    return frozenset(held - closed)
