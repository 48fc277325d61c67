"""PDF/A-3b by veraPDF, every file in one Java process."""

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from lxml import etree

from rules import only

PROFILE = "PDF/A-3b validation profile"
# Same length, so that nothing moves in the file: what stands there, what is put in its place, the clause that notices.
SPOILT = [
    (b"<pdfaid:part>3<", b"<pdfaid:part>1<", "6.6.4"),
    (b"/AFRelationship", b"/AFRelationshiX", "6.8"),
]


def check(folder, jars):
    """Gives the problems as sentences, the number of files, and of checks that passed."""
    with tempfile.TemporaryDirectory() as scratch:
        twins = spoilt_twins(sorted(folder.glob("*.pdf"))[0], Path(scratch))
        reports = run(only(jars, "cli-*.jar"), [folder, *twins], scratch)
    problems, checks = [], 0
    for path in sorted(folder.glob("*.pdf")):
        passed, broken = reports.get(path.name, (0, []))
        checks += passed
        problems += [f"{path.name}: veraPDF: {clause}" for clause in broken]
        if not passed:
            problems.append(f"{path.name}: veraPDF has not checked it")
    for twin, (_, _, clause) in twins.items():
        if not any(broken.startswith(f"{clause}: ") for broken in reports.get(twin.name, (0, []))[1]):
            problems.append(f"a PDF that breaks {clause} passed: veraPDF does not work")
    return problems, len(list(folder.glob("*.pdf"))), checks


def spoilt_twins(path, scratch):
    """A file for each clause, by its path."""
    twins = {}
    for place, (stands, put, clause) in enumerate(SPOILT):
        content = path.read_bytes()
        if stands not in content:
            sys.exit(f"validators: {path.name} has no {stands.decode()}: spoil something else for {clause}")
        twin = scratch / f"spoilt-{place}.pdf"
        twin.write_bytes(content.replace(stands, put))
        twins[twin] = (stands, put, clause)
    return twins


def run(jar, paths, scratch):
    """By file name: how many checks passed, and the broken clauses. A home of its own keeps settings out of ours."""
    java = ["java", "-Djava.awt.headless=true", f"-Duser.home={scratch}", "-jar", str(jar)]
    words = [*java, "--flavour", "3b", "--format", "xml", *map(str, paths)]
    ended = subprocess.run(words, capture_output=True, check=False)
    try:
        jobs = etree.fromstring(ended.stdout).iter("job")
    except etree.XMLSyntaxError:
        sys.exit(f"validators: veraPDF ended with {ended.returncode} and no report: {ended.stderr.decode()[-400:]}")
    return {Path(job.findtext("item/name")).name: told(job) for job in jobs}


def told(job):
    report = job.find("validationReport")
    if report is None or report.get("profileName") != PROFILE:
        return 0, []
    details = report.find("details")
    broken = Counter(f"{rule.get('clause')}: {rule.findtext('description')}" for rule in details.iter("rule"))
    if report.get("isCompliant") != "true" and not broken:
        broken["it is not compliant, and no clause is named"] += 1
    return int(details.get("passedChecks")), list(broken)
