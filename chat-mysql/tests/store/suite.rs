//! What every store promises.

use chat_test_databases::Kind;

mod mariadb {
    use super::*;

    mod on_its_own {
        chat_conformance::store_suite!(|| crate::stores::own(super::Kind::MariaDb));
    }
    mod on_a_pool {
        chat_conformance::store_suite!(|| crate::stores::host(super::Kind::MariaDb));
    }
}

mod mysql {
    use super::*;

    mod on_its_own {
        chat_conformance::store_suite!(|| crate::stores::own(super::Kind::MySql));
    }
    mod on_a_pool {
        chat_conformance::store_suite!(|| crate::stores::host(super::Kind::MySql));
    }
}
