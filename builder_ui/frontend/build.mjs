// Bundles the web's assets into ../static/dist: one style sheet, one script for all pages, others for editing formulas and for
// computing them, one icon sprite, the fonts. Names carry a hash of their content, so that they are cached for ever; manifest.json maps the plain names to
// them; text is also stored compressed.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";
import { transform } from "lightningcss";
import { PurgeCSS } from "purgecss";

const HERE = dirname(fileURLToPath(import.meta.url));
const UI = dirname(HERE);
const OUT = join(UI, "static", "dist");
const MODULES = join(HERE, "node_modules");
const RUNTIME = join(dirname(UI), "rule_engine", "targets", "javascript", "runtime");
const ICONS = join(MODULES, "@tabler", "icons", "icons");
const STYLES = ["tokens", "base", "hue", "controls", "shell", "list", "record", "form", "builder", "formula", "queues", "outbox", "approvals", "rules", "account", "history", "audit", "privacy", "grants", "sharing", "types", "state"];
const FONTS = [
  ["Inter Variable", "inter", "latin"],
  ["Inter Variable", "inter", "latin-ext"],
  ["JetBrains Mono Variable", "jetbrains-mono", "latin"],
  ["JetBrains Mono Variable", "jetbrains-mono", "latin-ext"],
];
const COMPRESSED = new Set([".css", ".js", ".svg"]);

const manifest = {};

function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const ending = extname(name);
  const hashed = `${name.slice(0, -ending.length)}.${hash}${ending}`;
  writeFileSync(join(OUT, hashed), bytes);
  if (COMPRESSED.has(ending)) {
    writeFileSync(join(OUT, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(OUT, `${hashed}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  manifest[name] = hashed;
  return hashed;
}

function filesBelow(folder, endings) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.includes(extname(entry.name)))
    .filter((entry) => !/node_modules|static|locale/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The @font-face rules of the subsets we ship, with the ranges that the font packages state. */
function fontFaces() {
  return FONTS.map(([family, font, subset]) => {
    const folder = join(MODULES, "@fontsource-variable", font);
    const file = `${font}-${subset}-wght-normal.woff2`;
    const css = readFileSync(join(folder, "wght.css"), "utf8");
    const range = css.match(new RegExp(`/\\* ${font}-${subset}-wght-normal \\*/[^}]*unicode-range:\\s*([^;}]+)`))[1];
    const url = emit(file, readFileSync(join(folder, "files", file)));
    return `@font-face{font-family:"${family.replace(" Variable", "")}";font-style:normal;font-display:swap;font-weight:100 900;src:url(${url}) format("woff2");unicode-range:${range}}`;
  }).join("\n");
}

/** Hues (.h0 to .h360) column widths (.w1 to .w24) in rem and a table's least width (.m1 to .m24) in 4 rem
 *  as classes, because the content security policy refuses style attributes. */
function numbered() {
  const hues = Array.from({ length: 361 }, (_, hue) => `.h${hue}{--h:${hue}}`);
  const widths = Array.from({ length: 24 }, (_, index) => `.w${index + 1}{width:${index + 1}rem}`);
  const least = Array.from({ length: 24 }, (_, index) => `.m${index + 1}{min-width:${4 * (index + 1)}rem}`);
  return [...hues, ...widths, "@media(min-width:768px){", ...least, "}"].join("");
}

/** Tabler without what no template uses, then our own sheets. */
async function styles() {
  const content = [...filesBelow(UI, [".html", ".py"]), ...filesBelow(join(HERE, "src"), [".ts"])];
  const [tabler] = await new PurgeCSS().purge({
    content,
    css: [join(MODULES, "@tabler", "core", "dist", "css", "tabler.min.css")],
    safelist: { standard: ["html", "body", "is-invalid", "disabled"], deep: [], greedy: [] },
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const own = STYLES.map((name) => readFileSync(join(HERE, "src", "css", `${name}.css`), "utf8"));
  const code = Buffer.from([fontFaces(), tabler.css, ...own, numbered()].join("\n"));
  const result = transform({ filename: "app.css", code, minify: true, errorRecovery: true });
  emit("app.css", result.code);
}

/** Imports of the formulas' runtime that go to the file of its core, so that a page holds it once. */
const sharedCore = {
  name: "shared-core",
  setup: (build) =>
    build.onResolve({ filter: /^(\.\/|formula-)core$/ }, () => ({ path: `./${manifest["formula-core.js"]}`, external: true })),
};

async function script(source, name, plugins = []) {
  const result = await esbuild.build({
    entryPoints: [resolve(HERE, "src", source)],
    nodePaths: [MODULES],
    plugins,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    write: false,
  });
  emit(name, result.outputFiles[0].contents);
}

function isIcon(name) {
  return existsSync(join(ICONS, "outline", `${name}.svg`));
}

/** Every icon that a template or a view names, and those that an admin may give an object (object-icons.txt). */
function iconNames() {
  const names = new Set(readFileSync(join(HERE, "object-icons.txt"), "utf8").split(/\s+/).filter(Boolean));
  const objectIcons = [...names].sort();
  for (const file of filesBelow(UI, [".html", ".py"])) {
    const text = readFileSync(file, "utf8");
    for (const call of text.matchAll(/\bicon(?:\(|=\s*)([^)]*)\)?/g)) {
      for (const match of call[1].matchAll(/["']([a-z0-9-]+)["']/g)) if (isIcon(match[1])) names.add(match[1]);
    }
    for (const match of text.matchAll(/# icons: ([a-z0-9 -]+)/g)) match[1].trim().split(/\s+/).forEach((name) => names.add(name));
  }
  return [[...names].sort(), objectIcons];
}

function sprite() {
  const [names, objectIcons] = iconNames();
  const symbols = names.map((name) => {
    const [folder, stem] = name.startsWith("filled-") ? ["filled", name.slice(7)] : ["outline", name];
    const path = join(ICONS, folder, `${stem}.svg`);
    if (!existsSync(path)) throw new Error(`no icon named ${name} in @tabler/icons`);
    const source = readFileSync(path, "utf8");
    const body = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
    const drawn = body.replace(/\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawn}</symbol>`;
  });
  emit("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  return { names, objectIcons };
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const icons = sprite();
await styles();
await script("app.ts", "app.js");
await script(join("editor", "index.ts"), "editor.js");
await script(join(RUNTIME, "core.ts"), "formula-core.js");
await script(join(RUNTIME, "patterns.ts"), "formula-patterns.js", [sharedCore]);
await script(join(RUNTIME, "markup.ts"), "formula-markup.js", [sharedCore]);
await script(join("formula", "live.ts"), "formula-live.js", [sharedCore]);
writeFileSync(join(OUT, "manifest.json"), JSON.stringify({ files: manifest, icons: icons.names, objectIcons: icons.objectIcons }, null, 1));
for (const name of Object.keys(manifest).filter((name) => COMPRESSED.has(extname(name)))) {
  const compressed = readFileSync(join(OUT, `${manifest[name]}.br`)).length;
  console.log(`${manifest[name]}  ${(compressed / 1024).toFixed(1)} kB compressed`);
}
