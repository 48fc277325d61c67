"""An e-invoice as XML: what it says it is, and how to spoil it so that a rule must notice."""

from copy import deepcopy

from lxml import etree

CII, INVOICE, CREDIT = "CrossIndustryInvoice", "Invoice", "CreditNote"
# BT-24: what a document says it follows.
EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
# What the generator calls its files, so that one which forgot its BT-24 does not pass by fewer rules.
PROMISED = {"cii": EN16931, "ubl": EN16931, "xrechnung": XRECHNUNG, "peppol": PEPPOL}

GUIDELINE = ".//{*}GuidelineSpecifiedDocumentContextParameter/{*}ID"
CUSTOMIZATION = "./{*}CustomizationID"


class Document:
    """One document, or a twin of one."""

    def __init__(self, name, tree):
        self.name = name
        self.tree = tree
        self.syntax = etree.QName(tree).localname
        self.stated = tree.find(GUIDELINE if self.syntax == CII else CUSTOMIZATION)

    @property
    def specification(self):
        return self.stated.text

    def keeps_its_promise(self):
        """Whether BT-24 is what the file's name says."""
        return self.specification == PROMISED[self.name.split(".")[-2]]

    def twin(self, change):
        """A changed copy."""
        copy = Document(self.name, deepcopy(self.tree))
        change(copy)
        return copy

    def elements(self, name):
        return [element for element in self.tree.iter("{*}" + name)]

    def outside_vat(self):
        """Whether it is outside the scope of VAT (category O)."""
        place = ".//{*}ApplicableTradeTax/{*}CategoryCode" if self.syntax == CII else ".//{*}TaxCategory/{*}ID"
        return self.tree.find(place).text == "O"


def stated_as_xrechnung(document):
    document.stated.text = XRECHNUNG


def other_amount_due(document):
    """What several rules add up to."""
    for element in document.elements("DuePayableAmount" if document.syntax == CII else "PayableAmount"):
        element.text = "987654.32"


def no_buyer_reference(document):
    """BT-10, which EN 16931 leaves open and both XRechnung and Peppol demand."""
    for element in document.elements("BuyerReference"):
        element.getparent().remove(element)


def unknown_element(document):
    etree.SubElement(document.tree, "unknown")
