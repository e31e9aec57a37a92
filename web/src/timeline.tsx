// The timeline: how many findings began when, by desk; a stretch of it chosen filters everything.
import { computed } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { session, type Mark } from "./api";
import { seen, spread } from "./data";
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

/** Findings in each bin, desk by desk, and most in any. */
function counted(some: Mark[], from: number, span: number): { bins: Map<string, Uint32Array>; most: number } {
  const kinds = session.value?.kinds ?? {}, of = new Map<string, Uint32Array>(), bins = new Map<string, Uint32Array>();
  const whole = new Uint32Array(BINS), scale = BINS / span;
  for (let i = 0; i < some.length; i++) {
    const each = some[i]!, bin = Math.min(BINS - 1, Math.floor((each.t0 - from) * scale));
    let own = of.get(each.kind);
    if (!own) {
      const desk = kinds[each.kind]?.desk ?? "other";
      own = bins.get(desk) ?? new Uint32Array(BINS);
      of.set(each.kind, own); bins.set(desk, own);
    }
    own[bin]! += 1; whole[bin]! += 1;
  }
  return { bins, most: whole.reduce((a, b) => Math.max(a, b), 1) };
}

/** The bars of each desk, one on the other: one shape a desk, however many there are. */
function Bars() {
  const [from, to] = range.value, { bins, most } = counted(spread.value, from, to - from);
  void theme.value;
  const height = (count: number) => (count ? 3 + (H - 17) * Math.sqrt(count / most) : 0);
  const bottom = new Uint32Array(BINS), wide = W / BINS - 0.6;
  return <>{[...bins].map(([desk, counts]) => {
    let shape = "";
    counts.forEach((count, i) => {
      if (!count) return;
      const y0 = height(bottom[i]!), y1 = height((bottom[i]! += count));
      shape += `M${(i * W) / BINS} ${(H - 14 - y1).toFixed(2)}h${wide}v${(y1 - y0).toFixed(2)}h-${wide}z`;
    });
    return <path key={desk} d={shape} fill={hue(desk)} />;
  })}</>;
}

/** The time that the whole picture takes. */
const range = computed(() => stretch(seen.value?.marks ?? []));
const said = computed(() => t("{n} findings from {a} to {b}", { n: spread.value.length, a: utc(range.value[0], "day"), b: utc(range.value[1], "day") }));

export function Timeline() {
  const t0 = one("t0"), t1 = one("t1"), none = !seen.value?.marks.length;
  const [from, to] = range.value;
  const span = to - from;
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const step = STEPS.find((each) => span / each < 12) ?? STEPS.at(-1)!;
  const ticks: number[] = [];
  if (none) { /* No time to write. */ }
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
        aria-label={said}
        onPointerDown={(event) => { svg.current!.setPointerCapture(event.pointerId); const x = at(event); setDrag([x, x]); }}
        onPointerMove={(event) => { if (drag) setDrag([drag[0], at(event)]); }} onPointerUp={end}>
        <Bars />
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
        {!none && <span class="quiet"><Time ms={from} precision="day" /> – <Time ms={to} precision="day" /></span>}
      </div>
    </section>
  );
}
