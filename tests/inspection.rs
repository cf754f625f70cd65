//! What is said about tokens and decisions, over the vectors: suggestions that work, sentences that end with the verdict.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::inspection::{Mark, NarrativeContext, diagnose, narrate, narrate_so_far, suggest};
use edge_authorizer::{CustomIdp, Explanation, MAX_TOKEN_LENGTH, RoleDetection, Token, Verdict};
use serde_json::json;

use crate::support;

use support::random::Random;
use support::vectors::all;

#[test]
fn suggested_entry_accepts_the_token_it_was_made_from() {
    let mut count = 0;
    for (file, vectors) in all() {
        for case in vectors.cases.iter().filter(|case| case.expect.idp.is_some() && case.expect.status == 200)
        {
            let Some(token) = vectors.token(case) else { continue };
            let parsed = Token::parse(&token).unwrap();
            let project = vectors.project_of(case);
            let suggested = suggest(parsed.unverified_claims(), Some(&project)).idp;
            let suggested = serde_json::to_value(suggested).unwrap();
            let idp = CustomIdp::parse(&suggested).unwrap();
            let mut with_suggestion = vectors.clone();
            with_suggestion.projects.insert(project.to_string(), json!([suggested]));
            let decision = with_suggestion.decide(case);
            let name = format!("{file}: {}: {}", case.name, suggested);
            let identity = decision.identity.as_deref().unwrap_or_else(|| panic!("{name}"));
            assert!(!identity.subject.is_empty());
            if let RoleDetection::Claim { .. } = idp.role_detection {
                assert!(!identity.roles.is_empty(), "{name}");
            }
            count += 1;
        }
    }
    assert!(count > 15, "{count}");
}

#[test]
fn guide_entries_equal_the_suggestions() {
    for (file, entry, differs) in [
        ("keycloak.json", 0, vec!["allowedRoles"]),
        ("entra-v1.json", 0, vec![]),
        ("entra-v2.json", 0, vec![]),
        ("okta.json", 0, vec![]),
        ("auth0.json", 0, vec![]),
        ("rfc9068.json", 0, vec!["allowedAlgs"]),
    ] {
        let (_, vectors) = all().into_iter().find(|(name, _)| name == file).unwrap();
        let token = vectors.token(&vectors.cases[0]).unwrap();
        let project = vectors.project_of(&vectors.cases[0]);
        let mut worked = vectors.projects[project.as_str()][entry].clone();
        let suggested = suggest(Token::parse(&token).unwrap().unverified_claims(), Some(&project)).idp;
        let mut suggested = serde_json::to_value(suggested).unwrap();
        for name in differs.into_iter().chain(["id", "label"]) {
            worked.as_object_mut().unwrap().remove(name);
            suggested.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(suggested, worked, "{file}");
    }
}

#[test]
fn narrative_ends_with_the_verdict() {
    for (file, vectors) in all() {
        for case in &vectors.cases {
            let decision = vectors.decide(case);
            let is_allowed = !matches!(decision.verdict, Verdict::Deny(_));
            let explanation = Explanation::from(decision);
            let project = vectors.project_of(case);
            let entries = vectors.projects.get(project.as_str()).cloned().unwrap_or_default();
            let idps: Vec<_> = entries
                .as_array()
                .into_iter()
                .flatten()
                .map(|entry| CustomIdp::parse(entry).unwrap())
                .collect();
            let token = vectors.token(case);
            let token = token.as_deref().and_then(|token| Token::parse(token).ok());
            let claims = token.as_ref().map(Token::unverified_claims);
            let context = NarrativeContext { idps: &idps, project: &project, claims, clock: vectors.clock() };
            let lines = narrate(&explanation, context);
            let so_far = narrate_so_far(&explanation, context);
            assert!(so_far.len() < lines.len() && lines.starts_with(&so_far), "{file}: {}", case.name);
            let name = format!("{file}: {}: {lines:#?}", case.name);
            let last = lines.last().unwrap();
            assert_eq!(last.mark == Mark::Passed, is_allowed, "{name}");
            assert!(case.expect.code.as_ref().is_none_or(|code| last.text.contains(code)), "{name}");
            assert!(lines.iter().all(|line| line.text.ends_with(['.', ':'])), "{name}");
            let reason = lines.iter().rev().nth(1).map(|line| line.mark);
            let needs_reason = !matches!(
                case.expect.code.as_deref(),
                None | Some(
                    "path_ambiguous"
                        | "route_not_found"
                        | "token_missing"
                        | "request_invalid"
                        | "keys_unavailable"
                        | "method_not_allowed"
                )
            );
            assert!(!needs_reason || reason == Some(Mark::Failed), "{name}");
        }
    }
}

/// A token has no flaws if and only if it is parsed; mutated tokens, by a seed that the environment may give.
#[test]
fn diagnosis_has_flaws_if_and_only_if_the_token_is_rejected() {
    let mut random = Random::from_environment();
    let tokens: Vec<_> = all()
        .into_iter()
        .flat_map(|(_, vectors)| {
            vectors.cases.iter().filter_map(|case| vectors.token(case)).collect::<Vec<_>>()
        })
        .collect();
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..20_000 {
        let token = mutated_token(&mut random, &tokens);
        let diagnosis = diagnose(&token);
        let is_accepted = Token::parse(&token).is_ok();
        assert_eq!(diagnosis.flaws.is_empty(), is_accepted, "{token}\n{diagnosis:#?}");
        for flaw in &diagnosis.flaws {
            assert!(flaw.start <= flaw.end && flaw.end <= token.len(), "{flaw:?}");
            assert!(token.get(flaw.start..flaw.end).is_some() || token.len() > MAX_TOKEN_LENGTH, "{flaw:?}");
        }
        *(if is_accepted { &mut accepted } else { &mut refused }) += 1;
    }
    println!("{}: {accepted} accepted, {refused} refused", random.seed());
    assert!(accepted > 500 && refused > 500);
}

fn mutated_token(random: &mut Random, tokens: &[String]) -> String {
    let token = random.pick(tokens);
    match random.below(4) {
        0 => random.mutate(token),
        1 => tokens[0].get(..random.below(tokens[0].len())).unwrap_or_default().to_owned(),
        _ => {
            let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
            let part = random.below(2);
            let text = support::decode(&parts[part]);
            parts[part] = support::encode(&random.mutate(&text));
            parts.join(".")
        }
    }
}
