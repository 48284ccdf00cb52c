//! The background of the terminal: dark or light enough for the colours of a theme.

/// The background of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Black, or nearly black.
    Dark,
    /// White, or nearly white.
    Light,
}

impl Background {
    /// The relative luminance of the lightest background that counts as dark, that of Zenburn.
    pub(super) const DARK_LUMINANCE: f64 = 0.0502;
    /// The relative luminance of the darkest background that counts as light.
    pub(super) const LIGHT_LUMINANCE: f64 = 0.79;

    /// The background with this relative luminance, from 0 to 1. `None` for medium tones, on which
    /// neither the dark nor the light colours are readable.
    pub(super) fn from_luminance(luminance: f64) -> Option<Self> {
        if luminance <= Self::DARK_LUMINANCE {
            Some(Background::Dark)
        } else if luminance >= Self::LIGHT_LUMINANCE {
            Some(Background::Light)
        } else {
            None
        }
    }
}
