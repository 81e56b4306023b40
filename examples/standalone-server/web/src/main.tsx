import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./design/shell.css";
import "./design/conversation.css";

import { render } from "preact";

import { useTokens } from "./api/call";
import { followOtherTabs, tokens } from "./api/session";
import { App } from "./views/app";

useTokens(tokens);
followOtherTabs();
const root = document.getElementById("app")!;
root.replaceChildren();
render(<App />, root);
