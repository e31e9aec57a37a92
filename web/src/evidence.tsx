// One finding opened: what it says, from what, under which label, and what became of it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Detail, type Onward, type Recalled, failure, get, may, session } from "./api";
import { changed, tracks, type Track } from "./data";
import { picked, toggle } from "./picked";
import { SavePdf } from "./paper";
import { address, leave, one, query, type Query } from "./place";
import { At, degrees, Problem, Prose, Text, Time, Tlp, Verdict, say } from "./show";
import { language, named, t, type Told } from "./words";

interface Item { source: string; lineage: string; sha256: string; place: Told; retrieved: string; at: string; lon: number; lat: number; sog_kn?: number; cog_deg?: number; raw?: string }
interface Kept { of: number; items: Item[]; tracks: Track[] }

/** What the finding rests on, row by row, each proved by its hash in the finding; its track on the map. */
function Rests({ id }: { id: string }) {
  const [kept, setKept] = useState<Kept | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let gone = false;
    setKept(null); setProblem("");
    get<Kept>("evidence", { id }).then(
      (found) => { if (!gone) { setKept(found); tracks.value = found.tracks; } },
      (failed: Error) => { if (!gone) setProblem(failed.message); });
    return () => { gone = true; tracks.value = []; };
  }, [id]);
  return (
    <section>
      <h3>{t("What it rests on")}</h3>
      <Problem text={problem} />
      {!kept && !problem && <p class="quiet" role="status">{t("Opening the rows …")}</p>}
      {kept && <p class="quiet">{kept.of ? t("{n} of {all} pieces are kept here; each row has its hash in the finding.", { n: kept.items.length, all: kept.of }) : t("No piece of evidence came with it.")}</p>}
      {kept?.items.map((each) => (
        <div key={each.source + JSON.stringify(each.place)} class="item">
          <p><b><Text s={each.source} longest={120} /></b> {say(each.place)} · <At s={each.at} /> · {each.lat.toFixed(4)}, {each.lon.toFixed(4)}{each.sog_kn !== undefined && ` · ${each.sog_kn.toFixed(1)} kn`} <span class="quiet" title={`SHA-256 ${each.sha256}`}>{t("read")} <At s={each.retrieved} precision="day" /></span></p>
          {each.raw ? <pre class="raw small" tabIndex={0} role="group" aria-label={t("The row as it stands in the file")}><Text s={each.raw} longest={2000} /></pre> : <p class="quiet">{t("The file itself is not in the node's folder any more, or is another.")}</p>}
        </div>))}
    </section>
  );
}

/** As whom and by the law of which day: of the address, where nobody says another. */
export function Evidence({ id, as = one("as"), at = one("at") }: { id: string; as?: string; at?: string }) {
  const [found, setFound] = useState<Detail | null>(null);
  const [problem, setProblem] = useState("");
  const again = changed.value;
  useEffect(() => {
    let gone = false;
    setProblem("");
    get<Detail>("finding", { id, as: as === session.peek()?.party ? "" : as, at }).then(
      (detail) => { if (!gone) setFound(detail); },
      (failed: Error) => { if (!gone) { setFound(null); setProblem(failed.message); } });
    return () => { gone = true; };
  }, [id, as, at, again]);
  const box = useRef<HTMLElement>(null);
  // In a narrow window it stands below everything: whoever opens it is brought there.
  useEffect(() => { if (matchMedia("(max-width: 60rem)").matches) box.current?.scrollIntoView(); }, [id]);
  return (
    <aside ref={box} class="drawer" aria-label={t("Evidence")} onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); leave(); } }}>
      <header>
        <h2 tabIndex={-1}>{found ? (language.value === "ja" ? found.name_ja : found.name_en) : t("Evidence")}</h2>
        <button type="button" class="plain" aria-label={t("Close")} onClick={leave}>✕</button>
      </header>
      <Problem text={problem || failure.value} />
      {found && <Opened found={found} at={at} />}
    </aside>
  );
}

