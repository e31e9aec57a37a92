// Incidents: the sum of each score, what chance gives, the hypotheses beside it, and the evidence of
// every desk on one axis of time; as a page to print, its label on every sheet.
import { useEffect, useState } from "preact/hooks";
import { get, type Mark, session } from "./api";
import { changed, seen } from "./data";
import { Unfed, Ungiven } from "./empty";
import { SavePdf } from "./paper";
import { AsWhom } from "./picture";
import { address, query, turn } from "./place";
import { At, degrees, kindOf, Problem, Text, Time, Tlp, utc } from "./show";
import { hue, theme } from "./theme";
import { language, named, said, speak, t, type Told } from "./words";

interface Part { what: string; log10: number; why: string; finding?: string; told?: Told[] }
interface Incident {
  id: string; score: number; probability: number; word: string; chance: number | null;
  chance_interval: [number, number] | null; t0: string; t1: string; findings: string[]; domains: string[];
  assets: string[]; parts: Part[];
  hypotheses: {
    items: { evidence: string; seen: string; marks: Record<string, string>; overruled: Record<string, string>; told?: Told[]; instead?: Record<string, Told>; before?: Record<string, Told[]> }[];
    standings: { hypothesis: string; meaning: string; consistent: number; inconsistent: number }[];
  };
}
interface Found {
  findings: number; days: number; domains: string[]; threshold: number | null; budget_per_month: number;
  chance: { shifts: number; unit: string }; incidents: Incident[];
}

export function Incidents() {
  const { as = "", sel = "", print = "" } = query.value;
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState("");
  const again = changed.value;
  useEffect(() => {
    let gone = false;
    setProblem("");
    get<Found>("incidents", { as }).then((it) => { if (!gone) setFound(it); }, (failed: Error) => { if (!gone) { setFound(null); setProblem(failed.message); } });
    return () => { gone = true; };
  }, [as, again]);
  const one = found?.incidents.find((each) => each.id === sel) ?? (found?.incidents.length === 1 ? found.incidents[0] : undefined);
  if (print && one) return <Report of={one} found={found!} />;
  return (
    <main id="content" tabIndex={-1} class="sheet">
      <h1>{t("Incidents")}</h1>
      <div class="card as-card"><AsWhom /></div>
      <Problem text={problem} />
      {!found && !problem && <p class="empty" role="status">{t("Joining findings, and asking what chance gives …")}</p>}
      {found && <p class="quiet">{t("{n} findings of {domains} over {days} days.", { n: found.findings.toLocaleString("en"), domains: found.domains.map((each) => t(each)).join(t(", ")) || "–", days: Math.round(found.days) })}{" "}
        {found.chance.unit === "none" ? t("Too short a stream, or too few domains, to say what chance gives: all are shown, and their chance is unknown.")
          : found.threshold === null ? t("Chance was asked {shifts} times, by moving the streams.", { shifts: found.chance.shifts }) : t("From a score of {score} on, chance gives at most {budget} a month ({shifts} shifts of the streams).", { score: found.threshold.toFixed(2), budget: found.budget_per_month, shifts: found.chance.shifts })}</p>}
      {found && !found.findings && (as ? <Ungiven party={as} /> : <Unfed />)}
      {found && !!found.findings && !found.incidents.length && <p class="empty">{t("No incident: it takes findings of two domains, of two origins, that meet in time at one asset, place or target. Feed another desk, or declare assets:")} <code>noroshi assets load</code></p>}
      <div class="two wide-right">
        {!!found?.incidents.length && found.incidents.length > 1 && <section class="card"><h2>{t("By score")}</h2>
          <ul class="incidents">{found.incidents.map((each) => (
            <li key={each.id}><button type="button" class={each.id === one?.id ? "on" : ""} onClick={() => turn({ sel: each.id })}>
              <b>{each.score.toFixed(2)}</b> {t(each.word)} · <At s={each.t0} precision="min" /><br /><span class="quiet">{each.domains.map((d) => t(d)).join(t(", "))} · <Text s={each.assets.slice(0, 3).join(", ")} /></span></button></li>))}</ul></section>}
        {one && <section class="card"><p class="acts right"><a class="button" href={address("incidents", { ...query.value, sel: one.id, print: "1" })}>{t("Report to print")}</a></p><One of={one} /></section>}
      </div>
    </main>
  );
}

