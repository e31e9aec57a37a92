// The picture: one map, one timeline under it, the list beside, one drawer for what is opened.
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type Mark, type Role, failure, may, session } from "./api";
import { beginning, loading, looked, sifted, sifting } from "./data";
import { clear, Unfed, Ungiven, Unmatched } from "./empty";
import { Evidence } from "./evidence";
import { List } from "./list";
import { Chart } from "./chart";
import { pick, picked } from "./picked";
import { address, one, query, turn, type Query } from "./place";
import { plain, Problem, Time } from "./show";
import { FILTERS, filtered } from "./sift";
import { Timeline } from "./timeline";
import { language, named, t } from "./words";

export function AsWhom() {
  const as = one("as"), at = one("at");
  const it = session.value!;
  const past = (event: Event) => {
    const text = (event.target as HTMLInputElement).value;
    turn({ at: text ? `${text}T00:00:00Z` : "" });
  };
  return (
    <div class="as">
      <label>{t("View as")}{" "}
        <select id="as" value={as} onChange={(event) => turn({ as: (event.target as HTMLSelectElement).value })}>
          <option value="">{it.party} ({t("ourselves")})</option>
          {as && as !== it.party && !it.parties.some((each) => each.code === as) && <option value={as}>{plain(as, 12)}</option>}
          {it.parties.filter((each) => each.code !== it.party).map((each) => (
            <option key={each.code} value={each.code}>{each.code} – {language.value === "ja" ? each.ja : each.en}</option>))}
        </select></label>
      <label>{t("by the law of")}{" "}<input type="date" value={at.slice(0, 10)} onChange={past} /></label>
      {at && <button type="button" onClick={() => turn({ at: "" })}>{t("Today")}</button>}
    </div>
  );
}

export function Filters({ of }: { of: Mark[] }) {
  return (
    <div class="filters" role="search">
      <input id="search" type="search" placeholder={t("Ship, asset, id …")} aria-label={t("Search findings")} value={one("q")} maxLength={200}
        onInput={(event) => turn({ q: (event.target as HTMLInputElement).value }, true)} />
      <Narrowed of={of} />
    </div>
  );
}

/** Apart from what is typed, so that a letter draws none of it again. */
function Narrowed({ of }: { of: Mark[] }) {
  const [kind, desk, tlp, owner, verdict, as, asset] = ["kind", "desk", "tlp", "owner", "verdict", "as", "asset"].map(one) as [string, string, string, string, string, string, string];
  const some = useComputed(() => FILTERS.some(one)).value;
  const kinds = session.value!.kinds;
  const counted = useMemo(() => {
    const found = new Map<string, number>();
    for (const each of of) found.set(each.kind, (found.get(each.kind) ?? 0) + 1);
    return found;
  }, [of]);
  const assets = useMemo(() => mostAssets(of), [of]);
  const owners = useMemo(() => [...new Set(of.map((each) => each.owner))].sort(), [of]);
  const desks = [...new Set([...counted.keys()].map((each) => kinds[each]?.desk ?? "other"))].sort();
  const to = (key: string) => (event: Event) => turn({ [key]: (event.target as HTMLSelectElement).value });
  return (
    <>
      {desks.length > 1 && <select aria-label={t("Desk")} value={desk} onChange={to("desk")}>
        <option value="">{t("every desk")}</option>{desks.map((each) => <option key={each} value={each}>{t(each)}</option>)}</select>}
      <select aria-label={t("Kind")} value={kind} onChange={to("kind")}>
        <option value="">{t("every kind")}</option>
        {[...counted].sort((a, b) => b[1] - a[1]).map(([each, n]) => <option key={each} value={each}>{named(kinds[each], each)} ({n})</option>)}
      </select>
      {as ? <select aria-label={t("Verdict")} value={verdict} onChange={to("verdict")}>
        <option value="">{t("whole and in part")}</option><option value="released">{t("released")}</option><option value="partial">{t("released in part")}</option></select>
        : <select aria-label={t("Label")} value={tlp} onChange={to("tlp")}>
          <option value="">{t("every label")}</option>{["clear", "green", "amber", "amber+strict", "red"].map((each) => <option key={each} value={each}>TLP:{each.toUpperCase()}</option>)}</select>}
      {(owners.length > 1 || owner) && <select aria-label={t("From whom")} value={owner} onChange={to("owner")}>
        <option value="">{t("from everybody")}</option>{owners.map((each) => <option key={each} value={each}>{t("from")} {each}</option>)}</select>}
      {(assets.length > 1 || asset) && <select aria-label={t("Asset")} value={asset} onChange={to("asset")}>
        <option value="">{t("every asset")}</option>
        {asset && !assets.some(([each]) => each === asset) && <option value={asset}>{plain(asset, 60)}</option>}
        {assets.map(([each, n]) => <option key={each} value={each}>{plain(each, 60)} ({n})</option>)}</select>}
      {some && <button type="button" onClick={clear}>{t("Clear")}</button>}
    </>
  );
}

