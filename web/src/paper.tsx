// A report as PDF: made by the node, kept as a file; why it could not be made is said here.
import { useState } from "preact/hooks";
import { keep, report } from "./api";
import { Problem } from "./show";
import { t } from "./words";

/** `of` is a finding or an incident, as whose picture has it, in which language. */
export function SavePdf({ of }: { of: Record<string, string> }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const save = () => {
    setBusy(true); setProblem("");
    report(of).then(([name, made]) => keep(name, made), (failed: Error) => setProblem(failed.message)).finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" aria-disabled={busy} onClick={() => { if (!busy) save(); }}>{t("Save as PDF")}</button>
      <span role="status" class="quiet">{busy && t("Making the PDF …")}</span>
      <Problem text={problem} />
    </>
  );
}
