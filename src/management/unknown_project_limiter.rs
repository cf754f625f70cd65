//! A limit on look-ups of projects that are not published yet, or do not exist.

use crate::project_id::ProjectId;
use crate::token::numeric_date::NumericDate;

/// The most different unknown projects that one isolate looks up per minute.
const MAX_NAMES: usize = 30;

/// The period of the limit, in seconds.
const MINUTE: f64 = 60.0;

/// The unknown projects that an isolate looked up within the last minute. Replication has a delay, so the owner of a new project
/// is admitted; invented names cause at most `MAX_NAMES` look-ups a minute.
#[derive(Debug, Default)]
pub struct UnknownProjectLimiter {
    began: Option<NumericDate>,
    names: Vec<ProjectId>,
}

impl UnknownProjectLimiter {
    /// Whether `project` may be looked up at `now`. One that was looked up within the minute may be looked up again.
    pub fn admit(&mut self, project: &ProjectId, now: NumericDate) -> bool {
        if self.began.is_none_or(|began| now >= began.plus(MINUTE)) {
            self.began = Some(now);
            self.names.clear();
        }
        if self.names.contains(project) {
            return true;
        }
        if self.names.len() >= MAX_NAMES {
            return false;
        }
        self.names.push(project.clone());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limiter_admits_thirty_unknown_projects_a_minute() {
        let mut unknown = UnknownProjectLimiter::default();
        let mut admits = |index: usize, now: f64| {
            let project = ProjectId::try_from(&*format!("p{index}")).unwrap();
            unknown.admit(&project, NumericDate::from_seconds(now))
        };
        for index in 0..30 {
            assert!(admits(index, 1000.0));
        }
        assert!(!admits(30, 1059.9));
        assert!(admits(29, 1059.9), "one that was asked before");
        assert!(admits(30, 1060.0));
    }
}
