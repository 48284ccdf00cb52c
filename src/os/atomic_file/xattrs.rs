//! Extended attributes.

use std::fs::File;
use std::io;
use std::path::Path;

/// Copies extended attributes. Attributes that users set and access control lists must be the same
/// afterwards. Attributes of the system, such as security labels, follow the rules of the
/// directory.
pub(super) fn copy_xattrs(new: &File, target: &Path) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    use rustix::io::Errno;
    /// The kernel's limit for a value and for the list of names, in bytes.
    const MAX_LEN: usize = 64 * 1_024;
    let mut names = vec![0_u8; MAX_LEN];
    let length = match listxattr(target, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut value = Vec::new();
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        value.resize(MAX_LEN, 0);
        let copied = getxattr(target, name, value.as_mut_slice())
            .and_then(|length| fsetxattr(new, name, &value[..length], XattrFlags::empty()));
        let is_required = name.starts_with(b"user.") || name.starts_with(b"system.posix_acl");
        if let Err(error) = copied
            && is_required
        {
            return Err(error.into());
        }
    }
    Ok(())
}
