//! Sign-in links for the web console.
