//! The data plane's door: takes requests from clients, has them decided on, and forwards what is permitted.
//!
//! A thread serves its connections alone: nothing here is shared between threads, and no future is `Send`. What reaches an
//! origin, and of its answer the client, is decided by the core (`forwarding`, `header_rules`, `gateway_cookies`); what a
//! request may look like at all, in `request_head.rs`.

mod answer;
mod answer_headers;
mod checks;
mod client;
mod connection;
mod connections;
mod decision_log;
mod exchange;
mod forward;
mod host;
mod http1;
mod http2;
mod http2_connection;
mod http2_load;
mod http2_streams;
mod linger;
mod listener;
mod origin;
mod origin_addresses;
mod origin_connection;
mod origin_headers;
mod origin_places;
mod origins;
mod own_paths;
mod paced;
mod passing_names;
mod prepared_request;
mod prepared_requests;
mod proxied_client;
mod proxy_header;
mod request_handler;
mod request_head;
mod request_headers;
mod request_lines;
mod socket;
mod state;
mod trusted_proxies;
mod tunnel;
mod upload;

pub use connections::MAX_CONNECTIONS;
pub use host::ProxyHost;
pub use http2::OnThread;
pub use listener::{Listeners, bind, serve};
pub use origin_places::FOR_EACH_CLIENT;
pub use trusted_proxies::{InvalidNetwork, TrustedProxies};
