//! Frames, declared once: the enum, how serde writes it, and what the AsyncAPI document says of it.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use serde::{Serialize, Serializer};
use serde_json::Number;

use crate::response::{DescribedField, Schema, openapi_type};

/// Declares the frames. Each is written as an object with its `type` first; `optional` fields are an `Option`, and left
/// out where they are absent. The name in quotes after the variant is the frame's type, the ones after the fields are
/// those on the wire.
macro_rules! frames {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis enum $frames:ident<$life:lifetime> {
            $(
                $(#[doc = $frame_doc:literal])*
                $frame:ident = $type:literal {
                    $(
                        $(#[doc = $field_doc:literal])*
                        $need:ident $field:ident: $kind:ty = $name:literal
                    ),* $(,)?
                }
            )*
        }
    ) => {
        $(#[doc = $doc])*
        $visibility enum $frames<$life> {
            $(
                $(#[doc = $frame_doc])*
                $frame { $( $(#[doc = $field_doc])* $field: $crate::__request_need!(type $need $kind), )* },
            )*
        }

        impl serde::Serialize for $frames<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                let mut members = serializer.serialize_map(None)?;
                match self {
                    $( Self::$frame { $($field),* } => {
                        members.serialize_entry("type", $type)?;
                        $( $crate::live::declare::write_field!(members $need $name $field); )*
                    } )*
                }
                members.end()
            }
        }

        impl<$life> $frames<$life> {
            /// What there is to say of each frame; what its fields lead to goes into `registry`.
            $visibility fn describe(registry: &mut poem_openapi::registry::Registry) -> Vec<DescribedFrame> {
                vec![ $(
                    {
                        $( <$kind as poem_openapi::types::Type>::register(registry); )*
                        DescribedFrame {
                            kind: $type,
                            text: concat!($($frame_doc, "\n"),*),
                            fields: vec![ $(
                                $crate::response::DescribedField {
                                    name: $name,
                                    text: concat!($($field_doc, "\n"),*),
                                    required: $crate::__request_need!(flag $need),
                                    schema: <$kind as poem_openapi::types::Type>::schema_ref(),
                                }
                            ),* ],
                        }
                    }
                ),* ]
            }
        }
    };
}
pub(crate) use frames;

/// Writes a field of a frame, an optional one where it is there.
macro_rules! write_field {
    ($members:ident required $name:literal $field:ident) => {
        $members.serialize_entry($name, $field)?;
    };
    ($members:ident optional $name:literal $field:ident) => {
        if let Some($field) = $field {
            $members.serialize_entry($name, $field)?;
        }
    };
}
pub(crate) use write_field;

/// The documentation of one frame.
pub(crate) struct DescribedFrame {
    /// Its type on the wire.
    pub(crate) kind: &'static str,
    /// What it says.
    pub(crate) text: &'static str,
    /// Its fields beside `type`, in their order.
    pub(crate) fields: Vec<DescribedField>,
}

/// The number of the command that a frame answers, as the client wrote it.
#[derive(Clone, Copy)]
pub(crate) struct CommandId<'a>(pub(crate) &'a Number);

impl Serialize for CommandId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Schema for CommandId<'_> {
    const NAME: &'static str = "CommandId";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("number")))
    }
}

openapi_type!(CommandId<'a>);
