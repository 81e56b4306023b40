// Where the server is, as the test that started it says.

function said(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** A server without limits, for the evening. */
export const chat = said("CHAT_URL");
/** Another one, which limits how often one may guess passwords. */
export const limited = said("CHAT_LIMITED_URL");
export const operatorsToken = said("CHAT_ADMIN_TOKEN");
