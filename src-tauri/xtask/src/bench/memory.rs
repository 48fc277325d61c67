//! Memory of a whole process tree on Linux, counted as PSS: a page shared by n processes counts 1/n in each.

use std::fs;
use std::path::Path;

/// Proportional set size in MiB of a process and all its descendants; `None` where the system does not tell.
pub fn tree_pss_mib(root: u32) -> Option<u64> {
    let parents = parents();
    let tree: Vec<u32> = parents.iter().map(|(pid, _)| *pid).filter(|pid| descends(*pid, root, &parents)).collect();
    let sizes = tree.iter().filter_map(|pid| pss_kib(*pid));
    (!tree.is_empty()).then(|| sizes.sum::<u64>() / 1024)
}

fn descends(pid: u32, root: u32, parents: &[(u32, u32)]) -> bool {
    let parent = |pid: u32| parents.iter().find(|(child, _)| *child == pid).map(|(_, parent)| *parent);
    std::iter::successors(Some(pid), |pid| parent(*pid)).take(64).any(|pid| pid == root)
}

fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, parent_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?))).collect()
}

/// The fourth field of `/proc/<pid>/stat`; the second is a name in brackets that may hold anything.
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn pss_kib(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("smaps_rollup")).ok()?;
    pss_in(&rollup)
}

fn pss_in(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_read_with_odd_names() {
        assert_eq!(parent_in("812 (a) b (c)) S 77 812 812 0"), Some(77));
        assert_eq!(pss_in("00400000-7ff [rollup]\nRss:   900 kB\nPss:   512 kB\nPss_Dirty: 1 kB\n"), Some(512));
    }

    #[test]
    fn a_tree_is_its_root_and_all_below() {
        let parents = [(1, 0), (10, 1), (11, 10), (12, 11), (20, 1)];
        let below: Vec<u32> = [1, 10, 11, 12, 20].into_iter().filter(|pid| descends(*pid, 10, &parents)).collect();
        assert_eq!(below, [10, 11, 12]);
    }
}
