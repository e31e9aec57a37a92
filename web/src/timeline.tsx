// The timeline: how many findings began when, by desk; a stretch of it chosen filters everything.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { session, type Mark } from "./api";
import { FILTERS, filtered, seen, sought } from "./data";
import { one, turn } from "./place";
import { Time, utc } from "./show";
import { hue, theme } from "./theme";
import { t } from "./words";

const W = 1000, H = 54, BINS = 200;
const DAY = 86_400_000;
/** Pixels that a label of each precision needs. */
const ROOM = { min: 135, day: 85, month: 65, year: 45 };
const STEPS = [3_600_000, 6 * 3_600_000, DAY, 7 * DAY, 30.44 * DAY, 91.3 * DAY, 365.25 * DAY, 5 * 365.25 * DAY];

function stretch(marks: Mark[]): [number, number] {
  let first = Infinity, last = -Infinity;
  for (const each of marks) { if (each.t0 < first) first = each.t0; if (each.t1 > last) last = each.t1; }
  if (first > last) return [0, 1];
  const room = Math.max(3_600_000, (last - first) * 0.02);
  return [first - room, last + room];
}

/** A bar for each bin and desk, one on the other. */
function columns(some: Mark[], from: number, span: number, kinds: Record<string, { desk: string }>) {
  const bins: Record<string, number[]> = {};
  let most = 1;
  const whole = new Array<number>(BINS).fill(0);
  for (const each of some) {
    const bin = Math.min(BINS - 1, Math.floor(((each.t0 - from) / span) * BINS));
    const desk = kinds[each.kind]?.desk ?? "other";
    (bins[desk] ??= new Array<number>(BINS).fill(0))[bin]! += 1;
    most = Math.max(most, (whole[bin]! += 1));
  }
  const height = (count: number) => (count ? 3 + (H - 17) * Math.sqrt(count / most) : 0);
  const bottom = new Array<number>(BINS).fill(0);
  return Object.entries(bins).flatMap(([desk, counts]) => counts.map((count, i) => {
    if (!count) return null;
    const y0 = height(bottom[i]!), y1 = height((bottom[i]! += count));
    return <rect key={`${desk}${i}`} x={(i / BINS) * W} width={W / BINS - 0.6} y={H - 14 - y1} height={y1 - y0} fill={hue(desk)} />;
  }));
}

export function Timeline() {
  const marks = seen.value?.marks ?? [];
  const t0 = one("t0"), t1 = one("t1");
  const by = { ...Object.fromEntries(FILTERS.map((each) => [each, one(each)])), t0: "", t1: "", q: sought.value };
  const some = useMemo(() => filtered(marks, by), [marks, JSON.stringify(by)]);
  const kinds = session.value?.kinds ?? {};
  const [from, to] = useMemo(() => stretch(marks), [marks]);
  const span = to - from;
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const bars = useMemo(() => columns(some, from, span, kinds), [some, from, span, theme.value]);
  const step = STEPS.find((each) => span / each < 12) ?? STEPS.at(-1)!;
  const ticks: number[] = [];
  if (!marks.length) { /* No time to write. */ }
  else if (step < 360 * DAY) for (let at = Math.ceil(from / step) * step; at < to; at += step) ticks.push(at);
  else for (let year = new Date(from).getUTCFullYear() + 1; Date.UTC(year, 0) < to; year += Math.round(step / (365.25 * DAY))) ticks.push(Date.UTC(year, 0));
  const precision = step < DAY ? "min" : step < 28 * DAY ? "day" : step < 360 * DAY ? "month" : "year";
  const [width, setWidth] = useState(W);
  useEffect(() => {
    const watch = new ResizeObserver(() => setWidth(svg.current?.clientWidth || W));
    watch.observe(svg.current!);
    return () => watch.disconnect();
  }, []);
  // As many labels as there is room for, none cut at the right edge.
  const every = Math.ceil((ROOM[precision] * span) / (step * width)), last = 1 - ROOM[precision] / width;
  const chosen: [number, number] | null = drag ?? (t0 && t1 ? [Date.parse(t0), Date.parse(t1)] : null);

  const at = (event: PointerEvent) => {
    const box = svg.current!.getBoundingClientRect();
    return from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * span;
  };
  const end = () => {
    if (!drag) return;
    const [a, b] = [Math.min(...drag), Math.max(...drag)];
    setDrag(null);
    if (b - a < span / 300) turn({ t0: "", t1: "" });
    else turn({ t0: new Date(a).toISOString(), t1: new Date(b).toISOString() });
  };
  const day = (text: string | undefined) => (text ? text.slice(0, 16) : "");
  const typed = (key: string) => (event: Event) => {
    const text = (event.target as HTMLInputElement).value;
    turn({ [key]: text ? `${text}:00.000Z` : "" });
  };
  return (
    <section class="timeline" aria-label={t("Timeline")}>
      <svg ref={svg} viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img"
        aria-label={t("{n} findings from {a} to {b}", { n: some.length, a: utc(from, "day"), b: utc(to, "day") })}
        onPointerDown={(event) => { svg.current!.setPointerCapture(event.pointerId); const x = at(event); setDrag([x, x]); }}
        onPointerMove={(event) => { if (drag) setDrag([drag[0], at(event)]); }} onPointerUp={end}>
        {bars}
        <line x1="0" x2={W} y1={H - 14} y2={H - 14} class="axis" />
        {chosen && <rect class="brush" x={((Math.min(...chosen) - from) / span) * W} width={(Math.abs(chosen[1] - chosen[0]) / span) * W} y="0" height={H - 14} />}
      </svg>
      <div class="ticks" aria-hidden="true">
        {ticks.map((each, i) => <span key={each} style={{ left: `${((each - from) / span) * 100}%` }}>{i % every || (each - from) / span > last ? "\u00a0" : utc(each, precision)}</span>)}
      </div>
      <div class="stretch">
        <label>{t("From")} <input type="datetime-local" value={day(t0)} onChange={typed("t0")} /></label>
        <label>{t("To")} <input type="datetime-local" value={day(t1)} onChange={typed("t1")} /></label>
        <span class="quiet">UTC</span>
        {(t0 || t1) && <button type="button" onClick={() => turn({ t0: "", t1: "" })}>{t("All times")}</button>}
        {marks.length > 0 && <span class="quiet"><Time ms={from} precision="day" /> – <Time ms={to} precision="day" /></span>}
      </div>
    </section>
  );
}
