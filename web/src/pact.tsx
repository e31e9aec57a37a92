// The pact room: agreements as a network, one layer at a time; one agreement whole; what would change.
import { useEffect, useState } from "preact/hooks";
import { get, keep, may, session } from "./api";
import { Lawless } from "./empty";
import { query, turn } from "./place";
import { Problem, Prose, Text } from "./show";
import { theme } from "./theme";
import { t } from "./words";

interface Listed { id: string; title: string; form: string; cls: string; layer: string | null; parties: string[]; state: string; signed: string | null; in_force: string | null; clauses: number; model: number }
interface Layer { layer: string; agreements: string[]; parties: number; ties: number; density: number; parts: number[]; cut: string[]; bridges: [string, string][]; between: [string, number][]; hubs: [string, string][] }
interface Room { set: string; agreements: Listed[]; layers: Layer[]; ties: [string, string, string, string][] }
interface Promise_ { id: string; status: string; text: string; kind: string; next_due: string | null; every: string | null; lead: Record<string, string> }
interface Page { agreement: Listed; sha256: string; docs: { ref: string; para: string; note: string }[]; text: string; promises: Promise_[] }
interface Tied { id: string; title: string; layer: string | null; parties: string[]; why: string }
interface Supposition {
  party: string; word: string; at: string; agreements: number;
  legal: { ends: Tied[]; goes_on: Tied[]; stop: string[]; narrow: string[]; start: string[]; widen: string[]; commitments: string[]; layers: { before: Layer; after: Layer; left: string[] }[]; model: string[] };
  information: { findings: number; lost: Record<string, number>; gained: Record<string, number>; of_itself: Record<string, number> } | null;
}
type Tie = [string, string, string, string];
/** Ties that end and that begin: (layer, party, party, agreement). */
interface Moves { gone: Tie[]; come: Tie[] }
interface Compared { lines: string[]; report: { changes: unknown[] } }

export function PactRoom() {
  const { set = "law", id = "", layer = "", at = "", without = "", with: joined = "", diff = "" } = query.value;
  const [room, setRoom] = useState<Room | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let gone = false;
    setProblem("");
    get<Room>("pact", { set, at }).then((found) => { if (!gone) setRoom(found); }, (failed: Error) => { if (!gone) setProblem(failed.message); });
    return () => { gone = true; };
  }, [set, at]);
  const moves = useMoves(set, at, without, joined, diff);
  const moved = (layer: string) => [...moves.gone, ...moves.come].filter(([name]) => name === layer).length;
  const there = room?.layers.filter((each) => each.agreements.length || moved(each.layer)) ?? [];
  const shown = there.find((each) => each.layer === layer) ?? [...there].sort((a, b) => moved(b.layer) - moved(a.layer) || b.ties - a.ties)[0];
  const parties = [...new Set(room?.agreements.flatMap((each) => each.parties) ?? [])].sort();
  return (
    <main id="content" tabIndex={-1} class="sheet">
      <h1>{t("Pact room")}</h1>
      <div class="bar">
        <label>{t("Agreements")} <select value={set} onChange={(event) => turn({ set: value(event), id: "", diff: "" })}>
          <option value="law">{t("the node's law")}</option><option value="files">{t("the node's files, not yet law")}</option><option value="web">{t("the real web, nobody's law")}</option></select></label>
        <label>{t("on")} <input type="date" value={at.slice(0, 10)} onChange={(event) => turn({ at: value(event) ? `${value(event)}T00:00:00Z` : "" })} /></label>
        <label>{t("Layer")} <select value={shown?.layer ?? ""} onChange={(event) => turn({ layer: value(event) })}>{there.map((each) => <option key={each.layer} value={each.layer}>{t(each.layer)} ({each.agreements.length}{moved(each.layer) ? `, ± ${moved(each.layer)}` : ""})</option>)}</select></label>
      </div>
      <Problem text={problem} />
      {room && !room.agreements.length && <Lawless />}
      <div class="two">
        {shown && room && <section class="card"><h2>{t("Layer")}: {t(shown.layer)}</h2><Network room={room} layer={shown} lost={without} come={joined} moves={moves} />
          <Moved moves={moves} />
          <p class="quiet">{t("Agreements: {a}, parties: {p}, ties: {n}, parts that nothing joins: {k}.", { a: shown.agreements.length, p: shown.parties, n: shown.ties, k: shown.parts.length })}{" "}
            {shown.cut.length ? t("Whose loss would split it: {who}.", { who: shown.cut.join(", ") }) : t("Nobody's loss would split it.")}
            {shown.hubs.map(([agreement, hub]) => <span key={agreement}> {t("{agreement} goes through its hub {hub}.", { agreement, hub })}</span>)}</p></section>}
        {room && <section class="card"><h2>{t("Agreements")}</h2><div class="scroll" tabIndex={0} role="region" aria-label={t("Agreements")}><table><thead><tr><th scope="col">{t("Name")}</th><th scope="col">{t("Parties")}</th><th scope="col">{t("State")}</th></tr></thead>
          <tbody>{room.agreements.map((each) => (
            <tr key={each.id} class={each.id === id ? "on" : ""}><th scope="row"><button type="button" class="link" onClick={() => turn({ id: each.id })}>{each.id}</button> <span><Prose s={t(each.title)} /></span></th><td>{each.parties.length > 6 ? t("{n} parties", { n: each.parties.length }) : each.parties.join(", ")}</td><td>{t(each.state)}</td></tr>))}</tbody></table></div></section>}
      </div>
      {id && <Whole id={id} set={set} at={at} />}
      {may("analyst") && room && <Suppose parties={parties} set={set} at={at} />}
      {may("analyst") && set === "law" && <Differing at={at} asked={!!diff} />}
      {may("analyst") && <Proof />}
    </main>
  );
}

