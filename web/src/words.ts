// English and Japanese. The English text is the key; `words.json` holds the Japanese.
import { signal } from "@preact/signals";
import japanese from "./words.json";

export type Language = "en" | "ja";
const kept = localStorage.getItem("language");
export const language = signal<Language>(
  kept === "ja" || kept === "en" ? kept : navigator.language.startsWith("ja") ? "ja" : "en");
document.documentElement.lang = language.value;

export function speak(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
  localStorage.setItem("language", next);
}

/** A term of a file or of the journal, as `non_binding`: its words are English already. */
const TERM = /^[a-z]+(_[a-z]+)+$/;

export function t(text: string, values: Record<string, string | number> = {}): string {
  const found = language.value === "ja" ? (japanese as Record<string, string>)[text] ?? text : TERM.test(text) ? text.replaceAll("_", " ") : text;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A sentence of the node: its text is the key, and what stands in its places stays apart from it: a
 * value, or sentences. */
export interface Told { text: string; values?: Record<string, string | Told[]> }
const OURS = new Set(["domain", "kind", "mark", "unit"]);

/** The sentence in the language of the page; `word` gives the words of ours that stand in it. */
export function told({ text, values = {} }: Told, word: (text: string) => string = t): string {
  return t(text, Object.fromEntries(Object.entries(values).map(([name, value]) => [name,
    typeof value !== "string" ? value.map((each) => told(each, word)).join(t(", ")) : OURS.has(name) ? word(value) : value])));
}

/** Sentences as one; `otherwise` where they were kept in English alone. */
export function said(parts: Told[] | undefined, otherwise: string, word: (text: string) => string = t): string {
  if (language.value === "en" || !parts?.length) return otherwise;
  return parts.map((each) => told(each, word)).join("；");
}

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/;
/** The language of a text that may not be that of the page, for whoever has it read aloud; a number
 * has none. */
export function tongue(text: string): Language | undefined {
  if (!/\p{L}/u.test(text)) return undefined;
  const found = JAPANESE.test(text) ? "ja" : "en";
  return found === language.value ? undefined : found;
}

/** Of a thing that has a name in both. */
export function named(each: { en: string; ja: string } | undefined, otherwise: string): string {
  if (!each) return otherwise;
  return language.value === "ja" ? each.ja || each.en : each.en;
}
