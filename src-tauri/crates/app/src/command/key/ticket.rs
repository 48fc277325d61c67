//! Secrets of new keys: made, shown, forgotten. They are in memory only, and wiped when they leave it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{Secret, Timestamp};
use zeroize::Zeroizing;

use crate::AppError;

/// How long a secret waits to be stored, in milliseconds.
const GOOD_FOR: i64 = 10 * 60 * 1000;
/// Characters of a secret, 62 of them: no character that a shell, a URL or a header would change.
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits that 32 bytes have in base 62.
const DIGITS: usize = 43;

/// A secret from 32 random bytes: `sk-` and all 256 bits of them in base 62.
pub(super) fn secret(random: &[u8; 32]) -> Secret {
    let mut number = Zeroizing::new(*random);
    let mut clear = Zeroizing::new(String::with_capacity(3 + DIGITS));
    clear.push_str("sk-");
    for _ in 0..DIGITS {
        clear.push(char::from(LETTERS[usize::from(divide(&mut number))]));
    }
    Secret::new(&clear)
}

/// Divides a number of base 256 by 62 in place; the rest.
fn divide(number: &mut [u8; 32]) -> u8 {
    let mut rest = 0_u16;
    for byte in number.iter_mut() {
        let part = rest << 8 | u16::from(*byte);
        // A quotient of a part below 62 * 256 fits a byte.
        *byte = (part / 62) as u8;
        rest = part % 62;
    }
    rest as u8
}

/// Secrets waiting to be shown and stored.
#[derive(Debug, Default)]
pub(crate) struct TicketBox(Mutex<HashMap<String, (Timestamp, Secret)>>);

impl TicketBox {
    /// Keeps a secret under a ticket.
    pub(super) fn put(&self, ticket: String, secret: Secret, now: Timestamp) {
        self.with(now, |tickets| tickets.insert(ticket, (now, secret)));
    }

    /// The secret, while it waits.
    pub(super) fn reveal(&self, ticket: &str, now: Timestamp) -> Result<Secret, AppError> {
        let found = self.with(now, |tickets| tickets.get(ticket).map(|(_, secret)| secret.clone()));
        found.ok_or_else(|| {
            AppError::not_found("This secret")
                .hint("Secrets are shown once. If nobody stored it, rotate the key: that makes a new secret.")
        })
    }

    /// Wipes a secret.
    pub(super) fn forget(&self, ticket: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket);
    }

    /// Wipes what waited too long first; a clock that was set back does not make it wait longer.
    fn with<T>(&self, now: Timestamp, step: impl FnOnce(&mut HashMap<String, (Timestamp, Secret)>) -> T) -> T {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|_, (made, _)| (now.as_millis() - made.as_millis()).abs() <= GOOD_FOR);
        step(&mut tickets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_the_randomness_is_in_the_secret() {
        let of = |random: [u8; 32]| secret(&random).expose().to_owned();
        assert_eq!(of([0; 32]).len(), 46);
        assert!(of([255; 32]).bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric()));
        let mut seen = std::collections::HashSet::new();
        for bit in 0..256_usize {
            let mut random = [0; 32];
            random[bit / 8] = 1 << (bit % 8);
            assert!(seen.insert(of(random)), "bit {bit} changes the secret");
        }
    }

    #[test]
    fn u15_a_secret_is_shown_until_it_is_stored_or_ten_minutes_have_passed() {
        let (tickets, at) = (TicketBox::default(), Timestamp::from_millis);
        tickets.put("a".to_owned(), Secret::new("sk-canary"), at(0));
        assert_eq!(tickets.reveal("a", at(GOOD_FOR)).unwrap().expose(), "sk-canary");
        assert!(tickets.reveal("a", at(GOOD_FOR + 1)).is_err(), "too late");
        tickets.put("b".to_owned(), Secret::new("sk-canary"), at(0));
        tickets.forget("b");
        assert!(tickets.reveal("b", at(1)).is_err(), "stored");
        tickets.put("c".to_owned(), Secret::new("sk-canary"), at(GOOD_FOR * 3));
        assert!(tickets.reveal("c", at(0)).is_err(), "the clock was set back by half an hour");
    }
}
