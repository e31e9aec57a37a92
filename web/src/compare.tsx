// The same findings as two parties have them, side by side, and only where they differ if wished.
import { useEffect, useState } from "preact/hooks";
import { get, type Mark, type Seen, session } from "./api";
import { changed } from "./data";
import { Unfed, Ungiven, Unmatched } from "./empty";
import { Evidence } from "./evidence";
import { Filters } from "./picture";
import { query, turn } from "./place";
import { degrees, Problem, Text, Time, Verdict, say } from "./show";
import { filtered } from "./sift";
import { language, named, t } from "./words";

const ROWS = 200;

export function Compare() {
  const it = session.value!;
  const { a = it.party, b = "EU", at = "", bat = "", all = "", sel = "", side = "" } = query.value;
  const [one, setOne] = useState<Seen | null>(null);
  const [two, setTwo] = useState<Seen | null>(null);
  const [problem, setProblem] = useState("");
  const again = changed.value;
  useEffect(() => {
    let gone = false;
    setProblem("");
    const ask = (as: string, when: string) => get<Seen>("picture", { as: as === it.party ? "" : as, at: when });
    Promise.all([ask(a, at), ask(b, bat)]).then(
      ([first, second]) => { if (!gone) { setOne(first); setTwo(second); } },
      (failed: Error) => { if (!gone) setProblem(failed.message); });
    return () => { gone = true; };
  }, [a, b, at, bat, again]);
  const pairs = one && two ? paired(one.marks, two.marks) : [];
  const differing = pairs.filter((each) => !same(...each));
  const counted = new Map<string, number>();
  for (const [x, y] of pairs) { const name = word(x, y); counted.set(name, (counted.get(name) ?? 0) + 1); }
  const kept = new Set(filtered(pairs.map(([x, y]) => (x ?? y)!), query.value, it.kinds).map((each) => each.id));
  const rows = (all ? pairs : differing).filter(([x, y]) => kept.has((x ?? y)!.id));
  return (
    <main id="content" tabIndex={-1} class={`sheet with-drawer${sel ? " open" : ""}`}>
      <div class="grow">
        <h1>{t("Difference")}</h1>
        <div class="bar">
          <Whose name="a" value={a} /><Day name="at" value={at} /><span aria-hidden="true">⇄</span>
          <Whose name="b" value={b} /><Day name="bat" value={bat} />
          <label><input type="checkbox" checked={!!all} onChange={(event) => turn({ all: (event.target as HTMLInputElement).checked ? "1" : "" })} /> {t("also what both have alike")}</label>
        </div>
        <Problem text={problem} />
        {one && two && <p data-testid="sums" aria-live="polite">{[...counted].map(([name, n]) => <span key={name} class="sum">{n.toLocaleString("en")} {said(name, a, b)}</span>)}</p>}
        <Filters of={pairs.map(([x, y]) => (x ?? y)!)} />
        {one && two && !rows.length && (pairs.length ? kept.size ? <p class="empty">{t("Nothing differs here: both have the same of what is shown.")} <button type="button" onClick={() => turn({ all: "1" })}>{t("also what both have alike")}</button></p> : <Unmatched />
          : one.withheld || two.withheld ? <Ungiven party={[a, b].filter((each, i, both) => both.indexOf(each) === i).join(", ")} /> : <Unfed />)}
        {!!rows.length && (
          <table class="compare">
            <thead><tr><th scope="col">{t("Finding")}</th><th scope="col">{a} {at.slice(0, 10)}</th><th scope="col">{b} {bat.slice(0, 10)}</th></tr></thead>
            <tbody>{rows.slice(0, ROWS).map(([x, y]) => {
              const mark = (x ?? y)!;
              return (
                <tr key={mark.id} class={mark.id === sel ? "on" : ""}>
                  <th scope="row"><button type="button" class="link" onClick={() => { turn({ sel: mark.id, as: b === it.party ? a : b }); requestAnimationFrame(() => document.querySelector<HTMLElement>(".drawer h2")?.focus()); }}>{named(it.kinds[mark.kind], mark.kind)}</button> <Time ms={mark.t0} precision={mark.precision} /></th>
                  <Side mark={x} against={y} whose={a} why={() => open(mark.id, "a")} /><Side mark={y} against={x} whose={b} why={() => open(mark.id, "b")} />
                </tr>);
            })}</tbody>
          </table>)}
        {rows.length > ROWS && <p class="quiet">{t("The first {n} of {all} are shown; filter to see others.", { n: ROWS, all: rows.length.toLocaleString("en") })}</p>}
      </div>
      {sel && <Evidence id={sel} {...(side === "a" ? { as: a, at } : { as: b, at: bat })} />}
    </main>
  );
}

function paired(one: Mark[], two: Mark[]): [Mark | undefined, Mark | undefined][] {
  const of = new Map(two.map((each) => [each.id, each]));
  const found: [Mark | undefined, Mark | undefined][] = one.map((each) => [each, of.get(each.id)]);
  const had = new Set(one.map((each) => each.id));
  for (const each of two) if (!had.has(each.id)) found.push([undefined, each]);
  return found.sort(([a, b], [c, d]) => (a ?? b)!.t0 - (c ?? d)!.t0);
}

const told = (each: Mark) => JSON.stringify([each.place, each.t0, each.t1, each.subjects, each.assets, each.transforms]);
const same = (x?: Mark, y?: Mark) => !!x && !!y && told(x) === told(y);

function word(x?: Mark, y?: Mark): string {
  return !y ? "a" : !x ? "b" : same(x, y) ? "alike" : "otherwise";
}

function said(name: string, a: string, b: string): string {
  return name === "alike" ? t("both have alike") : name === "otherwise" ? t("they have differently")
    : t("only {party} has", { party: name === "a" ? a : b });
}

/** Open a finding as one side has it, and go into it. */
function open(sel: string, side: string): void {
  turn({ sel, side });
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".drawer h2")?.focus());
}

function Side({ mark, against, whose, why }: { mark?: Mark; against?: Mark; whose: string; why: () => void }) {
  const own = whose === session.value!.party;
  if (!mark) return <td><Verdict v="withheld" /> <button type="button" class="link" aria-label={t("Why it is withheld from {party}", { party: whose })} onClick={why}>{t("why")}</button></td>;
  const by = (mark.clauses ?? []).join(", ");
  return (
    <td title={by ? `${t("by")} ${by}` : undefined}>
      <Verdict v={own ? "own" : mark.verdict ?? "released"} /> {by && <span class="quiet clause">{by}</span>}
      {!(against && same(mark, against)) && <div class="quiet">
        {mark.place ? degrees(mark.place) : t("no place")} · <Text s={(mark.subjects ?? []).join(", ") || t("nobody named")} longest={60} />
        {!!mark.transforms?.length && <> · {mark.transforms.map(say).join(t(", "))}</>}</div>}
    </td>
  );
}

export function Whose({ name, value, title }: { name: string; value: string; title?: string }) {
  const it = session.value!;
  return (
    <label>{title ?? t("as")} <select value={value} onChange={(event) => turn({ [name]: (event.target as HTMLSelectElement).value })}>
      {it.parties.map((each) => <option key={each.code} value={each.code}>{each.code} – {language.value === "ja" ? each.ja : each.en}</option>)}
    </select></label>
  );
}

function Day({ name, value }: { name: string; value: string }) {
  return (
    <label>{t("by the law of")} <input type="date" value={value.slice(0, 10)} onChange={(event) => {
      const text = (event.target as HTMLInputElement).value;
      turn({ [name]: text ? `${text}T00:00:00Z` : "" });
    }} /></label>
  );
}
