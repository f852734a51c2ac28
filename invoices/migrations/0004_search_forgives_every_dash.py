import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models.functions import Concat, Upper

FORGIVEN = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e17\u2e1a\u2e3a\u2e3b"
    "\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
)


class Migration(migrations.Migration):
    """The column is made anew: PostgreSQL cannot change what a generated column is generated of."""

    dependencies = [("invoices", "0003_who_opens_an_invoice")]

    operations = [
        migrations.RemoveIndex(model_name="invoice", name="invoice_search"),
        migrations.RemoveField(model_name="invoice", name="search_key"),
        migrations.AddField(
            model_name="invoice",
            name="search_key",
            field=models.GeneratedField(
                expression=models.Func(
                    Upper(
                        Concat(models.F("number"), models.Value("|"), models.F("customer_reference"))
                    ),
                    models.Value(FORGIVEN),
                    models.Value(""),
                    function="TRANSLATE",
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("customer"),
                models.F("payer"),
                django.contrib.postgres.indexes.OpClass(models.F("search_key"), "gin_trgm_ops"),
                name="invoice_search",
            ),
        ),
        # Without it the planner expects a thousand times the rows and leaves the index aside.
        migrations.RunSQL(
            "ALTER TABLE invoices_invoice ALTER COLUMN search_key SET STATISTICS 1000",
            "ALTER TABLE invoices_invoice ALTER COLUMN search_key SET STATISTICS -1",
        ),
    ]
