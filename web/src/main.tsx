// The page: who is signed in, which view, and the frame around it.
import "maplibre-gl/dist/maplibre-gl.css";
import "./style.css";
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { failure, get, may, post, session, type Session } from "./api";
import { Compare } from "./compare";
import { follow, live } from "./data";
import { Incidents } from "./incidents";
import { Login } from "./login";
import { PactRoom } from "./pact";
import { People } from "./people";
import { Picture } from "./picture";
import { address, arrive, one, view } from "./place";
import { Recalls } from "./recalls";
import { Send } from "./send";
import { Text } from "./show";
import { choice, choose, type Choice } from "./theme";
import { language, speak, t } from "./words";

const VIEWS = { picture: Picture, compare: Compare, send: Send, recalls: Recalls, incidents: Incidents, pact: PactRoom, people: People };

/** The heading of a view: whoever comes to another is there, and hears which it is. */
function heading(): HTMLElement | null {
  const found = document.querySelector<HTMLElement>("main h1");
  if (found) found.tabIndex = -1;
  return found;
}

function Shell() {
  const Shown = VIEWS[view.value as keyof typeof VIEWS] ?? Picture;
  const it = session.value!;
  useEffect(follow, []);
  const where = `${view.value}|${one("print")}`;
  const before = useRef(where);
  useLayoutEffect(() => {
    failure.value = "";
    if (before.current !== where) heading()?.focus({ preventScroll: true });
    before.current = where;
  }, [where]);
  const kept = { as: one("as"), at: one("at") };
  const names: [string, string][] = [
    ["picture", t("Picture")], ["compare", t("Difference")], ["send", t("Before you send")], ["recalls", t("Taken back")],
    ["incidents", t("Incidents")], ["pact", t("Pact room")], ...(may("administrator") ? [["people", t("People")] as [string, string]] : []),
  ];
  useEffect(() => { document.title = `${names.find(([name]) => name === view.value)?.[1] ?? t("Picture")} · ${it.party} · noroshi`; }, [view.value, language.value]);
  return (
    <>
      <header class="top">
        <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>{t("Skip to the content")}</a>
        <strong class="name"><span lang="ja" aria-hidden="true">狼煙</span> {it.party}{it.exercise && <b class="played">{t("exercise")} <Text s={it.exercise} longest={40} /></b>}</strong>
        <nav aria-label={t("Views")}>{names.map(([name, title]) => (
          <a key={name} href={address(name, name === "picture" || name === "incidents" ? kept : {})} aria-current={view.value === name ? "page" : undefined}>{title}</a>))}</nav>
        <span class={`live ${live.value}`} role="status" title={live.value === "on" ? t("Changes appear by themselves.") : t("No connection; it is tried again.")}>{live.value === "on" ? t("live") : t("not live")}</span>
        <label class="small"><span class="hidden">{t("Colours")}</span>
          <select value={choice.value} onChange={(event) => choose((event.target as HTMLSelectElement).value as Choice)}>
            <option value="auto">{t("as the system")}</option><option value="dark">{t("dark")}</option><option value="light">{t("light")}</option></select></label>
        <button type="button" class="plain" lang={language.value === "ja" ? "en" : "ja"} onClick={() => speak(language.value === "ja" ? "en" : "ja")}>{language.value === "ja" ? "English" : "日本語"}</button>
        <span class="who" title={t(it.role)}>{it.user}</span>
        <button type="button" class="plain" onClick={() => { void post<{ leave: string } | null>("session/end", {}).then((left) => { if (left) location.assign(left.leave); }, () => undefined).finally(() => { session.value = null; }); }}>{t("Sign out")}</button>
      </header>
      <Shown key={view.value} />
    </>
  );
}

function Page() {
  const [token] = useState(() => {
    const found = /^#token=([\w-]+)$/.exec(location.hash)?.[1] ?? "";
    if (found) arrive("picture");
    return found;
  });
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (token) { setAsked(true); return; }
    get<Session>("session").then((found) => { session.value = found; }, () => undefined).finally(() => setAsked(true));
  }, []);
  if (session.value) return <Shell />;
  return asked ? <Login token={token} /> : null;
}

render(<Page />, document.getElementById("page")!);
