// Opens Debian's Chromium without its calls home, and signs a visitor in by the cookies of their session.
import { chromium } from "playwright-core";

const PATIENCE = 180_000; // milliseconds: a page that is not there by then never comes
const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"];

export const open = (executablePath) => chromium.launch({ executablePath, args: QUIET });

export async function visit(browser, order, visitor, more = {}) {
  const language = more.language ?? "fr";
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", ...more.options });
  context.setDefaultTimeout(PATIENCE);
  const cookies = { ...visitor.cookies, language };
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: order.base })));
  return context;
}

export async function read() {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  return JSON.parse(text);
}

// Collects what a page complains of: scripts that fail, answers that are missing, policies that are violated.
export function listen(page, said) {
  page.on("console", (message) => {
    const told = message.text().startsWith("Failed to load resource"); // by its answer, below
    if (message.type() === "error" && !told) said.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => said.push(`script: ${error.message}`));
  page.on("response", (answer) => {
    if (answer.status() >= 400 && !answer.request().isNavigationRequest()) {
      said.push(`answer ${answer.status()}: ${new URL(answer.url()).pathname}`);
    }
  });
}
