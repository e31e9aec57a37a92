// The address of a view: `#/picture?as=EU&sel=event--…`. A link reproduces a screen.
import { computed, signal } from "@preact/signals";

export type Query = Record<string, string>;

function parsed(hash: string): { view: string; query: Query } {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  return { view: path || "picture", query: Object.fromEntries(new URLSearchParams(search)) };
}

const here = signal(parsed(location.hash));
addEventListener("hashchange", () => { here.value = parsed(location.hash); });

export const view = computed(() => here.value.view);
export const query = computed(() => here.value.query);

export function address(view: string, query: Query): string {
  const kept = Object.entries(query).filter(([, value]) => value !== "");
  const search = new URLSearchParams(kept).toString();
  return `#/${view}${search ? `?${search}` : ""}`;
}

export function go(view: string, query: Query = {}): void {
  location.hash = address(view, query);
}

/** Be at a view in place of what the address held. */
export function arrive(view: string): void {
  history.replaceState(null, "", address(view, {}));
  here.value = parsed(location.hash);
}

/** Change some of the query and keep the rest; `""` takes a key out. No new entry in the history. */
export function turn(change: Query): void {
  const next = address(here.value.view, { ...here.value.query, ...change });
  history.replaceState(null, "", next);
  here.value = parsed(next);
}
