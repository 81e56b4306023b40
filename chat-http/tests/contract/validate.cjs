// Reads the document that is named with the official parser, and prints its errors and warnings, and what it found.
"use strict";
const { readFileSync } = require("node:fs");
const { Parser } = require(require.resolve("@asyncapi/parser", { paths: [process.cwd()] }));

const [file] = process.argv.slice(2);
new Parser().parse(readFileSync(file, "utf8")).then(({ document, diagnostics }) => {
  // 0 is an error, 1 a warning; beyond that it says that there is a later version of AsyncAPI.
  const against = diagnostics.filter(({ severity }) => severity <= 1);
  const told = against.map(({ code, path, message }) => `${code} ${path.join(".")}: ${message}`);
  const operations = document ? document.operations().all().map((operation) => operation.id()) : [];
  console.log(JSON.stringify({ told, operations }));
});
