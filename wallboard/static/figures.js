// What the figures mean at a moment, and how they are written: no page, no network, no clock of its own.

const ZONE = "Asia/Shanghai";
const TIME = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECOND = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const DATE = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, month: "long", day: "numeric", weekday: "long" });
const DAY = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, month: "numeric", day: "numeric" });

const OVER = new Set(["restored", "ended_by_clock"]);
const PHASE_ORDER = { overdue: 0, active: 1, suspected: 2, upcoming: 3 };
const MAINTENANCE = "maintenance";

export const NOTHING = "—";

/** The phase of an outage window at `now` (ms): derived, as the hub does, so that no message is needed. */
export function phaseAt(outage, now) {
  if (OVER.has(outage.phase)) return outage.phase;
  if (outage.phase === "suspected") return now <= Date.parse(outage.etr) ? "suspected" : "lapsed";
  if (now < Date.parse(outage.start)) return "upcoming";
  if (now < Date.parse(outage.etr)) return "active";
  return outage.hold || outage.phase === "overdue" ? "overdue" : "ended_by_clock";
}

/** The notice that a wall shows at `now` (ms), of several each in its turn; undefined where there is none. */
export function shownNotice(notices, now, turnMs) {
  const shown = notices.filter((notice) => Date.parse(notice.since) <= now && !(Date.parse(notice.until) <= now));
  return shown[Math.floor(now / turnMs) % shown.length];
}

/** The windows that a wall shows at `now`, each with its phase: the most urgent first. */
export function shownOutages(outages, now) {
  return outages
    .map((outage) => ({ ...outage, phase: phaseAt(outage, now) }))
    .filter((outage) => outage.phase in PHASE_ORDER)
    .sort(
      (a, b) =>
        PHASE_ORDER[a.phase] - PHASE_ORDER[b.phase] ||
        (a.kind === MAINTENANCE) - (b.kind === MAINTENANCE) ||
        b.important - a.important ||
        Date.parse(a.etr) - Date.parse(b.etr),
    );
}

/** Colour, glyph and word of a window: never colour alone. */
export function look(outage) {
  if (outage.phase === "suspected") return { tone: "suspected", glyph: "◌", word: outage.kind_label };
  if (outage.phase === "upcoming") return { tone: "upcoming", glyph: "◷", word: `预告 · ${outage.kind_label}` };
  if (outage.kind === MAINTENANCE) return { tone: "maintenance", glyph: "▲", word: outage.kind_label };
  return { tone: "outage", glyph: "■", word: outage.kind_label };
}

/** What is promised and how long that is: `["预计 15:40 送电", "剩 38 分"]`. */
export function promise(outage, now) {
  if (outage.phase === "upcoming") {
    const start = Date.parse(outage.start);
    return [`${moment(start, now)} 开始`, `还有 ${span(start - now)}`];
  }
  if (outage.phase === "suspected") {
    const since = Date.parse(outage.start);
    return [`${moment(since, now)} 起，未确认`, `已 ${span(now - since)}`];
  }
  const etr = Date.parse(outage.etr);
  const verb = outage.kind === MAINTENANCE ? "结束" : "送电";
  return [`预计 ${moment(etr, now)} ${verb}`, outage.phase === "overdue" ? `已超时 ${span(now - etr)}` : `剩 ${span(etr - now)}`];
}

/** `{ outage: 3, suspected: 1, maintenance: 1, upcoming: 2, customers: 1234, important: 2 }`; the last two of what is off now. */
export function summary(shown) {
  const total = { outage: 0, suspected: 0, maintenance: 0, upcoming: 0, customers: 0, important: 0 };
  for (const outage of shown) {
    const { tone } = look(outage);
    total[tone] += 1;
    if (tone !== "outage") continue;
    total.customers += outage.customers;
    total.important += outage.important;
  }
  return total;
}

/** A metric's value by its unit: `312`, `7.5%`, `1:05`. */
export function written(value, unit) {
  if (value === null) return NOTHING;
  if (unit === "ratio") return `${(value * 100).toFixed(1)}%`;
  if (unit === "s") return minutes(value * 1000);
  return grouped(value);
}

export function grouped(number) {
  return number.toLocaleString("zh-CN");
}

/** `1:05`, or `1:02:05` from an hour on; a wait that has only just begun in the hub's eyes is `0:00`. */
export function minutes(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(s).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

/** A length of time as a person says it, cut to what matters: `2 天 3 小时`, `1 小时 5 分`, `38 分`, `45 秒`. */
export function span(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} 秒`;
  const total = Math.floor(seconds / 60);
  const [d, h, m] = [Math.floor(total / 1440), Math.floor(total / 60) % 24, total % 60];
  if (d) return h ? `${d} 天 ${h} 小时` : `${d} 天`;
  if (h) return m ? `${h} 小时 ${m} 分` : `${h} 小时`;
  return `${m} 分`;
}

export const timeOf = (ms) => TIME.format(ms);
export const secondOf = (ms) => SECOND.format(ms);
export const dateOf = (ms) => DATE.format(ms);

function moment(ms, now) {
  return DAY.format(ms) === DAY.format(now) ? timeOf(ms) : `${DAY.format(ms)} ${timeOf(ms)}`;
}
