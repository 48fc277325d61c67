use domain::{AccountId, Date, KeyId, MoneyError, Nanos};
use proptest::prelude::*;

use super::*;

fn place(day: i32) -> Place {
    Place { day: Some(Date::from_epoch_days(day)), ..Place::default() }
}

fn measure(requests: u64, tokens: u64, cost: i64) -> Measure {
    Measure { requests, tokens, cost: Nanos(cost) }
}

fn cell(told: Measure, rows: Measure) -> TotalCell {
    let none = Measure::default();
    TotalCell { place: place(1), owned: true, key_gone: false, told, rows, twins: none, aborted: none, billed: None }
}

fn told(cell: &TotalCell) -> Vec<(Cause, u64, i64)> {
    let findings = cell.findings().into_iter().filter(|one| one.amount != Nanos::ZERO);
    findings.map(|one| (one.cause, one.count, one.amount.0)).collect()
}

#[test]
fn a_total_differs_from_its_rows_for_a_cause_that_the_figures_show() {
    let rows = measure(10, 500, 1_000);
    let cases = [
        ("the same", cell(rows, rows), vec![]),
        ("a nano-unit a row", cell(measure(10, 500, 1_010), rows), vec![(Cause::Rounding, 0, 10)]),
        ("more than that", cell(measure(10, 500, 1_011), rows), vec![(Cause::Missing, 0, 11)]),
        ("two requests more", cell(measure(12, 620, 1_240), rows), vec![(Cause::Missing, 2, 240)]),
        ("twice in every meter", cell(measure(20, 1_000, 2_000), rows), vec![(Cause::CounterError, 1, 1_000)]),
        ("twice but for tokens", cell(measure(20, 1_001, 2_000), rows), vec![(Cause::Missing, 10, 1_000)]),
        (
            "what the bill does not say",
            TotalCell { billed: Some(Nanos(1_003)), ..cell(measure(10, 500, 1_500), rows) },
            vec![(Cause::CounterError, 1, 500)],
        ),
        (
            "what the bill says",
            TotalCell { billed: Some(Nanos(1_500)), ..cell(measure(12, 600, 1_500), rows) },
            vec![(Cause::Missing, 2, 500)],
        ),
        (
            "rows kept twice",
            TotalCell { twins: measure(3, 90, 300), ..cell(measure(7, 410, 701), rows) },
            vec![(Cause::Duplicate, 3, -300), (Cause::Rounding, 0, 1)],
        ),
        (
            "failed streams left out",
            TotalCell { aborted: measure(2, 90, 200), ..cell(measure(8, 410, 800), rows) },
            vec![(Cause::Aborted, 2, -200)],
        ),
        ("too little", cell(measure(9, 450, 700), rows), vec![(Cause::Unexplained, 1, -300)]),
        (
            "a deleted key that is no longer told",
            TotalCell { key_gone: true, ..cell(Measure::default(), rows) },
            vec![(Cause::Unattributed, 10, -1_000)],
        ),
        ("nobody's", TotalCell { owned: false, ..cell(rows, rows) }, vec![(Cause::Unattributed, 10, 1_000)]),
    ];
    for (what, cell, wanted) in cases {
        assert_eq!(told(&cell), wanted, "{what}");
        let sum: i64 = told(&cell).iter().map(|(_, _, amount)| amount).sum();
        assert_eq!(sum, cell.told.cost.0 - cell.counted().0, "{what}: the parts sum up");
    }
}

fn line(cost: i64, row: Option<(i64, bool, bool)>) -> BillLine {
    let row = row.map(|(cost, failed, owned)| KnownRow { cost: Nanos(cost), failed, owned });
    BillLine {
        place: place(1),
        request: Some("req_1".to_owned()),
        cost: Nanos(cost),
        aborted: false,
        repeated: false,
        key_gone: false,
        owned: None,
        row,
        by_day: false,
    }
}

