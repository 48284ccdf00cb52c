//! Records of a fixed size in a run of bytes.

use serde::{Deserialize, Serialize};

use crate::domain::ConfirmLevel;

/// Something with a fixed number of bytes.
pub(super) trait FixedSizeRecord: Sized {
    /// How many.
    const SIZE: usize;
    /// Appends them.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes them from a slice of that size.
    fn read(bytes: &[u8]) -> Self;

    /// The record at a position of such a run.
    fn read_at(run: &[u8], position: usize) -> Option<Self> {
        let start = position.checked_mul(Self::SIZE)?;
        run.get(start..start.checked_add(Self::SIZE)?).map(Self::read)
    }

    /// All records of such a run.
    fn read_all(run: &[u8]) -> impl Iterator<Item = Self> {
        run.chunks_exact(Self::SIZE).map(Self::read)
    }
}

/// A stretch of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TextSpan {
    /// Its first byte.
    pub(super) offset: u32,
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
    pub(super) label: TextSpan,
    /// The cells that this takes.
    pub(super) width: u16,
    /// Whether it has a name.
    pub(super) has_name: bool,
    /// The portal's name, or nothing; the same part as the label where they are the same.
    pub(super) alias: TextSpan,
    /// The e-mail address, or nothing.
    pub(super) email: TextSpan,
    /// The first row of the accounts of this name and id, whatever their instance.
    pub(super) first_row: u32,
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowRecord {
    /// The account's position.
    pub(super) account: u32,
    /// The name's position.
    pub(super) role: u32,
    /// The position of its kind.
    pub(super) attributes: u32,
}

/// The name of a profile that is not called as most are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ProfileRecord {
    /// The row that it is of.
    pub(super) row: u32,
    /// The name, be it an empty one.
    pub(super) name: TextSpan,
}

/// What many roles have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) struct RowAttributes {
    /// The set of tags' position.
    pub(super) tags: u32,
    /// The region's position and one, or 0.
    pub(super) region_number: u16,
    /// The position of what it is reached through, and one, or 0.
    pub(super) via_number: u16,
    /// The colour's position and one, or 0.
    pub(super) color_number: u16,
    /// Bits, see the constants.
    pub(super) flags: u16,
}

/// Asks before it is used.
pub(super) const CONFIRM_ASK: u16 = 1;
/// Wants the account's name typed before it is used.
pub(super) const CONFIRM_TYPE: u16 = 8;
/// Kept out of the list.
pub(super) const HIDDEN: u16 = 2;
/// Its profile is called as most are.
pub(super) const DEFAULT_PROFILE: u16 = 16;
/// Has a profile's name of its own, be it an empty one.
pub(super) const CUSTOM_PROFILE: u16 = 4;

impl RowAttributes {
    pub(super) fn confirm(&self) -> ConfirmLevel {
        match self.flags & (CONFIRM_ASK | CONFIRM_TYPE) {
            0 => ConfirmLevel::None,
            CONFIRM_ASK => ConfirmLevel::Ask,
            _ => ConfirmLevel::TypeName,
        }
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.flags & HIDDEN != 0
    }

    pub(super) fn has_custom_profile(&self) -> bool {
        self.flags & CUSTOM_PROFILE != 0
    }

    pub(super) fn has_default_profile(&self) -> bool {
        self.flags & DEFAULT_PROFILE != 0
    }

    pub(super) fn region(&self) -> Option<usize> {
        usize::from(self.region_number).checked_sub(1)
    }

    pub(super) fn via(&self) -> Option<usize> {
        usize::from(self.via_number).checked_sub(1)
    }

    pub(super) fn color(&self) -> Option<usize> {
        usize::from(self.color_number).checked_sub(1)
    }
}

/// The number at an offset; 0 where the slice is too short, which a record's never is.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |number| u32::from_le_bytes(*number))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |number| u16::from_le_bytes(*number))
}

fn span_at(bytes: &[u8], at: usize) -> TextSpan {
    TextSpan { offset: u32_at(bytes, at), length: u16_at(bytes, at + 4) }
}

impl TextSpan {
    fn write(self, out: &mut Vec<u8>) {
        out.extend(self.offset.to_le_bytes());
        out.extend(self.length.to_le_bytes());
    }
}

impl FixedSizeRecord for AccountRecord {
    const SIZE: usize = 37;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.id.to_le_bytes());
        [self.instance, self.first_row].iter().for_each(|number| out.extend(number.to_le_bytes()));
        [self.label, self.alias, self.email].into_iter().for_each(|part| part.write(out));
        out.extend(self.width.to_le_bytes());
        out.push(u8::from(self.has_name));
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            id: bytes.first_chunk().map_or(0, |number| u64::from_le_bytes(*number)),
            instance: u32_at(bytes, 8),
            first_row: u32_at(bytes, 12),
            label: span_at(bytes, 16),
            alias: span_at(bytes, 22),
            email: span_at(bytes, 28),
            width: u16_at(bytes, 34),
            has_name: bytes.last().is_some_and(|byte| *byte != 0),
        }
    }
}

impl FixedSizeRecord for RowRecord {
    const SIZE: usize = 12;

    fn write(&self, out: &mut Vec<u8>) {
        [self.account, self.role, self.attributes]
            .iter()
            .for_each(|number| out.extend(number.to_le_bytes()));
    }

    fn read(bytes: &[u8]) -> Self {
        Self { account: u32_at(bytes, 0), role: u32_at(bytes, 4), attributes: u32_at(bytes, 8) }
    }
}

impl FixedSizeRecord for ProfileRecord {
    const SIZE: usize = 10;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.row.to_le_bytes());
        self.name.write(out);
    }

    fn read(bytes: &[u8]) -> Self {
        Self { row: u32_at(bytes, 0), name: span_at(bytes, 4) }
    }
}
