//! OpenAPI Generator's client for Java, of the library `native`: the JDK's own HTTP client, and Jackson.

use chat_tests::tree::files;
use chat_tests::tree::root;

use crate::evening::{Servers, client, emptied, program, succeeds};
use crate::openapi_generator::{generate, jar};

/// Without what Debian has no package of (jackson-databind-nullable), and such that `kind` tells which event it is.
const PROPERTIES: &str = "openApiNullable=false,useJakartaEe=true,useOneOfDiscriminatorLookup=true,\
    invokerPackage=chat.client,apiPackage=chat.client.api,modelPackage=chat.client.model,hideGenerationTimestamp=true";

/// Debian's, and the generator's own jar for the one module of Jackson that Debian does not have: that of times.
fn class_path() -> String {
    let debian = ["jackson-core", "jackson-databind", "jackson-annotations", "jakarta-annotation-api"];
    let mut paths: Vec<String> = debian.iter().map(|name| format!("/usr/share/java/{name}.jar")).collect();
    paths.extend([jar(), "classes".to_owned()]);
    paths.join(":")
}

#[tokio::test]
async fn an_evening_by_openapi_generator_for_java() {
    let folder = emptied(client("java").join("generated"));
    generate(&["java", "--library", "native"], &folder, PROPERTIES);
    let class_path = class_path();
    let mut compile = program("javac", &folder);
    // No processor wants Jackson's annotations; and nobody serializes the serializers.
    compile
        .args(["-Xlint:all", "-Xlint:-processing", "-Xlint:-serial", "-Werror", "-encoding", "UTF-8"])
        .args(["-d", "classes", "-cp", &class_path, "../Evening.java"])
        .args(files(&folder.join("src"), ".java").into_iter().map(|(path, _)| root().join(path)));
    succeeds(compile);
    let mut evening = program("java", &folder);
    evening.args(["-Dfile.encoding=UTF-8", "-cp", &class_path, "Evening"]);
    Servers::start().await.visited_by(evening);
}
