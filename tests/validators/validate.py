#!/usr/bin/env python3
"""Runs the official rules over generated e-invoices: XSD, Schematron, and PDF/A-3b by veraPDF.

    validate.py FOLDER ARTEFACTS    exits 1 when a document fails, a spoilt one passes, or rules had nothing to check

`ARTEFACTS` is the folder that `fetch.py` filled. Rules are chosen by what a document says of itself (`rules.py`); each run
must fire rules, and of each kind of document one is spoilt so that a rule of that very set must notice: that proves
that none of them skips. Warnings are counted and do not fail.

The product writes XRechnung in UBL. Its Factur-X is held to KoSIT's CII rules as well, stated as XRechnung for that: the
same invoice must not depend on the syntax. Only what is outside the scope of VAT is left out, since XRechnung demands a
rate there (BR-DE-14) which EN 16931 forbids (BR-O-05).
"""

import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

import verapdf
from document import CII, PROMISED, Document, stated_as_xrechnung
from pdf import SPOILT, lint
from rules import rule_sets


class Tally:
    """What a set of rules came to, over all documents."""

    def __init__(self):
        self.documents = Counter()
        self.fired = 0
        self.warnings = Counter()
        self.errors = 0


def documents(folder):
    """Every XML file, and what else it is held to."""
    for path in sorted(folder.glob("*.xml")):
        document = Document(path.name, etree.fromstring(path.read_bytes()))
        yield document
        if document.syntax == CII and not document.outside_vat():
            yield document.twin(stated_as_xrechnung)


def check_xml(folder, sets):
    """Gives a tally for each set of rules, by name, and the problems as sentences."""
    tallies, problems = {one.name: Tally() for one in sets}, []
    for document in documents(folder):
        for one in sets:
            if one.fits(document):
                problems += held(document, one, tallies[one.name])
    for path in sorted(folder.glob("*.xml")):
        if not Document(path.name, etree.fromstring(path.read_bytes())).keeps_its_promise():
            problems.append(f"{path.name}: BT-24 is not {PROMISED[path.name.split('.')[-2]]}")
    return tallies, problems + idle(sets, tallies)


def held(document, one, tally):
    """Holds a document to a set of rules; the first of its kind also as a spoilt twin."""
    found = one.check.findings(document.tree)
    problems = [f"{document.name}: {one.name}: {error}" for error in found.errors]
    if found.fired == 0:
        problems.append(f"{document.name}: {one.name}: no rule fired: the rules did not run")
    if not tally.documents[document.syntax]:
        noticed = one.check.findings(document.twin(one.spoil).tree).errors
        if not any(error.startswith(f"{one.notices}: ") for error in noticed):
            problems.append(f"{document.name}: {one.name}: a twin that breaks {one.notices} passed: they do not work")
    tally.documents[document.syntax] += 1
    tally.fired += found.fired
    tally.warnings += found.warnings
    tally.errors += len(problems)
    return problems


def idle(sets, tallies):
    """Rules that had no document of a syntax they are for."""
    pairs = [(one, syntax) for one in sets for syntax in sorted(one.syntaxes)]
    return [f"no {syntax} was held to {one.name}" for one, syntax in pairs if not tallies[one.name].documents[syntax]]


def check_pdf(folder):
    """Every PDF by our own lint of Factur-X, by qpdf, and for the XML inside."""
    problems = []
    for path in sorted(folder.glob("*.pdf")):
        found, xml = lint(path)
        if xml is not None and xml != path.with_suffix("").with_suffix(".cii.xml").read_bytes():
            found.append("the XML inside is not the XML beside it")
        qpdf = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        if qpdf.returncode != 0:
            found.append(f"qpdf: {(qpdf.stdout + qpdf.stderr).strip().splitlines()[-1]}")
        problems += [f"{path.name}: {problem}" for problem in found]
    return problems + spoilt_lint(folder)


def spoilt_lint(folder):
    """A PDF that claims another profile of Factur-X must not pass the lint."""
    stands, put = SPOILT
    with tempfile.TemporaryDirectory() as scratch:
        twin = Path(scratch) / "spoilt.pdf"
        twin.write_bytes(sorted(folder.glob("*.pdf"))[0].read_bytes().replace(stands, put))
        noticed = lint(twin)[0]
    return [] if noticed else ["a PDF of another profile of Factur-X passed: the lint does not work"]


def show(one, tally):
    kinds = ", ".join(f"{count} {syntax}" for syntax, count in sorted(tally.documents.items()))
    warned = ", ".join(f"{count} {rule}" for rule, count in sorted(tally.warnings.items())) or "none"
    print(f"  {one.name}: {kinds}; {tally.fired} {one.check.counts}; {tally.errors} errors; warnings: {warned}")


def main():
    folder, jars = Path(sys.argv[1]), Path(sys.argv[2])
    if not any(folder.glob("*.pdf")):
        sys.exit(f"validators: there is no PDF in {folder}: write the matrix there first")
    with ThreadPoolExecutor() as beside, PySaxonProcessor(license=False) as saxon:
        pdfs = beside.submit(verapdf.check, folder, jars)
        sets = rule_sets(saxon, jars)
        tallies, problems = check_xml(folder, sets)
        by_verapdf, files, checks = pdfs.result()
    problems += check_pdf(folder) + by_verapdf
    for problem in problems:
        print(f"FAIL {problem}")
    print("validators:")
    for one in sets:
        show(one, tallies[one.name])
    print(f"  PDF/A-3b by veraPDF: {files} PDF; {checks} checks passed; {len(by_verapdf)} errors")
    print(f"validators: {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
