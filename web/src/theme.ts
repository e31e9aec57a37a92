// Colours: a chart table by night and by day. One hue for each desk, told apart by those who do not
// tell red from green (lightness differs as well); what is released in part is a hollow ring and
// what is withheld is hatched, so that no verdict rests on colour.
import { signal } from "@preact/signals";

export interface Colours { sea: string; land: string; border: string; ink: string; faint: string; line: string; alarm: string; dots: string }
const DARK: Colours = { sea: "#0d1b2a", land: "#24384c", border: "#3c5268", ink: "#cfe3f5", faint: "#5f7a94", line: "#8fa9c2", alarm: "#ff5d5d", dots: "#93a9bd" };
const LIGHT: Colours = { sea: "#dfeaf3", land: "#f7f4ec", border: "#b9b3a2", ink: "#14293d", faint: "#7d93a8", line: "#54708a", alarm: "#c4001a", dots: "#5c7186" };
const HUES: Record<string, [string, string]> = {
  sea: ["#5ec4ff", "#00649e"], space: ["#b79cff", "#5b3bb0"], cyber: ["#78e6a0", "#0a6b34"],
  information: ["#ffbe5c", "#8a5200"], arms: ["#ff8a7a", "#a8321f"],
};

export type Choice = "dark" | "light" | "auto";
const prefers = matchMedia("(prefers-color-scheme: light)");
const kept = localStorage.getItem("theme");
export const choice = signal<Choice>(kept === "dark" || kept === "light" ? kept : "auto");
const isLight = () => choice.value === "light" || (choice.value === "auto" && prefers.matches);
export const theme = signal<Colours>(isLight() ? LIGHT : DARK);

export function choose(next: Choice): void {
  choice.value = next;
  localStorage.setItem("theme", next);
  apply();
}

function apply(): void {
  document.documentElement.dataset.theme = isLight() ? "light" : "dark";
  theme.value = isLight() ? LIGHT : DARK;
}

prefers.addEventListener("change", apply);
apply();

export function hue(desk: string): string {
  return HUES[desk]?.[theme.value === LIGHT ? 1 : 0] ?? theme.value.ink;
}
