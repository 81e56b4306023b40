//! What every store promises.

mod on_a_file {
    chat_conformance::store_suite!(crate::stores::file);
}

mod in_memory {
    chat_conformance::store_suite!(crate::stores::memory);
}

mod on_a_pool {
    chat_conformance::store_suite!(crate::stores::host);
}
