// Visits every page as every visitor, in each language, colour scheme and width, and says what is wrong with it.
// What refuses a visitor is one page for all addresses: it is looked at once for each, in the first language.
// In turns, a page is looked at once by a visitor instead of eight times: four visitors see each pair of language,
// scheme and width once, and which of them is whose changes from page to page.
import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { listen, open, read, visit } from "./chromium.mjs";

const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] };
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const order = await read();
const browser = await open(order.chromium);
const problems = [];
let looks = 0;

async function look(page, place, scheme, width) {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 900 });
  looks += 1;
  const at = `${place.visitor} ${place.name} ${place.language} ${scheme} ${width}`;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) problems.push(`${at}: scrolls sideways by ${wide} px`);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, rules), RULES);
  for (const found of violations) {
    const nodes = found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160));
    problems.push(`${at}: ${found.id}: ${found.help}: ${nodes.join(" | ")}`);
  }
  if (order.screenshots) {
    const file = `${order.screenshots}/${place.visitor}-${place.name}-${place.language}-${scheme}-${width}.png`;
    await page.screenshot({ path: file, fullPage: true });
  }
}

// Sends a form as a page of the portal would: with the token that stands in its own forms, and new ids.
async function send(page, { action, fields }) {
  const drawn = Object.entries(fields).map(([name, value]) => [name, value === "new" ? randomUUID() : value]);
  const form = { action, fields: Object.fromEntries(drawn) };
  const [answer] = await Promise.all([
    page.waitForNavigation({ waitUntil: "load" }),
    page.evaluate(({ action, fields }) => {
      const made = document.createElement("form");
      Object.assign(made, { method: "post", action });
      const token = document.querySelector("input[name=_csrf_token]").value;
      for (const [name, value] of Object.entries({ ...fields, _csrf_token: token })) {
        made.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      document.body.append(made);
      made.submit();
    }, form),
  ]);
  return answer;
}

// What the visitor's turn is on a page: the columns of an orthogonal array, moved on from page to page.
const turns = (page, visitor) => ({
  language: order.languages[(page + visitor) % 2],
  scheme: order.schemes[((page >> 1) + (visitor >> 1)) % 2],
  width: order.widths[((page >> 2) + visitor + (visitor >> 1)) % 2],
});

async function lookAround(page, place, once, turn) {
  if (once) return look(page, place, order.schemes[0], order.widths.at(-1));
  if (turn) return look(page, place, turn.scheme, turn.width);
  for (const scheme of order.schemes) for (const width of order.widths) await look(page, place, scheme, width);
}

async function crawl(visitor, language) {
  const context = await visit(browser, order, visitor, { language });
  await context.addInitScript({ content: axe });
  for (const [number, route] of visitor.routes.entries()) {
    const turn = order.turns ? turns(number, visitor.turn) : null;
    if (language !== (route.once ? order.languages[0] : (turn?.language ?? language))) continue;
    const said = [];
    const page = await context.newPage();
    listen(page, said);
    let answer = await page.goto(order.base + route.path, { waitUntil: "load" });
    if (route.form) answer = await send(page, route.form);
    const status = answer.status();
    const place = { visitor: visitor.name, name: route.name, language };
    if (status !== route.status) said.push(`status ${status} instead of ${route.status}`);
    const refused = (await page.locator("main > article.refused").count()) > 0;
    if (route.once && !refused) said.push("refused, yet not by the page of all refusals");
    await lookAround(page, place, route.once, turn);
    for (const one of said) problems.push(`${visitor.name} ${route.name} ${language}: ${one}`);
    await page.close();
  }
  await context.close();
}

if (order.screenshots) await mkdir(order.screenshots, { recursive: true });
try {
  for (const visitor of order.visitors) await Promise.all(order.languages.map((each) => crawl(visitor, each)));
} finally {
  await browser.close();
}
console.log(JSON.stringify({ looks, problems }));
