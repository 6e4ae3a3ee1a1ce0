// Bundles styles and scripts into one folder: `node build.mjs FOLDER`.
// Writes app.css, report.css, app.js, each with a .gz beside it, manifest.txt with one line `NAME HASH` per
// file, and the two fonts that pictures are written with. Nothing is fetched; all of it comes from node_modules.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "dist");
mkdirSync(out, { recursive: true });

const shared = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", absWorkingDir: here };
await build({ ...shared, entryPoints: ["styles/app.css", "styles/report.css"], outdir: out, target: "es2022" });
await build({ ...shared, entryPoints: ["scripts/app.ts"], outdir: out, format: "iife", target: "es2022" });

for (const font of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]) {
  copyFileSync(join(here, "node_modules/dejavu-fonts-ttf/ttf", font), join(out, font));
}

const manifest = [];
for (const name of ["app.css", "report.css", "app.js"]) {
  const bytes = readFileSync(join(out, name));
  writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  manifest.push(`${name} ${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`);
}
writeFileSync(join(out, "manifest.txt"), manifest.join("\n") + "\n");
