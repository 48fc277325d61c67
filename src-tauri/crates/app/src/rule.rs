//! A price rule in its other forms: as stored, as typed, in words.
//!
//! **Owns:** the way from and to each of them. **Does not own:** what makes sense; that is for `billing` to say.

mod input;
mod stored;
mod words;

pub use input::{input_of, subject, typed};
pub use stored::{from_stored, to_stored};
pub use words::{charge_text, conditions_text};
