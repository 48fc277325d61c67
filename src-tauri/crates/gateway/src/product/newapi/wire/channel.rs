//! Channels: what leads from New API to providers. Their keys are empty in lists, and are not read.

use serde::Deserialize;

use super::lenient;

/// A channel.
#[derive(Debug, Clone, Deserialize)]
pub struct Channel {
    pub id: u64,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub status: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub base_url: String,
    /// Names with commas between.
    #[serde(default, deserialize_with = "lenient")]
    models: String,
    /// JSON in a string: what a name is called at the provider.
    #[serde(default, deserialize_with = "lenient")]
    pub model_mapping: String,
    #[serde(default, deserialize_with = "lenient")]
    pub priority: i64,
    /// 1 where a failure takes the channel out.
    #[serde(default, deserialize_with = "lenient")]
    pub auto_ban: u32,
    /// When it was last tested, in seconds; 0 is never.
    #[serde(default, deserialize_with = "lenient")]
    pub test_time: i64,
    /// JSON in a string.
    #[serde(default, deserialize_with = "lenient")]
    pub other_info: String,
}

impl Channel {
    /// The models it serves, as clients call them.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.split(',').map(str::trim).filter(|name| !name.is_empty())
    }
}

/// What a channel's `other_info` holds.
#[derive(Debug, Default, Deserialize)]
pub struct OtherInfo {
    /// When New API changed its status, in seconds.
    #[serde(default, deserialize_with = "lenient")]
    pub status_time: i64,
}
