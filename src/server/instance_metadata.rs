//! The addresses of the instance metadata service of EC2, which the endpoint is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const METADATA_V4: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// The prefixes of 96 bits that IPv4 addresses are written after: `::ffff:0:0/96` (mapped),
/// `::/96` (compatible, RFC 4291) and `64:ff9b::/96` (translated, RFC 6052).
const PREFIXES_OF_V4: [[u16; 6]; 3] = [[0, 0, 0, 0, 0, 0xffff], [0; 6], [0x64, 0xff9b, 0, 0, 0, 0]];

/// Whether an address is one of the instance metadata service, in any of its forms.
pub fn is_instance_metadata(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip == METADATA_V4,
        IpAddr::V6(ip) => {
            let [a, b, c, d, e, f, ..] = ip.segments();
            let [.., w, x, y, z] = ip.octets();
            ip == METADATA_V6
                || PREFIXES_OF_V4.contains(&[a, b, c, d, e, f])
                    && Ipv4Addr::new(w, x, y, z) == METADATA_V4
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_addresses_is_recognized() {
        for (text, is_metadata) in [
            ("169.254.169.254", true),
            ("::ffff:169.254.169.254", true),
            ("0:0:0:0:0:FFFF:A9FE:A9FE", true),
            ("::169.254.169.254", true),
            ("64:ff9b::a9fe:a9fe", true),
            ("fd00:ec2::254", true),
            ("FD00:0EC2:0:0:0:0:0:0254", true),
            ("169.254.170.2", false),
            ("fd00:ec2::23", false),
            ("2001:db8::a9fe:a9fe", false),
            ("127.0.0.1", false),
            ("::1", false),
        ] {
            assert_eq!(is_instance_metadata(text.parse().unwrap()), is_metadata, "{text}");
        }
    }
}
