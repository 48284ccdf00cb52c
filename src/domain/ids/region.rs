//! The partition of a region, and the form of its name.

use serde::{Deserialize, Serialize};

use super::Region;
use crate::domain::text::edit_distance;

/// Names that AWS programs accept as a region besides the regions: those of partitions in AWS's
/// `partitions.json`, and DynamoDB Local's in `endpoints.json`.
const PSEUDO_REGIONS: [&str; 8] = [
    "aws-global",
    "aws-cn-global",
    "aws-us-gov-global",
    "aws-iso-global",
    "aws-iso-b-global",
    "aws-iso-e-global",
    "aws-iso-f-global",
    "local",
];

impl Region {
    /// Whether it is `aws-global`, `local` or the like: a name that selects endpoints, and not a
    /// place.
    pub fn is_pseudo(&self) -> bool {
        PSEUDO_REGIONS.contains(&self.as_str())
    }

    /// Whether it has the form of a region: words of letters, then a number, as in `us-gov-east-1`.
    pub fn is_well_formed(&self) -> bool {
        let words: Vec<&str> = self.as_str().split('-').collect();
        let Some((number, words)) = words.split_last() else { return false };
        let lettered =
            |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        words.len() >= 2
            && words.iter().all(lettered)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the region that is probably meant, if the last word of this one is not a part of the
    /// compass: AWS names all regions by one, also those that are newer than this program.
    pub fn correction(&self) -> Option<Region> {
        const COMPASS: [&str; 9] = [
            "east",
            "west",
            "north",
            "south",
            "central",
            "northeast",
            "northwest",
            "southeast",
            "southwest",
        ];
        let (words, number) = self.as_str().rsplit_once('-')?;
        let (start, word) = words.rsplit_once('-')?;
        if !self.is_well_formed() || COMPASS.contains(&word) {
            return None;
        }
        let nearest = COMPASS.into_iter().min_by_key(|known| edit_distance(known, word))?;
        Some(Region::new(format!("{start}-{nearest}-{number}")))
    }

    /// Returns the partition of the region, derived from its prefix.
    pub fn partition(&self) -> Partition {
        match self.as_str() {
            r if r.starts_with("cn-") || r == "aws-cn-global" => Partition::AwsCn,
            r if r.starts_with("us-gov-") || r == "aws-us-gov-global" => Partition::AwsUsGov,
            r if r.starts_with("eusc-") => Partition::AwsEusc,
            _ => Partition::Aws,
        }
    }
}

/// A group of regions that has its own accounts, endpoints and ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// GovCloud.
    AwsUsGov,
    /// The European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// Returns the partition as written in ARNs.
    pub fn as_str(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::AwsCn => "aws-cn",
            Partition::AwsUsGov => "aws-us-gov",
            Partition::AwsEusc => "aws-eusc",
        }
    }

    /// Returns the domain of service endpoints.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
            Partition::AwsCn => "amazonaws.com.cn",
            Partition::AwsEusc => "amazonaws.eu",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoleName;

    #[test]
    fn regions_compare_without_case() {
        assert_eq!(Region::new(" EU-West-1 "), Region::new("eu-west-1"));
        assert_eq!(serde_json::from_str::<Region>("\"EU-WEST-1\"").unwrap().as_str(), "eu-west-1");
        assert_ne!(RoleName::new("Admin"), RoleName::new("admin"));
        assert!(
            ["eu-west-1", "us-gov-east-1", "ap-southeast-12", "EUSC-de-east-1"]
                .into_iter()
                .all(|name| Region::new(name).is_well_formed())
        );
        assert!(
            ![
                "",
                "eu",
                "eu-west",
                "eu_west_1",
                "eu-west-1a",
                "Ireland",
                "eu-1",
                "eu--1",
                "1-1-1",
                "eu-west-"
            ]
            .into_iter()
            .any(|name| Region::new(name).is_well_formed())
        );
    }

    #[test]
    fn pseudo_regions_are_those_of_aws() {
        for name in PSEUDO_REGIONS {
            let region = Region::new(name);
            assert!(region.is_pseudo() && !region.is_well_formed(), "{name}");
        }
        for name in ["global", "aws", "aws-eu-global", "aws-global-1", "eu-west-1", "localhost"] {
            assert!(!Region::new(name).is_pseudo(), "{name}");
        }
    }

    #[test]
    fn a_misspelled_part_of_the_compass_is_corrected_and_new_regions_are_accepted() {
        let corrected =
            |text: &str| Region::new(text).correction().map(|region| region.to_string());
        for (text, wanted) in [
            ("us-esat-1", "us-east-1"),
            ("eu-wst-1", "eu-west-1"),
            ("us-est-1", "us-east-1"),
            ("eu-centrl-1", "eu-central-1"),
            ("ap-souhteast-2", "ap-southeast-2"),
            ("us-gov-wset-1", "us-gov-west-1"),
        ] {
            assert_eq!(corrected(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["us-east-1", "eusc-de-east-1", "us-isob-east-1", "xx-north-9", "local", "x"] {
            assert_eq!(corrected(text), None, "{text}");
        }
    }

    #[test]
    fn partitions_follow_the_region() {
        let of = |region: &str| Region::new(region).partition().as_str();
        assert_eq!(
            [of("aws-global"), of("aws-cn-global"), of("aws-us-gov-global"), of("local")],
            ["aws", "aws-cn", "aws-us-gov", "aws"]
        );
        assert_eq!(
            [of("eu-west-1"), of("cn-north-1"), of("us-gov-west-1"), of("eusc-de-east-1")],
            ["aws", "aws-cn", "aws-us-gov", "aws-eusc"]
        );
    }
}
