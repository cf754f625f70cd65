//! Futures that are polled by a function apart.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that is not compiled into the function that awaits it. An engine of WebAssembly compiles a function when it is first
/// called: what most requests do not need then costs them nothing.
pub struct Apart<F>(Pin<Box<F>>);

/// Sets a future apart.
pub fn apart<F: Future>(future: F) -> Apart<F> {
    Apart(Box::pin(future))
}

impl<F: Future> Future for Apart<F> {
    type Output = F::Output;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().poll(context)
    }
}
