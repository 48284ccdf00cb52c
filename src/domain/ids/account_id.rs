//! Account ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{Error, ErrorKind, Result};

use super::StrVisitor;

/// An AWS account id: twelve digits, including leading zeros.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The account id used in examples; its roles can never be assumed.
    pub const EXAMPLE: Self = Self(*b"012345678901");

    /// The account id of a profile whose account is not known; AWS assigns it to no account.
    pub const UNKNOWN: Self = Self(*b"000000000000");

    /// Returns the twelve digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("000000000000")
    }

    /// Converts to a number, which is smaller and faster to compare.
    pub(in crate::domain) fn to_number(self) -> u64 {
        self.0.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }

    /// Converts from a number of at most twelve digits.
    pub(in crate::domain) fn from_number(mut number: u64) -> Option<Self> {
        let mut digits = [b'0'; 12];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(number % 10).ok()?;
            number /= 10;
        }
        (number == 0).then_some(Self(digits))
    }
}

impl FromStr for AccountId {
    type Err = Error;

    /// Parses twelve digits, with or without the hyphens of the console: `1234-5678-9012`.
    fn from_str(text: &str) -> Result<Self> {
        if let (true, Ok(digits)) =
            (text.bytes().all(|byte| byte.is_ascii_digit()), <[u8; 12]>::try_from(text.as_bytes()))
        {
            return Ok(Self(digits));
        }
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
        match <[u8; 12]>::try_from(digits) {
            Ok(digits) if digits.iter().all(u8::is_ascii_digit) => Ok(Self(digits)),
            _ => Err(Error::new(
                ErrorKind::UnknownRole,
                format!("`{text}` is not an account id: twelve digits, leading zeros included"),
            )),
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_str(StrVisitor(|text: &str| {
            text.parse().map_err(|error: Error| error.message)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_stay() {
        assert_eq!("012345678901".parse::<AccountId>().unwrap().to_string(), "012345678901");
        assert_eq!("0123-4567-8901".parse::<AccountId>().unwrap().to_string(), "012345678901");
    }

    #[test]
    fn a_number_stands_for_every_account_and_for_nothing_else() {
        for digits in ["000000000000", "012345678901", "999999999999"] {
            let account: AccountId = digits.parse().unwrap();
            assert_eq!(AccountId::from_number(account.to_number()), Some(account));
        }
        assert_eq!([1_000_000_000_000, u64::MAX].map(AccountId::from_number), [None, None]);
    }

    #[test]
    fn eleven_digits_are_refused() {
        assert!("12345678901".parse::<AccountId>().is_err());
        assert!("12345678901x".parse::<AccountId>().is_err());
    }
}
