//! Shell dialects: quoting, exports, detection.
