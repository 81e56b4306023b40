//! Makes Rust of the protocol. The compiler of the protocol is a crate, so that nobody needs `protoc`.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

/// The folder of the protocol; what stands in it is `chat/v1/*.proto`.
const PROTOCOL: &str = "proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PROTOCOL}");
    let mut files: Vec<PathBuf> = fs::read_dir(format!("{PROTOCOL}/chat/v1"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let descriptors = protox::compile(files, [PROTOCOL])?;
    // For reflection, by which clients learn the protocol of the server itself.
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("chat.v1.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().build_client(true).compile_fds(descriptors)?;
    Ok(())
}
