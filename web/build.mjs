// Builds the page into the folder that the first argument names: one script, one style sheet, the
// map's worker and the outlines of land, gzipped, each under a name that says what is in it; and the
// licences of everything in them. Nothing of it refers to another origin.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const out = process.argv[2] ?? "dist";
const need = createRequire(import.meta.url);
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });
const sizes = [];

function put(name, data, lasting = true) {
  const body = Buffer.from(data);
  let path = name;
  if (lasting) {
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 10);
    const dot = name.lastIndexOf(".");
    path = `assets/${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  }
  return keep(path, body);
}

function keep(path, body) {
  const packed = gzipSync(body, { level: 9 });
  writeFileSync(join(out, `${path}.gz`), packed);
  sizes.push([path, body.length, packed.length]);
  return path;
}

const world = (name) => put(`${name}.json`, readFileSync(need.resolve(`world-atlas/${name}.json`)));
const near = world("countries-50m");
const far = world("countries-110m");
const common = { bundle: true, minify: true, write: false, metafile: true, target: "es2022", legalComments: "none" };
const worker = await build({
  ...common,
  entryPoints: [need.resolve("maplibre-gl/dist/maplibre-gl-worker.mjs")],
  format: "esm",
});
const workerPath = put("map-worker.mjs", worker.outputFiles[0].contents);
const page = await build({
  ...common,
  // The map's library is a file of its own: it stays in the browser when ours changes.
  entryPoints: { noroshi: "src/main.tsx", maplibre: "maplibre-gl" },
  outdir: out,
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/[name]-[hash]",
  // The map is a script of its own: the list is there before it.
  splitting: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "dataurl" },
  define: {
    WORKER: JSON.stringify(workerPath),
    LAND_NEAR: JSON.stringify(near),
    LAND_FAR: JSON.stringify(far),
  },
});
let script = "", style = "";
const meta = Object.entries(page.metafile.outputs).find(([path]) => basename(path).startsWith("noroshi-") && path.endsWith(".js"))[1];
// What the script begins with is asked for together with it.
const ahead = meta.imports.filter((each) => each.kind === "import-statement").map((each) => `assets/${basename(each.path)}`);
for (const each of page.outputFiles) {
  const path = `assets/${basename(each.path)}`;
  if (path.startsWith("assets/maplibre-")) continue;  // what it exports by name, which nobody loads
  keep(path, Buffer.from(each.contents));
  if (path.startsWith("assets/noroshi-")) path.endsWith(".css") ? (style = path) : (script = path);
}
const html = readFileSync("index.html", "utf8");
put("index.html", html.replace("%SCRIPT%", script).replace("%STYLE%", style).replace("%AHEAD%", ahead.map((each) => `<link rel="modulepreload" href="${each}" />`).join("")), false);

// Whoever's code or data is in the page is named with their licence (its text, as they ship it).
const used = new Set(["world-atlas"]);
for (const path of [...Object.keys(worker.metafile.inputs), ...Object.keys(page.metafile.inputs)]) {
  const found = path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/);
  if (found) used.add(found[1]);
}
// MapLibre comes as one file: what its authors built into it is what it depends on.
const inside = JSON.parse(readFileSync("node_modules/maplibre-gl/package.json", "utf8")).dependencies;
for (const name of Object.keys(inside ?? {})) if (!name.startsWith("@types/")) used.add(name);
const licences = [...used].sort().map((name) => {
  const folder = join("node_modules", name);
  if (!existsSync(folder)) return `${name}\n(inside maplibre-gl)`;
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version}: ${license}\n\n${text ? readFileSync(join(folder, text), "utf8").trim() : ""}`;
});
put("licences.txt", `${licences.join(`\n\n${"-".repeat(72)}\n\n`)}\n`, false);
for (const [name, raw, packed] of sizes) {
  console.log(`${name.padEnd(40)} ${(raw / 1000).toFixed(1).padStart(8)} kB ${(packed / 1000).toFixed(1).padStart(8)} kB gzipped`);
}
const total = (n) => (sizes.reduce((sum, each) => sum + each[n], 0) / 1000).toFixed(1);
console.log(`${"in all".padEnd(40)} ${total(1).padStart(8)} kB ${total(2).padStart(8)} kB gzipped`);
