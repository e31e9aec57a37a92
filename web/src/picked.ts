// The findings that were chosen, to be sent or taken back.
import { signal } from "@preact/signals";

export const picked = signal<ReadonlySet<string>>(new Set());

export function toggle(id: string): void {
  const next = new Set(picked.value);
  if (!next.delete(id)) next.add(id);
  picked.value = next;
}

export function pick(ids: Iterable<string>): void {
  picked.value = new Set(ids);
}
