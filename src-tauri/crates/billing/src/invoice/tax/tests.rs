use super::*;

fn address(country: &str, vat_id: &str) -> BillingAddress {
    BillingAddress { country: country.to_owned(), vat_id: vat_id.to_owned(), ..BillingAddress::default() }
}

fn decided(
    treatment: TaxTreatment,
    reason: &str,
    seller: &BillingAddress,
    buyer: &BillingAddress,
) -> Result<Option<TaxCategory>, TaxError> {
    let rate = TaxRate::new("VAT", Decimal::from(19)).unwrap();
    TaxCategory::decide(&TaxFacts { treatment, reason, rate: Some(&rate), exemption: "", seller, buyer })
}

#[test]
fn each_treatment_becomes_its_category() {
    use TaxTreatment::{Agency, Exempt, Export, IntraCommunity, None as NoTax, OutOfScope, ReverseCharge, Zero};
    let (german, austrian) = (address("DE", "DE136695976"), address("AT", "ATU13585627"));
    let american = address("US", "");
    let rows = [
        (Agency, "", &austrian, "S 19 - -"),
        (Zero, "", &austrian, "Z 0 - -"),
        (Exempt, "§ 4 Nr. 21 UStG", &austrian, "E 0 § 4 Nr. 21 UStG -"),
        (ReverseCharge, "", &austrian, &format!("AE 0 {REVERSE_CHARGE} VATEX-EU-AE")),
        (IntraCommunity, "", &austrian, &format!("K 0 {INTRA_COMMUNITY} VATEX-EU-IC")),
        (Export, "", &american, &format!("G 0 {EXPORT} VATEX-EU-G")),
        (OutOfScope, "", &american, &format!("O - {OUT_OF_SCOPE} VATEX-EU-O")),
    ];
    for (treatment, reason, buyer, expected) in rows {
        let tax = decided(treatment, reason, &german, buyer).unwrap().unwrap();
        let rate = tax.per_cent().map_or("-".to_owned(), |rate| rate.to_string());
        let told =
            format!("{} {rate} {} {}", tax.code(), tax.reason().unwrap_or("-"), tax.reason_code().unwrap_or("-"));
        assert_eq!(told, expected);
    }
    assert_eq!(decided(NoTax, "", &german, &austrian), Ok(None), "no tax is no category");
}

#[test]
fn what_a_rule_demands_is_asked_for_by_its_number() {
    use TaxTreatment::{Exempt, Export, IntraCommunity, ReverseCharge};
    let (german, austrian, nobody) = (address("DE", "DE136695976"), address("AT", "ATU13585627"), address("", ""));
    let rows = [
        (ReverseCharge, &german, &nobody, "BR-AE-02"),
        (ReverseCharge, &nobody, &austrian, "BR-AE-02"),
        (ReverseCharge, &german, &address("AT", "ATU13585628"), "BR-CO-09"),
        (IntraCommunity, &german, &nobody, "BR-IC-02"),
        (IntraCommunity, &german, &german, "BR-IC-12"),
        (IntraCommunity, &german, &address("CH", "CHE107787577MWST"), "BR-IC-12"),
        (Export, &nobody, &address("US", ""), "BR-G-02"),
        (Export, &german, &austrian, "category G"),
        (Export, &german, &nobody, "BR-CL-14"),
        (Exempt, &german, &austrian, "BR-E-10"),
    ];
    for (treatment, seller, buyer, rule) in rows {
        let said = decided(treatment, "", seller, buyer).unwrap_err().to_string();
        assert!(said.contains(rule), "{treatment:?}: {said}");
    }
}

#[test]
fn a_small_business_is_exempt_whatever_its_rate() {
    let (seller, buyer) = (address("DE", ""), address("DE", ""));
    let facts = TaxFacts {
        treatment: TaxTreatment::Agency,
        reason: "",
        rate: None,
        exemption: "Steuerfrei nach § 19 UStG",
        seller: &seller,
        buyer: &buyer,
    };
    let tax = TaxCategory::decide(&facts).unwrap().unwrap();
    assert_eq!((tax.code(), tax.reason()), ("E", Some("Steuerfrei nach § 19 UStG")));
}