/** The assets that most findings name, with how many; another is chosen in a finding. */
function mostAssets(of: Mark[], most = 200): [string, number][] {
  const counted = new Map<string, number>();
  for (const { assets } of of) for (const each of assets ?? []) counted.set(each, (counted.get(each) ?? 0) + 1);
  return [...counted].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most);
}

export function Picture() {
  const it = looked.value, sel = one("sel");
  return (
    <main id="content" tabIndex={-1} class={`picture${sel ? " open" : ""}`}>
      <h1 class="hidden">{t("Picture")}</h1>
      <div class="side">
        <AsWhom />
        <Filters of={it?.marks ?? NONE} />
        <Problem text={failure.value} />
        <Rows />
        <Chosen />
      </div>
      <div class="ground"><Chart /><Timeline /></div>
      {sel && <Evidence id={sel} />}
    </main>
  );
}

const NONE: Mark[] = [];
/** Those of the beginning are gone through at once: they are few. */
const rowsOf = (by: Query) => sifted.value?.shown ?? filtered(beginning.value?.marks ?? NONE, by, session.value?.kinds ?? {});

/** Apart from what is around it, so that a letter draws nothing but this. */
function Rows() {
  const it = looked.value, rows = rowsOf(sifted.value ? {} : query.value), as = one("as"), busy = sifting.value || !!it?.more;
  return (
    <>
      {it && <p class="count" aria-live="polite" aria-busy={busy} data-testid="count">
        {it.more ? t("The first {n} findings; the others are being read …", { n: rows.length }) : t("{n} of {all} findings", { n: rows.length.toLocaleString("en"), all: it.marks.length.toLocaleString("en") })}
        {as && !it.more && <span title={t("Only the owner reads this number.")}> · {t("{n} withheld from {party}", { n: it.withheld, party: it.party })}</span>}
        {one("at") && <span> · {t("epoch")} {it.epoch}, <Time ms={it.at} precision="day" /></span>}
      </p>}
      {rows.length ? <List marks={rows} whose={it?.party ?? ""} busy={busy} /> : <Nothing />}
    </>
  );
}

function Nothing() {
  if (!sifted.value || loading.value) return <p class="empty">{t("Asking the node …")}</p>;
  if (sifted.value.marks.length) return <Unmatched />;
  return one("as") && sifted.value.of.withheld ? <Ungiven party={one("as")} /> : <Unfed />;
}

const wanted: Role = "analyst";
function Chosen() {
  const n = picked.value.size;
  const none = useComputed(() => !(sifted.value?.shown ?? beginning.value?.marks)?.length).value;
  const these = () => pick(rowsOf(query.peek()).slice(0, 200).map((each) => each.id));
  return (
    <div class="chosen">
      {n ? <><b>{t("{n} chosen", { n })}</b>
        {may(wanted) && <a class="button" href={address("send", { ids: [...picked.value].slice(0, 200).join(",") })}>{t("Before you send…")}</a>}
        {may("releaser") && <a class="button" href={address("recalls", { ids: [...picked.value].slice(0, 200).join(",") })}>{t("Take back…")}</a>}
        <button type="button" onClick={() => pick([])}>{t("Choose none")}</button></>
        : <button type="button" disabled={none} onClick={these}>{t("Choose these (200 at most)")}</button>}
    </div>
  );
}
