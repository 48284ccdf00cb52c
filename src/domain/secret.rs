//! A value that can be used but not printed, and that is wiped from memory when dropped.

use std::fmt;

use zeroize::Zeroize;

/// A secret value. `Debug` prints `[secret]`; `Display` and `Serialize` are not implemented. Call
/// [`Secret::expose`] only where the value is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

/// Whether a token can be sent in an HTTP header: not empty, and only printable ASCII without
/// blanks. AWS tokens always qualify.
pub fn is_header_value(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "[secret]");
    }

    #[test]
    fn a_secret_is_wiped_when_it_is_dropped() {
        struct Letters(std::rc::Rc<std::cell::Cell<&'static str>>);
        impl Zeroize for Letters {
            fn zeroize(&mut self) {
                self.0.set("");
            }
        }
        let letters = std::rc::Rc::new(std::cell::Cell::new("hunter2"));
        let secret = Secret::new(Letters(letters.clone()));
        assert_eq!(secret.expose().0.get(), "hunter2");
        drop(secret);
        assert_eq!(letters.get(), "");
    }
}
