//! Secrets come from a prompt or from standard input, never from an argument, which other users of the machine can read.

use std::io::{BufRead, IsTerminal, Read};

use crate::fault::Fault;

/// Reads a secret: asked for at a terminal, else the next line of standard input.
///
/// # Errors
/// Nothing was given.
pub fn secret(prompt: &str) -> Result<String, Fault> {
    let text = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(prompt).map_err(|problem| Fault::io("the credential cannot be read", &problem))?
    } else {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(64 * 1024).read_line(&mut text);
        read.map_err(|problem| Fault::io("the credential cannot be read from standard input", &problem))?;
        text
    };
    Ok(text.trim().to_owned())
}
