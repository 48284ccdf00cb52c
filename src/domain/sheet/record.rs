//! Records of a fixed size in a run of bytes.

use serde::{Deserialize, Serialize};

use crate::domain::Confirm;

/// Something with a fixed number of bytes.
pub(super) trait Record: Sized {
    /// How many.
    const SIZE: usize;
    /// Appends them.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes them from a slice of that size.
    fn read(bytes: &[u8]) -> Self;

    /// The record at a position of such a run.
    fn at(run: &[u8], position: usize) -> Option<Self> {
        let start = position.checked_mul(Self::SIZE)?;
        run.get(start..start.checked_add(Self::SIZE)?).map(Self::read)
    }

    /// All records of such a run.
    fn all(run: &[u8]) -> impl Iterator<Item = Self> {
        run.chunks_exact(Self::SIZE).map(Self::read)
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
    /// Its id as a number.
    pub(super) id: u64,
    /// What it is called: its name, or its id where it has none.
    pub(super) label: Part,
    /// The cells that this takes.
    pub(super) cells: u16,
    /// Whether it has a name.
    pub(super) is_named: bool,
    /// The portal's name, or nothing; the same part as the label where they are the same.
    pub(super) alias: Part,
    /// The e-mail address, or nothing.
    pub(super) email: Part,
    /// The first row of the accounts of this name and id, whatever their instance.
    pub(super) first: u32,
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowRecord {
    /// The account's position.
    pub(super) account: u32,
    /// The name's position.
    pub(super) role: u32,
    /// The position of its kind.
    pub(super) kind: u32,
}

/// The name of a profile that is not called as most are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct NamedRecord {
    /// The row that it is of.
    pub(super) row: u32,
    /// The name, be it an empty one.
    pub(super) name: Part,
}

/// What many roles have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) struct Kind {
    /// The set of tags' position.
    pub(super) tags: u32,
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

impl Kind {
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

    pub(super) fn is_named(&self) -> bool {
        self.flags & NAMED != 0
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
    const SIZE: usize = 37;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.id.to_le_bytes());
        [self.instance, self.first].iter().for_each(|number| out.extend(number.to_le_bytes()));
        [self.label, self.alias, self.email].into_iter().for_each(|part| part.write(out));
        out.extend(self.cells.to_le_bytes());
        out.push(u8::from(self.is_named));
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            id: bytes.first_chunk().map_or(0, |number| u64::from_le_bytes(*number)),
            instance: u32_at(bytes, 8),
            first: u32_at(bytes, 12),
            label: part_at(bytes, 16),
            alias: part_at(bytes, 22),
            email: part_at(bytes, 28),
            cells: u16_at(bytes, 34),
            is_named: bytes.last().is_some_and(|byte| *byte != 0),
        }
    }
}

impl Record for RowRecord {
    const SIZE: usize = 12;

    fn write(&self, out: &mut Vec<u8>) {
        [self.account, self.role, self.kind]
            .iter()
            .for_each(|number| out.extend(number.to_le_bytes()));
    }

    fn read(bytes: &[u8]) -> Self {
        Self { account: u32_at(bytes, 0), role: u32_at(bytes, 4), kind: u32_at(bytes, 8) }
    }
}

impl Record for NamedRecord {
    const SIZE: usize = 10;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.row.to_le_bytes());
        self.name.write(out);
    }

    fn read(bytes: &[u8]) -> Self {
        Self { row: u32_at(bytes, 0), name: part_at(bytes, 4) }
    }
}