#[test]
fn a_line_of_a_bill_differs_from_its_row_for_one_cause() {
    let same = Some((100, false, true));
    let cases = [
        ("the same", line(100, same), None),
        ("rounded", line(101, same), Some((Cause::Rounding, 1))),
        ("at another price", line(150, same), Some((Cause::Unexplained, 50))),
        ("no row", line(100, None), Some((Cause::Missing, 100))),
        ("billed again", BillLine { repeated: true, ..line(100, same) }, Some((Cause::Duplicate, 100))),
        ("ended early", BillLine { aborted: true, ..line(100, None) }, Some((Cause::Aborted, 100))),
        ("failed here, billed there", line(100, Some((0, true, true))), Some((Cause::Aborted, 100))),
        ("ended early at the same amount", BillLine { aborted: true, ..line(100, same) }, Some((Cause::Aborted, 0))),
        ("failed at no cost", line(0, Some((0, true, true))), None),
        ("nobody's row", line(100, Some((100, false, false))), Some((Cause::Unattributed, 100))),
        ("nobody's account", BillLine { owned: Some(false), ..line(100, None) }, Some((Cause::Unattributed, 100))),
        ("a deleted key", BillLine { key_gone: true, ..line(100, None) }, Some((Cause::Unattributed, 100))),
        ("a deleted key with a row", BillLine { key_gone: true, ..line(100, same) }, None),
    ];
    for (what, line, wanted) in cases {
        let found = line.finding().expect("it is about a request").map(|found| (found.cause, found.amount.0));
        assert_eq!(found, wanted, "{what}");
    }
    assert!(BillLine { by_day: true, ..line(1, None) }.finding().is_err(), "a day total holds no single requests");
}

#[test]
fn a_day_of_totals_is_compared_as_a_whole() {
    let pool = |billed, counted| DayPool { place: place(1), billed, counted }.finding();
    let found = |billed, counted| pool(billed, counted).map(|one| (one.cause, one.count, one.amount.0));
    assert_eq!(found(measure(4, 0, 100), measure(4, 9, 100)), None);
    assert_eq!(found(measure(4, 0, 103), measure(4, 9, 100)), Some((Cause::Rounding, 0, 3)));
    assert_eq!(found(measure(5, 0, 130), measure(4, 9, 100)), Some((Cause::Missing, 1, 30)));
    assert_eq!(found(measure(4, 0, 100), measure(8, 9, 200)), Some((Cause::CounterError, 1, -100)));
    assert_eq!(found(measure(3, 0, 70), measure(4, 9, 100)), Some((Cause::Unexplained, 1, -30)));
}

#[test]
fn what_findings_leave_is_rounding_up_to_a_nano_unit_per_row_and_unexplained_beyond() {
    let rest = |told: i64, rows: u64| {
        let split = Split::new(Nanos(told), Nanos(100), rows, []).unwrap();
        split.findings().iter().map(|one| (one.cause, one.amount.0)).collect::<Vec<_>>()
    };
    assert_eq!(rest(100, 5), []);
    assert_eq!(rest(105, 5), [(Cause::Rounding, 5)]);
    assert_eq!(rest(106, 5), [(Cause::Unexplained, 6)]);
    let small = |amount| Finding { amount: Nanos(amount), cause: Cause::Rounding, ..finding(0, 0) };
    let split = Split::new(Nanos(100), Nanos(100), 5, [small(3), Finding { place: place(2), ..small(-3) }]).unwrap();
    assert!(split.findings().iter().all(|one| one.cause == Cause::Unexplained), "it does not cancel out: {split:?}");
    let far = Split::new(Nanos(i64::MAX), Nanos(-1), 0, []);
    assert_eq!(far, Err(MoneyError::Overflow));
}

fn finding(cause: usize, amount: i64) -> Finding {
    Finding { cause: Cause::ALL[cause % 7], place: place(1), count: 1, amount: Nanos(amount), example: None }
}

