// Before you send: what a partner would get of chosen findings, drawn as it would get it; then send.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, type Mark, may, post, type Preview, type Row, type Sent, session } from "./api";
import { Whose } from "./compare";
import { Chart } from "./chart";
import { Lawless } from "./empty";
import { Reasons } from "./evidence";
import { pick } from "./picked";
import { address, query } from "./place";
import { At, degrees, Problem, Text, Tlp, Verdict, say } from "./show";
import { named, t } from "./words";

export function Send() {
  const it = session.value!;
  const { ids = "", to = it.peers[0] ?? "EU" } = query.value;
  const chosen = ids.split(",").filter(Boolean);
  const [found, setFound] = useState<Preview[]>([]);
  const [problem, setProblem] = useState("");
  const [sent, setSent] = useState<Sent | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = () => {
    if (!chosen.length) return;
    setProblem("");
    post<Preview[]>("preview", { ids: chosen, party: to }).then(setFound, (failed: Error) => { setFound([]); setProblem(failed.message); });
  };
  useEffect(() => { setSent(null); ask(); }, [ids, to]);
  const going = found.filter((each) => each.told);
  const waits = going.filter((each) => each.waits).length;
  const marks = (): Mark[] => going.map((each) => ({
    id: each.id, kind: each.kind, owner: it.party, tlp: each.tlp, precision: each.told!.span.precision,
    t0: each.told!.span.t0 / 1000, t1: each.told!.span.t1 / 1000, place: each.told!.place, verdict: each.verdict,
  }));
  const send = () => {
    setBusy(true);
    post<Sent>("send", { ids: going.map((each) => each.id), party: to }).then(
      (done) => { setSent(done); ask(); pick([]); }, (failed: Error) => setProblem(failed.message)).finally(() => setBusy(false));
  };
  const known = it.peers.includes(to);
  if (!chosen.length) return (
    <main id="content" tabIndex={-1} class="sheet"><h1>{t("Before you send")}</h1>{may("releaser") && <Wishes />}<Held to={to} />
      <p class="empty">{t("Nothing is chosen. Choose findings in the picture: open one, or filter and choose what is left.")} <a href={address("picture", {})}>{t("Picture")}</a></p>{!it.parties.length && <Lawless />}</main>);
  return (
    <main id="content" tabIndex={-1} class="sheet">
      <h1>{t("Before you send")}</h1>
      <div class="bar"><Whose name="to" value={to} title={t("to")} />
        <span aria-live="polite">{["released", "partial", "withheld"].map((v) => {
          const n = found.filter((each) => each.verdict === v).length;
          return n ? <span key={v} class="sum" data-testid={`n-${v}`}>{n} <Verdict v={v} /></span> : null;
        })}</span>
        {may("releaser") ? <button type="button" class="main" disabled={busy || !going.length || !known} onClick={send}>{waits ? t("Ask a second person to release {n} to {party}", { n: going.length, party: to }) : t("Send {n} to {party}", { n: going.length, party: to })}</button>
          : <span class="quiet">{t("Sending takes the role of releaser.")}</span>}
      </div>
      {!known && <p class="empty">{t("No node of {party} is known here: what the agreements give waits in its view, and nothing can be brought. Make it known:", { party: to })} <code>noroshi peer add https://… --node DIR</code></p>}
      <Problem text={problem} />
      {sent && <Done sent={sent} />}
      {may("releaser") && <Wishes />}
      <div class="two">
        <section class="card"><h2>{t("What {party} would see", { party: to })}</h2>
          {going.length ? <div class="small-map"><Chart key={`${ids}${to}${found.length}`} marks={marks} name={t("What {party} would see", { party: to })} /></div>
            : <p class="empty">{t("Nothing: every one of these is withheld.")}</p>}
          <p class="quiet">{t("A dashed circle is the coarse cell that goes out instead of the position.")}</p></section>
        <section class="card"><h2>{t("One by one")}</h2>
          <ul class="previews">{found.map((each) => <One key={each.id} of={each} to={to} />)}</ul></section>
      </div>
    </main>
  );
}

function One({ of, to }: { of: Preview; to: string }) {
  const lost = of.told ? gone(of) : [];
  return (
    <li>
      <p><Verdict v={of.verdict} /> <b>{named(session.value!.kinds[of.kind], of.kind)}</b> <Tlp tlp={of.tlp} /> {of.waits && <b>{t("waits for a second person")}</b>} {of.served && <span class="quiet">{t("{party} has it already", { party: to })}</span>}</p>
      {of.told ? (
        <p class="quiet">{of.whole.place && <>{degrees(of.whole.place)}{of.told.place && of.told.place.join() !== of.whole.place.join() && <> → <b>{degrees(of.told.place)}</b></>}</>}
          {!!of.transforms.length && <> · {of.transforms.map(say).join(t(", "))}</>}{!!lost.length && <> · {t("without")} {lost.join(t(", "))}</>} · {t("by")} {of.clauses.join(", ")}</p>
      ) : <p class="quiet"><Text s={of.reason ? say(of.reason) : ""} longest={500} /></p>}
      <details><summary>{t("Why, in full")}</summary><Reasons why={of.why} /><p class="quiet">{t("What {party} reads about it:", { party: to })} <Text s={say(of.hears)} longest={500} /></p></details>
    </li>
  );
}

function gone(of: Preview): string[] {
  const out = (of.lost ?? []).map((each) => named(each, ""));
  if (of.whole.assets?.length && !of.told?.assets?.length) out.push(t("assets"));
  if (of.whole.subjects?.length && !of.told?.subjects?.length) out.push(t("who"));
  if (of.whole.evidence?.length && !of.told?.evidence?.length) out.push(t("evidence"));
  return out;
}

/** What the agreements give a partner and nobody has agreed to yet. */
function Held({ to }: { to: string }) {
  const [held, setHeld] = useState<{ all: number; ids: string[] } | null>(null);
  useEffect(() => { setHeld(null); get<{ all: number; ids: string[] }>("held", { party: to }).then(setHeld, () => undefined); }, [to]);
  if (!held?.all) return null;
  return (
    <p class="bar"><Whose name="to" value={to} title={t("to")} /><span>{t("{n} records wait for a second person before they go to {party}.", { n: held.all, party: to })}</span>
      <a class="button" href={address("send", { to, ids: held.ids.join(",") })}>{t("Choose these (200 at most)")}</a></p>
  );
}

interface Wish { id: string; who: string; at: number; party: string; ids: string[] }

/** What waits for a second person, who answers it here. */
function Wishes() {
  const [wishes, setWishes] = useState<Wish[]>([]);
  const [problem, setProblem] = useState("");
  const [sent, setSent] = useState<Sent | null>(null);
  const look = () => { get<Wish[]>("wishes").then(setWishes, () => undefined); };
  useEffect(() => { look(); const again = setInterval(look, 5000); return () => clearInterval(again); }, []);
  const answer = (id: string, agree: boolean) => {
    post<Sent>("wishes", { id, agree }).then((done) => { setSent(done); setProblem(""); look(); }, (failed: Error) => { setProblem(failed.message); look(); });
  };
  if (!wishes.length && !sent && !problem) return null;
  return (
    <section class="card">
      <h2>{t("Waiting for a second person")}</h2>
      <Problem text={problem} />
      {sent && <Done sent={sent} />}
      <ul class="tight">{wishes.map((each) => (
        <li key={each.id}><b>{each.who}</b> {t("asks to send {n} to {party}", { n: each.ids.length, party: each.party })} <span class="quiet"><At s={new Date(each.at / 1000).toISOString()} precision="min" /></span>{" "}
          <a href={address("send", { to: each.party, ids: each.ids.join(",") })}>{t("look")}</a>{" "}
          {each.who !== session.value?.user && <button type="button" class="main" onClick={() => answer(each.id, true)}>{t("Agree, and send")}</button>}{" "}
          <button type="button" onClick={() => answer(each.id, false)}>{each.who === session.value?.user ? t("Withdraw") : t("Refuse")}</button></li>))}</ul>
    </section>
  );
}

/** What became of it; who sent it is there. */
function Done({ sent }: { sent: Sent }) {
  const said = useRef<HTMLHeadingElement>(null);
  useEffect(() => said.current?.focus(), [sent]);
  if (sent.state === "asked") return <section class="card done" role="status"><h2 ref={said} tabIndex={-1}>{t("Asked: a second releaser has to agree, within a day")}</h2></section>;
  if (sent.state === "refused") return <section class="card done" role="status"><h2 ref={said} tabIndex={-1}>{t("Refused: nothing was sent")}</h2></section>;
  return (
    <section class="card done" role="status">
      <h2 ref={said} tabIndex={-1}>{sent.state === "taken" ? t("Sent: {party} took {n} objects", { party: sent.party, n: sent.taken })
        : sent.state === "waiting" ? t("In the view of {party}: it gets them when it calls", { party: sent.party }) : t("{party} could not be reached", { party: sent.party })}</h2>
      {sent.refused > 0 && <p>{t("{n} objects were not taken", { n: sent.refused })}</p>}
      <Problem text={sent.problem} />
      {sent.ledger.length ? <Rows rows={sent.ledger} /> : <p class="quiet">{t("The ledger has a row for each when it is fetched.")}</p>}
    </section>
  );
}

export function Rows({ rows }: { rows: Row[] }) {
  return (
    <table class="ledger"><caption>{t("In the ledger of disclosures")}</caption>
      <thead><tr><th scope="col">{t("row")}</th><th scope="col">{t("when")}</th><th scope="col">{t("to")}</th><th scope="col">{t("object")}</th><th scope="col">{t("by")}</th></tr></thead>
      <tbody>{rows.map((each) => (
        <tr key={each.n}><td>{each.n}</td><td><At s={each.at} /></td><td>{each.party}</td><td><code title={each.body_sha256 ? `SHA-256 ${each.body_sha256}` : ""}>{each.id?.slice(0, 24) ?? t("erased")}…</code>{each.record && each.record !== each.id && <span class="quiet"> {t("made of")} <code>{each.record.slice(0, 15)}…</code></span>}</td><td>{each.clauses.join(", ")}</td></tr>))}</tbody>
    </table>
  );
}
