//! How many connections to origins a thread has, and how origins share them.

use std::cell::Cell;
use std::rc::Rc;

/// How many there may be for each connection that clients may have. As one origin uses half of them at most, it has one for each
/// client.
pub const FOR_EACH_CLIENT: usize = 2;

/// How many there are of something.
#[derive(Clone, Debug, Default)]
pub struct Count(Rc<Cell<usize>>);

/// One of them, until this is dropped.
#[derive(Debug)]
pub struct Counted(Count);

/// The connections of a thread to origins.
#[derive(Debug)]
pub struct OriginPlaces {
    most: usize,
    open: Count,
    in_use: Count,
}

/// The place of a request to an origin, or of a tunnel.
#[derive(Debug)]
pub struct Place {
    _of_thread: Counted,
    _of_origin: Counted,
}

impl OriginPlaces {
    /// None yet, and so many at most.
    pub fn new(most: usize) -> Self {
        Self { most, open: Count::default(), in_use: Count::default() }
    }

    /// A place of an origin; `None` if it has as many as are free. So one that is slow leaves half of all to others; it takes a
    /// dozen to use up all.
    pub fn take(&self, of_origin: &Count) -> Option<Place> {
        let free = self.most.saturating_sub(self.in_use.get());
        (of_origin.get() < free)
            .then(|| Place { _of_thread: self.in_use.one_more(), _of_origin: of_origin.one_more() })
    }

    /// Whether one more may be open without another being closed.
    pub fn has_room(&self) -> bool {
        self.open.get() < self.most
    }

    /// Counts a connection that is opened.
    pub fn open(&self) -> Counted {
        self.open.one_more()
    }

    /// Why an origin has no further place.
    pub fn reason(&self, of_origin: &Count) -> String {
        format!(
            "no connection is free for it: of the {} that this thread may have to origins, {} are in use, {} of \
             them for this one",
            self.most,
            self.in_use.get(),
            of_origin.get()
        )
    }
}

impl Count {
    /// How many there are.
    pub fn get(&self) -> usize {
        self.0.get()
    }

    fn one_more(&self) -> Counted {
        self.0.set(self.0.get() + 1);
        Counted(self.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(places: &OriginPlaces, origin: &Count) -> Vec<Place> {
        std::iter::from_fn(|| places.take(origin)).collect()
    }

    #[test]
    fn one_origin_has_half_and_leaves_room_for_others() {
        let places = OriginPlaces::new(8);
        let [slow, other, third, fourth] = [(); 4].map(|()| Count::default());
        let slow_ones = fill(&places, &slow);
        assert_eq!(slow_ones.len(), 4);
        let other_ones = fill(&places, &other);
        assert_eq!((other_ones.len(), fill(&places, &third).len()), (2, 1));
        assert_eq!(fill(&places, &slow).len(), 0);
        drop(slow_ones);
        assert_eq!((slow.get(), places.in_use.get()), (0, 2));
        assert_eq!((fill(&places, &slow).len(), fill(&places, &fourth).len()), (3, 2));
        drop(other_ones);
        assert_eq!(fill(&places, &slow).len(), 4);
    }

    #[test]
    fn where_there_are_few_two_origins_have_one_each() {
        let places = OriginPlaces::new(2);
        let [one, other] = [(); 2].map(|()| Count::default());
        let kept = (fill(&places, &one), fill(&places, &other));
        assert_eq!((kept.0.len(), kept.1.len()), (1, 1));
        assert!(OriginPlaces::new(0).take(&one).is_none());
    }

    #[test]
    fn connections_that_are_kept_are_open_and_not_in_use() {
        let places = OriginPlaces::new(2);
        let open = [places.open(), places.open()];
        assert!(!places.has_room() && places.take(&Count::default()).is_some());
        drop(open);
        assert!(places.has_room());
    }
}
