//! What the host, the keeper and the zygotes say to each other, and how.

pub(crate) mod codec;
pub(crate) mod execute;
pub(crate) mod message;
pub(crate) mod socket;
