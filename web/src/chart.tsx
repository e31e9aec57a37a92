// The map, when its script has come: everything else is there before it.
import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";
import { effect } from "@preact/signals";
import type { Mark } from "./api";
import { seen } from "./data";
import { t } from "./words";

const PATIENCE_MS = 4000;

interface Given { marks?: () => Mark[]; name?: string }
let loaded: ComponentType<Given> | null = null;

export function Chart(given: Given) {
  const [, setReady] = useState(!!loaded);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    if (loaded) return;
    const load = () => { import("./map").then((found) => { loaded = found.Chart; setReady(true); }, () => setProblem(true)); };
    // The list is drawn first: the map's script takes a second of its own.
    let due = setTimeout(load, PATIENCE_MS);
    const stop = effect(() => {
      if (!seen.value) return;
      clearTimeout(due);
      due = setTimeout(() => requestAnimationFrame(() => setTimeout(load, 0)), 0);
    });
    return () => { stop(); clearTimeout(due); };
  }, []);
  const Loaded = loaded;
  if (Loaded) return <Loaded {...given} />;
  return <div class="map">{problem && t("This browser draws no map (WebGL is off). The list holds the same.")}</div>;
}
