//! Response types, declared once: the struct, how serde writes it, and its schema in the OpenAPI document.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};

/// Declares the body of an answer, or a part of one. `optional` fields are an `Option` in the struct, and left out of
/// the JSON where they are absent. The name in quotes after the type is the schema's, the ones after the fields are
/// those on the wire.
macro_rules! response {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis struct $response:ident $(<$life:lifetime>)? = $schema:literal {
            $(
                $(#[doc = $field_doc:literal])*
                $need:ident $field:ident: $kind:ty = $name:literal
            ),* $(,)?
        }
    ) => {
        $crate::response::described! {
            $(#[doc = $doc])*
            $visibility struct $response $(<$life>)? = $schema {
                $( $(#[doc = $field_doc])* $need $field: $kind = $name ),*
            }
        }

        impl $(<$life>)? $crate::response::Schema for $response $(<$life>)? {
            const NAME: &'static str = $schema;

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                poem_openapi::registry::MetaSchemaRef::Reference(Self::NAME.to_owned())
            }

            fn register(registry: &mut poem_openapi::registry::Registry) {
                $crate::response::register_object::<Self>(registry, Vec::new());
            }
        }

        $crate::response::openapi_type!($response $(<$life>)?);
    };
}
pub(crate) use response;

/// Declares the struct of a [`response!`] and what is to be known of it, for what is a part of schemas, and has none.
macro_rules! described {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis struct $described:ident $(<$life:lifetime>)? = $schema:literal {
            $(
                $(#[doc = $field_doc:literal])*
                $need:ident $field:ident: $kind:ty = $name:literal
            ),* $(,)?
        }
    ) => {
        $crate::response::response_struct! {
            {
                $(#[doc = $doc])*
                #[derive(serde::Serialize)]
                $visibility struct $described $(<$life>)?
            }
            {}
            $( { $(#[doc = $field_doc])* $need $visibility $field: $kind = $name } )*
        }

        impl $(<$life>)? $crate::response::Described for $described $(<$life>)? {
            const SCHEMA: &'static str = $schema;
            const TEXT: &'static str = concat!($($doc, "\n"),*);

            fn fields(_registry: &mut poem_openapi::registry::Registry) -> Vec<$crate::response::DescribedField> {
                $( <$kind as poem_openapi::types::Type>::register(_registry); )*
                vec![ $(
                    $crate::response::DescribedField {
                        name: $name,
                        text: concat!($($field_doc, "\n"),*),
                        required: $crate::__request_need!(flag $need),
                        schema: <$kind as poem_openapi::types::Type>::schema_ref(),
                    }
                ),* ]
            }
        }
    };
}
pub(crate) use described;

/// Writes the struct of [`response!`], field after field, since an `optional` one is of another type.
macro_rules! response_struct {
    ({ $($head:tt)* } { $($done:tt)* }) => {
        $($head)* { $($done)* }
    };
    (
        { $($head:tt)* } { $($done:tt)* }
        { $(#[doc = $doc:literal])* required $visibility:vis $field:ident: $kind:ty = $name:literal }
        $($rest:tt)*
    ) => {
        $crate::response::response_struct! {
            { $($head)* }
            { $($done)* $(#[doc = $doc])* #[serde(rename = $name)] $visibility $field: $kind, }
            $($rest)*
        }
    };
    (
        { $($head:tt)* } { $($done:tt)* }
        { $(#[doc = $doc:literal])* optional $visibility:vis $field:ident: $kind:ty = $name:literal }
        $($rest:tt)*
    ) => {
        $crate::response::response_struct! {
            { $($head)* }
            {
                $($done)* $(#[doc = $doc])*
                #[serde(rename = $name, skip_serializing_if = "Option::is_none")]
                $visibility $field: Option<$kind>,
            }
            $($rest)*
        }
    };
}
pub(crate) use response_struct;

/// Declares a type that stands in answers as one of a few words: those of the core's enum of which it is made.
macro_rules! word {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis $word:ident($core:ty) { $($variant:ident),+ $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy)]
        $visibility struct $word($visibility $core);

        impl serde::Serialize for $word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // The match holds the list below to be all of the enum.
                match self.0 {
                    $( <$core>::$variant )|+ => serializer.serialize_str(self.0.as_str()),
                }
            }
        }

        impl $crate::response::Schema for $word {
            const NAME: &'static str = stringify!($word);

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                $crate::response::one_of(&[$( <$core>::$variant.as_str() ),+])
            }
        }

        $crate::response::openapi_type!($word);
    };
}
pub(crate) use word;

/// Makes a [`Schema`] known to poem. What it calls raw values is for validators of requests, which answers have none
/// of.
macro_rules! openapi_type {
    ($type:ident $(<$life:lifetime>)?) => {
        impl $(<$life>)? poem_openapi::types::Type for $type $(<$life>)? {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> std::borrow::Cow<'static, str> {
                <Self as $crate::response::Schema>::NAME.into()
            }

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                <Self as $crate::response::Schema>::schema_ref()
            }

            fn register(registry: &mut poem_openapi::registry::Registry) {
                <Self as $crate::response::Schema>::register(registry);
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'raw>(&'raw self) -> Box<dyn Iterator<Item = &'raw Self> + 'raw> {
                Box::new(std::iter::once(self))
            }
        }
    };
}
pub(crate) use openapi_type;

/// How a type stands in the OpenAPI document.
pub(crate) trait Schema {
    /// Its name there.
    const NAME: &'static str;

    /// Its schema, or where that is.
    fn schema_ref() -> MetaSchemaRef;

    /// Puts the schemas into the document to which [`schema_ref`](Self::schema_ref) leads.
    fn register(_: &mut Registry) {}
}

/// The documentation of an object. Implemented by [`described!`].
pub(crate) trait Described {
    /// The name of its schema.
    const SCHEMA: &'static str;

    /// What it is, as documentation comments are written.
    const TEXT: &'static str;

    /// Its fields in their order, and into the document what their schemas lead to.
    fn fields(registry: &mut Registry) -> Vec<DescribedField>;
}

/// The documentation of one field.
pub(crate) struct DescribedField {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// Whether it is always there.
    pub(crate) required: bool,
    pub(crate) schema: MetaSchemaRef,
}

/// Puts the schema of `T` into the document, with these fields before its own.
pub(crate) fn register_object<T: Described>(registry: &mut Registry, mut fields: Vec<DescribedField>) {
    fields.extend(T::fields(registry));
    registry.create_schema::<T, _>(T::SCHEMA.to_owned(), |_| MetaSchema {
        description: Some(T::TEXT.trim()),
        required: fields.iter().filter(|field| field.required).map(|field| field.name).collect(),
        properties: fields.into_iter().map(|field| (field.name, with_text(field.schema, field.text))).collect(),
        ..MetaSchema::new("object")
    });
}

fn with_text(schema: MetaSchemaRef, text: &'static str) -> MetaSchemaRef {
    match schema {
        MetaSchemaRef::Inline(schema) => {
            MetaSchemaRef::Inline(Box::new(MetaSchema { description: Some(text.trim()), ..*schema }))
        }
        // Beside a `$ref` OpenAPI 3.0 takes nothing.
        reference @ MetaSchemaRef::Reference(_) => reference,
    }
}

/// A string that is one of `words`.
pub(crate) fn one_of(words: &[&str]) -> MetaSchemaRef {
    let enum_items = words.iter().map(|word| (*word).into()).collect();
    MetaSchemaRef::Inline(Box::new(MetaSchema { enum_items, ..MetaSchema::new("string") }))
}
