// The list of findings: only the rows that are looked at are drawn, however many there are.
import { useEffect, useRef, useState } from "preact/hooks";
import { session, type Mark } from "./api";
import { picked, toggle } from "./picked";
import { leave, one, turn } from "./place";
import { degrees, Text, Time, Tlp, Verdict } from "./show";
import { hue, theme } from "./theme";
import { named, t } from "./words";

const ROW = 58, AROUND = 6;
/** Drawn anew when so much was scrolled, not at every pixel. */
const STEP = ROW * 3;

export function List({ marks, whose }: { marks: Mark[]; whose: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  void theme.value;
  useEffect(() => {
    const seen = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 600));
    seen.observe(box.current!);
    return () => seen.disconnect();
  }, []);
  const sel = one("sel");
  const at = sel ? marks.findIndex((each) => each.id === sel) : -1;
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
  const first = Math.max(0, Math.floor(top / ROW) - AROUND);
  const last = Math.min(marks.length, Math.ceil((top + height) / ROW) + AROUND);
  const kinds = session.value?.kinds ?? {};
  const own = whose === session.value?.party;
  return (
    <div class="list" ref={box} tabIndex={0} role="listbox" aria-label={t("Findings")}
      aria-activedescendant={at >= first && at < last ? `row-${at}` : undefined}
      onScroll={(event) => setTop(Math.floor((event.target as HTMLElement).scrollTop / STEP) * STEP)}
      onKeyDown={(event) => {
        if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
        // Who hears the page goes on in what is opened, and comes back from there.
        if (event.key === "Enter" && at >= 0) { event.preventDefault(); document.querySelector<HTMLElement>(".drawer h2")?.focus(); }
        if (event.key === "ArrowUp") { event.preventDefault(); step(at < 0 ? 1 : -1); }
      }}>
      <div style={{ height: `${marks.length * ROW}px` }} role="presentation">
        {marks.slice(first, last).map((each, i) => (
          <div key={each.id} id={`row-${first + i}`} class={`row${each.id === sel ? " on" : ""}`} role="option" aria-selected={each.id === sel}
            aria-setsize={marks.length} aria-posinset={first + i + 1} data-id={each.id}
            style={{ top: `${(first + i) * ROW}px` }} onClick={() => turn({ sel: each.id })}>
            <i class={`dot${each.verdict === "partial" ? " hollow" : ""}`} style={{ color: hue(kinds[each.kind]?.desk ?? "") }} aria-hidden="true" />
            <span class="what">{named(kinds[each.kind], each.kind)}{picked.value.has(each.id) && <b title={t("chosen")}> ✓</b>}</span>
            <Time ms={each.t0} precision={each.precision === "s" || each.precision === "ms" ? "min" : each.precision} />
            <span class="whom">{own ? <Tlp tlp={each.tlp} /> : <span title={(each.clauses ?? []).join(", ")}><Verdict v={each.verdict ?? "released"} short /></span>}<Text s={(each.subjects ?? []).join(", ") || t("nobody named")} longest={60} /></span>
            <span class="where">{each.place ? degrees(each.place, true) : t("no place")}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
