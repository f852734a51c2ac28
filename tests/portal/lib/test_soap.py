import pytest
from lxml import etree

from portal.lib import soap, xml

WSDL = b"""<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <types>
    <xs:schema targetNamespace="urn:shop" xmlns:s="urn:shop" elementFormDefault="qualified">
      <xs:simpleType name="Size">
        <xs:restriction base="xs:int"><xs:maxInclusive value="9"/></xs:restriction>
      </xs:simpleType>
      <xs:element name="Buy"><xs:complexType><xs:sequence>
        <xs:element name="Size" type="s:Size"/>
        <xs:element name="Colour" type="xs:string" minOccurs="0"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </types>
  <service name="Shop"><port name="Shop"><soap:address location="here"/></port></service>
</definitions>"""
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "shop.wsdl"
    path.write_bytes(WSDL)
    return soap.Contract(path)


def call(body, header=""):
    message = f'<e:Envelope xmlns:e="{ENVELOPE}">{header}<e:Body>{body}</e:Body></e:Envelope>'
    return soap.read_call(message.encode(), limits=xml.Limits(size=10_000))


def test_a_contract_is_published_under_the_address_it_is_served_at(contract):
    published = contract.wsdl("https://erp.example/soap?a=1&b=2")

    assert b'location="https://erp.example/soap?a=1&amp;b=2"' in published
    assert b'location="here"' not in published
    assert contract.namespace == "urn:shop"


def test_a_message_that_fits_has_no_issues(contract):
    assert contract.check(call('<Buy xmlns="urn:shop"><Size>9</Size></Buy>').body) == []


def test_issues_name_the_field_and_no_namespace(contract):
    issues = contract.check(call('<Buy xmlns="urn:shop"><Size>10</Size></Buy>').body)

    assert [issue.field for issue in issues] == ["Size"]
    assert "10" in issues[0].text
    assert "urn:" not in issues[0].text


def test_nil_and_empty_leaves_and_attributes_are_taken_away(contract):
    body = call(
        f'<Buy xmlns="urn:shop" xmlns:i="{XSI}"><Size i:type="int">3</Size>'
        '<Colour i:nil="true"/></Buy>'
    ).body

    assert [(soap.local_name(child), child.text, dict(child.attrib)) for child in body] == [
        ("Size", "3", {})
    ]
    assert contract.check(body) == []


def test_a_header_that_must_be_understood_and_is_not_is_refused():
    with pytest.raises(soap.SoapFault) as refused:
        call("<Buy/>", '<e:Header><Trick e:mustUnderstand="1"/></e:Header>')

    assert refused.value.code == soap.FaultCode.MUST_UNDERSTAND


def test_a_header_that_may_be_overlooked_is():
    assert call("<Buy/>", "<e:Header><Trick/></e:Header>").token is None


def test_another_envelope_is_a_version_mismatch():
    message = b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"/>'

    with pytest.raises(soap.SoapFault) as refused:
        soap.read_call(message, limits=xml.Limits(size=1000))

    assert refused.value.code == soap.FaultCode.VERSION_MISMATCH


@pytest.mark.parametrize("bodies", ["", "<a/><b/>"])
def test_a_body_holds_exactly_one_element(bodies):
    with pytest.raises(soap.SoapFault, match="one body with one element"):
        call(bodies)


def test_a_fault_may_quote_what_xml_cannot_carry():
    detail = etree.Element("Reason")
    fault = soap.SoapFault(soap.FaultCode.CLIENT, "no \x00 \ud800 \uffff here", detail=detail)

    root = xml.parse(soap.fault_answer(fault), limits=xml.Limits(size=1000))

    assert root.findtext(".//faultstring") == "no \ufffd \ufffd \ufffd here"
    assert root.findtext(".//faultcode") == "soap:Client"
    assert root.find(".//detail/Reason") is not None
