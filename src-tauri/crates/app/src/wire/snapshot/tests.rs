use super::*;

/// An invoice as the first release stored it: no names of gateways, no tax treatment.
const FIRST: &str = r#"{"version":1,"series":"2026","number":7,"issued":"2026-12-01","due":"2026-12-15",
"seller":{"name":"Northwind AI","legal_name":"","street":"","postal_code":"","city":"","country":"","tax_id":"","email":""},
"iban":"","payment_text":"","footer":"","client":9,
"buyer":{"name":"Harborlight","legal_name":"","street":"","postal_code":"","city":"","country":"","tax_id":"","email":""},
"first_day":"2026-11-01","last_day":"2026-11-30","zone":"UTC","currency":"USD","terms_days":14,"note":"",
"tax":["VAT","19"],
"lines":[{"reason":null,"usage":{"gateway":3,"model":"gpt-4o","first_day":"2026-11-02","last_day":"2026-11-02",
"quantities":[["input_tokens",1500000]],"details":[],"days":[["2026-11-02","4.6662"]]},
"exact":"4.6662","net_minor":467,"price_version":3,"cost":"3.333","trail":"40 %"}]}"#;

#[test]
fn invoices_of_the_first_release_are_read() {
    let invoice = from_text(FIRST).unwrap();
    let body = &invoice.document().body;
    assert_eq!((body.totals.net.minor(), body.totals.tax.minor(), body.totals.total.minor()), (467, 89, 556));
    let LineSubject::Usage { gateway_name, .. } = &body.lines[0].subject else { panic!("a line of usage") };
    assert_eq!(*gateway_name, None, "its name was not kept then");
    assert!(from_text(&FIRST.replace("\"version\":1", "\"version\":9")).is_err(), "a later format is refused");
}

#[test]
fn how_it_is_set_and_its_keys_are_frozen() {
    let plain = from_text(FIRST).unwrap();
    let body = &plain.document().body;
    assert_eq!(
        (&body.look, &body.keys),
        (&billing::Look::default(), &None),
        "English, in the plain look, without keys"
    );
    let look = r##""look":{"language":"zh-CN","accent":"#7c2d12","logo":"ab12","greeting":"您好","closing":""}"##;
    let keys = |charge: &str| {
        format!(
            r#""keys":[{{"name":"prod","quantities":[["input_tokens",1000000]],"charge_minor":300}},
        {{"name":null,"others":7,"quantities":[["input_tokens",500000]],"charge_minor":{charge}}}]"#
        )
    };
    let with = |keys: String| FIRST.replace("\"tax\":", &format!("{look},{keys},\"tax\":"));
    let invoice = from_text(&with(keys("167"))).unwrap();
    assert_eq!(from_text(&to_text(&invoice).unwrap()).unwrap(), invoice);
    let body = &invoice.document().body;
    assert_eq!((body.look.language.code(), body.look.accent.as_str()), ("zh-CN", "#7c2d12"));
    assert_eq!(body.keys.as_ref().unwrap().rows[1].name, billing::KeyName::Others(7));
    assert!(from_text(&with(keys("168"))).is_err(), "a table that does not add up to the lines is refused");
    let counted = from_text(&with(keys("null"))).unwrap();
    assert!(!counted.document().body.keys.as_ref().unwrap().is_charged(), "counts alone");
}

#[test]
fn what_is_frozen_comes_back_whole() {
    let named = FIRST.replace("\"gateway\":3", "\"gateway\":3,\"gateway_name\":\"North\"");
    let invoice = from_text(&named).unwrap();
    assert_eq!(from_text(&to_text(&invoice).unwrap()).unwrap(), invoice);
    let LineSubject::Usage { gateway_name, .. } = &invoice.document().body.lines[0].subject else {
        panic!("a line of usage")
    };
    assert_eq!(gateway_name.as_deref(), Some("North"));
}
