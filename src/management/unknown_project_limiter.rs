//! Requests about projects that an edge does not know.

use crate::project_id::ProjectId;
use crate::token::numeric_date::NumericDate;

/// How many projects that an edge does not know it asks for within a minute.
const MAX_NAMES: usize = 30;

/// The time over which they are counted, in seconds.
const MINUTE: f64 = 60.0;

/// The unknown projects that an edge asked objects about within the last minute. KV lags behind, so the owner of a new
/// project is let through; invented names wake at most [`MAX_NAMES`] objects a minute.
#[derive(Debug, Default)]
pub struct UnknownProjectLimiter {
    began: Option<NumericDate>,
    names: Vec<ProjectId>,
}

impl UnknownProjectLimiter {
    /// Whether the object of `project` may be asked at `now`. One that was asked within the minute may be asked again.
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
