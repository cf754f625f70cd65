//! What SQLite and PostgreSQL have in common: statements with numbered parameters, and rows.
//!
//! A statement is written once, in what both understand: parameters are `?1`, `?2`, …, each of them is used, and conflicts are
//! resolved by `ON CONFLICT`. What differs is the beginning of a transaction, and the types of [`super::schema`].

use service::host::Failure;

/// What a statement comes to; a failure has the reason for the log.
pub type Result<T> = std::result::Result<T, Failure>;

/// A connection to a database. One thread has it.
pub trait Connection {
    /// Begins a transaction that writes. No other writes until it has ended, on no node.
    fn begin(&self) -> Result<()>;

    /// Runs a statement, and returns how many rows it changed.
    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<usize>;

    /// The rows that a query finds.
    fn rows(&self, query: &str, parameters: &[Value]) -> Result<Vec<Row>>;

    /// Runs statements without parameters. The types of columns are those of SQLite.
    fn define(&self, statements: &str) -> Result<()>;

    /// Whether it can still be used.
    fn is_open(&self) -> bool;

    /// Tells the other nodes, once the transaction is committed, that something was published.
    fn announce(&self) -> Result<()>;

    /// The first row that a query finds.
    fn row(&self, query: &str, parameters: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(query, parameters)?.into_iter().next())
    }
}

/// A value of a parameter or a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Whether something is so.
    Flag(bool),
}

/// What of a text from a client can be compared with stored ones. PostgreSQL has none with NUL, so what comes after the text
/// is what comes after its part before that.
pub fn storable(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

/// A row that a query found.
#[derive(Debug)]
pub struct Row(Vec<Value>);

impl Row {
    /// A row of these columns.
    pub fn new(columns: Vec<Value>) -> Self {
        Self(columns)
    }

    /// The value of a column. It is there once.
    pub fn take<T: TryFrom<Value>>(&mut self, column: usize) -> Result<T> {
        let value = self.0.get_mut(column).map_or(Value::Null, |value| std::mem::replace(value, Value::Null));
        T::try_from(value).map_err(|_| Failure::new(format_args!("column {column} has another type")))
    }
}

/// Values of a type, and what is found of them.
macro_rules! value {
    ($variant:ident, $($type:ty => $into:expr),+) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant($into(value))
            }
        }
    )+};
}

value!(Text, &str => str::to_owned, String => String::from, &String => String::clone);
value!(Number, f64 => f64::from);
value!(Flag, bool => bool::from);
value!(Integer, i64 => i64::from, u32 => i64::from, u64 => |it| i64::try_from(it).unwrap_or(i64::MAX));

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl TryFrom<Value> for String {
    type Error = Value;

    fn try_from(value: Value) -> std::result::Result<Self, Value> {
        if let Value::Text(text) = value { Ok(text) } else { Err(value) }
    }
}

impl TryFrom<Value> for Option<String> {
    type Error = Value;

    fn try_from(value: Value) -> std::result::Result<Self, Value> {
        if value == Value::Null { Ok(None) } else { String::try_from(value).map(Some) }
    }
}

impl TryFrom<Value> for Option<f64> {
    type Error = Value;

    fn try_from(value: Value) -> std::result::Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            Value::Number(number) => Ok(Some(number)),
            other => Err(other),
        }
    }
}

impl TryFrom<Value> for f64 {
    type Error = Value;

    fn try_from(value: Value) -> std::result::Result<Self, Value> {
        if let Value::Number(number) = value { Ok(number) } else { Err(value) }
    }
}

impl TryFrom<Value> for u64 {
    type Error = Value;

    fn try_from(value: Value) -> std::result::Result<Self, Value> {
        let Value::Integer(number) = value else { return Err(value) };
        Self::try_from(number).map_err(|_| value)
    }
}

impl TryFrom<Value> for bool {
    type Error = Value;

    fn try_from(value: Value) -> std::result::Result<Self, Value> {
        match value {
            Value::Flag(flag) => Ok(flag),
            // SQLite has no type for it.
            Value::Integer(number) => Ok(number != 0),
            other => Err(other),
        }
    }
}
