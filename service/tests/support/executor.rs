//! An executor for tests: it polls futures in an order that a seed draws, so that a test sees many interleavings and the
//! same ones again. An ordinary executor would show one.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::keys::random::Random;

/// A future of a test. That it is `Send` shows that the service's futures are if the host's are.
pub type Task<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// Polls futures to their end in an order that `seed` draws. `idle` is called after each round in which none ended, and
/// gives what else there is to do: background work, or time that passes.
pub fn run_all<'t, T>(
    seed: u64,
    tasks: Vec<Task<'t, T>>,
    mut idle: impl FnMut() -> Vec<Task<'t, ()>>,
) -> Vec<T> {
    let mut random = Random::new(seed);
    let mut outcomes: Vec<Option<T>> = tasks.iter().map(|_| None).collect();
    let mut open: Vec<(usize, Task<'t, T>)> = tasks.into_iter().enumerate().collect();
    let mut background: Vec<Task<'t, ()>> = Vec::new();
    for _ in 0..1_000_000 {
        background.extend(idle());
        if open.is_empty() && background.is_empty() {
            return outcomes.into_iter().map(Option::unwrap).collect();
        }
        let place = random.below(open.len() + background.len());
        if let Some(place) = place.checked_sub(open.len()) {
            if poll(&mut background[place]).is_some() {
                drop(background.swap_remove(place));
            }
        } else if let Some(outcome) = poll(&mut open[place].1) {
            let (number, _) = open.swap_remove(place);
            outcomes[number] = Some(outcome);
        }
    }
    panic!("{} futures never end", open.len())
}

fn poll<T>(task: &mut Task<'_, T>) -> Option<T> {
    match task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

/// Lets others go first, once for each of `rounds`.
pub async fn pause(rounds: u32) {
    let mut left = rounds;
    poll_fn(|_| {
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
