// Draws the wall: figures from the hub, the time from the hub, everything else computed each second.

import {
  NOTHING, dateOf, grouped, look, minutes, promise, secondOf, shownNotice, shownOutages, summary, timeOf, written,
} from "./figures.js";

const REFETCH_MS = 5000;
const PATIENCE_MS = 4000;
const TILES = 9;
const PAGE_MS = 10000;
const SEATS = 7;

const byId = (id) => document.getElementById(id);

let figures = null;
let receivedAt = 0; // by performance.now(): a PC clock that is set meanwhile must not move the wall's time
let trouble = null;
let asking = false;
let askAgain = false;

function hubNow() {
  return Date.parse(figures.now) + performance.now() - receivedAt;
}

async function refetch() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    await ask();
  } finally {
    asking = false;
  }
  draw();
  if (askAgain) {
    askAgain = false;
    refetch();
  }
}

async function ask() {
  try {
    const answer = await fetch("/wallboard/figures", { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) {
      trouble = [401, 403].includes(answer.status) ? "请重新登录" : "服务器出错";
      return;
    }
    figures = await answer.json();
    receivedAt = performance.now();
    trouble = null;
  } catch {
    trouble = "连不上服务器"; // whatever the reason, the wall says how old its figures are and tries again
  }
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function draw() {
  drawLink();
  if (figures === null) return;
  const now = hubNow();
  byId("time").textContent = secondOf(now);
  byId("date").textContent = dateOf(now);
  drawNotice(shownNotice(figures.notices, now, PAGE_MS));
  drawOutages(shownOutages(figures.outages, now), now);
  byId("waiting").textContent = grouped(figures.waiting);
  byId("waiting").dataset.busy = figures.waiting > 0;
  byId("longest").textContent = figures.waiting_since ? minutes(now - Date.parse(figures.waiting_since)) : NOTHING;
  byId("metrics").replaceChildren(...figures.metrics.map((metric) =>
    figure(metric.label, metric.label_en, written(metric.value, metric.unit))));
  byId("tickets").replaceChildren(...figures.tickets.map(ticket));
  byId("seats").replaceChildren(...figures.seats.slice(0, SEATS).map(seat));
  byId("no-seats").hidden = figures.seats.length > 0;
}

function drawLink() {
  const link = byId("link");
  document.body.dataset.stale = trouble !== null;
  link.dataset.state = trouble ? "lost" : figures ? "live" : "waiting";
  if (trouble) {
    link.textContent = figures ? `⚠ 数据停在 ${timeOf(Date.parse(figures.now))} · ${trouble}` : `⚠ 还没有数据 · ${trouble}`;
  } else if (figures) {
    link.textContent = "● 实时";
  }
}

function drawNotice(notice) {
  const shown = byId("notice");
  const said = notice ? `${notice.urgent ? "⚠ 紧急公告" : "公告"}　${notice.text}` : "";
  if (shown.textContent === said) return; // a screen reader would say it again each second
  shown.hidden = !notice;
  shown.className = notice?.urgent ? "urgent" : "";
  shown.textContent = said;
}

function drawOutages(shown, now) {
  const total = summary(shown);
  byId("outage-summary").textContent = shown.length
    ? `停电 ${total.outage} · ${total.suspected ? `疑似 ${total.suspected} · ` : ""}检修 ${total.maintenance} · 预告 ${total.upcoming} · ` +
      `涉及客户 ${grouped(total.customers)} 户 · 重要 ${grouped(total.important)} 户`
    : "";
  byId("no-outage").hidden = shown.length > 0;
  byId("no-outage").textContent = trouble ? `${timeOf(Date.parse(figures.now))} 时没有停电，现在未确认` : "✓ 当前没有停电";
  const pages = Math.max(1, Math.ceil(shown.length / TILES));
  const page = Math.floor(now / PAGE_MS) % pages;
  byId("outage-heading").dataset.page = pages > 1 ? `第 ${page + 1} / ${pages} 页` : "";
  byId("outages").replaceChildren(...shown.slice(page * TILES, (page + 1) * TILES).map((outage) => tile(outage, now)));
}

function tile(outage, now) {
  const { tone, glyph, word } = look(outage);
  const [promised, left] = promise(outage, now);
  const made = element("li", `tile ${tone}`);
  made.dataset.phase = outage.phase;
  const kind = element("p", "kind");
  kind.append(element("span", "", `${glyph} ${word}`));
  if (outage.important) kind.append(element("strong", "important", `★ 重要 ${grouped(outage.important)}`));
  const remaining = element("p", "left");
  remaining.append(element("span", "", left), element("span", "reach", `${grouped(outage.customers)} 户`));
  made.append(
    kind,
    element("p", "scope", outage.scope_text),
    remaining,
    element("p", "promised", `${promised} · ${outage.reason}`),
  );
  return made;
}

function figure(label, english, value) {
  const made = element("div", "figure");
  const name = element("dt", "", `${label} `);
  const small = element("small", "", english);
  small.lang = "en";
  name.append(small);
  made.append(name, element("dd", "", value));
  return made;
}

function ticket({ label, label_en: english, count, open }) {
  const made = figure(label, english, grouped(count));
  made.append(element("dd", "open", open ? `未办结 ${grouped(open)}` : ""));
  return made;
}

function seat({ agent, answered, average_talk_s: talk }) {
  const made = element("li", "");
  made.append(
    element("span", "agent", agent.slice(agent.lastIndexOf("/") + 1)),
    element("span", "answered", grouped(answered)),
    element("span", "talk", talk === null ? NOTHING : minutes(talk * 1000)),
  );
  return made;
}

let events = null;

function listen() {
  if (events !== null && events.readyState !== EventSource.CLOSED) return;
  events = new EventSource("/events");
  events.addEventListener("change", refetch);
}

setInterval(draw, 1000);
setInterval(() => {
  listen();
  refetch();
}, REFETCH_MS);
listen();
refetch();
