//! Marks a PDF as Factur-X in its XMP metadata, which the typesetter has no way to do.
//!
//! The typesetter's writer ends a file in a plain way: a classic cross-reference table, metadata as an unfiltered stream,
//! no object streams. So the metadata object is replaced in place and what lies behind it moves: offsets in the table and
//! `startxref` are written anew. Anything unexpected is refused, never guessed.
//!
//! The extension schemas stand in an `rdf:Description` of their own, first, because some validators look for them only
//! there; there may be one bag of them in a packet, so the writer's own bag is moved and ours joins it.

use std::ops::Range;

use crate::RenderError;

/// Opens the bag of extension schemas.
const BAG: &str = "<pdfaExtension:schemas><rdf:Bag>";
/// Closes it.
const BAG_END: &str = "</rdf:Bag></pdfaExtension:schemas>";
/// The schema of Factur-X, described as PDF/A wants it, and what it says of this file.
const SCHEMA: &str = include_str!("factur-x.xmp");

/// The same document, marked as carrying `factur-x.xml` of the EN 16931 profile.
///
/// # Errors
/// The file is not laid out as its writer lays files out: a defect that follows an update of it.
pub(super) fn mark(pdf: Vec<u8>) -> Result<Vec<u8>, RenderError> {
    marked(&pdf).ok_or_else(|| RenderError::Typesetting("its metadata is not where it was".to_owned()))
}

fn marked(pdf: &[u8]) -> Option<Vec<u8>> {
    let object = metadata(pdf)?;
    let stream = stream(pdf, &object)?;
    let packet = packet(std::str::from_utf8(pdf.get(stream.clone())?).ok()?)?;
    let dict = std::str::from_utf8(pdf.get(object.start..stream.start)?).ok()?;
    let dict = with_length(dict, packet.len())?;
    let mut out = pdf.get(..object.start)?.to_vec();
    out.extend_from_slice(dict.as_bytes());
    out.extend_from_slice(packet.as_bytes());
    let grown = (dict.len() + packet.len()).checked_sub(stream.end - object.start)?;
    let (tail, table) = (pdf.get(stream.end..)?, pdf.len() - stream.end);
    out.extend_from_slice(tail);
    moved(out, table, object.start, grown)
}

/// The metadata object from its first byte to the end of its stream.
fn metadata(pdf: &[u8]) -> Option<Range<usize>> {
    let found = find(pdf, b"/Type/Metadata").or_else(|| find(pdf, b"/Type /Metadata"))?;
    let start = rfind(pdf.get(..found)?, b" obj")?;
    let start = pdf.get(..start)?.iter().rposition(|byte| *byte == b'\n')? + 1;
    Some(start..found + find(pdf.get(found..)?, b"endstream")?)
}

/// The bytes of the packet, without the line break before `endstream`.
fn stream(pdf: &[u8], object: &Range<usize>) -> Option<Range<usize>> {
    let inside = pdf.get(object.clone())?;
    let start = object.start + find(inside, b"stream\n")? + b"stream\n".len();
    let end = object.start + rfind(inside, b"\n")?;
    (start < end).then_some(start..end)
}

/// The packet with one bag of schemas in a description of its own, and the properties of ours.
fn packet(packet: &str) -> Option<String> {
    let (rest, known) = match (packet.find(BAG), packet.find(BAG_END)) {
        (Some(from), Some(to)) => {
            let known = packet.get(from + BAG.len()..to)?;
            (format!("{}{}", packet.get(..from)?, packet.get(to + BAG_END.len()..)?), known)
        }
        (None, None) => (packet.to_owned(), ""),
        _ => return None,
    };
    let at = rest.find("<rdf:Description")?;
    let ours = SCHEMA.replace("{known}", known);
    Some(format!("{}{}{}", rest.get(..at)?, ours.trim_end(), rest.get(at..)?))
}

fn with_length(dict: &str, length: usize) -> Option<String> {
    let at = dict.find("/Length ")? + "/Length ".len();
    let digits = dict.get(at..)?.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| {
        format!("{}{length}{}", dict.get(..at).unwrap_or_default(), dict.get(at + digits..).unwrap_or_default())
    })
}

/// Moves every offset beyond the replaced object. `tail` is how many bytes at the end were copied as they were.
fn moved(mut pdf: Vec<u8>, tail: usize, object: usize, grown: usize) -> Option<Vec<u8>> {
    let tail = pdf.len() - tail;
    let xref = tail + find(pdf.get(tail..)?, b"\nxref\n")? + 1;
    let end = xref + find(pdf.get(xref..)?, b"trailer")?;
    let header = xref + b"xref\n".len();
    let mut entry = header + find(pdf.get(header..end)?, b"\n")? + 1;
    while entry + 20 <= end {
        let text = std::str::from_utf8(pdf.get(entry..entry + 10)?).ok()?;
        let offset: usize = text.parse().ok()?;
        if offset > object && pdf.get(entry + 17) == Some(&b'n') {
            pdf.get_mut(entry..entry + 10)?.copy_from_slice(format!("{:010}", offset + grown).as_bytes());
        }
        entry += 20;
    }
    let start = end + find(pdf.get(end..)?, b"startxref\n")? + b"startxref\n".len();
    let digits = pdf.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    pdf.splice(start..start + digits, xref.to_string().into_bytes());
    Some(pdf)
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

fn rfind(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|window| window == needle)
}