/** To the picture as it is, but for this; what is typed meanwhile draws nothing around it again. */
function Onto({ to, title, children }: { to: Query; title?: string; children: ComponentChildren }) {
  return <a href={address("picture", { ...query.value, ...to })} title={title}>{children}</a>;
}

function Opened({ found, at }: { found: Detail; at: string }) {
  const { body } = found;
  const own = found.party === session.value?.party;
  return (
    <>
      {!own && <p class="whose"><Verdict v={found.verdict} /> {t("as {party} receives it", { party: found.party })}</p>}
      {body ? <p class="sentence"><Text s={language.value === "ja" ? found.text_ja : found.text_en} longest={1500} /></p>
        : <p class="sentence">{t("{party} does not receive this, and is not told that it exists.", { party: found.party })}</p>}
      {!own && <Why found={found} />}
      {body && (
        <dl>
          <dt>{t("When")}</dt><dd><Time ms={body.span.t0 / 1000} precision={body.span.precision} /> – <Time ms={body.span.t1 / 1000} precision={body.span.precision} /></dd>
          <dt>{t("Where")}</dt><dd>{body.place ? degrees(body.place) : t("no place")}</dd>
          <dt>{t("Who")}</dt><dd><Text s={(body.subjects ?? []).join(", ") || t("nobody named")} longest={1000} /></dd>
          {!!body.assets?.length && <><dt>{t("Assets")}</dt><dd>{body.assets.slice(0, 20).map((each, i) => <>{i > 0 && ", "}<Onto key={each} to={{ asset: each }} title={t("Only what is at this asset")}><Text s={each} longest={120} /></Onto></>)}</dd></>}
          <dt>{t("Source")}</dt><dd><Text s={(body.sources ?? []).map((each) => (own ? each : t(each))).join("; ") || t("not named")} longest={1000} /> <span class="quiet" title={t("Admiralty code: reliability of the source, credibility of the item")}>{body.reliability ?? "F"}{body.credibility ?? 6}</span></dd>
          <dt>{t("Found by")}</dt><dd><Text s={`${body.detector ?? "…"} ${body.detector_version ?? ""}`} /></dd>
        </dl>
      )}
      {body && !at && <div class="acts"><SavePdf of={{ finding: found.id, as: own ? "" : found.party, language: language.value }} /></div>}
      {!!found.measures.length && <Measures found={found} />}
      {own && <Rests id={found.id} />}
      {own && <Owned found={found} />}
    </>
  );
}

function Why({ found }: { found: Detail }) {
  return (
    <section class="why">
      <h3>{t("Why")} <span class="quiet">{t("(for the owner only)")}</span></h3>
      <Reasons why={found.why} />
      {found.hears && <p class="quiet">{t("What {party} reads about it:", { party: found.party })} <Text s={say(found.hears)} longest={600} /></p>}
    </section>
  );
}

/** A decision line by line: the verdict, and what it rests on. */
export function Reasons({ why }: { why: Told[] }) {
  const [head, ...rest] = why.map(say);
  return <div class="reasons"><p><Text s={head ?? ""} longest={600} /></p><ul class="tight">{rest.map((each) => <li key={each}><Text s={each} longest={600} /></li>)}</ul></div>;
}

function Measures({ found }: { found: Detail }) {
  return (
    <section>
      <h3>{t("Measures")}</h3>
      <table><tbody>
        {found.measures.map((each) => (
          <tr key={each.name}><th scope="row" title={each.name}>{named(each.called, each.name)}</th><td><Prose s={named(each.value, "")} /></td><td class="quiet">{named(each.unit, "")}</td></tr>
        ))}
      </tbody></table>
    </section>
  );
}

