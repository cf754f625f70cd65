//! Mails to users: what they say, the queue, and how they are handed over.

mod hook;
mod invitation;
mod link_mail;
mod queue;
mod queued_mail;
mod text;

pub use hook::MailHook;
pub use invitation::invitation;
pub use link_mail::{Addressee, link_mail};
