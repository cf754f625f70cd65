//! Reading configuration documents: every fault of a document at once, each with its place.

use std::cell::RefCell;
use std::fmt::{self, Display};
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::fault::{Fault, Faults, MAX_FAULTS, MAX_REPEATED, shortened};
use crate::nearest::nearest;

/// Reads a document that a user sent. `read` returns `None` after a fault. An unknown property is a fault: it is misspelt or
/// requests something that does not exist.
pub fn read<T>(document: &Value, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, Faults> {
    read_by(document, Reader { fault_unknown: Some(fault_unknown), ..Reader::default() }, read)
}

/// Reads a value that a release of this software stored. Unknown properties are ignored at every depth: the value was
/// checked when it was saved, and during a rollout or after a rollback another release may have added one. Refusing it
/// would answer 503 for as long as the other release's values are there.
pub fn read_stored<T>(document: &Value, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, Faults> {
    read_by(document, Reader::default(), read)
}

/// The state while a document is read.
#[derive(Default)]
struct Reader {
    /// What becomes of unknown properties; by default they are ignored. As a value, so that it is linked only where documents
    /// of users are read.
    fault_unknown: Option<FaultUnknown>,
    faults: RefCell<Vec<Fault>>,
}

type FaultUnknown = for<'d> fn(&Node<'d>, &'d Map<String, Value>, Vec<&'static str>);

impl Reader {
    fn note(&self, fault: impl FnOnce() -> Fault) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MAX_FAULTS {
            faults.push(fault());
        }
    }
}

fn read_by<T>(
    document: &Value,
    reader: Reader,
    read: impl FnOnce(&Node<'_>) -> Option<T>,
) -> Result<T, Faults> {
    let outcome = read(&Node { value: document, place: None, reader: &reader });
    let faults = reader.faults.into_inner();
    match outcome {
        Some(outcome) if faults.is_empty() => Ok(outcome),
        _ => Err(conclude(document, faults)),
    }
}

/// The faults of a document that cannot be read. Separate from `read`, so that it is compiled once for all types.
fn conclude(document: &Value, mut faults: Vec<Fault>) -> Faults {
    if faults.is_empty() {
        faults.push(Fault::new(document, String::new(), &"another document"));
    }
    Faults::several(faults)
}

/// The most elements of a list.
const MAX_ELEMENTS: usize = 256;

/// One value of the document, with its place.
pub struct Node<'d> {
    value: &'d Value,
    /// Where it is; `None` is the document itself.
    place: Option<Place<'d>>,
    reader: &'d Reader,
}

/// The place of a value. Its pointer is written for a fault only, because most documents have none.
#[derive(Clone)]
struct Place<'d> {
    parent: Option<Rc<Self>>,
    step: Step<'d>,
}

/// What leads from a value to one within it.
#[derive(Clone, Copy)]
enum Step<'d> {
    Name(&'d str),
    Index(usize),
}

impl Place<'_> {
    /// The pointer (RFC 6901).
    fn pointer(&self) -> String {
        let parent = self.parent.as_ref().map_or_else(String::new, |parent| parent.pointer());
        match self.step {
            Step::Index(index) => format!("{parent}/{index}"),
            Step::Name(name) => {
                let shortened = shortened(name, MAX_REPEATED);
                let escaped = shortened.as_deref().unwrap_or(name).replace('~', "~0").replace('/', "~1");
                format!("{parent}/{escaped}")
            }
        }
    }
}

impl<'d> Node<'d> {
    /// Reports that this value is wrong, and what is expected.
    pub fn fault(&self, expected: impl Display) {
        self.note(&expected);
    }

    /// The same without repeating the value: it is a secret that should not have been sent.
    pub fn fault_for_secret(&self, expected: impl Display) {
        let expected = expected.to_string();
        self.reader.note(|| Fault { pointer: self.pointer(), value: None, expected });
    }

    fn note(&self, expected: &dyn Display) {
        self.reader.note(|| Fault::new(self.value, self.pointer(), expected));
    }

    fn or_fault<T>(&self, value: Option<T>, expected: impl Display) -> Option<T> {
        if value.is_none() {
            self.fault(expected);
        }
        value
    }

    fn pointer(&self) -> String {
        self.place.as_ref().map_or_else(String::new, Place::pointer)
    }

