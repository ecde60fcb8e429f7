// Books without script and by keyboard alone: Tab to what is wanted, Enter; says where it led and what was read.
import { open, read, visit } from "./chromium.mjs";

const MOST_TABS = 400;
const order = await read();
const browser = await open(order.chromium);

async function take(page, wanted) {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) && ((await focused.innerText()) || "").trim() === wanted) {
      await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
      return;
    }
  }
  throw new Error(`no way by keyboard to “${wanted}” on ${page.url()}`);
}

const trail = [];
try {
  const context = await visit(browser, order, order.visitor, { options: { javaScriptEnabled: false } });
  const page = await context.newPage();
  await page.goto(order.base + order.from);
  for (const wanted of order.takes) {
    await take(page, wanted);
    trail.push({ path: new URL(page.url()).pathname, text: await page.locator("main").innerText() });
    if (order.screenshots) await page.screenshot({ path: `${order.screenshots}/booking-${trail.length}.png` });
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({ trail }));
