// Reads the feed of a territory as a partner would, every event judged by the CloudEvents SDK, and prints it as JSON.
//   node listen.mjs pages
//   node listen.mjs stream   until the event of the id or subject UNTIL; CUTS connections are cut after CUT_AFTER events
// FEED is the address of the events, KEY the partner's key.
import { setTimeout as pause } from "node:timers/promises";
import { CloudEvent, HTTP } from "cloudevents";

const { FEED, KEY, UNTIL } = process.env;
const [cutAfter, cuts] = [Number(process.env.CUT_AFTER ?? 0), Number(process.env.CUTS ?? 0)];
const authorization = `Bearer ${KEY}`;
const REQUIRED = ["specversion", "id", "source", "type"];

/** Throws for what is no CloudEvent: the SDK draws an id or a time where one is missing, and lets objects pass. */
function judged(raw) {
  const missing = [...REQUIRED, "time"].filter((name) => typeof raw[name] !== "string");
  if (missing.length) throw new Error(`without ${missing}: ${JSON.stringify(raw)}`);
  const nested = Object.keys(raw).filter((name) => name !== "data" && typeof raw[name] === "object");
  if (nested.length) throw new Error(`no attribute of a CloudEvent: ${nested}`);
  const event = new CloudEvent(raw, true);
  const changed = Object.keys(raw).filter((name) => JSON.stringify(raw[name]) !== JSON.stringify(event[name]));
  if (changed.length) throw new Error(`read otherwise: ${changed}`);
  return raw;
}

async function pages() {
  const events = [];
  for (let address = `${FEED}?limit=7`; ; ) {
    const answer = await fetch(address, { headers: { authorization } });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${body}`);
    const page = HTTP.toEvent({ headers: Object.fromEntries(answer.headers), body });
    const raw = JSON.parse(body).map(judged);
    if (page.map((event) => event.id).join() !== raw.map((event) => event.id).join()) throw new Error("page read otherwise");
    if (!raw.length) return { events };
    events.push(...raw);
    address = new URL(answer.headers.get("link").match(/<([^>]+)>; rel="next"/)[1], FEED);
  }
}

/** Reads one connection until it breaks, `most` events have come or the last one has; returns whether that came. */
async function connection(events, most) {
  const read = events.at(-1)?.id;
  const leave = new AbortController();
  const headers = { authorization, ...(read && { "last-event-id": read }) };
  const answer = await fetch(`${FEED}/stream`, { headers, signal: leave.signal });
  if (answer.status === 503) return false;
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  process.stderr.write("listening\n");
  let text = "";
  let count = 0;
  for await (const bytes of answer.body.pipeThrough(new TextDecoderStream())) {
    text += bytes;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const fields = Object.fromEntries(text.slice(0, end).split("\n").map((line) => line.split(/: (.*)/s)));
      if (!fields.data) continue;
      const event = judged(JSON.parse(fields.data));
      if (event.id !== fields.id) throw new Error(`the message ${fields.id} holds the event ${event.id}`);
      events.push(event);
      count += 1;
      const last = [event.id, event.subject].includes(UNTIL);
      if (last || count === most) {
        leave.abort(); // what has come after it is lost with the connection
        return last;
      }
    }
  }
  return false;
}

async function stream() {
  const events = [];
  for (let connections = 1; ; connections += 1) {
    try {
      if (await connection(events, connections <= cuts ? cutAfter : Infinity)) return { events, connections };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch's own: the connection could not be made, or broke
      process.stderr.write(`${error.cause ?? error}\n`);
    }
    await pause(100);
  }
}

console.log(JSON.stringify(await (process.argv[2] === "pages" ? pages() : stream())));