    /// Makes nodes of values within this one.
    fn children(&self) -> impl Fn(Step<'d>, &'d Value) -> Self + use<'d> {
        let (parent, reader) = (self.place.clone().map(Rc::new), self.reader);
        move |step, value| Self { value, place: Some(Place { parent: parent.clone(), step }), reader }
    }

    /// The value as written.
    pub fn value(&self) -> &'d Value {
        self.value
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&'d str> {
        self.or_fault(self.value.as_str(), "a string")
    }

    /// A string that makes a `T`.
    pub fn parse<T>(&self) -> Option<T>
    where
        T: for<'t> TryFrom<&'t str, Error: Display>,
    {
        T::try_from(self.text()?).map_err(|error| self.fault(error)).ok()
    }

    /// A whole number within `range`.
    pub fn integer(&self, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let number = self.value.as_u64().filter(|number| range.contains(number));
        self.or_fault(number, format_args!("a whole number from {} to {}", range.start(), range.end()))
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        self.or_fault(self.value.as_f64(), "a number")
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        self.or_fault(self.value.as_bool(), "true or false")
    }

    /// The elements of an array.
    pub fn elements(&self) -> Option<Vec<Self>> {
        let elements = self.or_fault(self.value.as_array(), "an array")?;
        let child = self.children();
        Some(elements.iter().enumerate().map(|(index, value)| child(Step::Index(index), value)).collect())
    }

    /// A non-empty array of strings that each make a `T`. An empty one is a fault: it would say "nobody" where the
    /// absent list says "all".
    pub fn list<T>(&self) -> Option<Vec<T>>
    where
        T: for<'t> TryFrom<&'t str, Error: Display>,
    {
        self.some_elements()?.iter().map(Node::parse).collect::<Vec<_>>().into_iter().collect()
    }

    /// The elements of a list that has some, and not too many.
    fn some_elements(&self) -> Option<Vec<Self>> {
        let elements = self.elements()?;
        if elements.is_empty() {
            self.fault("at least one element, or no list at all");
            return None;
        }
        if elements.len() > MAX_ELEMENTS {
            self.fault(format_args!("at most {MAX_ELEMENTS} elements"));
            return None;
        }
        Some(elements)
    }

    /// The members of an object whose names are data, in order.
    pub fn members(&self) -> Option<Vec<(&'d str, Self)>> {
        let map = self.or_fault(self.value.as_object(), "an object")?;
        let child = self.children();
        Some(map.iter().map(|(name, value)| (name.as_str(), child(Step::Name(name), value))).collect())
    }

    /// The properties of an object whose names `read` knows. Any other is a fault in a document that a user sent.
    pub fn properties<T>(&self, read: impl FnOnce(&Properties<'_, 'd>) -> Option<T>) -> Option<T> {
        let map = self.or_fault(self.value.as_object(), "an object")?;
        let parent = self.place.clone().map(Rc::new);
        let properties = Properties { node: self, parent, map, known: RefCell::default() };
        let outcome = read(&properties);
        if let Some(fault_unknown) = self.reader.fault_unknown {
            fault_unknown(self, map, properties.known.into_inner());
        }
        outcome
    }
}

fn fault_unknown<'d>(node: &Node<'d>, map: &'d Map<String, Value>, mut known: Vec<&'static str>) {
    known.sort_unstable();
    known.dedup();
    for (name, value) in map.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        node.children()(Step::Name(name), value).fault(KnownProperties { known: &known, name });
    }
}

/// The properties that there are, and the one that may be meant by `name`.
struct KnownProperties<'k> {
    known: &'k [&'static str],
    name: &'k str,
}

impl Display for KnownProperties<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of the properties {}", self.known.join(", "))?;
        let meant = nearest(self.name, self.known.iter().copied());
        meant.map_or(Ok(()), |meant| write!(f, " (did you mean `{meant}`?)"))
    }
}

/// The properties of an object. One that is `null` is treated as absent.
pub struct Properties<'n, 'd> {
    node: &'n Node<'d>,
    parent: Option<Rc<Place<'d>>>,
    map: &'d Map<String, Value>,
    known: RefCell<Vec<&'static str>>,
}

impl<'d> Properties<'_, 'd> {
    /// The property `name`, if it is there.
    pub fn optional(&self, name: &'static str) -> Option<Node<'d>> {
        self.known.borrow_mut().push(name);
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        let place = Place { parent: self.parent.clone(), step: Step::Name(name) };
        Some(Node { value, place: Some(place), reader: self.node.reader })
    }

    /// The property `name`; that it is missing is a fault, with `expected` saying what should be there.
    pub fn required(&self, name: &'static str, expected: impl Display) -> Option<Node<'d>> {
        let property = self.optional(name);
        if property.is_none() {
            self.note_missing(name, &expected);
        }
        property
    }

    fn note_missing(&self, name: &str, expected: &dyn Display) {
        let pointer = || format!("{}/{name}", self.node.pointer());
        self.node.reader.note(|| Fault { pointer: pointer(), value: None, expected: expected.to_string() });
    }

    /// The property `name` must not be there.
    pub fn forbidden(&self, name: &'static str, reason: impl Display) {
        if let Some(property) = self.optional(name) {
            property.fault(reason);
        }
    }
}