function chanceOf(of: Incident): string {
  if (of.chance === null) return t("What chance gives is unknown.");
  const [low, high] = of.chance_interval ?? [0, 0];
  if (!of.chance) return t("Chance gives fewer than {n} such a month.", { n: high.toPrecision(2) });
  return t("Chance gives {n} such a month ({low} to {high}).", { n: of.chance.toPrecision(2), low: low.toPrecision(2), high: high.toPrecision(2) });
}

function One({ of }: { of: Incident }) {
  const marks = seen.value?.marks.filter((each) => of.findings.includes(each.id)) ?? [];
  return (
    <>
      <h2><At s={of.t0} precision="min" /> – <At s={of.t1} precision="min" /></h2>
      <p><strong class="score">{of.score.toFixed(2)}</strong> {t(of.word)} ({Math.round(of.probability * 100)} %). <strong>{chanceOf(of)}</strong></p>
      <p class="quiet">{t("A score is a sum of logarithms of odds: what it says is how surely these belong together, never who is behind them.")}</p>
      <h3>{t("The sum of the score")}</h3>
      <Sum parts={of.parts} />
      <h3>{t("Evidence on one axis of time")}</h3>
      <Axis of={of} marks={marks} />
      <h3>{t("Hypotheses, least contradicted first")}</h3>
      <table><thead><tr><th scope="col">{t("hypothesis")}</th><th scope="col">{t("against")}</th><th scope="col">{t("for")}</th></tr></thead>
        <tbody>{of.hypotheses.standings.map((each) => (
          <tr key={each.hypothesis}><th scope="row"><b class="ink">{t(each.hypothesis)}</b> <span>{t(each.meaning)}</span></th><td>{each.inconsistent}</td><td>{each.consistent}</td></tr>))}</tbody></table>
      <details><summary>{t("What speaks for and against each")}</summary>
        <table><tbody>{of.hypotheses.items.map((each, i) => (
          <tr key={i}><th scope="row"><Text s={said(each.told, each.seen, kindOf)} longest={300} /></th><td>{Object.entries(each.marks).filter(([name, mark]) => mark !== "neutral" || each.overruled[name]).map(([name, mark]) => (
            <div key={name}>{mark === "neutral" ? "○" : mark === "inconsistent" ? "✗" : "✓"} {t(name)}{each.overruled[name] && <span class="quiet"> – <Text s={said(each.instead?.[name] && [...(each.before?.[name] ?? []), each.instead[name]], each.overruled[name]!, kindOf)} /></span>}</div>))}</td></tr>))}</tbody></table></details>
    </>
  );
}

function Sum({ parts }: { parts: Part[] }) {
  void theme.value;
  let at = 0;
  const steps = parts.map((each) => { const from = at; at += each.log10; return { ...each, from, to: at }; });
  const low = Math.min(0, ...steps.flatMap((each) => [each.from, each.to])), high = Math.max(0.1, ...steps.flatMap((each) => [each.from, each.to]));
  const x = (value: number) => `${((value - low) / (high - low)) * 100}%`;
  return (
    <ol class="waterfall">{steps.map((each, i) => (
      <li key={i}><span class="num">{each.log10 > 0 ? "+" : "−"}{Math.abs(each.log10).toFixed(2)}</span>
        <span class="track" aria-hidden="true"><i class={each.log10 < 0 ? "minus" : "plus"} style={{ left: x(Math.min(each.from, each.to)), width: `${(Math.abs(each.log10) / (high - low)) * 100}%` }} /><u style={{ left: x(0) }} /></span>
        <span>{each.finding ? <a href={address("picture", { sel: each.finding })}>{kindOf(each.what, true)}</a> : <b>{kindOf(each.what, true)}</b>} <span class="quiet"><Text s={said(each.told, each.why, kindOf)} longest={300} /></span></span></li>))}
      <li class="total"><span class="num">{at.toFixed(2)}</span><span /><span><b>{t("score")}</b></span></li></ol>
  );
}

