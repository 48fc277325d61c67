"""What of PDF/A-3 and Factur-X a change of the generator could break. Not a replacement for veraPDF."""

import re

import pikepdf
from lxml import etree

FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
ID = "{http://www.aiim.org/pdfa/ns/id/}"
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# What PDF/A knows without a description.
PREDEFINED = {
    "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/xap/1.0/t/pg/",
    "http://ns.adobe.com/pdf/1.3/",
    "http://www.aiim.org/pdfa/ns/id/",
    "http://www.aiim.org/pdfa/ns/extension/",
}
EXPECTED = {
    "DocumentType": "INVOICE",
    "DocumentFileName": "factur-x.xml",
    "Version": "1.0",
    "ConformanceLevel": "EN 16931",
}


def lint(path):
    """What is wrong with a file, and the XML attached to it, if any."""
    problems = []
    raw = path.read_bytes()
    if not re.match(rb"%PDF-1\.7\r?\n%[\x80-\xff]{4}", raw):
        problems.append("6.1.2: header")
    if not re.search(rb"%%EOF\r?\n?$", raw):
        problems.append("6.1.3: bytes after the end")
    with pikepdf.open(path) as pdf:
        if "/ID" not in pdf.trailer:
            problems.append("6.1.3: no identifier")
        if "/OutputIntents" not in pdf.Root:
            problems.append("6.2.4.3: no output intent")
        problems += metadata(pdf) + fonts(pdf)
        attached, xml = attachment(pdf)
        return problems + attached, xml


def metadata(pdf):
    stream = pdf.Root.Metadata
    problems = ["6.6.2.1: filtered metadata"] if "/Filter" in stream else []
    packet = etree.fromstring(bytes(stream.read_raw_bytes()).lstrip(b"\xef\xbb\xbf"))
    if packet.findtext(f".//{ID}part") != "3" or packet.findtext(f".//{ID}conformance") != "B":
        problems.append("6.6.4: not PDF/A-3b by its own metadata")
    for name, value in EXPECTED.items():
        if packet.findtext(f".//{FX}{name}") != value:
            problems.append(f"Factur-X: fx:{name} is {packet.findtext(f'.//{FX}{name}')}")
    bags = list(packet.iter(f"{EXTENSION}schemas"))
    if len(bags) != 1 or list(bags[0].getparent()) != bags:
        problems.append("6.6.2.3: the schemas are not in one bag in a description of its own")
    return problems + described(packet)


def described(packet):
    """Properties of a schema that PDF/A does not know must be described, and every description complete."""
    known = {}
    for schema in packet.iter(f"{EXTENSION}schemas"):
        for item in schema.iter(f"{RDF}li"):
            space = item.findtext(f"{SCHEMA}namespaceURI")
            if space:
                known[space] = {name.text for name in item.iter(f"{PROPERTY}name")}
    problems = []
    for description in packet.iter(f"{RDF}Description"):
        for child in description:
            name = etree.QName(child)
            if name.namespace not in PREDEFINED and name.localname not in known.get(name.namespace, ()):
                problems.append(f"6.6.2.3.1: {name.text} is not described")
    for name in packet.iter(f"{PROPERTY}name"):
        for part in ("valueType", "category", "description"):
            if not name.getparent().findtext(f"{PROPERTY}{part}"):
                problems.append(f"6.6.2.3.2: {name.text} has no {part}")
    return problems


def fonts(pdf):
    problems = []
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.FontDescriptor:
            if not any(key in thing for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                problems.append(f"6.2.11.4: {thing.get('/FontName')} is not embedded")
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == pikepdf.Name.JavaScript:
            problems.append("6.5.1: a script")
    return problems


def attachment(pdf):
    names = list(pdf.attachments)
    if names != ["factur-x.xml"]:
        return [f"Factur-X: attached are {names}"], None
    spec = pdf.attachments["factur-x.xml"].obj
    problems = [f"6.8: the attachment lacks {key}" for key in ("/F", "/UF", "/EF", "/AFRelationship") if key not in spec]
    file = spec.EF.F
    if spec.get("/AFRelationship") != pikepdf.Name.Alternative:
        problems.append("Factur-X: the relationship is not Alternative")
    if file.get("/Subtype") != pikepdf.Name("/text/xml") or "/ModDate" not in file.get("/Params", {}):
        problems.append("6.8: no media type or no date")
    if spec.objgen not in [one.objgen for one in pdf.Root.get("/AF", [])]:
        problems.append("6.8: not among the associated files")
    return problems, bytes(file.read_bytes())