const value = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;

/** What a supposition, or loading the files, does to the ties; nothing where neither is asked. */
function useMoves(set: string, at: string, without: string, joined: string, diff: string): Moves {
  const [moves, setMoves] = useState<Moves>(NONE);
  useEffect(() => {
    setMoves(NONE);
    if (!may("analyst") || !(without || joined || diff)) return;
    let gone = false;
    get<Moves>("pact/moved", { set, other: diff, at, without, with: without ? "" : joined }).then((found) => { if (!gone) setMoves(found); }, () => undefined);
    return () => { gone = true; };
  }, [set, at, without, joined, diff]);
  return moves;
}
const NONE: Moves = { gone: [], come: [] };

function Network({ room, layer, lost, come, moves }: { room: Room; layer: Layer; lost: string; come: string; moves: Moves }) {
  void theme.value;
  const here = (some: Tie[]) => some.filter(([name]) => name === layer.layer);
  const gone = new Set(here(moves.gone).map(([, a, b, by]) => [...[a, b].sort(), by].join("|")));
  const begun = here(moves.come);
  const ties = [...here(room.ties), ...begun];
  const degree = new Map<string, number>();
  for (const [, a, b] of ties) { degree.set(a, (degree.get(a) ?? 0) + 1); degree.set(b, (degree.get(b) ?? 0) + 1); }
  const names = [...degree.keys()].sort((a, b) => degree.get(b)! - degree.get(a)! || a.localeCompare(b));
  if (come && !names.includes(come)) names.push(come);
  // The best tied in the middle, the others around it: the same picture for the same agreements.
  const inner = names.length > 14 ? names.slice(0, 6) : names.length > 4 ? names.slice(0, 1) : [];
  const place = new Map<string, [number, number]>();
  const ring = (some: string[], radius: number) => some.forEach((each, i) => {
    const turn = (i / some.length) * 2 * Math.PI - Math.PI / 2;
    place.set(each, [some.length === 1 ? 0 : radius * Math.cos(turn), some.length === 1 ? 0 : radius * Math.sin(turn) * 0.8]);
  });
  ring(inner, 95);
  ring(names.filter((each) => !inner.includes(each)).sort(), 235);
  // Between two parties one line of what stays, and beside it what ends and what begins.
  const counted = new Map<string, { a: string; b: string; by: string[]; how: "" | "lost" | "come" }>();
  const fresh = new Set(begun.map(([, a, b, by]) => [...[a, b].sort(), by].join("|")));
  for (const [, a, b, by] of ties) {
    const pair = [a, b].sort(), name = [...pair, by].join("|");
    const how = fresh.has(name) ? "come" : gone.has(name) ? "lost" : "";
    const key = `${pair.join("|")}|${how}`, held = counted.get(key);
    if (held) held.by.push(by); else counted.set(key, { a, b, by: [by], how });
  }
  const every = (each: string, how: string) => { const own = [...counted.values()].filter(({ a, b }) => a === each || b === each); return own.length > 0 && own.every((one) => one.how === how); };
  const said = { "": "", lost: ` – ${t("ends")}`, come: ` – ${t("begins")}` };
  return (
    <svg class="network" viewBox="-290 -225 580 450" role="img" aria-label={t("Layer {layer}: {n} parties and their ties", { layer: t(layer.layer), n: names.length })}>
      {[...counted.values()].map(({ a, b, by, how }) => {
        const [x1, y1] = place.get(a)!, [x2, y2] = place.get(b)!;
        // Beside one another, so that what begins is not hidden by what ends.
        const long = Math.hypot(x2 - x1, y2 - y1) || 1, off = how === "come" ? 4 : how === "lost" ? -4 : 0;
        const dx = (off * (y2 - y1)) / long, dy = (-off * (x2 - x1)) / long;
        return <line key={a + b + how} x1={x1 + dx} y1={y1 + dy} x2={x2 + dx} y2={y2 + dy} class={`tie ${how}`} stroke-width={Math.min(5, by.length * 1.3 + (how ? 1 : 0))}><title>{`${a} – ${b}: ${by.join(", ")}${said[how]}`}</title></line>;
      })}
      {names.map((each) => {
        const [x, y] = place.get(each)!;
        return <g key={each} transform={`translate(${x},${y})`} class={`party${layer.cut.includes(each) ? " cut" : ""}${each === lost || every(each, "lost") ? " lost" : ""}${each === come || every(each, "come") ? " come" : ""}${each === session.value?.party ? " us" : ""}`}>
          <circle r={layer.cut.includes(each) ? 19 : 16} /><text text-anchor="middle" dy="4" font-size={each.length > 4 ? 8 : 11}>{each.slice(0, 9)}</text></g>;
      })}
    </svg>
  );
}

