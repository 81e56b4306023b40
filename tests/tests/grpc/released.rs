//! What clients were made for: names, numbers and types of the protocol, which never change.

use std::collections::BTreeSet;
use std::fs;

use chat_grpc::v1;
use chat_tests::tree::root;
use prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

/// Where it is written down, a line a thing.
const PAGE: &str = "tests/tests/grpc/released.txt";

fn field(field: &FieldDescriptor) -> String {
    let kind = match field.kind() {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(of) => of.full_name().to_owned(),
        kind => format!("{kind:?}"),
    };
    let many = if field.is_list() || field.is_map() { "repeated " } else { "" };
    let within = field.containing_oneof().map_or_else(String::new, |oneof| format!(" in {}", oneof.name()));
    format!("{} = {} {many}{kind}{within}", field.full_name(), field.number())
}

fn of_enum(of: &EnumDescriptor) -> Vec<String> {
    of.values().map(|value| format!("{} = {}", value.full_name(), value.number())).collect()
}

fn of_message(message: &MessageDescriptor) -> Vec<String> {
    let mut lines = vec![message.full_name().to_owned()];
    lines.extend(message.fields().map(|of| field(&of)));
    lines.extend(message.child_messages().flat_map(|child| of_message(&child)));
    lines.extend(message.child_enums().flat_map(|child| of_enum(&child)));
    lines
}

/// All things of the protocol.
fn protocol() -> BTreeSet<String> {
    let pool = DescriptorPool::decode(v1::FILE_DESCRIPTOR_SET).expect("the protocol");
    let mut lines = BTreeSet::new();
    for file in pool.files().filter(|file| file.package_name() == "chat.v1") {
        for call in file.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let stream = |is: bool| if is { "stream " } else { "" };
            let (asks, answers) = (stream(call.is_client_streaming()), stream(call.is_server_streaming()));
            let (input, output) = (call.input(), call.output());
            let (input, output) = (input.full_name(), output.full_name());
            lines.insert(format!("{}({asks}{input}) {answers}{output}", call.full_name()));
        }
        lines.extend(file.messages().flat_map(|message| of_message(&message)));
        lines.extend(file.enums().flat_map(|of| of_enum(&of)));
    }
    lines
}

/// `BLESS=1 cargo test -p chat-tests --test grpc released` writes down what is new.
#[test]
fn what_was_released_stays_as_it_is_and_what_is_new_is_written_down() {
    let now = protocol();
    assert!(now.iter().any(|line| line == "chat.v1.Event.seq = 2 uint64"), "{now:#?}");
    let path = root().join(PAGE);
    if std::env::var_os("BLESS").is_some() {
        let page: String = now.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, page).expect("the page can be written");
    }
    let page = fs::read_to_string(&path).unwrap_or_default();
    let written: BTreeSet<String> = page.lines().map(str::to_owned).collect();
    let changed: Vec<&String> = written.difference(&now).collect();
    assert!(changed.is_empty(), "clients were made for these, which are not so any more: {changed:#?}");
    let new: Vec<&String> = now.difference(&written).collect();
    assert!(new.is_empty(), "write these down by BLESS: {new:#?}");
}
