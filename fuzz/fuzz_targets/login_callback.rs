//! What a browser brings back from the provider. The input is the query of the callback, and on a second line the text of an
//! opened `state`.

#![no_main]

use edge_authorizer::login::{
    AuthorizationResponse, BrowserBinding, ClientSecret, LoginAttempt, ResponseFault, ReturnPath,
    token_request,
};
use edge_authorizer_fuzz::provider::{ISSUER, NOW, PROVIDER};
use libfuzzer_sys::fuzz_target;
use url::form_urlencoded;

fuzz_target!(|input: &str| {
    let (query, state) = input.split_once('\n').unwrap_or((input, ""));
    let browser = BrowserBinding::new([2; 32]);
    if let Some(attempt) = LoginAttempt::from_text(state.as_bytes()) {
        assert!(attempt.return_path().as_str().starts_with('/'));
        let _ = attempt.check(Some(&browser), NOW).is_ok();
        assert!(LoginAttempt::from_text(attempt.to_text().as_bytes()).is_some());
    }
    let attempt = LoginAttempt::new([1; 32], ReturnPath::root(), NOW, &browser, "d1");
    let current = attempt.check(Some(&browser), NOW).expect("it is recent");
    let party = PROVIDER.party();
    let values = |wanted: &str| -> Vec<String> {
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == wanted);
        pairs.map(|(_, value)| value.into_owned()).collect()
    };
    let Ok(response) = AuthorizationResponse::parse(query) else { return };
    assert_eq!(values("state"), [response.state()]);
    match response.accept(party, &current) {
        Ok(code) => {
            assert_eq!((values("iss"), values("error").concat()), (vec![ISSUER.to_owned()], String::new()));
            let secret = ClientSecret::opened(b"secret").expect("a secret");
            let form = token_request(party, &secret, &code).form.expect("a form");
            let sent = form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == "code");
            assert_eq!(values("code"), [sent.expect("a code").1.into_owned()]);
        }
        Err(ResponseFault::Provider(error)) => {
            assert_eq!(values("iss"), [ISSUER]);
            assert!(!error.to_string().contains(char::is_control));
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