/** The same as a list: what ends and what begins, layer by layer. */
function Moved({ moves }: { moves: Moves }) {
  const rows = [...moves.gone.map((each) => ["lost", each] as const), ...moves.come.map((each) => ["come", each] as const)]
    .sort(([, a], [, b]) => a[0].localeCompare(b[0]) || a[3].localeCompare(b[3]) || a[1].localeCompare(b[1]));
  if (!rows.length) return null;
  return (
    <div data-testid="moved">
      <p class="legend"><svg width="28" height="8" aria-hidden="true"><line x1="1" y1="4" x2="27" y2="4" class="tie lost" stroke-width="2.5" /></svg> {t("ends")} ({moves.gone.length}){" "}
        <svg width="28" height="8" aria-hidden="true"><line x1="1" y1="4" x2="27" y2="4" class="tie come" stroke-width="2.5" /></svg> {t("begins")} ({moves.come.length})</p>
      <div class="scroll short" tabIndex={0} role="region" aria-label={t("Ties that end and begin")}><table><thead><tr><th scope="col">{t("Layer")}</th><th scope="col">{t("Parties")}</th><th scope="col">{t("Name")}</th><th scope="col"><span class="hidden">{t("State")}</span></th></tr></thead>
        <tbody>{rows.slice(0, 300).map(([how, [layer, a, b, by]]) => (
          <tr key={[how, layer, a, b, by].join("|")}><td>{t(layer)}</td><td>{a} – {b}</td><td><button type="button" class="link" onClick={() => turn({ id: by })}>{by}</button></td><td>{how === "lost" ? t("ends") : t("begins")}</td></tr>))}</tbody></table></div>
    </div>
  );
}

