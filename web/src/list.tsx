// The list of findings: only the rows that are looked at are drawn, however many there are.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { session, type Mark } from "./api";
import { picked, toggle } from "./picked";
import { leave, one, turn } from "./place";
import { degrees, plain, Text, Time, Tlp, Verdict } from "./show";
import { hue, theme } from "./theme";
import { named, t } from "./words";

const ROW = 58, AROUND = 6;
/** Drawn anew when so much was scrolled, not at every pixel. */
const STEP = ROW * 3;

export function List({ marks, whose, busy }: { marks: Mark[]; whose: string; busy: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const seen = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 600));
    seen.observe(box.current!);
    return () => seen.disconnect();
  }, []);
  const sel = one("sel");
  const at = useMemo(() => (sel ? marks.findIndex((each) => each.id === sel) : -1), [marks, sel]);
  useEffect(() => {
    const node = box.current;
    if (!node || at < 0) return;
    const due = requestAnimationFrame(() => {
      if (at * ROW < node.scrollTop || (at + 1) * ROW > node.scrollTop + node.clientHeight) node.scrollTop = Math.max(0, (at - 2) * ROW);
    });
    return () => cancelAnimationFrame(due);
  }, [sel, at < 0, whose]);
  const step = (by: number) => {
    const next = marks[Math.max(0, Math.min(marks.length - 1, at + by))];
    if (next) turn({ sel: next.id });
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement || event.target instanceof HTMLTextAreaElement || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "j") step(1);
      else if (event.key === "k") step(at < 0 ? 1 : -1);
      else if (event.key === "x" && at >= 0) toggle(marks[at]!.id);
      else if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
      else if (event.key === "a") document.getElementById("as")?.focus();
      else if (event.key === "Escape") leave();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
  // Where the list was cut short below what was looked at, its end is.
  const from = Math.max(0, Math.min(top, marks.length * ROW - height));
  const first = Math.max(0, Math.floor(from / ROW) - AROUND);
  const last = Math.min(marks.length, Math.ceil((from + height) / ROW) + AROUND);
  // As many as are ever there at once: what goes out on one side comes in on the other.
  const slots = Math.ceil(height / ROW) + 2 * AROUND + 2;
  const own = whose === session.value?.party;
  return (
    <div class="list" ref={box} tabIndex={0} role="listbox" aria-label={t("Findings")} aria-busy={busy}
      aria-activedescendant={at >= first && at < last ? `row-${at}` : undefined}
      onScroll={(event) => setTop(Math.floor((event.target as HTMLElement).scrollTop / STEP) * STEP)}
      onClick={(event) => { const id = (event.target as Element).closest<HTMLElement>(".row")?.dataset.id; if (id) turn({ sel: id }); }}
      onKeyDown={(event) => {
        if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
        // Who hears the page goes on in what is opened, and comes back from there.
        if (event.key === "Enter" && at >= 0) { event.preventDefault(); document.querySelector<HTMLElement>(".drawer h2")?.focus(); }
        if (event.key === "ArrowUp") { event.preventDefault(); step(at < 0 ? 1 : -1); }
      }}>
      <div style={{ height: `${marks.length * ROW}px` }} role="presentation">
        {marks.slice(first, last).map((each, i) => (
          <div key={(first + i) % slots} id={`row-${first + i}`} class={each.id === sel ? "row on" : "row"} role="option" aria-selected={each.id === sel}
            aria-setsize={marks.length} aria-posinset={first + i + 1} data-id={each.id}
            style={{ top: `${(first + i) * ROW}px` }}>
            <Inside of={each} own={own} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** What stands in a row: drawn again only when it is another's (signals compare the props). */
function Inside({ of, own }: { of: Mark; own: boolean }) {
  const chosen = picked.value.has(of.id), kinds = session.value?.kinds ?? {};
  void theme.value;
  return (
    <>
      <i class={`dot${of.verdict === "partial" ? " hollow" : ""}`} style={{ color: hue(kinds[of.kind]?.desk ?? "") }} aria-hidden="true" />
      <span class="what">{named(kinds[of.kind], of.kind)}{chosen && <b title={t("chosen")}> ✓</b>}</span>
      <Time ms={of.t0} precision={of.precision === "s" || of.precision === "ms" ? "min" : of.precision} />
      <span class="whom">{own ? <><Tlp tlp={of.tlp} />{of.owner !== session.value?.party && <b class="owner" title={t("From whom")}>{plain(of.owner, 20)}</b>}</> : <span title={(of.clauses ?? []).join(", ")}><Verdict v={of.verdict ?? "released"} short /></span>}<Text s={(of.subjects ?? []).join(", ") || t("nobody named")} longest={60} /></span>
      <span class="where">{of.place ? degrees(of.place, true) : t("no place")}</span>
    </>
  );
}
