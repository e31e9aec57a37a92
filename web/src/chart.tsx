// The map, when its script has come: everything else is there before it.
import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";
import type { Mark } from "./api";
import { t } from "./words";

interface Given { marks?: () => Mark[]; name?: string }
let loaded: ComponentType<Given> | null = null;

export function Chart(given: Given) {
  const [, setReady] = useState(!!loaded);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    if (loaded) return;
    // After the first picture is drawn.
    const due = setTimeout(() => {
      import("./map").then((found) => { loaded = found.Chart; setReady(true); }, () => setProblem(true));
    }, 0);
    return () => clearTimeout(due);
  }, []);
  const Loaded = loaded;
  if (Loaded) return <Loaded {...given} />;
  return <div class="map">{problem && t("This browser draws no map (WebGL is off). The list holds the same.")}</div>;
}
