//! HTTP: paths, methods, header rules, URLs, and which hosts may be fetched.

pub mod egress;
pub mod forwarding;
pub mod gateway_cookies;
pub mod header_rules;
pub mod http_date;
pub mod method;
pub mod own_path;
pub mod request_path;
pub mod strict_url;
pub mod target;
