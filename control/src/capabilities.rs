//! What the worker and its objects have in common as hosts.

/// Implements for a host with a field `host` what that one is able to, and what objects do for any part of the gateway.
macro_rules! impl_control {
    ($type:ty) => {
        impl service::host::Replica for $type {
            async fn read(
                &self,
                space: service::host::Space,
                key: &str,
            ) -> Result<Option<String>, service::host::Failure> {
                self.host.read(space, key).await
            }
        }

        impl service::host::Verifier for $type {
            async fn verify(
                &self,
                check: &edge_authorizer::SignatureCheck<'_>,
            ) -> edge_authorizer::KeyOutcome {
                self.host.verify(check).await
            }
        }

        impl service::host::Issuers for $type {
            async fn ask_issuer(
                &self,
                issuer: &str,
                request: &service::host::IssuerRequest,
            ) -> Result<service::host::IssuerResponse, edge_authorizer::Unavailable> {
                self.host.ask_issuer(issuer, request).await
            }
        }

        impl service::host::SessionSource for $type {
            async fn ask_session(
                &self,
                cookie: &edge_authorizer::users::SessionCookie,
            ) -> service::host::SessionAnswer {
                self.host.ask_session(cookie).await
            }
        }

        impl service::host::Tasks for $type {
            type Signal = cloudflare::signal::Signal;

            fn scope(&self) -> u32 {
                self.host.scope()
            }

            fn later(&self, job: service::host::Job<Self::Signal>) {
                self.host.later(job);
            }

            fn signal(&self) -> Self::Signal {
                self.host.signal()
            }

            async fn wait(
                &self,
                signal: &Self::Signal,
                project: Option<&edge_authorizer::ProjectId>,
                seconds: f64,
            ) {
                self.host.wait(signal, project, seconds).await;
            }

            fn wake(&self, signal: &Self::Signal) {
                self.host.wake(signal);
            }
        }

        impl service::host::Clock for $type {
            fn now(&self) -> edge_authorizer::NumericDate {
                self.host.now()
            }
        }

        impl service::host::Entropy for $type {
            fn fill(&self, bytes: &mut [u8]) {
                self.host.fill(bytes);
            }

            fn new_id(&self) -> String {
                self.host.new_id()
            }
        }

        impl service::host::LogSink for $type {
            fn info(&self, line: &str) {
                self.host.info(line);
            }

            fn warn(&self, line: &str) {
                self.host.warn(line);
            }
        }

        impl service::host::SigningKeySource for $type {
            async fn ask_signing_keys(
                &self,
                set: edge_authorizer::accounts::SigningSet,
            ) -> Result<service::host::SigningKeysResponse, edge_authorizer::Unavailable> {
                crate::message::ask_signing_keys(&self.host.env, set).await
            }
        }

        impl service::host::Fetch for $type {
            async fn send(
                &self,
                request: &service::host::FetchRequest,
                limits: service::host::FetchLimits,
            ) -> Result<service::host::Fetched, service::host::FetchFailure> {
                crate::fetch::send(request, limits).await
            }
        }

        impl service::host::Compute for $type {}

        impl service::host::Unicode for $type {
            fn nfkc(&self, text: &str) -> String {
                js_sys::JsString::from(text).normalize("NFKC").into()
            }
        }

        impl service::host::Mailer for $type {
            fn can_send_mail(&self) -> Result<(), service::host::Failure> {
                let hook = service::MailHook::read(|name| self.host.env.text(name));
                hook.map(|_| ()).map_err(service::host::Failure::new)
            }

            async fn send_mail(
                &self,
                mail: &service::host::OutgoingMail,
            ) -> Result<(), service::host::Failure> {
                let hook = service::MailHook::read(|name| self.host.env.text(name));
                let hook = hook.map_err(service::host::Failure::new)?;
                hook.send(self, mail, service::host::Clock::now(self)).await
            }
        }

        impl service::host::OriginSecrets for $type {
            fn how_to_set(&self, secret: &str) -> Option<String> {
                Some(format!("`npx wrangler secret put {secret} -c wrangler.toml`"))
            }
        }

        impl service::host::Directory for $type {
            async fn row(
                &self,
                key: &service::host::RowKey,
            ) -> Result<Option<service::host::Row>, service::host::Failure> {
                crate::directory::row(&self.host.env, key).await
            }

            async fn find(
                &self,
                query: &service::host::RowQuery,
            ) -> Result<Vec<service::host::Row>, service::host::Failure> {
                crate::directory::find(&self.host.env, query).await
            }

            async fn commit_rows(
                &self,
                changes: &[service::host::RowChange],
            ) -> Result<(), service::host::RowError> {
                crate::directory::commit(&self.host.env, changes).await
            }
        }

        cloudflare::impl_crypto!($type);
    };
}
