//! A simulator of IAM Identity Center, STS and console sign-in on loopback.
