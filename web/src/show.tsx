// How values look: text that may be anybody's, instants in UTC with the local time on hover.
import { session } from "./api";
import { named, t, told, type Told, tongue } from "./words";

const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const LONGEST = 400;

/** Text without what acts on its reader, and no longer than a person reads. */
export function plain(text: string, longest = LONGEST): string {
  const shown = text.slice(0, longest).replace(ACTING, "\ufffd");
  return text.length > longest ? `${shown}… (${text.length.toLocaleString("en")})` : shown;
}

export function Text({ s, longest }: { s: string; longest?: number }) {
  return <bdi>{plain(s, longest)}</bdi>;
}

const CUT: Record<string, number> = { year: 4, month: 7, day: 10, h: 13, min: 16, s: 19, ms: 23 };

export function utc(ms: number, precision = "min"): string {
  const text = new Date(ms).toISOString().replace("T", " ").slice(0, CUT[precision] ?? 19);
  return precision in { year: 1, month: 1, day: 1 } ? text : precision === "h" ? `${text}hZ` : `${text}Z`;
}

// Made once: it takes longer to make than a row to draw.
const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function Time({ ms, precision = "min" }: { ms: number; precision?: string }) {
  if (!Number.isFinite(ms)) return <span>{t("unknown")}</span>;
  const local = LOCAL.format(ms);
  return <time dateTime={new Date(ms).toISOString()} title={`${local} (${t("local time")})`}>{utc(ms, precision)}</time>;
}

export function At({ s, precision = "s" }: { s: string | null | undefined; precision?: string }) {
  return s ? <Time ms={Date.parse(s)} precision={precision} /> : <span>–</span>;
}

/** In full, or where there is little room without the radius. */
export function degrees(place: [number, number, number], brief = false): string {
  const [lon, lat, radius] = place;
  if (brief) return `${Math.abs(lat).toFixed(2)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(2)}°${lon < 0 ? "W" : "E"}`;
  const size = radius >= 1000 ? `${(radius / 1000).toFixed(1)} km` : `${radius.toFixed(0)} m`;
  return `${Math.abs(lat).toFixed(3)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(3)}°${lon < 0 ? "W" : "E"} ± ${size}`;
}

export function Verdict({ v, short = false }: { v: string; short?: boolean }) {
  const said = v === "own" ? t("its own") : v === "released" ? t(short ? "whole" : "released") : v === "partial" ? t(short ? "in part" : "released in part") : t("withheld");
  return <span class={`verdict ${v === "own" ? "released" : v}`}><i aria-hidden="true" />{said}</span>;
}

/** A kind with its domain before it, `maritime/crossing`, in words, `alone` without; or a word of ours. */
export function kindOf(text: string, alone = false): string {
  const at = text.lastIndexOf("/"), kind = text.slice(at + 1);
  const called = named(session.value?.kinds[kind], t(kind));
  return at < 0 || alone ? called : `${t(text.slice(0, at))}/${called}`;
}

/** A sentence of the node. */
export const say = (each: Told) => told(each, kindOf);

/** Text that somebody wrote in a language of their own. */
export function Prose({ s, longest }: { s: string; longest?: number }) {
  return <span lang={tongue(s)}><Text s={s} longest={longest} /></span>;
}

export function Tlp({ tlp }: { tlp: string }) {
  return <span class={`tlp tlp-${tlp.replace("+", "-")}`}>TLP:{tlp.toUpperCase()}</span>;
}

export function Problem({ text }: { text: string }) {
  return text ? <p class="problem" role="alert"><Prose s={t(text)} longest={2000} /></p> : null;
}