function Axis({ of, marks }: { of: Incident; marks: Mark[] }) {
  const kinds = session.value?.kinds ?? {};
  if (!marks.length) return <p class="quiet">{t("The findings are not in this picture.")}</p>;
  const from = Math.min(...marks.map((each) => each.t0)), to = Math.max(...marks.map((each) => each.t1));
  const room = Math.max(60_000, (to - from) * 0.05), span = to - from + 2 * room;
  const x = (ms: number) => ((ms - from + room) / span) * 100;
  const rows = [...marks].sort((a, b) => a.t0 - b.t0);
  const ticks = [0.1, 0.37, 0.63, 0.9].map((each) => from - room + each * span);
  return (
    <div class="axis-of" role="list" aria-label={t("Evidence on one axis of time")}>
      {rows.map((each) => (
        <div key={each.id} class="axis-row" role="listitem">
          <span class="axis-name"><i class="dot" style={{ color: hue(kinds[each.kind]?.desk ?? "") }} aria-hidden="true" /> <a href={address("picture", { sel: each.id })}>{named(kinds[each.kind], each.kind)}</a> <Tlp tlp={each.tlp} /></span>
          <span class="track" title={`${utc(each.t0, "s")} – ${utc(each.t1, "s")}`}><i style={{ left: `${x(each.t0)}%`, width: `max(3px, ${x(each.t1) - x(each.t0)}%)`, background: hue(kinds[each.kind]?.desk ?? "") }} /></span>
        </div>))}
      <div class="axis-row" aria-hidden="true"><span class="axis-name quiet"><Text s={of.assets.join(", ")} longest={60} /></span><span class="track bare">{ticks.map((each) => <em key={each} style={{ left: `${x(each)}%` }}>{utc(each, span < 172_800_000 ? "min" : "day")}</em>)}</span></div>
    </div>
  );
}

const RANK = ["clear", "green", "amber", "amber+strict", "red"];

/** The label of a report is that of all it rests on: the strictest; where one is not seen, red. */
function labelOf(marks: Mark[], all: number): string {
  if (marks.length < all) return "red";
  return marks.map((each) => each.tlp).sort((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0] ?? "red";
}

function Report({ of, found }: { of: Incident; found: Found }) {
  const it = session.value!;
  const marks = seen.value?.marks.filter((each) => of.findings.includes(each.id)) ?? [];
  const whose = query.value.as || it.party;
  const tlp = `TLP:${labelOf(marks, of.findings.length).toUpperCase()}`;
  const played = it.exercise ? ` · ${t("exercise")} ${it.exercise}`.toUpperCase() : "";
  const label = `${tlp} · ${it.party}${whose === it.party ? "" : ` → ${whose}`}${played}`;
  return (
    <main id="content" tabIndex={-1} class="report">
      <div class="acts no-print"><button type="button" class="main" onClick={() => print()}>{t("Print")}</button>
        <SavePdf of={{ incident: of.id, as: query.value.as ?? "", language: language.value }} />
        <button type="button" lang={language.value === "ja" ? "en" : "ja"} onClick={() => speak(language.value === "ja" ? "en" : "ja")}>{language.value === "ja" ? "In English" : "日本語で"}</button>
        <a class="button" href={address("incidents", { ...query.value, print: "" })}>{t("Back")}</a></div>
      <table class="paged"><thead><tr><td><div class="banner" data-testid="label">{label}</div></td></tr></thead>
        <tfoot><tr><td><div class="banner">{label}</div></td></tr></tfoot>
        <tbody><tr><td>
          <h1>{t("Report on an incident")}</h1>
          <dl>
            <dt>{t("Made by")}</dt><dd>{it.name} ({it.party}), {it.user}, <Time ms={Date.now()} /></dd>
            <dt>{t("Seen as")}</dt><dd>{whose}</dd>
            <dt>{t("Name")}</dt><dd><code>{of.id}</code></dd>
            <dt>{t("Assets")}</dt><dd><Text s={of.assets.join(", ") || "–"} /></dd>
            <dt>{t("Rests on")}</dt><dd>{t("{n} findings of {domains} over {days} days.", { n: found.findings.toLocaleString("en"), domains: found.domains.map((each) => t(each)).join(t(", ")), days: Math.round(found.days) })}</dd>
          </dl>
          <One of={of} />
          <h3>{t("Findings")}</h3>
          <table class="findings"><thead><tr><th scope="col">{t("Kind")}</th><th scope="col">{t("When")}</th><th scope="col">{t("Where")}</th><th scope="col">{t("Who")}</th><th scope="col">{t("Label")}</th></tr></thead>
            <tbody>{marks.map((each) => <tr key={each.id}><td>{named(it.kinds[each.kind], each.kind)}</td><td><Time ms={each.t0} precision={each.precision} /></td><td>{each.place ? degrees(each.place) : t("no place")}</td><td><Text s={(each.subjects ?? []).join(", ") || "–"} /></td><td>TLP:{each.tlp.toUpperCase()}</td></tr>)}</tbody></table>
          <p>{t("A finding says what was observed. Nothing here says who is guilty.")}</p>
        </td></tr></tbody></table>
    </main>
  );
}
