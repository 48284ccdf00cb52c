//! Ranges of addresses.

use std::net::IpAddr;

/// The network of an address: all addresses with the same leading bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    pub ip: IpAddr,
    /// How many leading bits the addresses have in common.
    pub prefix_len: u8,
}

impl Subnet {
    /// Whether an address is in the network.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let (own, other, len) = match (self.ip.to_canonical(), ip.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (u128::from(own.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        let different_bits = u128::BITS - (own ^ other).leading_zeros();
        different_bits <= len - u32::from(self.prefix_len).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_the_same_leading_bits_are_in_the_network() {
        for (ip, prefix_len, other, is_in) in [
            ("169.254.170.2", 24, "169.254.170.255", true),
            ("169.254.170.2", 24, "169.254.171.2", false),
            ("169.254.170.2", 24, "::ffff:169.254.170.9", true),
            ("169.254.170.2", 32, "169.254.170.2", true),
            ("169.254.170.2", 32, "169.254.170.3", false),
            ("169.254.170.2", 0, "8.8.8.8", true),
            ("169.254.170.2", 24, "fd00:ec2::23", false),
            ("fd00:ec2::23", 120, "fd00:ec2::42", true),
            ("fd00:ec2::23", 120, "fd00:ec2::142", false),
            ("fd00:ec2::23", 128, "fd00:ec2::23", true),
        ] {
            let network = Subnet { ip: ip.parse().unwrap(), prefix_len };
            assert_eq!(network.contains(other.parse().unwrap()), is_in, "{network:?} {other}");
        }
    }
}
