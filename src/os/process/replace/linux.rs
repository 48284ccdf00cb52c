//! Files in memory.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::fd::OwnedFd;

use rustix::fs::{MemfdFlags, memfd_create};

/// Returns an open file in memory, to be read from its start.
pub(super) fn open_memory(content: &[u8]) -> io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("input", MemfdFlags::CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn an_input_of_any_length_is_complete_before_it_is_read() {
        for content in [Vec::new(), b"short".to_vec(), vec![7; 1_000_000]] {
            let mut read = Vec::new();
            File::from(open_memory(&content).unwrap()).read_to_end(&mut read).unwrap();
            assert!(read == content, "{} bytes of {}", read.len(), content.len());
        }
    }
}
