// Taking back: why, within what time, and then everybody's word on it as it arrives.
import { useEffect, useState } from "preact/hooks";
import { get, may, post, type Recalled, type Row } from "./api";
import { changed } from "./data";
import { Receipts } from "./evidence";
import { pick } from "./picked";
import { address, go, query } from "./place";
import { Problem, Text } from "./show";
import { Rows } from "./send";
import { t } from "./words";

const EVERY_MS = 3000;

export function Recalls() {
  const chosen = (query.value.ids ?? "").split(",").filter(Boolean);
  const [found, setFound] = useState<Recalled[] | null>(null);
  const [rows, setRows] = useState<Row[] | null>(null);
  const [problem, setProblem] = useState("");
  const again = changed.value;
  useEffect(() => {
    const look = () => { get<Recalled[]>("recalls").then(setFound, (failed: Error) => setProblem(failed.message)); };
    look();
    get<Row[]>("ledger").then(setRows, () => undefined);
    // What others fetch and confirm is no event of ours.
    const due = setInterval(look, EVERY_MS);
    return () => clearInterval(due);
  }, [again]);
  return (
    <main id="content" tabIndex={-1} class="sheet">
      <h1>{t("Taken back")}</h1>
      {!!chosen.length && may("releaser") && <Take ids={chosen} />}
      <Problem text={problem} />
      <section>
        <h2 id="taken" tabIndex={-1}>{t("What was taken back, and who confirms that it is gone")}</h2>
        {found && !found.length && <p class="empty">{t("Nothing was taken back. Open a finding and choose “Take back…”.")} <a href={address("picture", {})}>{t("Picture")}</a></p>}
        {found?.map((each) => <article key={each.id + each.at}><Receipts of={each} /><p><code><Text s={each.id} /></code></p></article>)}
      </section>
      {rows && !rows.length && <section><h2>{t("Who received what, latest first")}</h2><p class="empty">{t("Nobody received anything from this node yet. What agreements give waits until the partner calls, or is sent:")} <a href={address("send", {})}>{t("Before you send")}</a></p></section>}
      {!!rows?.length && <section><h2>{t("Who received what, latest first")}</h2><Rows rows={rows.slice(0, 40)} /></section>}
    </main>
  );
}

function Take({ ids }: { ids: string[] }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    setBusy(true);
    post("recall", { ids, why: String(form.get("why")), within: String(form.get("within")) }).then(
      () => { pick([]); changed.value += 1; go("recalls"); document.getElementById("taken")?.focus(); }, (failed: Error) => { setProblem(failed.message); setBusy(false); });
  };
  return (
    <section class="danger">
      <h2>{t("Take {n} back from everybody who has them", { n: ids.length })}</h2>
      <form onSubmit={submit} class="bar">
        <label class="wide">{t("Why (the partners' lawyers will ask)")} <input name="why" required minLength={3} maxLength={500} /></label>
        <label>{t("to be confirmed within")} <select name="within"><option value="P1D">{t("a day")}</option><option value="P7D" selected>{t("a week")}</option><option value="P30D">{t("thirty days")}</option></select></label>
        <button type="submit" class="danger" disabled={busy}>{t("Take back")}</button>
      </form>
      <Problem text={problem} />
      <p class="quiet">{t("The record becomes a tombstone here. Whoever was served it gets a withdrawal under the name it was served by, and its receipt arrives below.")}</p>
    </section>
  );
}
