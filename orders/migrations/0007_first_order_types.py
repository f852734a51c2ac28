from django.db import migrations

GOODS = {"people": "hidden", "products": "hidden"}
# The office changes, switches off and adds types as it likes; these make a start.
TYPES = [
    {
        "code": "transport",
        "names": {
            "en": "Transport order",
            "fi": "Kuljetustilaus",
            "sv": "Transportorder",
            "de": "Transportauftrag",
        },
        "fields": {**GOODS, "goods": "required"},
        "cut_off_hours": 24,
    },
    {
        "code": "courier",
        "names": {
            "en": "Parcel or courier",
            "fi": "Paketti tai kuriiri",
            "sv": "Paket eller bud",
            "de": "Paket oder Kurier",
        },
        "fields": {
            **GOODS,
            "goods": "required",
            "equipment": "hidden",
            "goods.loading_metres": "hidden",
            "goods.temperature": "hidden",
            "goods.way": "hidden",
            "goods.is_stackable": "hidden",
            "stop.contact": "required",
            "stop.phone": "required",
        },
        "defaults": {"goods": [{"package": "box", "quantity": "1"}]},
        "cut_off_hours": 2,
    },
    {
        "code": "coach",
        "names": {
            "en": "Coach charter",
            "fi": "Tilausajo",
            "sv": "Beställningstrafik",
            "de": "Busanmietung",
        },
        "fields": {
            "goods": "hidden",
            "products": "hidden",
            "equipment": "hidden",
            "people": "required",
            "leader_name": "required",
            "leader_phone": "required",
            "stop.starts": "required",
            "stop.name": "optional",
        },
        "cut_off_hours": 72,
    },
    {
        "code": "products",
        "names": {
            "en": "Product order",
            "fi": "Tuotetilaus",
            "sv": "Produktorder",
            "de": "Produktbestellung",
        },
        "fields": {
            "goods": "hidden",
            "people": "hidden",
            "equipment": "hidden",
            "products": "required",
            "note_to_driver": "optional",
            "stop.starts": "hidden",
            "stop.ends": "hidden",
        },
        "defaults": {"stops": [{"kind": "delivery"}]},
        "cut_off_hours": 24,
    },
]


def plant(apps, schema_editor):
    OrderType = apps.get_model("orders", "OrderType")
    for position, fields in enumerate(TYPES, start=1):
        OrderType.objects.get_or_create(
            code=fields["code"], defaults={**fields, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_drafts_and_links")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
