//! Files that are damaged, through the readers that an import uses.

use std::panic::{self, AssertUnwindSafe};

use gateway::product::file::{Column, ColumnMapping, Format, columns, preview, read, scan};

use super::mutation::{self, Dice, NUMBERS, TEXTS};
use super::watch::{self, Findings, Pulse};

/// Good files of both kinds.
const GOOD: [(Format, &str); 4] = [
    (
        Format::Csv,
        "Request ID,Timestamp,Customer,API Key,Model,Prompt Tokens,Completion Tokens,Cost (USD),Status,Latency ms\n\
         r-1,2026-11-20T10:00:00Z,harborlight,prod,gpt-4.1,1200,300,0.0048,200,120\n\
         r-2,2026-11-20 10:00:01,harborlight,prod,gpt-4.1-mini,10,5,1e-05,success,7\n\
         r-3,2026-11-20T11:00:00+01:00,minato,dev,\"gpt-4.1, large\",0,0,0,500,\n\
         r-1,2026-11-20T10:00:00Z,harborlight,prod,gpt-4.1,1200,300,0.0048,200,120\n",
    ),
    (
        Format::Csv,
        "\u{feff}date;model;project_id;num_model_requests;input_cached_tokens;cost\r\n\r\n\
         2026-11-20;gpt-4.1;\"Söhne; \"\"& Co\"\"\r\n日本\";12;400;0.30000000000000004\r\n\
         1763632800;gpt-4.1;acme;1;0;12\r\n1763632800123;gpt-4.1;acme;1;0;12\r\n",
    ),
    (
        Format::Csv,
        "created_at\tmodel\tapp\ttokens_prompt\ttokens_completion\tusage\tn_images\tvideo_millis\n\
         2026-11-20 10:00:01.123456\tdeepseek/deepseek-r1:free\tsite\t7\t8\t0.25\t1\t5000\n",
    ),
    (
        Format::JsonLines,
        "{\"id\":\"a\",\"created\":1763632800,\"model\":\"m\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2},\"cost\":0.30000000000000004}\n\
         \n{\"model\":\"m\",\"created\":1763632800123,\"usage\":null,\"id\":\"b\",\"cost\":\"1e-05\",\"status\":\"ok\"}\r\n\
         {\"model\":\"m\",\"created\":\"2026-11-20T10:00:00Z\",\"team_id\":\"é\",\"key\":\"k\",\"latency_ms\":12}\n",
    ),
];

/// Damages and reads files until there were enough.
pub fn storm(pulse: &Pulse) -> (u64, Findings) {
    let wanted = watch::number("PURSER_MUTATIONS").unwrap_or(1500);
    let mut findings = Findings::default();
    let only = watch::number("PURSER_SEED");
    for seed in only.map_or(0..wanted, |seed| seed..seed + 1) {
        let mut dice = Dice::new(seed);
        let (format, bytes) = damaged(&mut dice);
        let about = || String::from_utf8_lossy(&bytes).chars().take(500).collect::<String>();
        if seed % 64 == 0 || only.is_some() {
            pulse.of(seed).beat("the file of this seed or one of the next 63");
        }
        match panic::catch_unwind(AssertUnwindSafe(|| imported(format, &bytes, &mut dice))) {
            Ok(Ok(())) => {}
            Ok(Err(broken)) => findings.add(&broken, seed, about()),
            Err(_) => findings.panicked(seed, about()),
        }
    }
    (if only.is_some() { 1 } else { wanted }, findings)
}

/// Everything an import does with a file: it guesses, shows what would be read, and reads.
fn imported(format: Format, bytes: &[u8], dice: &mut Dice) -> Result<(), String> {
    let found = columns(bytes, format);
    let mut mapping = ColumnMapping::guess(&found);
    if dice.chance(30) && !found.is_empty() {
        let heading = found[dice.roll(found.len())].clone();
        let every: Vec<Column> = Column::all().collect();
        mapping.set(dice.pick(&every), Some(heading));
    }
    if dice.chance(30) {
        let zone = dice.pick(&["Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Europe/Berlin"]);
        mapping.zone = zone.parse().unwrap();
    }
    let shown = preview(bytes, format, &mapping);
    let mut lines = 0_u64;
    let scanned = scan(bytes, format, &mapping, &mut |_, _| lines += 1);
    let ensure = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    ensure(shown.problem_count == scanned.problem_count, "what is shown is not what is read")?;
    ensure(shown.totals.records == lines, "totals are not of the rows that are read")?;
    ensure(lines + scanned.repeated <= scanned.rows, "more is read than is there")?;
    match read(bytes, format, &mapping) {
        Ok(records) => ensure(records.len() as u64 == lines && scanned.problem_count == 0, "rows went missing"),
        Err(problems) => ensure(!problems.is_empty(), "nothing was read without a reason"),
    }
}

fn damaged(dice: &mut Dice) -> (Format, Vec<u8>) {
    let (mut format, text) = dice.pick(&GOOD);
    let mut text = text.to_owned();
    for _ in 0..dice.roll(4) {
        text = match format {
            Format::Csv => damaged_table(&text, dice),
            Format::JsonLines => damaged_lines(&text, dice),
        };
    }
    let mut bytes = text.into_bytes();
    match dice.roll(12) {
        0 => mutation::flip(&mut bytes, dice),
        1 => bytes.truncate(dice.roll(bytes.len() + 1)),
        2 => bytes.extend(vec![dice.pick(b"\",;\t\n\r\0\xff{[a "); dice.roll(3000)]),
        3 => bytes.extend(bytes.clone()),
        4 => format = dice.pick(&[Format::Csv, Format::JsonLines]),
        5 => bytes = String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => {}
    }
    (format, bytes)
}

/// A text that a cell may hold, quoted or not.
fn cell(dice: &mut Dice) -> String {
    let text = if dice.chance(50) { dice.pick(&NUMBERS) } else { dice.pick(&TEXTS) };
    match dice.roll(8) {
        0 => format!("\"{text}\""),
        1 => format!("\"{text}"),
        2 => format!("${text}"),
        3 => "é\u{2028}".repeat(dice.roll(500)),
        _ => text.to_owned(),
    }
}

/// Cells, rows and headings of a table replaced, lost, doubled and exchanged.
fn damaged_table(text: &str, dice: &mut Dice) -> String {
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| text.matches(*c).count()).unwrap();
    let mut rows: Vec<Vec<String>> =
        text.lines().map(|line| line.split(separator).map(str::to_owned).collect()).collect();
    if rows.is_empty() {
        return cell(dice);
    }
    let row = dice.roll(rows.len());
    let at = dice.roll(rows[row].len());
    match dice.roll(10) {
        0..=4 => rows[row][at] = cell(dice),
        5 => drop(rows[row].remove(at)),
        6 => rows[row].insert(at, cell(dice)),
        7 => drop(rows.remove(row)),
        8 => rows.insert(row, rows[row].clone()),
        _ => rows.iter_mut().for_each(|row| row.reverse()),
    }
    let rows: Vec<String> = rows.iter().map(|row| row.join(&separator.to_string())).collect();
    rows.join(dice.pick(&["\n", "\r\n", "\n\n"])) + dice.pick(&["", "\n"])
}

/// Objects of a file of lines changed like replies.
fn damaged_lines(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return cell(dice);
    }
    let at = dice.roll(lines.len());
    lines[at] = match serde_json::from_str(&lines[at]) {
        Ok(value) => mutation::mutated(&value, dice),
        Err(_) => cell(dice),
    };
    lines.join("\n")
}
