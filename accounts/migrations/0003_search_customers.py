from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_papers")]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="customer",
            index=GinIndex(
                OpClass(Upper("number"), "gin_trgm_ops"),
                OpClass(Upper("name"), "gin_trgm_ops"),
                name="customer_search",
            ),
        ),
    ]
