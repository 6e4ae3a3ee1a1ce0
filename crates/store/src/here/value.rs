//! Values, as they go into a statement and come out of a row.

use rusqlite::types::Value;
use uuid::Uuid;

/// What can be given to a statement.
pub(crate) trait Put {
    fn put(self) -> Value;
}

/// What a column can hold. None where it holds something else.
pub(crate) trait Got: Sized {
    fn got(value: &Value) -> Option<Self>;
}

macro_rules! put {
    ($($ty:ty, $this:ident => $value:expr;)+) => {$(
        impl Put for $ty {
            fn put(self) -> Value {
                let $this = self;
                $value
            }
        }
    )+};
}

put! {
    Value, this => this;
    i64, this => Value::Integer(this);
    i32, this => Value::Integer(i64::from(this));
    bool, this => Value::Integer(i64::from(this));
    f64, this => Value::Real(this);
    String, this => Value::Text(this);
    &str, this => Value::Text(this.to_owned());
    &String, this => Value::Text(this.clone());
    Vec<u8>, this => Value::Blob(this);
    &Vec<u8>, this => Value::Blob(this.clone());
    &Option<String>, this => this.clone().put();
    &[u8], this => Value::Blob(this.to_vec());
    Uuid, this => Value::Blob(this.as_bytes().to_vec());
}

impl<T: Put> Put for Option<T> {
    fn put(self) -> Value {
        self.map_or(Value::Null, Put::put)
    }
}

macro_rules! got {
    ($($ty:ty, $pattern:pat => $value:expr;)+) => {$(
        impl Got for $ty {
            fn got(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $value,
                    _ => None,
                }
            }
        }
    )+};
}

got! {
    i64, Value::Integer(number) => Some(*number);
    i32, Value::Integer(number) => Self::try_from(*number).ok();
    bool, Value::Integer(number) => Some(*number != 0);
    String, Value::Text(text) => Some(text.clone());
    Vec<u8>, Value::Blob(bytes) => Some(bytes.clone());
    Uuid, Value::Blob(bytes) => Uuid::from_slice(bytes).ok();
}

impl Got for f64 {
    fn got(value: &Value) -> Option<Self> {
        match value {
            Value::Real(number) => Some(*number),
            #[expect(clippy::cast_precision_loss, reason = "SQLite keeps whole reals as integers of less than 53 bits")]
            Value::Integer(number) => Some(*number as Self),
            _ => None,
        }
    }
}

impl<T: Got> Got for Option<T> {
    fn got(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::got(value).map(Some) }
    }
}