function Whole({ id, set, at }: { id: string; set: string; at: string }) {
  const [page, setPage] = useState<Page | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => { setProblem(""); get<Page>("pact/agreement", { id, set, at }).then(setPage, (failed: Error) => setProblem(failed.message)); }, [id, set, at]);
  if (!page) return <Problem text={problem} />;
  const it = page.agreement;
  return (
    <section aria-label={t(it.title)}>
      <h2><Prose s={t(it.title)} /></h2>
      <p>{it.parties.join(", ")} · {t(it.form)} · {t(it.cls)} · <b>{t(it.state)}</b>{it.signed && <> · {t("signed")} {it.signed}</>}{it.in_force && <> · {t("in force since")} {it.in_force}</>}</p>
      <p class="quiet">{t("{model} of its {all} clauses are our reading, not its text.", { model: it.model, all: it.clauses })} <Prose s={page.docs.map((each) => [each.ref, each.para].filter(Boolean).join(" § ")).join("; ")} /> · <code title="SHA-256">{page.sha256.slice(0, 16)}</code></p>
      <div class="two">
        <div><h3>{t("As the file has it")}</h3><pre class="raw tall" tabIndex={0} role="group" aria-label={t("As the file has it")}><Prose s={page.text} longest={60_000} /></pre></div>
        <div><h3>{t("What is promised in it")}</h3>{page.promises.length ? <table class="promises"><tbody>{page.promises.map((each) => (
          <tr key={each.id}><th scope="row">{each.id.split("/")[1]}</th><td><Prose s={each.text} longest={500} />{each.next_due && <span class="quiet"> · {t("next due")} {each.next_due}</span>}</td><td>{t(each.status)}</td></tr>))}</tbody></table> : <p class="quiet">{t("Nothing that has a date or a lead.")}</p>}</div>
      </div>
    </section>
  );
}

function Suppose({ parties, set, at }: { parties: string[]; set: string; at: string }) {
  const { without = "", with: joined = "" } = query.value;
  const [found, setFound] = useState<Supposition | null>(null);
  const [problem, setProblem] = useState("");
  const asked = without || joined;
  useEffect(() => {
    setFound(null); setProblem("");
    if (!asked) return;
    let gone = false;
    get<Supposition>("pact/suppose", { set, at, without, with: without ? "" : joined }).then((it) => { if (!gone) setFound(it); }, (failed: Error) => { if (!gone) setProblem(failed.message); });
    return () => { gone = true; };
  }, [without, joined, set, at]);
  return (
    <section>
      <h2>{t("What if")}</h2>
      <div class="bar">
        <label>{t("without")} <select value={without} onChange={(event) => turn({ without: value(event), with: "", diff: "" })}><option value="">–</option>{parties.map((each) => <option key={each}>{each}</option>)}</select></label>
        <label>{t("with")} <input value={joined} size={6} maxLength={12} placeholder="IND" onChange={(event) => turn({ with: value(event).toUpperCase(), without: "", diff: "" })} /></label>
      </div>
      <Problem text={problem} />
      {asked && !found && !problem && <p class="empty" role="status">{t("Asking the node …")}</p>}
      {found && <Answers of={found} />}
    </section>
  );
}

function Answers({ of }: { of: Supposition }) {
  const { legal, information } = of;
  const many = (head: string, list: string[]) => list.length ? <p><b>{head} ({list.length})</b> {list.slice(0, 60).join(", ")}{list.length > 60 && " …"}</p> : null;
  const ways = (of: Record<string, number>) => Object.entries(of).map(([way, n]) => `${way} ${n}`);
  return (
    <div class="two" data-testid="supposed">
      <div class="card"><h3>{t("Legal: clauses")}</h3>
        {many(t("Agreements that end"), legal.ends.map((each) => each.id))}
        {many(t("Agreements that go on between others"), legal.goes_on.map((each) => each.id))}
        {many(t("Clauses that stop"), legal.stop)}{many(t("Clauses that reach fewer"), legal.narrow)}
        {many(t("Clauses that start"), legal.start)}{many(t("Clauses that reach more"), legal.widen)}
        {many(t("Promises that end with them"), legal.commitments)}
        {![legal.ends, legal.goes_on, legal.stop, legal.narrow, legal.start, legal.widen].some((each) => each.length) && <p class="quiet">{t("Nothing changes.")}</p>}
        {legal.layers.filter((each) => each.left.length).map((each) => <p key={each.before.layer}>{t(each.before.layer)}: {t("{who} have no tie left", { who: each.left.join(", ") })}</p>)}</div>
      <div class="card"><h3>{t("Information: findings that lose or gain their way")}</h3>
        {information ? <>{many(t("Lost"), ways(information.lost))}{many(t("Gained"), ways(information.gained))}{many(t("Of the party itself"), ways(information.of_itself))}
          <p class="quiet">{t("Of {n} findings of this node.", { n: information.findings.toLocaleString("en") })}</p></> : <p class="quiet">{t("No node was asked.")}</p>}
        <h3>{t("Capability")}</h3><p class="quiet">{t("Needs public datasets:")} <code>noroshi pact without … --data DIR</code></p></div>
    </div>
  );
}

