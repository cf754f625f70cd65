//! The mail by which declared users learn that they have access.

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::SigningSet;
use edge_authorizer::users::{LinkPurpose, MailLink, User};

use super::link_mail::{Addressee, link_mail};
use super::queued_mail::{MailContent, QueuedMail};
use crate::control_plane::ControlState;
use crate::directory::{Rows, Stored, added};
use crate::host::{Clock, Directory, Entropy, LogSink, RowChange, Sealer, TermName};
use crate::log::warning;
use crate::login::FederationRow;

/// How long the mail without a link may be under way, in seconds.
const WEEK: u64 = 7 * 86_400;

/// How many former links of a user are removed.
const FORMER: u32 = 20;

/// The changes that queue the mail for a user, to be committed, with the user if that is new: with a link to choose a password, or, with
/// a federation active, where to sign in. The former links to do so end.
pub async fn invitation<H, S>(
    host: &H,
    state: &ControlState<S>,
    id: &str,
    user: &User,
) -> Result<Vec<RowChange>, Unavailable>
where
    H: Directory + Sealer + Entropy + Clock + LogSink,
{
    let to = Addressee { user: id, email: user.email(), language: None };
    let federation = FederationRow::load(host).await?.filter(|row| row.value.federation.active);
    if let Some(federation) = federation {
        let content = MailContent::Federation(federation.value.federation.issuer().to_owned());
        let now = host.now().whole_seconds();
        let mail = QueuedMail::new(content, to.user, to.email, to.language, now, now.saturating_add(WEEK));
        return Ok(vec![added(&host.new_id(), &mail)]);
    }
    let sealing = state.issuer_settings.sealing_keys(SigningSet::AccessTokens).map_err(|unusable| {
        warning(host, "variable_missing", unusable.name, unusable);
        Unavailable
    })?;
    let mut changes = link_mail(host, sealing, LinkPurpose::Activation, &to).await?;
    let former = Rows(host).having::<MailLink>(TermName::User, id, None, FORMER).await?;
    let is_invitation = |link: &&Stored<MailLink>| link.value.purpose == LinkPurpose::Activation;
    changes.extend(former.iter().filter(is_invitation).map(Stored::removed));
    Ok(changes)
}
