// Bundles the page into `dist`: `node build.mjs`. With `--check` it writes nothing, and fails where what is committed is not
// what the sources make.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { generated } from "./generate.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here(".");

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Of all that the bundle is made of, without which no byte of it changes. */
function sources() {
  const all = [...filesBelow(here("src")), here("package-lock.json"), here("build.mjs")];
  const lines = all.map((path) => {
    const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
    return `${digest}  ${relative(root, path)}`;
  });
  return `${lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join("\n")}\n`;
}

async function bundled() {
  const result = await build({
    entryPoints: { app: here("src/main.tsx") },
    outdir: here("dist"),
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
  });
  const files = Object.fromEntries(result.outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
  for (const name of ["index.html", "icon.svg"]) files[name] = readFileSync(here(`src/${name}`));
  files["sources.sha256"] = Buffer.from(sources());
  return files;
}

const check = process.argv.includes("--check");
const stale = [];

function settle(path, content) {
  if (!check) {
    writeFileSync(here(path), content);
    return;
  }
  let committed;
  try {
    committed = readFileSync(here(path));
  } catch {
    committed = Buffer.alloc(0);
  }
  if (!committed.equals(Buffer.from(content))) stale.push(path);
}

mkdirSync(here("dist"), { recursive: true });
for (const [path, text] of Object.entries(generated())) settle(path, text);
for (const [name, content] of Object.entries(await bundled())) settle(`dist/${name}`, content);
if (stale.length > 0) {
  console.error(`stale: ${stale.join(", ")}; run \`npm run build\` in examples/standalone-server/web, and commit what it writes`);
  process.exitCode = 1;
}
