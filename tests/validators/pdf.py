"""What of Factur-X stands in the PDF itself: the metadata, and the XML as an attachment. PDF/A is veraPDF's."""

import pikepdf
from lxml import etree

FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
EXPECTED = {
    "DocumentType": "INVOICE",
    "DocumentFileName": "factur-x.xml",
    "Version": "1.0",
    "ConformanceLevel": "EN 16931",
}
# A part of the file that only this lint looks at, and what is put in its place.
SPOILT = (b"<fx:ConformanceLevel>EN 16931<", b"<fx:ConformanceLevel>EXTENDED<")


def lint(path):
    """What is wrong with a file, and the XML attached to it, if any."""
    with pikepdf.open(path) as pdf:
        attached, xml = attachment(pdf)
        return metadata(pdf) + attached, xml


def metadata(pdf):
    packet = etree.fromstring(bytes(pdf.Root.Metadata.read_bytes()).lstrip(b"\xef\xbb\xbf"))
    problems = []
    for name, value in EXPECTED.items():
        if packet.findtext(f".//{FX}{name}") != value:
            problems.append(f"Factur-X: fx:{name} is {packet.findtext(f'.//{FX}{name}')}")
    # PDF/A leaves the place open; PDFBox finds the schemas nowhere else.
    bags = list(packet.iter(f"{EXTENSION}schemas"))
    if len(bags) != 1 or list(bags[0].getparent()) != bags:
        problems.append("6.6.2.3: the schemas are not in one bag in a description of its own")
    return problems


def attachment(pdf):
    names = list(pdf.attachments)
    if names != ["factur-x.xml"]:
        return [f"Factur-X: attached are {names}"], None
    spec = pdf.attachments["factur-x.xml"].obj
    problems = []
    file = spec.EF.F
    if spec.get("/AFRelationship") != pikepdf.Name.Alternative:
        problems.append("Factur-X: the relationship is not Alternative")
    if file.get("/Subtype") != pikepdf.Name("/text/xml") or "/ModDate" not in file.get("/Params", {}):
        problems.append("Factur-X: no media type or no date")
    if spec.objgen not in [one.objgen for one in pdf.Root.get("/AF", [])]:
        problems.append("Factur-X: not among the associated files")
    return problems, bytes(file.read_bytes())
