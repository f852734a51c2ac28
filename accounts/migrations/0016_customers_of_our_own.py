from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_invitations")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE accounts_own_number START WITH 10001",
            "DROP SEQUENCE accounts_own_number",
        )
    ]
