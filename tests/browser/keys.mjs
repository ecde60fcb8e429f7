// Does a task by keyboard alone and without script: Tab to what a step names, then keys; says where each led.
import { open, read, visit } from "./chromium.mjs";

const MOST_TABS = 400;
const order = await read();
const browser = await open(order.chromium);
const trail = [];

// What a screen reader would call the element that has the focus.
const called = (element) => {
  const label = element.labels?.length ? element.labels[0].textContent : element.textContent;
  return (element.getAttribute("aria-label") || label || "").replace(/\s+/g, " ").trim();
};

async function reach(page, wanted) {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) && (await focused.evaluate(called)).startsWith(wanted)) return focused;
  }
  throw new Error(`no way by keyboard to “${wanted}” on ${page.url()}`);
}

const acts = {
  go: (page, path) => page.goto(order.base + path),
  open: async (page, name) => {
    await reach(page, name);
    await page.keyboard.press("Enter");
  },
  tick: async (page, name) => {
    await reach(page, name);
    await page.keyboard.press("Space");
  },
  type: async (page, name, text) => {
    const field = await reach(page, name);
    if ((await field.getAttribute("type")) !== "date") await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
  },
  file: async (page, name, file) => {
    const field = await reach(page, name); // the dialog that Enter opens here is the system's
    await field.setInputFiles({ name: file.name, mimeType: "text/csv", buffer: Buffer.from(file.text) });
  },
  press: async (page, name) => {
    await reach(page, name);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    trail.push({ path: new URL(page.url()).pathname, text: await page.locator("main").innerText() });
    if (order.screenshots) {
      await page.screenshot({ path: `${order.screenshots}/${order.name}-${trail.length}.png`, fullPage: true });
    }
  },
};

try {
  const options = { javaScriptEnabled: false };
  const context = await visit(browser, order, order.visitor, { language: order.language, options });
  const page = await context.newPage();
  for (const [act, ...what] of order.steps) await acts[act](page, ...what);
} finally {
  await browser.close();
}
console.log(JSON.stringify({ trail }));