function Owned({ found }: { found: Detail }) {
  const open = found.recalls.filter((each) => !each.lifted);
  return (
    <>
      <section>
        <h3>{t("Label")}</h3>
        {found.strands.map((each, i) => (
          <p key={i} class="strand"><Tlp tlp={each.tlp} /> {t("from")} {each.originator}
            {each.classes?.map((mark) => <span> · {mark}</span>)}
            {each.only && <span> · {t("only for")} {each.only.join(", ") || t("the originator")}</span>}
            {!!each.denied?.length && <span> · {t("not for")} {each.denied.join(", ")}</span>}
            {each.orcon && <span> · ORCON</span>}{each.exercise && <span> · {t("exercise")} {each.exercise}</span>}
            {!!each.handling?.length && <span> · {each.handling.join(", ")}</span>}
            {each.expires && <span> · {t("until")} <At s={each.expires} precision="day" /></span>}</p>
        ))}
      </section>
      <section>
        <h3>{t("Who may have it")}</h3>
        {Object.keys(found.audience).length ? (
          <ul class="tight">{Object.entries(found.audience).map(([party, how]) => (
            <li key={party}><Onto to={{ as: party }}>{party}</Onto> {how.length ? <span class="quiet">{how.map(say).join(t(", "))}</span> : <span class="quiet">{t("as it is")}</span>}</li>
          ))}</ul>) : <p class="quiet">{t("Nobody but us: no clause covers it.")}</p>}
        {!!found.held.length && <p>{found.held.map((each) => (
          <span key={each.party}>{each.party} {each.served ? <>{t("has had it since")} <At s={each.served} precision="min" /></> : t("has not fetched it yet")}. </span>))}</p>}
        <p class="acts">
          <button type="button" onClick={() => toggle(found.id)}>{picked.value.has(found.id) ? t("Do not choose") : t("Choose")}</button>
          {may("analyst") && <a class="button" href={address("send", { ids: found.id })}>{t("Before you send…")}</a>}
          {may("releaser") && !open.length && <a class="button" href={address("recalls", { ids: found.id })}>{t("Take back…")}</a>}
        </p>
      </section>
      {open.map((each) => <Receipts key={each.at} of={each} />)}
      <section>
        <h3>{t("History")}</h3>
        <ul class="tight">{found.versions.map((each) => (
          <li key={each.version}><At s={each.version} /> {each.status !== "live" && <b>{t(each.status)}</b>} <code title={`SHA-256 ${each.sha256}`}>{each.sha256.slice(0, 12)}</code>
            {each.hops.map((hop) => <span class="quiet"> {t("by way of")} {hop}</span>)}</li>
        ))}</ul>
        {found.doubts.map((each) => <p class="problem">{t("In doubt")}: {each}</p>)}
      </section>
      <details>
        <summary>{t("The object as it is kept")}</summary>
        <pre class="raw" tabIndex={0} role="group" aria-label={t("The object as it is kept")}><Text s={pretty(found.raw)} longest={20_000} /></pre>
        <p class="quiet"><code>{found.id}</code></p>
      </details>
    </>
  );
}

function pretty(raw: string): string {
  try { return JSON.stringify(JSON.parse(raw), null, 1); } catch { return raw; }
}

export function Receipts({ of }: { of: Recalled }) {
  return (
    <section class="recall">
      <h3>{of.lifted ? t("Taken back, and given again") : t("Taken back")} <At s={of.at} precision="min" /></h3>
      <p><Text s={of.why} /> <span class="quiet">{t("due")} <At s={of.due} precision="day" /></span></p>
      {of.parties.length ? <ul class="tight" aria-live="polite">{of.parties.map((each) => <Step key={each.party} step={each} late={of.overdue.includes(each.party)} />)}</ul>
        : <p class="quiet">{t("Nobody had been served it.")}</p>}
    </section>
  );
}

function Step({ step, late }: { step: Onward; late: boolean }) {
  const said: Record<string, string> = {
    confirmed: t("confirmed that it is gone"), served: t("fetched the withdrawal, has not confirmed"),
    waiting: t("has not fetched the withdrawal yet"), unconfirmable: t("cannot be heard from"),
  };
  return (
    <li class={`receipt ${step.state}`}><b>{step.party}</b> {said[step.state] ?? step.state} {step.at && <At s={step.at} />} {late && <strong>{t("overdue")}</strong>}
      {!!step.onward?.length && <ul class="tight">{step.onward.map((each) => <Step key={each.party} step={each} late={false} />)}</ul>}</li>
  );
}
