//! What a bad server does to a good reply, by a seed.

use serde_json::{Map, Value, json};

/// Chance, the same for the same seed (`SplitMix64`).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below `sides`, which is not zero.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    pub fn chance(&mut self, per_cent: usize) -> bool {
        self.roll(100) < per_cent
    }

    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.roll(among.len())]
    }
}

/// Numbers that a `Value` cannot hold are written as texts with these around them until the reply is text.
const RAW: (&str, &str) = ("\"@@", "@@\"");

/// Longest text that copies of one element may come to.
const SIZE_MAX: usize = 100_000;

/// Numbers at the edges of the types that they are read into.
pub const NUMBERS: [&str; 34] = [
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "1e308",
    "-1e308",
    "1e400",
    "0.1e-400",
    "1E+2",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1234567890123456789012345678901234567890",
    "-1234567890123456789012345678901234567890",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "9223372036.854775807",
    "9223372036.854775808",
    "-9223372036.854775808",
    "9000000000",
    "253402300799",
    "253402300800",
    "-377705116800",
    "1795254585",
    "1795254585999",
];

/// Texts that somebody may read as something.
pub const TEXTS: [&str; 40] = [
    "",
    " ",
    "\u{0}",
    "\u{feff}",
    "Ünïcödé 日本語 🦀",
    "\u{202e}txt.exe\u{2066}\u{200f}",
    "é",
    "9999-12-31T23:59:59.999999999Z",
    "-009999-01-01T00:00:00Z",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30",
    "2026-11-20",
    "2026-11-20 10:00:00.123456",
    "2026-11-20T10:00:00+99:99",
    "2026-11-20T23:59:60Z",
    "9999-12-31",
    "-1",
    "1e999",
    "+1",
    "NaN",
    "Infinity",
    "0x10",
    "79228162514264337593543950336",
    "0.00000000000000000000000000001",
    "9223372036854775808",
    "1:2",
    ":",
    "2:",
    "-1M",
    "99999999999999999999d",
    "1Y",
    "é1d",
    "null",
    "true",
    "{}",
    "%00%ff/../?#",
    "sk-",
    "sk-é…日本",
    "~",
];

/// Characters that structured texts are cut at.
const CHARS: [char; 18] =
    ['\u{0}', 'é', '🦀', ':', '-', '0', '9', 'Z', '~', '[', ']', ' ', '%', '/', '.', ',', '\u{202e}', '\n'];

/// A reply's value with one to four changes, as text.
pub fn mutated(body: &Value, dice: &mut Dice) -> String {
    let mut body = body.clone();
    for _ in 0..=dice.roll(4) {
        change(&mut body, dice);
    }
    body.to_string().replace(RAW.0, "").replace(RAW.1, "")
}

/// Some node; those near the root come up as often as those far below.
fn node<'a>(root: &'a mut Value, dice: &mut Dice) -> &'a mut Value {
    let mut at = root;
    loop {
        let below = match &*at {
            Value::Array(list) => list.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        };
        if below == 0 || dice.chance(12) {
            return at;
        }
        let next = dice.roll(below);
        at = match at {
            Value::Array(list) => &mut list[next],
            Value::Object(fields) => fields.values_mut().nth(next).unwrap(),
            _ => unreachable!("what has nothing below it was given back"),
        };
    }
}

fn change(root: &mut Value, dice: &mut Dice) {
    if dice.chance(10) {
        return swap(root, dice);
    }
    let node = node(root, dice);
    match node {
        Value::Array(list) if !list.is_empty() && dice.chance(70) => change_list(list, dice),
        Value::Object(fields) if !fields.is_empty() && dice.chance(80) => change_fields(fields, dice),
        Value::String(text) if dice.chance(40) => change_text(text, dice),
        _ => *node = instead(node, dice),
    }
}

/// Two values change places.
fn swap(root: &mut Value, dice: &mut Dice) {
    let first = node(root, dice).clone();
    let second = std::mem::replace(node(root, dice), first);
    *node(root, dice) = second;
}

fn change_list(list: &mut Vec<Value>, dice: &mut Dice) {
    let at = dice.roll(list.len());
    match dice.roll(5) {
        0 => list.clear(),
        1 => drop(list.remove(at)),
        2 => list.reverse(),
        3 => {
            // Copies of copies of copies would keep the server busy, not the adapter.
            let room = SIZE_MAX / list[at].to_string().len();
            list.extend(vec![list[at].clone(); room.min(1 + dice.roll(120))]);
        }
        _ => list.insert(at, list[at].clone()),
    }
}

fn change_fields(fields: &mut Map<String, Value>, dice: &mut Dice) {
    let name = fields.keys().nth(dice.roll(fields.len())).unwrap().clone();
    let value = fields.remove(&name).unwrap();
    match dice.roll(4) {
        0 => drop(fields.insert(dice.pick(&TEXTS).to_owned(), value)),
        1 => drop(fields.insert(name, instead(&value, dice))),
        _ => {}
    }
}

/// A text with a character changed; a text that holds JSON with something in it changed.
fn change_text(text: &mut String, dice: &mut Dice) {
    let inside = text.starts_with(['{', '[']).then(|| serde_json::from_str::<Value>(text).ok()).flatten();
    if let Some(inside) = inside.filter(|_| dice.chance(80)) {
        *text = mutated(&inside, dice);
        return;
    }
    let mut chars: Vec<char> = text.chars().collect();
    let at = dice.roll(chars.len() + 1);
    match dice.roll(4) {
        0 => chars.truncate(at),
        1 => chars.insert(at, dice.pick(&CHARS)),
        2 => drop(chars.splice(at.saturating_sub(1)..at, [dice.pick(&CHARS)])),
        _ => drop(chars.drain(at.saturating_sub(1)..at)),
    }
    *text = chars.into_iter().collect();
}

fn instead(value: &Value, dice: &mut Dice) -> Value {
    match dice.roll(14) {
        0 => Value::Null,
        1 => json!(dice.chance(50)),
        2..=5 => json!(format!("@@{}@@", dice.pick(&NUMBERS))),
        6 | 7 => json!(dice.pick(&TEXTS)),
        8 => json!(dice.pick(&NUMBERS)),
        9 => json!("ä\u{2028}x".repeat(1 + dice.roll(2000))),
        10 => json!([value]),
        11 => json!({ "data": value, "": value }),
        12 => dice.pick(&[json!([]), json!({})].each_ref()).clone(),
        _ => (0..200).fold(value.clone(), |inside, _| json!([inside])),
    }
}

/// Bytes of a reply with something broken that no JSON can say.
pub fn broken(text: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = dice.roll(bytes.len() + 1);
    match dice.roll(8) {
        0..=2 => bytes.truncate(at),
        3 | 4 => flip(&mut bytes, dice),
        5 => bytes = b"<html><body>502 Bad Gateway</body></html>".to_vec(),
        6 => bytes = dice.pick(&["", "null", "[]", "{}", "0", "\"\"", "\u{feff}{}", "{\"a\":1}}"]).into(),
        _ => drop(bytes.splice(at..at, *b"\xff\xfe\x80\0")),
    }
    bytes
}

/// Turns some bits over.
pub fn flip(bytes: &mut [u8], dice: &mut Dice) {
    for _ in 0..=dice.roll(8) {
        if !bytes.is_empty() {
            let at = dice.roll(bytes.len());
            bytes[at] ^= 1 << dice.roll(8);
        }
    }
}
