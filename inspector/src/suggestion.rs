//! Entries made of a token.

use edge_authorizer::inspection::{self, SuggestQuestion, Suggestion};
use edge_authorizer::{Claims, ProjectId, Token};

/// An entry that accepts the token.
pub fn suggest(SuggestQuestion { token, claims, project }: SuggestQuestion) -> Result<Suggestion, String> {
    let project = project.and_then(|project| ProjectId::try_from(&*project).ok());
    let suggestion = match (token, claims) {
        (None, Some(claims)) => {
            Claims::new(claims, None).map(|claims| inspection::suggest(&claims, project.as_ref()))
        }
        (token, _) => Token::parse(&token.unwrap_or_default())
            .map(|token| inspection::suggest(token.unverified_claims(), project.as_ref())),
    };
    suggestion.map_err(|reason| reason.to_string())
}
