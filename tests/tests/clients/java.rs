//! OpenAPI Generator's client for Java, of the library `native`: the JDK's own HTTP client, and Jackson.

use chat_tests::tree::{files, root};

use crate::evening::{Servers, client, emptied, program, succeeds};
use crate::openapi_generator::{generate, jar};

/// Without the one library that the generator's jar has not, and such that `kind` tells which event it is.
const PROPERTIES: &str = "openApiNullable=false,useJakartaEe=true,useOneOfDiscriminatorLookup=true,\
    invokerPackage=chat.client,apiPackage=chat.client.api,modelPackage=chat.client.model,hideGenerationTimestamp=true";

/// Debian's annotations; and Jackson as the generator's own jar has it, since Debian's is without the module of times.
fn class_path() -> String {
    format!("/usr/share/java/jakarta-annotation-api.jar:{}", jar())
}

#[tokio::test]
async fn an_evening_by_openapi_generator_for_java() {
    let folder = emptied(client("java").join("generated"));
    generate(&["java", "--library", "native"], &folder, PROPERTIES);
    let class_path = class_path();
    let mut compile = program("javac", &folder);
    // No processor wants Jackson's annotations, nobody serializes the serializers, and what is made calls for Jackson what
    // its newer versions call otherwise.
    compile.args(["-Xlint:all", "-Xlint:-processing", "-Xlint:-serial", "-Xlint:-deprecation", "-Werror"]).args([
        "-encoding",
        "UTF-8",
        "-d",
        "classes",
        "-cp",
        &class_path,
        "../Evening.java",
        "@sources",
    ]);
    let sources = files(&folder.join("src"), ".java").into_iter().map(|(path, _)| root().join(path));
    let sources = sources.map(|path| path.display().to_string()).collect::<Vec<_>>();
    std::fs::write(folder.join("sources"), sources.join("\n")).expect("a file in our own folder");
    succeeds(compile);
    let mut evening = program("java", &folder);
    evening.args(["-Dfile.encoding=UTF-8", "-cp", &format!("{class_path}:classes"), "Evening"]);
    Servers::start().await.visited_by(evening);
}
