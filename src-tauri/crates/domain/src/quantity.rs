//! What is counted. Quantities are the metered truth: integers, never money, never floats.

use std::fmt;

/// A thing that usage is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meter {
    /// Requests that succeeded.
    Requests,
    /// Input tokens that were not read from or written to a cache.
    InputTokens,
    /// Output tokens, reasoning included.
    OutputTokens,
    /// Input tokens read from a prompt cache.
    CacheReadTokens,
    /// Input tokens written to a prompt cache.
    CacheWriteTokens,
    /// Images made (S1-04).
    Images,
    /// Milliseconds of video made; sold per second (S1-04).
    VideoMillis,
    /// Characters turned into speech (S1-04).
    SpeechChars,
    /// Milliseconds of audio transcribed; sold per minute (S1-04).
    AudioMillis,
}

impl Meter {
    /// Every meter, in the order in which they are stored and printed.
    pub const ALL: [Self; 9] = [
        Self::Requests,
        Self::InputTokens,
        Self::OutputTokens,
        Self::CacheReadTokens,
        Self::CacheWriteTokens,
        Self::Images,
        Self::VideoMillis,
        Self::SpeechChars,
        Self::AudioMillis,
    ];

    /// The stable name used in storage, JSON and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
            Self::CacheReadTokens => "cache_read_tokens",
            Self::CacheWriteTokens => "cache_write_tokens",
            Self::Images => "images",
            Self::VideoMillis => "video_millis",
            Self::SpeechChars => "speech_chars",
            Self::AudioMillis => "audio_millis",
        }
    }

    /// The meter with this [`Meter::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meter| meter.code() == code)
    }

    /// How many counted units one *sold* unit holds: prices are quoted per million tokens, per second of video, per
    /// minute of audio, per image, per character, per request (S1-04).
    #[must_use]
    pub const fn per_sold_unit(self) -> u64 {
        match self {
            Self::InputTokens | Self::OutputTokens | Self::CacheReadTokens | Self::CacheWriteTokens => 1_000_000,
            Self::VideoMillis => 1_000,
            Self::AudioMillis => 60_000,
            Self::Requests | Self::Images | Self::SpeechChars => 1,
        }
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of every meter.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Quantities([u64; Meter::ALL.len()]);

impl Quantities {
    /// Nothing of anything.
    pub const NONE: Self = Self([0; Meter::ALL.len()]);

    /// The same quantities with one meter set.
    #[must_use]
    pub const fn with(mut self, meter: Meter, amount: u64) -> Self {
        self.0[meter as usize] = amount;
        self
    }

    /// The amount of one meter.
    #[must_use]
    pub const fn get(&self, meter: Meter) -> u64 {
        self.0[meter as usize]
    }

    /// The meters with an amount other than zero.
    pub fn iter(&self) -> impl Iterator<Item = (Meter, u64)> + '_ {
        Meter::ALL.into_iter().map(|meter| (meter, self.get(meter))).filter(|(_, amount)| *amount > 0)
    }

    /// All four token meters together.
    #[must_use]
    pub const fn tokens(&self) -> u64 {
        self.get(Meter::InputTokens)
            .saturating_add(self.get(Meter::OutputTokens))
            .saturating_add(self.get(Meter::CacheReadTokens))
            .saturating_add(self.get(Meter::CacheWriteTokens))
    }

    /// Meter-wise sum; stops at `u64::MAX`, which no gateway reaches.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = *self;
        for (mine, theirs) in sum.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(theirs);
        }
        sum
    }
}

impl fmt::Debug for Quantities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(meter, amount)| (meter.code(), amount))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meter_has_its_own_slot_and_code() {
        for (index, meter) in Meter::ALL.into_iter().enumerate() {
            assert_eq!(meter as usize, index, "the stored order is the declared order");
            assert_eq!(Meter::from_code(meter.code()), Some(meter));
        }
        let some = Quantities::NONE.with(Meter::InputTokens, 3).with(Meter::OutputTokens, 4);
        assert_eq!(some.plus(&some).tokens(), 14);
    }
}
