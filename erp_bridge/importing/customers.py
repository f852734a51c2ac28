"""Customers and their addresses."""

from collections.abc import Collection, Iterable, Sequence

from accounts.models import Address, Customer
from accounts.services import mirroring
from accounts.services.mirroring import MirroredAddress, MirroredCustomer
from erp_bridge.importing.importer import Desk, Importer, Objection, Ref
from erp_bridge.ports import AddressRecord, CustomerRecord, Feed

__all__ = ["ADDRESSES", "CUSTOMERS"]


def _payer(record: CustomerRecord) -> Iterable[Ref]:
    if record.payer_id and record.payer_id != record.remote_id:
        yield Feed.CUSTOMERS, record.payer_id


def _families(records: Sequence[CustomerRecord], desk: Desk) -> dict[str, int]:
    wanted = {record.statistics_id for record in records}
    sound = {each for each in wanted if not mirroring.objection_to_family(each)}
    families = mirroring.known_families if desk.is_dry else mirroring.families
    return families(source=desk.source, statistics_ids=sound)


def _customer(record: CustomerRecord, key: int, desk: Desk) -> MirroredCustomer:
    if words := mirroring.objection_to_family(record.statistics_id):
        raise Objection(words)
    pays_itself = record.payer_id == record.remote_id
    row = MirroredCustomer(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        number=record.number,
        name=record.name,
        family_id=desk.extra.get(record.statistics_id),
        payer_id=None if pays_itself else desk.find(Feed.CUSTOMERS, record.payer_id),
        group=record.group,
        is_blocked=record.is_blocked,
        business_id=record.business_id,
        vat_id=record.vat_id,
        contact=record.contact,
        email=record.email,
        phone=record.phone,
        country=record.country,
        language=record.language,
        currency=record.currency,
        payment_terms=record.payment_terms,
        delivery_terms=record.delivery_terms,
        credit_limit=record.credit.limit,
        credit_used=record.credit.used,
    )
    if words := mirroring.objection_to_customer(row):
        raise Objection(words)
    return row


def _write_customers(rows: Sequence[MirroredCustomer], new: Collection[int]) -> None:
    mirroring.mirror_customers(rows, new=new)


def _customer_of(record: AddressRecord) -> Iterable[Ref]:
    yield Feed.CUSTOMERS, record.customer_id


def _address(record: AddressRecord, key: int, desk: Desk) -> MirroredAddress:
    row = MirroredAddress(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        customer_id=desk.get(Feed.CUSTOMERS, record.customer_id),
        number=record.number,
        kind=record.kind.value,
        name=record.name,
        street=record.street,
        street_2=record.street_2,
        postal_code=record.postal_code,
        city=record.city,
        region=record.region,
        country=record.country,
        contact=record.contact,
        phone=record.phone,
        email=record.email,
    )
    if words := mirroring.objection_to_address(row):
        raise Objection(words)
    return row


def _write_addresses(rows: Sequence[MirroredAddress], new: Collection[int]) -> None:
    mirroring.mirror_addresses(rows, new=new)


CUSTOMERS = Importer(
    tables={"": Customer},
    optional=_payer,
    prepare=_families,
    build=_customer,
    write=_write_customers,
    has_unique_numbers=True,
)
ADDRESSES = Importer(
    tables={"": Address}, required=_customer_of, build=_address, write=_write_addresses
)
