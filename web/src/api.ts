// What the page asks the node. Every answer is JSON; an error says what is wrong in words.
import { signal } from "@preact/signals";
import { t, type Told } from "./words";

export interface Party { code: string; en: string; ja: string }
export interface Both { en: string; ja: string }
export interface Kind extends Both { desk: string; pillar: string }
export interface Session {
  user: string; role: Role; csrf: string; party: string; name: string; exercise: string | null; version: string;
  parties: Party[]; peers: string[]; kinds: Record<string, Kind>;
}
export type Role = "viewer" | "analyst" | "releaser" | "administrator";
export interface Mark {
  id: string; kind: string; t0: number; t1: number; precision: string; owner: string; tlp: string;
  place?: [number, number, number]; subjects?: string[]; assets?: string[];
  verdict?: string; clauses?: string[]; transforms?: Told[];
  /** Where that is in the world's square, once it was worked out. */
  square?: [number, number];
  /** What a search looks through, once it was written down. */
  said?: string;
}
export interface Seen {
  party: string; at: number; known: number; epoch: number; event: number; marks: Mark[]; withheld: number;
  /** Whether this is the beginning of it only. */
  more: boolean;
  /** Where the node has no finding at all: how many other records it holds. */
  others?: number;
}
export interface Body {
  kind: string; span: { t0: number; t1: number; precision: string }; place?: [number, number, number];
  subjects?: string[]; assets?: string[]; measures?: Record<string, string | number>;
  sources?: string[]; evidence?: string[]; reliability?: string; credibility?: number;
  detector?: string; detector_version?: string; reason?: string; transforms?: string[];
}
export interface Onward { party: string; state: string; at?: string; onward?: Onward[] }
export interface Recalled {
  id: string; why: string; at: string; due: string; parties: Onward[]; overdue: string[]; lifted: string | null;
}
export interface Detail {
  id: string; party: string; verdict: string; kind: string; name_en: string; name_ja: string;
  text_en: string; text_ja: string; body: Body | null;
  measures: { name: string; called: Both; value: Both; unit: Both }[];
  clauses: string[]; transforms: Told[]; why: Told[]; hears: Told | null;
  strands: {
    originator: string; tlp: string; classes?: string[]; only?: string[] | null; denied?: string[];
    orcon?: boolean; handling?: string[]; exercise?: string; expires?: string; not_before?: string; grant?: string;
  }[];
  doubts: string[];
  versions: { version: string; received: string; status: string; sha256: string; hops: string[] }[];
  audience: Record<string, Told[]>;
  held: { party: string; served: string | null }[];
  recalls: Recalled[]; raw: string;
}
export interface Preview {
  id: string; kind: string; tlp: string; verdict: string; clauses: string[]; transforms: Told[];
  reason: Told | null; why: Told[]; hears: Told; whole: Body; told: Body | null; lost?: Both[]; served?: boolean; waits?: boolean;
}
export interface Row {
  n: number; at: string; party: string; id: string | null; version: string | null; clauses: string[];
  body_sha256: string | null; record: string | null;
}
export interface Sent {
  party: string; state: string; taken: number; refused: number; problem: string; ledger: Row[];
}

export const session = signal<Session | null>(null);
export const failure = signal("");

export class Failed extends Error {
  constructor(readonly status: number, text: string) { super(text); }
}

async function answered(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`api/${path}`, { credentials: "same-origin", ...init });
  } catch {
    throw new Failed(0, t("The node does not answer."));
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({})) as { error?: string };
  if (answer.status === 401) session.value = null;
  throw new Failed(answer.status, body.error ?? `HTTP ${answer.status}`);
}

async function asked(path: string, init: RequestInit): Promise<unknown> {
  const answer = await answered(path, init);
  return answer.status === 204 ? null : answer.json();
}

type Query = Record<string, string | undefined>;
function searched(path: string, query: Query): string {
  const given = Object.entries(query).filter((each): each is [string, string] => !!each[1]);
  const search = new URLSearchParams(given).toString();
  return search ? `${path}?${search}` : path;
}

export function get<T>(path: string, query: Query = {}): Promise<T> {
  return asked(searched(path, query), { method: "GET" }) as Promise<T>;
}

/** An answer in columns. */
export async function bytes(path: string, query: Query = {}): Promise<ArrayBuffer> {
  return (await answered(searched(path, query), { method: "GET" })).arrayBuffer();
}

export function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { "content-type": "application/json", "x-noroshi-csrf": session.value?.csrf ?? "" };
  return asked(path, { method: "POST", headers, body: JSON.stringify(body) }) as Promise<T>;
}

/** A report as PDF, with the name of its file: of a finding or an incident, as whose picture has it. */
export async function report(of: Query): Promise<[string, Blob]> {
  const answer = await answered(searched("report", of), { method: "GET" });
  const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
  return [named?.[1] ?? "report.pdf", await answer.blob()];
}

/** Hand a file to the browser, which keeps it where it keeps such. */
export function keep(name: string, data: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

const RANK: Role[] = ["viewer", "analyst", "releaser", "administrator"];
export const may = (role: Role) => RANK.indexOf(session.value?.role ?? "viewer") >= RANK.indexOf(role);
