// Makes TypeScript of the committed documents: `node generate.mjs` writes, `--check` only says what is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const document = (name) => JSON.parse(readFileSync(here(`../../../chat-http/${name}`), "utf8"));
const nameOf = (reference) => reference.split("/").at(-1);

/** A schema as a type. What is not named here stops the run, so that nothing is typed loosely by accident. */
function type(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  for (const together of ["oneOf", "anyOf"]) {
    if (schema[together]) return schema[together].map(type).join(" | ");
  }
  if (schema.allOf) return schema.allOf.map(type).join(" & ");
  switch (schema.type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return `readonly (${type(schema.items)})[]`;
    case "object":
      if (schema.properties) return `{\n${fields(schema)}}`;
      if (typeof schema.additionalProperties === "object") return `Readonly<Record<string, ${type(schema.additionalProperties)}>>`;
      return "Readonly<Record<string, never>>";
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function fields(schema) {
  const required = new Set(schema.required);
  const field = ([name, value]) => `  readonly ${name}${required.has(name) ? "" : "?"}: ${type(value)};\n`;
  return Object.entries(schema.properties).map(field).join("");
}

function declaration([name, schema]) {
  return `export type ${name} = ${type(schema)};\n`;
}

const head = (from) => `// Made of chat-http/${from} by generate.mjs. Not to be edited.\n\n`;

function schemaOf(openapi) {
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(method, path, operation)),
  );
  const schemas = Object.entries(openapi.components.schemas).map(declaration);
  return `${head("openapi.json")}${schemas.join("\n")}\nexport interface Operations {\n${operations.join("")}}\n`;
}

function operationOf(method, path, operation) {
  const parameters = (place) => {
    const those = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    if (those.length === 0) return "";
    const one = ({ name, required, schema }) => `${name}${required ? "" : "?"}: ${type(schema)}`;
    return ` ${place}: { ${those.map(one).join("; ")} };`;
  };
  const json = operation.requestBody?.content["application/json"];
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith("2"))
    .map(([, answer]) => answer.content?.["application/json"])
    .map((content) => (content ? type(content.schema) : "undefined"));
  const answer = [...new Set(answers)].join(" | ") || "never";
  const body = json ? ` body: ${type(json.schema)};` : "";
  return `  "${method.toUpperCase()} ${path}": {${parameters("path")}${parameters("query")}${body} answer: ${answer} };\n`;
}

function framesOf(asyncapi, openapi) {
  const all = Object.entries(asyncapi.components.schemas);
  const shared = all.map(([name]) => name).filter((name) => name in openapi.components.schemas);
  const own = all.filter(([name]) => !shared.includes(name));
  const union = (name, ending) => {
    const those = own.map(([name]) => name).filter(ending);
    return `export type ${name} = ${those.join(" | ")};\n`;
  };
  const used = shared.filter((name) => own.some(([, schema]) => JSON.stringify(schema).includes(`/schemas/${name}"`)));
  return [
    `${head("asyncapi.json")}import type { ${used.join(", ")} } from "../api/schema";\n`,
    ...own.map(declaration),
    union("Command", (name) => name.endsWith("Command")),
    union("Frame", (name) => name.endsWith("Frame") || name.startsWith("Ok")),
  ].join("\n");
}

/** What the files hold when they are not stale. */
export function generated() {
  const openapi = document("openapi.json");
  return {
    "src/api/schema.ts": schemaOf(openapi),
    "src/socket/frames.ts": framesOf(document("asyncapi.json"), openapi),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generated())) writeFileSync(here(path), text);
}
