// Prints what @asyncapi/parser makes of a document, as one JSON line; reads its input, exits 1 when it finds anything wrong.
import { readFile } from "node:fs/promises";
import asyncapi from "@asyncapi/parser";

const [ERROR, WARNING] = [0, 1];
const text = await readFile("/dev/stdin", "utf8");
const { document, diagnostics } = await new asyncapi.Parser().parse(text);
const wrong = diagnostics
  .filter(({ severity }) => severity === ERROR || severity === WARNING)
  .map(({ code, path, message }) => `${code} at ${path.join(".")}: ${message}`);
if (!document && wrong.length === 0) wrong.push("the parser returns no document");

console.log(JSON.stringify({
  channels: document?.channels().length ?? 0,
  messages: document?.allMessages().length ?? 0,
  wrong,
}));
process.exitCode = wrong.length === 0 ? 0 : 1;
