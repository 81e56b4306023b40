use crate::Server;

impl Server {
    /// `127.0.0.1:PORT`, where gRPC is served.
    ///
    /// # Panics
    /// When it is not: the server was started without `--grpc-listen`.
    pub fn grpc(&self) -> String {
        let printed = self.printed();
        let address = printed.iter().find_map(|line| line.strip_prefix("listening for gRPC on "));
        address.expect("a server that serves gRPC").to_owned()
    }
}
