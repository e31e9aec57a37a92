// What lies on the map besides findings, and what its signs mean.
import { useState } from "preact/hooks";
import { session } from "./api";
import { seen } from "./data";
import { one, turn } from "./place";
import { asking, positions, wanted } from "./positions";
import { ahead, ask, orbit, problem, satellites, there, type Satellite } from "./satellites";
import { shapeOf } from "./signs";
import { Problem, Text, Time, say } from "./show";
import type { Shape } from "./points";
import { hue, theme } from "./theme";
import { named, t } from "./words";

const count = (n: number) => n.toLocaleString("en");
const SHOWN = 12;

export function Layers() {
  const globe = one("globe"), sat = one("sat");
  const [open, setOpen] = useState(!!sat);
  return (
    <details class="layers" open={open} onToggle={(event) => { const now = (event.target as HTMLDetailsElement).open; setOpen(now); if (now) ask(); }}>
      <summary>{t("On the map")}</summary>
      {open && <div class="inside">
        <label><input type="checkbox" checked={wanted.value} onChange={() => turn({ pos: wanted.value ? "0" : "1" })} /> {t("Positions and tracks")}</label>
        <Told />
        <label><input type="checkbox" checked={globe === "1"} onChange={() => turn({ globe: globe === "1" ? "" : "1" })} /> {t("Globe")}</label>
        <Overhead />
        <Signs />
      </div>}
    </details>
  );
}

function Told() {
  const found = positions.value;
  if (!wanted.value) return null;
  if (asking.value === "…") return <p class="quiet" role="status">{t("Reading the positions …")}</p>;
  if (asking.value) return <Problem text={asking.value} />;
  if (!found) return null;
  const as = one("as");
  return (
    <>
      {found.of ? <p class="quiet">{t("{n} of {all} positions of {ships} ships", { n: count(found.n), all: count(found.of), ships: count(found.ships.length) })}{found.every > 1 && <> – {t("choose a stretch of time to see more of them")}</>}</p>
        : <p class="quiet">{found.withheld ? t("Nothing goes out.") : t("No position is kept for this time. Those of feeds are, when they are read in:")} {!found.withheld && <code>noroshi ingest FILE… --node DIR</code>}</p>}
      {as && <p class="quiet">{t("{party} receives findings, not positions: this is what the same decision would let out of them.", { party: as })} {t("{n} of {all} sources withheld", { n: found.withheld, all: found.sources })}{found.transforms.length > 0 && `; ${found.transforms.map(say).join("; ")}`}.</p>}
    </>
  );
}

function Overhead() {
  const [words, setWords] = useState("");
  const all = satellites.value, it = orbit.value, now = there.value;
  const sought = words.toLowerCase().trim();
  const found = (all ?? []).filter((each) => matches(each, sought));
  const last = it?.points.at(-1);
  return (
    <fieldset>
      <legend>{t("Satellites")}</legend>
      {!all && <p class="quiet" role="status">{t("Asking the node …")}</p>}
      {all && all.length > 0 && <input type="search" aria-label={t("Search satellites")} placeholder={t("Name or number …")} value={words} maxLength={60} onInput={(event) => setWords((event.target as HTMLInputElement).value)} />}
      {all && all.length > 0 && <ul class="sats">{found.slice(0, SHOWN).map((each) => (
        <li key={each[0]}><button type="button" class="plain" aria-pressed={one("sat") === String(each[0])} onClick={() => turn({ sat: one("sat") === String(each[0]) ? "" : String(each[0]) })}><Text s={each[1]} longest={40} /> <span class="quiet">{each[0]}{each[4] && ` · ${t("protected")}`}</span></button></li>))}
        {found.length > SHOWN && <li class="quiet">{t("and {n} more: write a name", { n: count(found.length - SHOWN) })}</li>}
        {!found.length && all.length > 0 && <li class="quiet">{t("None of {n} is called so.", { n: count(all.length) })}</li>}</ul>}
      {all && !all.length ? <p class="quiet">{one("as") ? t("None that may be seen.") : <>{t("No elements are held. Read some in:")} <code>noroshi ingest GP.csv --node DIR</code></>}</p> : <Problem text={problem.value} />}
      {it && now && last && <div class="orbit">
        <p><b><Text s={it.name || String(it.norad)} longest={60} /></b> {it.cospar} <button type="button" class="plain" aria-label={t("Put the satellite away")} onClick={() => turn({ sat: "" })}>✕</button></p>
        <p>{t("Elements of")} <Time ms={it.epoch} />{it.source && <span class="quiet"> (<Text s={it.source} longest={60} />)</span>}</p>
        {it.stale ? <p class="problem">{t("These elements are too old to say where it is: drawn from their own time on, not from now.")}</p>
          : <p class="quiet">{t("{d} days old at the start of the line: a kilometre off after one day, tens after a week, along the orbit above all.", { d: it.age_d.toFixed(1) })}</p>}
        <label>{t("At")} <Time ms={now[0]} /><input type="range" min="0" max={Math.floor((last[0] - it.points[0]![0]) / 60_000)} value={ahead.value} aria-label={t("Minutes from the start of the line")} onInput={(event) => { ahead.value = Number((event.target as HTMLInputElement).value); }} /></label>
        <p class="quiet">{t("{h} km high; above 5° from within {km} km around the point below", { h: now[3].toFixed(0), km: (now[4] * 111.195).toFixed(0) })}</p>
      </div>}
    </fieldset>
  );
}

function matches(each: Satellite, sought: string): boolean {
  return !sought || each[1].toLowerCase().includes(sought) || String(each[0]).startsWith(sought) || each[2].toLowerCase().startsWith(sought);
}

const OUTLINES: Record<Shape, string> = {
  disc: "M8 2.5a5.5 5.5 0 1 0 .01 0z", square: "M3.3 3.3h9.4v9.4H3.3z", cross: "M3.2 4.6 4.6 3.2 8 6.6l3.4-3.4 1.4 1.4L9.4 8l3.4 3.4-1.4 1.4L8 9.4l-3.4 3.4-1.4-1.4L6.6 8z",
  twin: "M4.6 5a3 3 0 1 0 .01 0zM11.4 5a3 3 0 1 0 .01 0z", gap: "M10 3.2A5.4 5.4 0 1 0 10 12.8V10a2.9 2.9 0 1 1 0-4z", diamond: "M8 1.6 14.4 8 8 14.4 1.6 8z", triangle: "M8 2.4 14 12.6H2z", plus: "M6.6 2.2h2.8v4.4h4.4v2.8H9.4v4.4H6.6V9.4H2.2V6.6h4.4z",
};

/** The kinds that are in the picture, each as the map draws it. */
function Signs() {
  void theme.value;
  const kinds = session.value?.kinds ?? {};
  const there = [...new Set((seen.value?.marks ?? []).map((each) => each.kind))].sort();
  if (!there.length) return null;
  return (
    <ul class="signs" aria-label={t("What the signs mean")}>{there.map((each) => (
      <li key={each}><svg viewBox="0 0 16 16" aria-hidden="true"><path d={OUTLINES[shapeOf(each, kinds[each]?.desk)]} fill={hue(kinds[each]?.desk ?? "")} /></svg> {named(kinds[each], each)}</li>))}
      {one("as") && <li><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2.5" /></svg> {t("hollow: released in part")}</li>}
    </ul>
  );
}
