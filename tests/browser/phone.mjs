// Books on a phone with a 3G line, by tapping: says where each tap led, and what all of it took.
import { open, read, visit } from "./chromium.mjs";

const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const LINE = { offline: false, latency: 300, downloadThroughput: 1_600_000 / 8, uploadThroughput: 768_000 / 8 }; // 3G
const order = await read();
const browser = await open(order.chromium);

const trail = [];
let bytes = 0;
let seconds = 0;
try {
  const context = await visit(browser, order, order.visitor, { options: PHONE });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", LINE);
  network.on("Network.loadingFinished", (loaded) => {
    bytes += loaded.encodedDataLength;
  });
  const begun = performance.now();
  await page.goto(order.base + order.from);
  for (const wanted of order.takes) {
    const button = page.locator("a, button").filter({ hasText: wanted }).first();
    await Promise.all([page.waitForNavigation(), button.tap()]);
    trail.push({ path: new URL(page.url()).pathname, wide: await page.evaluate("document.body.scrollWidth") });
    if (order.screenshots) await page.screenshot({ path: `${order.screenshots}/phone-${trail.length}.png` });
  }
  seconds = (performance.now() - begun) / 1000;
} finally {
  await browser.close();
}
console.log(JSON.stringify({ trail, bytes, seconds }));
