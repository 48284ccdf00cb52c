//! Protection of this process's memory.

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// Prevents core dumps, and prevents other processes of the same user from reading this process's
/// memory. Programs that this process executes do not inherit it.
pub fn make_undumpable() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