function Differing({ at, asked }: { at: string; asked: boolean }) {
  const [found, setFound] = useState<Compared | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setFound(null); setProblem("");
    if (!asked) return;
    let gone = false;
    setBusy(true);
    get<Compared>("pact/diff", { set: "law", other: "files", at }).then((it) => { if (!gone) setFound(it); }, (failed: Error) => { if (!gone) setProblem(failed.message); }).finally(() => { if (!gone) setBusy(false); });
    return () => { gone = true; };
  }, [asked, at]);
  return (
    <section>
      <h2>{t("What loading the files would change")}</h2>
      <p class="bar"><button type="button" disabled={busy} onClick={() => turn({ diff: asked ? "" : "files", without: "", with: "" })}>{asked ? t("Do not compare") : t("Compare the law with the files")}</button></p>
      <Problem text={problem} />
      {found && (found.report.changes.length ? <pre class="raw tall" tabIndex={0} role="group" aria-label={t("What would be decided differently")}><Prose s={found.lines.join("\n")} longest={60_000} /></pre> : <p data-testid="same">{t("Nothing would be decided differently.")}</p>)}
    </section>
  );
}

interface Certificate { agreement_set: string; agreements: Record<string, string>; version: string; seal: string; proof: Record<string, unknown>; replay: { cells?: number; differences?: unknown[] } }

function Proof() {
  const [found, setFound] = useState<Certificate | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = () => { setBusy(true); setProblem(""); get<Certificate>("pact/proof").then(setFound, (failed: Error) => setProblem(failed.message)).finally(() => setBusy(false)); };
  const save = () => keep(`proof-${found!.agreement_set.slice(0, 12)}.json`, new Blob([JSON.stringify(found, null, 1)], { type: "application/json" }));
  const leaks = (found?.proof.leaks as unknown[] | undefined) ?? [];
  return (
    <section>
      <h2>{t("Proof that nothing leaks, over any number of hops")}</h2>
      <p class="bar"><button type="button" disabled={busy} onClick={ask}>{busy ? t("Proving …") : t("Prove it for the node's files")}</button>{found && <button type="button" onClick={save}>{t("Save the certificate")}</button>}</p>
      <Problem text={problem} />
      {found && <><p><b>{leaks.length || found.replay.differences?.length ? t("It does not hold.") : t("It holds.")}</b> {t("Another node proves it again with:")} <code>noroshi pact prove --verify</code></p>
        <dl>{Object.entries(found.proof).filter(([, each]) => typeof each !== "object").map(([name, each]) => <><dt key={name}>{t(name)}</dt><dd>{String(each)}</dd></>)}<dt>{t("agreement set")}</dt><dd><code>{found.agreement_set}</code></dd><dt>{t("seal")}</dt><dd><code>{found.seal}</code></dd></dl>
        {!!leaks.length && <pre class="raw"><Text s={JSON.stringify(leaks, null, 1)} longest={20_000} /></pre>}
        <p class="quiet">{t("Proved is the decision about declared labels: not what may be inferred from many releases, not labels that are wrong, not a party that breaks its word.")}</p></>}
    </section>
  );
}
