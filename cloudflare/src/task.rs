//! Running a request's future.
//!
//! Mostly it waits for nothing, or for the check of one signature, which the platform has done before it gives the promise.
//! A task of the executor's would queue two microtasks and keep four closures for that; here JavaScript calls back once.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

/// A request's future: its answer, or a promise of it.
pub type Task = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

thread_local! {
    /// Whether a future is run here at the moment.
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    /// The promise that it waits for.
    static AWAITED: Cell<Option<Promise>> = const { Cell::new(None) };
    /// Whether the promise that was followed came to `true`. Whoever is told takes it; nobody is told twice.
    static OUTCOME: Cell<bool> = const { Cell::new(false) };
    /// The futures that wait, by number.
    static WAITING: RefCell<Vec<Option<Task>>> = const { RefCell::new(Vec::new()) };
}

#[wasm_bindgen(module = "/src/task.js")]
extern "C" {
    fn learn(resume: &JsValue);
    fn follow(promise: &Promise, number: usize) -> Promise;
}

/// Teaches JavaScript how to go on. Once an isolate.
pub fn start() {
    let resume =
        Closure::<dyn Fn(usize, bool) -> Result<JsValue, JsValue>>::new(|number: usize, is_true: bool| {
            let waiting = WAITING.with_borrow_mut(|waiting| waiting.get_mut(number).and_then(Option::take));
            let task = waiting.ok_or("nothing waits for this")?;
            OUTCOME.set(is_true);
            run(task)
        });
    learn(&resume.into_js_value());
}

/// Runs a future: to its end, or until it waits. The answer, or a promise of it.
pub fn run(mut task: Task) -> Result<JsValue, JsValue> {
    IS_RUNNING.set(true);
    let polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    IS_RUNNING.set(false);
    match (polled, AWAITED.take()) {
        (Poll::Ready(answer), _) => answer,
        (Poll::Pending, Some(promise)) => Ok(follow(&promise, keep(task)).into()),
        (Poll::Pending, None) => Ok(future_to_promise(task).into()),
    }
}

fn keep(task: Task) -> usize {
    WAITING.with_borrow_mut(|waiting| {
        let free = waiting.iter().position(Option::is_none);
        let number = free.unwrap_or(waiting.len());
        match waiting.get_mut(number) {
            Some(place) => *place = Some(task),
            None => waiting.push(Some(task)),
        }
        number
    })
}

/// Whether a promise comes to `true`.
pub async fn is_true(promise: Promise) -> bool {
    if !IS_RUNNING.get() {
        return webcrypto::is_true(promise).await;
    }
    AWAITED.set(Some(promise));
    let mut is_followed = false;
    poll_fn(|_| {
        if std::mem::replace(&mut is_followed, true) { Poll::Ready(OUTCOME.take()) } else { Poll::Pending }
    })
    .await
}
