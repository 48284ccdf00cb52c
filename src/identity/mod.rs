//! IAM Identity Center and STS over the AWS SDK.
