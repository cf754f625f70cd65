//! What all threads can do as hosts.

/// Implements for a host with a field `node` what does not depend on the thread.
macro_rules! impl_node {
    ($host:ty) => {
        impl service::host::Clock for $host {
            fn now(&self) -> edge_authorizer::NumericDate {
                $crate::clock::now()
            }
        }

        impl service::host::Entropy for $host {
            fn fill(&self, bytes: &mut [u8]) {
                $crate::crypto::fill(bytes);
            }
        }

        impl service::host::LogSink for $host {
            fn info(&self, line: &str) {
                $crate::log::write(line);
            }

            fn warn(&self, line: &str) {
                $crate::log::write(line);
            }
        }

        impl service::host::Verifier for $host {
            async fn verify(
                &self,
                check: &edge_authorizer::SignatureCheck<'_>,
            ) -> edge_authorizer::KeyOutcome {
                self.node.public_keys.check(check)
            }
        }

        impl service::host::Signer for $host {
            async fn generate(&self) -> Result<service::host::KeyPair, service::host::Failure> {
                $crate::crypto::generate()
            }

            async fn keep(
                &self,
                kid: &str,
                key: &service::host::PrivateKey,
            ) -> Result<(), service::host::Failure> {
                self.node.private_keys.keep(kid, key)
            }

            async fn sign(&self, kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, service::host::Failure> {
                self.node.private_keys.sign(kid, input)
            }
        }

        impl service::host::Sealer for $host {
            async fn seal(
                &self,
                seal: service::host::Seal<'_>,
                plain: &[u8],
            ) -> Result<Vec<u8>, service::host::Failure> {
                $crate::crypto::seal(seal, plain)
            }

            async fn open(
                &self,
                seal: service::host::Seal<'_>,
                sealed: &[u8],
            ) -> Result<Option<Vec<u8>>, service::host::Failure> {
                $crate::crypto::open(seal, sealed)
            }
        }

        impl service::host::Tasks for $host {
            type Signal = $crate::signal::Signal;

            fn later(&self, job: service::host::Job<$crate::signal::Signal>) {
                let host = self.clone();
                tokio::task::spawn_local(async move { host.node.plane.run(&host, job).await });
            }

            fn signal(&self) -> $crate::signal::Signal {
                $crate::signal::Signal::default()
            }

            async fn wait(
                &self,
                signal: &$crate::signal::Signal,
                project: Option<&edge_authorizer::ProjectId>,
                seconds: f64,
            ) {
                self.node.wait(signal, project, seconds).await;
            }

            fn wake(&self, signal: &$crate::signal::Signal) {
                signal.give();
            }
        }

        impl service::host::Replica for $host {
            async fn read(
                &self,
                space: service::host::Space,
                key: &str,
            ) -> Result<Option<String>, service::host::Failure> {
                let now = service::host::Clock::now(self).as_seconds();
                let text = self.node.published.get(space, key, now)?;
                Ok(text.map(|text| text.as_ref().to_owned()))
            }
        }
    };
}
