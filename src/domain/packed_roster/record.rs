//! Records of a fixed size, stored one after another.

use serde::{Deserialize, Serialize};

use crate::domain::ConfirmLevel;

/// A record that is encoded in a fixed number of bytes.
pub(super) trait FixedSizeRecord: Sized {
    const SIZE: usize;
    /// Appends the encoded record.
    fn write(&self, out: &mut Vec<u8>);
    /// Decodes a record from a slice of `SIZE` bytes.
    fn read(bytes: &[u8]) -> Self;

    /// Decodes the record at a position among others.
    fn read_at(run: &[u8], position: usize) -> Option<Self> {
        let start = position.checked_mul(Self::SIZE)?;
        run.get(start..start.checked_add(Self::SIZE)?).map(Self::read)
    }

    /// Decodes all records.
    fn read_all(run: &[u8]) -> impl Iterator<Item = Self> {
        run.chunks_exact(Self::SIZE).map(Self::read)
    }
}

/// A part of the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TextSpan {
    pub(super) offset: u32,
    pub(super) length: u16,
}

/// An account of one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccountRecord {
    pub(super) instance: u32,
    /// The account id as a number.
    pub(super) id: u64,
    /// The account name, or the account id if there is no name.
    pub(super) label: TextSpan,
    /// The width of the label in cells.
    pub(super) width: u16,
    pub(super) has_name: bool,
    /// The name in the portal, or empty; the span of the label if both are equal.
    pub(super) alias: TextSpan,
    /// The e-mail address, or empty.
    pub(super) email: TextSpan,
    /// The first of the adjacent rows with this account id, regardless of name and instance.
    pub(super) first_row: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowRecord {
    /// Index of the account record.
    pub(super) account: u32,
    /// Index of the role name.
    pub(super) role: u32,
    pub(super) attributes: u32,
}

/// A profile name other than the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ProfileRecord {
    /// The row that it belongs to.
    pub(super) row: u32,
    /// The name, which may be empty.
    pub(super) name: TextSpan,
}

/// Attributes that many roles share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) struct RowAttributes {
    /// Index of the tag set.
    pub(super) tags: u32,
    /// Index of the region plus one, or 0 for none.
    pub(super) region_number: u16,
    /// Index of the `via` ARN plus one, or 0 for none.
    pub(super) via_number: u16,
    /// Index of the account's colour plus one, or 0 for none.
    pub(super) account_color_number: u16,
    /// Index of the role's colour plus one, or 0 for none.
    pub(super) role_color_number: u16,
    /// A combination of the flags below.
    pub(super) flags: u16,
}

/// The role requires a yes.
pub(super) const CONFIRM_ASK: u16 = 1;
/// The role requires the account name to be typed.
pub(super) const CONFIRM_TYPE: u16 = 8;
/// The role is left out of the list.
pub(super) const HIDDEN: u16 = 2;
/// The profile has the default name.
pub(super) const DEFAULT_PROFILE: u16 = 16;
/// The profile has another name, which may be empty.
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

    pub(super) fn account_color(&self) -> Option<usize> {
        usize::from(self.account_color_number).checked_sub(1)
    }

    pub(super) fn role_color(&self) -> Option<usize> {
        usize::from(self.role_color_number).checked_sub(1)
    }

    /// Whether the row has a style that is not the default.
    pub(super) fn has_style(&self) -> bool {
        self.is_hidden() || self.account_color_number != 0 || self.role_color_number != 0
    }
}

/// Reads a number at an offset, or 0 if the slice is too short, which that of a record never is.
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
