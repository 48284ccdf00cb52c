//! Records of a fixed size in a run of bytes.

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::Confirm;

/// Bytes that are written and read in one piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Blob(Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Blob;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes).map_err(D::Error::custom)
    }
}

/// Something with a fixed number of bytes.
pub(super) trait Record: Sized {
    /// How many.
    const SIZE: usize;
    /// Appends them.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes them from a slice of that size.
    fn read(bytes: &[u8]) -> Self;
}

impl Blob {
    pub(super) fn push(&mut self, record: &impl Record) {
        record.write(&mut self.0);
    }

    pub(super) fn count<R: Record>(&self) -> usize {
        self.0.len() / R::SIZE
    }

    pub(super) fn get<R: Record>(&self, position: usize) -> Option<R> {
        let start = position.checked_mul(R::SIZE)?;
        self.0.get(start..start.checked_add(R::SIZE)?).map(R::read)
    }

    pub(super) fn all<'a, R: Record + 'a>(&'a self) -> impl Iterator<Item = R> + 'a {
        self.0.chunks_exact(R::SIZE).map(R::read)
    }

    /// Every byte becomes this one.
    #[cfg(test)]
    pub(super) fn scribble(&mut self, byte: u8) {
        self.0.fill(byte);
    }
}

/// A stretch of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Part {
    /// Its first byte.
    pub(super) at: u32,
    /// How many bytes.
    pub(super) length: u16,
}

/// An account as one instance has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccountRecord {
    /// The instance's position.
    pub(super) instance: u32,
    /// Where its twelve digits stand in the text.
    pub(super) digits: u32,
    /// The name, or nothing.
    pub(super) name: Part,
    /// The portal's name; the same part where there is no other.
    pub(super) alias: Part,
    /// The e-mail address, or nothing.
    pub(super) email: Part,
}

impl AccountRecord {
    /// Where its twelve digits stand in the text.
    pub(super) fn id(&self) -> usize {
        // Far enough from the largest number that twelve more is one too.
        (self.digits as usize).min(u32::MAX as usize - 12)
    }
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowRecord {
    /// The account's position.
    pub(super) account: u32,
    /// The name's position.
    pub(super) role: u32,
    /// The set of tags' position.
    pub(super) tags: u32,
    /// The profile's name, or nothing.
    pub(super) named: Part,
    /// The region's position and one, or 0.
    pub(super) placed: u16,
    /// The position of what it is reached through, and one, or 0.
    pub(super) through: u16,
    /// The colour's position and one, or 0.
    pub(super) tinted: u16,
    /// Bits, see the constants.
    pub(super) flags: u16,
}

/// Asks before it is used.
pub(super) const ASKS: u16 = 1;
/// Wants the account's name typed before it is used.
pub(super) const TYPES: u16 = 8;
/// Kept out of the list.
pub(super) const HIDDEN: u16 = 2;
/// Its profile is called as most are.
pub(super) const USUAL: u16 = 16;
/// Has a profile's name of its own, be it an empty one.
pub(super) const NAMED: u16 = 4;

impl RowRecord {
    pub(super) fn confirm(&self) -> Confirm {
        match self.flags & (ASKS | TYPES) {
            0 => Confirm::No,
            ASKS => Confirm::Ask,
            _ => Confirm::Type,
        }
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.flags & HIDDEN != 0
    }

    pub(super) fn profile(&self) -> Option<Part> {
        (self.flags & NAMED != 0).then_some(self.named)
    }

    pub(super) fn is_usual(&self) -> bool {
        self.flags & USUAL != 0
    }

    pub(super) fn region(&self) -> Option<usize> {
        usize::from(self.placed).checked_sub(1)
    }

    pub(super) fn via(&self) -> Option<usize> {
        usize::from(self.through).checked_sub(1)
    }

    pub(super) fn color(&self) -> Option<usize> {
        usize::from(self.tinted).checked_sub(1)
    }
}

/// The number at an offset; 0 where the slice is too short, which a record's never is.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |number| u32::from_le_bytes(*number))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |number| u16::from_le_bytes(*number))
}

fn part_at(bytes: &[u8], at: usize) -> Part {
    Part { at: u32_at(bytes, at), length: u16_at(bytes, at + 4) }
}

impl Part {
    fn write(self, out: &mut Vec<u8>) {
        out.extend(self.at.to_le_bytes());
        out.extend(self.length.to_le_bytes());
    }
}

impl Record for AccountRecord {
    const SIZE: usize = 26;

    fn write(&self, out: &mut Vec<u8>) {
        [self.instance, self.digits].iter().for_each(|number| out.extend(number.to_le_bytes()));
        [self.name, self.alias, self.email].into_iter().for_each(|part| part.write(out));
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            instance: u32_at(bytes, 0),
            digits: u32_at(bytes, 4),
            name: part_at(bytes, 8),
            alias: part_at(bytes, 14),
            email: part_at(bytes, 20),
        }
    }
}

impl Record for RowRecord {
    const SIZE: usize = 26;

    fn write(&self, out: &mut Vec<u8>) {
        [self.account, self.role, self.tags].iter().for_each(|number| out.extend(number.to_le_bytes()));
        self.named.write(out);
        [self.placed, self.through, self.tinted, self.flags].iter().for_each(|number| out.extend(number.to_le_bytes()));
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            account: u32_at(bytes, 0),
            role: u32_at(bytes, 4),
            tags: u32_at(bytes, 8),
            named: part_at(bytes, 12),
            placed: u16_at(bytes, 18),
            through: u16_at(bytes, 20),
            tinted: u16_at(bytes, 22),
            flags: u16_at(bytes, 24),
        }
    }
}
