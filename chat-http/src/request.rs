//! Request types, declared once: the struct, how it is read, and its schema in the OpenAPI document.

/// Declares a request body (or a WebSocket command) of typed fields. Each type is a [`Field`](crate::field::Field).
///
/// ```
/// chat_http::request! {
///     /// A dish to be brought.
///     pub struct Order = "OrderRequest" {
///         /// Its name on the menu.
///         required dish: String = "dish",
///         /// 1 unless given.
///         optional table_number: i64 = "tableNumber",
///     }
/// }
/// let order = Order { dish: "soup".to_owned(), table_number: Some(4) };
/// ```
///
/// `optional` fields are an `Option` in the struct. The name in quotes after the type is the schema's, the ones after
/// the fields are those on the wire.
#[macro_export]
macro_rules! request {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis struct $request:ident = $schema:literal {
            $(
                $(#[doc = $field_doc:literal])*
                $need:ident $field:ident: $kind:ty = $name:literal
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        $visibility struct $request {
            $( $(#[doc = $field_doc])* pub $field: $crate::__request_need!(type $need $kind), )*
        }

        impl $crate::fields::Decode for $request {
            fn decode(fields: &mut $crate::fields::Fields) -> Option<Self> {
                $( let $field = fields.$need::<$kind>($name); )*
                Some(Self { $( $field: $field? ),* })
            }
        }

        impl $crate::request::DescribedRequest for $request {
            const SCHEMA: &'static str = $schema;

            fn describe() -> $crate::request::Description {
                $crate::request::Description {
                    text: concat!($($doc, "\n"),*),
                    fields: vec![ $(
                        $crate::request::FieldDescription {
                            name: $name,
                            text: concat!($($field_doc, "\n"),*),
                            required: $crate::__request_need!(flag $need),
                            schema: <$kind as $crate::field::Field>::schema(),
                        }
                    ),* ],
                }
            }
        }
    };
}

/// What `required` and `optional` stand for in [`request!`](crate::request!).
#[doc(hidden)]
#[macro_export]
macro_rules! __request_need {
    (type required $kind:ty) => { $kind };
    (type optional $kind:ty) => { Option<$kind> };
    (flag required) => { true };
    (flag optional) => { false };
}

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};

/// A request that the OpenAPI document can describe. Implemented by [`request!`](crate::request!).
pub trait DescribedRequest {
    /// The schema's name in the document.
    const SCHEMA: &'static str;

    /// What it says about itself.
    fn describe() -> Description;
}

/// The documentation of a request.
pub struct Description {
    /// What it is for, as documentation comments are written.
    pub text: &'static str,
    /// Its fields in their order.
    pub fields: Vec<FieldDescription>,
}

/// The documentation of one field.
pub struct FieldDescription {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it means.
    pub text: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Its type.
    pub schema: MetaSchema,
}

pub(crate) fn schema_ref<T: DescribedRequest>() -> MetaSchemaRef {
    MetaSchemaRef::Reference(T::SCHEMA.to_owned())
}

pub(crate) fn register<T: DescribedRequest>(registry: &mut Registry) {
    registry.create_schema::<T, _>(T::SCHEMA.to_owned(), |_| {
        let Description { text, fields } = T::describe();
        MetaSchema {
            description: not_empty(text),
            required: fields.iter().filter(|field| field.required).map(|field| field.name).collect(),
            properties: fields.into_iter().map(property).collect(),
            ..MetaSchema::new("object")
        }
    });
}

fn property(field: FieldDescription) -> (&'static str, MetaSchemaRef) {
    let schema = MetaSchema { description: not_empty(field.text).or(field.schema.description), ..field.schema };
    (field.name, MetaSchemaRef::Inline(Box::new(schema)))
}

fn not_empty(text: &'static str) -> Option<&'static str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
