// What a view says where there is nothing to show: why, and what to do next.
import { useEffect, useState } from "preact/hooks";
import { get } from "./api";
import { seen } from "./data";
import { address, turn } from "./place";
import { FILTERS } from "./sift";
import { t } from "./words";

export const clear = () => turn(Object.fromEntries(FILTERS.map((each) => [each, ""])));

/** Filters that nothing meets. */
export function Unmatched() {
  return <p class="empty">{t("Nothing matches these filters.")} <button type="button" onClick={clear}>{t("Clear them")}</button></p>;
}

/** A node without findings, whatever else it holds. */
export function Unfed() {
  const others = seen.value?.others ?? 0;
  return (
    <p class="empty">{others ? t("{n} other records are held, and no finding. Desks find in positions, logs, orbital elements and reports. Read some in:", { n: others.toLocaleString("en") })
      : t("Nothing was found yet. Read something in:")} <code>noroshi ingest FILE… --node DIR</code></p>
  );
}

/** A party to which nothing goes of what there is. */
export function Ungiven({ party }: { party: string }) {
  return <p class="empty">{t("{party} receives nothing from this node by this law. The pact room says which agreements bind it.", { party })} <a href={address("pact", {})}>{t("Pact room")}</a></p>;
}

/** A node whose law is empty: the files of its folder are one step away, where there are any. */
export function Lawless() {
  const [files, setFiles] = useState<number | null>(null);
  useEffect(() => { get<{ agreements: unknown[] }>("pact", { set: "files" }).then((room) => setFiles(room.agreements.length), () => setFiles(0)); }, []);
  if (files === null) return null;
  return files ? (
    <p class="empty">{t("{n} agreements are in the node's folder, and none is law yet. Look at them, then load them:", { n: files })} <a href={address("pact", { set: "files" })}>{t("the node's files, not yet law")}</a> <code>noroshi pact load --node DIR</code></p>
  ) : (
    <p class="empty">{t("There is no agreement yet. Put files into the node's folder of agreements, or take some from the catalogue, then load them:")} <code>noroshi pact take ID… --node DIR</code><code>noroshi pact load --node DIR</code></p>
  );
}
