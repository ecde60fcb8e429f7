// Takes somebody in by keyboard alone and without script: types where the page has put the focus, then Enter twice.
import { open, read, visit } from "./chromium.mjs";

const order = await read();
const browser = await open(order.chromium);
const trail = [];
try {
  const context = await visit(browser, order, order.visitor, { options: { javaScriptEnabled: false } });
  const page = await context.newPage();
  await page.goto(order.base + order.from);
  for (const typed of order.types) {
    if (typed) await page.keyboard.type(typed);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    trail.push({ path: new URL(page.url()).pathname, text: await page.locator("main").innerText() });
    if (order.screenshots) await page.screenshot({ path: `${order.screenshots}/walk-in-${trail.length}.png` });
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({ trail }));
