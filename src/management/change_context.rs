//! What a change depends on.

use crate::accounts::PublicUrl;
use crate::project_id::ProjectId;
use crate::token::numeric_date::NumericDate;

/// What a change depends on besides the project as it is.
#[derive(Clone, Copy, Debug)]
pub struct ChangeContext<'c> {
    /// The project, or the platform.
    pub id: &'c ProjectId,
    /// When the change is made.
    pub now: NumericDate,
    /// Where the gateway is reached, if that is set.
    pub public_url: Option<&'c PublicUrl>,
}
