//! Makes a client of the committed OpenAPI document, by progenitor.

use std::{env, error::Error, fs, path::Path};

use progenitor::{GenerationSettings, Generator, InterfaceStyle};

const DOCUMENT: &str = "../../../chat-http/openapi.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={DOCUMENT}");
    // progenitor knows `application/json` alone: of what has another content type it makes bytes without a type.
    let document = fs::read_to_string(DOCUMENT)?.replace("application/problem+json", "application/json");
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let client = Generator::new(&settings).generate_tokens(&serde_json::from_str(&document)?)?;
    let folder = env::var_os("OUT_DIR").ok_or("cargo names a folder for what is made")?;
    Ok(fs::write(Path::new(&folder).join("client.rs"), client.to_string())?)
}