fn cells() -> impl Strategy<Value = TotalCell> {
    let part =
        || (0_u64..5, 0_u64..100, 0_i64..50).prop_map(|(requests, tokens, cost)| measure(requests, tokens, cost));
    let flags = (any::<bool>(), any::<bool>(), proptest::option::of(0_i64..50));
    (part(), part(), part(), part(), flags, 0_i32..3, 0_i64..3).prop_map(
        |(told, rows, twins, aborted, flags, day, key)| {
            let place = Place { key: Some(KeyId(key)), account: Some(AccountId(1)), ..place(day) };
            let (owned, key_gone, billed) = flags;
            TotalCell { place, owned, key_gone, told, rows, twins, aborted, billed: billed.map(Nanos) }
        },
    )
}

fn lines() -> impl Strategy<Value = BillLine> {
    let row = proptest::option::of((0_i64..50, any::<bool>(), any::<bool>()));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), proptest::option::of(any::<bool>()), any::<bool>());
    (0_i64..50, row, flags).prop_map(|(cost, row, (aborted, repeated, key_gone, owned, by_day))| BillLine {
        aborted,
        repeated,
        key_gone,
        owned,
        by_day,
        ..line(cost, row)
    })
}

proptest! {
    /// Whatever is found: the parts sum to the difference, and rounding never hides more than a nano-unit per row.
    #[test]
    fn the_parts_always_sum_to_the_difference(
        told in -1_000_i64..1_000,
        rows in -1_000_i64..1_000,
        count in 0_u64..50,
        found in proptest::collection::vec((0_usize..7, -300_i64..300), 0..40),
    ) {
        let split = Split::new(Nanos(told), Nanos(rows), count, found.iter().map(|(c, a)| finding(*c, *a))).unwrap();
        let parts: i64 = split.parts().iter().map(|part| part.amount.0).sum();
        prop_assert_eq!(parts, told - rows);
        prop_assert_eq!(split.difference().0, told - rows);
        let rounding = split.findings().iter().filter(|one| one.cause == Cause::Rounding);
        prop_assert!(rounding.map(|one| one.amount.0.unsigned_abs()).sum::<u64>() <= count);
    }

    /// The findings of totals explain all of the difference themselves: nothing is left for the split to add.
    #[test]
    fn totals_are_explained_to_the_nano_unit(cells in proptest::collection::vec(cells(), 0..20)) {
        let told: i64 = cells.iter().map(|cell| cell.told.cost.0).sum();
        let rows: i64 = cells.iter().map(|cell| cell.counted().0).sum();
        let found: i64 = cells.iter().flat_map(TotalCell::findings).map(|one| one.amount.0).sum();
        prop_assert_eq!(found, told - rows);
    }

    /// The same of lines and the rows they leave over, counted apart from how they are explained.
    #[test]
    fn bills_are_explained_to_the_nano_unit(
        lines in proptest::collection::vec(lines(), 0..30),
        spare in proptest::collection::vec((0_i64..50, any::<bool>()), 0..10),
        counted in 0_i64..500,
    ) {
        let billed: i64 = lines.iter().map(|line| line.cost.0).sum();
        let met = lines.iter().filter(|line| !line.repeated).filter_map(|line| line.row).filter(|row| row.owned);
        let mut rows: i64 = met.map(|row| row.cost.0).sum();
        let (mut found, mut pool) = (0, DayPool { counted: measure(3, 0, counted), ..DayPool::default() });
        for line in lines {
            match line.finding() {
                Ok(finding) => found += finding.map_or(0, |one| one.amount.0),
                Err(line) => pool.billed.cost.0 += line.cost.0,
            }
        }
        rows += counted;
        found += pool.finding().map_or(0, |one| one.amount.0);
        for (cost, twin) in spare {
            rows += cost;
            let row = SpareRow { place: place(1), cost: Nanos(cost), twin };
            found += row.finding().map_or(0, |one| one.amount.0);
        }
        prop_assert_eq!(found, billed - rows);
    }
}
