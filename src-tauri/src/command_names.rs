/// Every command the window may invoke, in the order of `collect_commands!`.
///
/// One list for three readers: the build script makes a permission of each and grants exactly these to the main window,
/// and a test compares it with the commands that are really registered. A name that is missing here is denied at run
/// time.
pub const COMMANDS: &[&str] = &[];
