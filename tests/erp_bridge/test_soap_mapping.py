"""The mapping beside the contract that it reads."""

from pathlib import Path

import pytest
from lxml import etree

import erp_bridge
from erp_bridge.connectors.soap import connector, mapping
from erp_bridge.connectors.soap.reading import Leaf, Many, Part
from erp_bridge.ports import Feed

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
CONTRACT = etree.XML(Path(erp_bridge.__path__[0], "contract", "erp.wsdl").read_bytes())

# A customer's key tells a caller which of its own customers this is; nobody asks yet.
UNREAD = {("Customer", "Key")}


def declared(type_name):
    """What the contract says of a type: name → (is required, may repeat)."""
    [described] = CONTRACT.iterfind(f".//{XS}complexType[@name='{type_name}']/{XS}sequence")
    return {
        element.get("name"): (element.get("minOccurs") != "0", "maxOccurs" in element.attrib)
        for element in described
        if (type_name, element.get("name")) not in UNREAD
    }


def mapped(elements):
    return {
        etree.QName(name).localname: (
            isinstance(kind, Leaf) and kind.is_required,
            isinstance(kind, Many),
        )
        for name, kind in elements.items()
    }


def types_of(elements, type_name):
    yield type_name, elements
    [described] = CONTRACT.iterfind(f".//{XS}complexType[@name='{type_name}']/{XS}sequence")
    for name, kind in elements.items():
        local = etree.QName(name).localname
        inner = described.find(f"{XS}element[@name='{local}']").get("type").partition(":")[2]
        if isinstance(kind, Many):
            yield from types_of(kind.shape.elements, inner)
        elif isinstance(kind, Part):
            yield from types_of(kind.leaves, inner)


ROOTS = {
    **{mapping.ELEMENT_OF_FEED[feed]: shape for feed, shape in mapping.SHAPES.items()},
    "Pong": mapping.PONG,
    "File": mapping.FILE,
}


@pytest.mark.parametrize("root", ROOTS)
def test_every_element_of_the_contract_is_read_as_it_is_declared(root):
    for type_name, elements in types_of(ROOTS[root].elements, root):
        assert mapped(elements) == declared(type_name)


def test_every_feed_has_its_operations_in_the_contract():
    offered = {
        operation.get("name") for operation in CONTRACT.iterfind(f"{WSDL}portType/{WSDL}operation")
    }
    used = {*connector.LISTS.values(), *connector.GETS.values(), "Ping", "GetDocument"}

    assert set(connector.LISTS) == set(connector.GETS) == set(mapping.SHAPES) == set(Feed)
    assert used <= offered


def facets(type_name):
    """What a simple type of the contract says of its values, its bases' facets included."""
    [described] = CONTRACT.iterfind(f".//{XS}simpleType[@name='{type_name}']/{XS}restriction")
    prefix, _, base = described.get("base").partition(":")
    found = facets(base) if prefix == "erp" else {"base": base}
    for facet in described:
        found.setdefault(etree.QName(facet).localname, []).append(facet.get("value"))
    return found


def extremes(type_name):
    """Values at the edge of what a simple type allows."""
    found = facets(type_name)
    if "enumeration" in found:
        return found["enumeration"]
    if "maxLength" in found:
        return ["x" * int(found["maxLength"][0])]
    if "totalDigits" in found:
        digits, places = int(found["totalDigits"][0]), int(found["fractionDigits"][0])
        most = found.get("maxInclusive", ["9" * (digits - places)])[0]
        return [most, "0." + "9" * places, f"+{most}.", "000.000000"]
    return found.get("minInclusive", []) + found.get("maxInclusive", [])


# Narrower than the contract on purpose: what a page offers to click on, what a browser is told,
# and which objects can have papers.
NARROWER = {"TrackingUrl", "MediaType", "About", "Content"}


@pytest.mark.parametrize("root", ROOTS)
def test_whatever_the_contract_allows_can_be_read(root):
    for type_name, elements in types_of(ROOTS[root].elements, root):
        [described] = CONTRACT.iterfind(f".//{XS}complexType[@name='{type_name}']/{XS}sequence")
        for name, kind in elements.items():
            local = etree.QName(name).localname
            prefix, _, simple = (
                described.find(f"{XS}element[@name='{local}']").get("type").partition(":")
            )
            if isinstance(kind, Leaf) and prefix == "erp" and local not in NARROWER:
                for value in extremes(simple):
                    kind.read(value)
