import { defineConfig } from "@hey-api/openapi-ts";

const client = (document, folder) => ({
  input: `../../../chat-http/${document}.json`,
  // Node.js finds modules by their whole names, and so does what is compiled for it.
  output: { path: `generated/hey/${folder}`, importFileExtension: ".js", tsConfigPath: null },
  plugins: ["@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch"],
});

export default defineConfig([client("openapi", "chat"), client("openapi-admin", "admin")]);
