// Bundles the front end into static/dist, which git ignores and the binary embeds: css/ and js/ of ours with the fonts, icons
// and libraries that package-lock.json pins. The output depends on nothing but its input, so that the same commit gives the same
// bytes and one content hash, written to dist/hash.txt, can stand in the address of every file.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const dist = join(here, 'dist')

// Files that are compressed already gain nothing.
const compressible = new Set(['.css', '.js', '.svg', '.txt'])

async function walk(dir) {
  const entries = await readdir(dir, { withFileTypes: true })
  const found = await Promise.all(entries.map((e) => (e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)])))
  return found.flat().sort()
}

// The pages name their icons as Icon("name") in the templ files, and with a string constant nowhere else: whatever is not
// named is not shipped.
async function iconsUsed() {
  const names = new Set()
  for (const file of await walk(join(root, 'views'))) {
    if (!file.endsWith('.templ')) continue
    for (const [, name] of (await readFile(file, 'utf8')).matchAll(/\bIcon\("([a-z0-9-]+)"\)/g)) names.add(name)
  }
  return [...names].sort()
}

// One SVG sprite; strokes and sizes come from the stylesheet.
async function sprite(names) {
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(join(root, 'node_modules/lucide-static/icons', `${name}.svg`), 'utf8')
      const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
      return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, '')}</symbol>`
    }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`
}

await rm(dist, { recursive: true, force: true })
await mkdir(dist, { recursive: true })

await build({
  absWorkingDir: root,
  entryPoints: { app: join(here, 'css/app.css') },
  outdir: dist,
  bundle: true,
  minify: true,
  loader: { '.woff2': 'file' },
  assetNames: 'fonts/[name]',
  target: ['chrome123', 'firefox121', 'safari17.5'],
  legalComments: 'none',
})

await build({
  absWorkingDir: root,
  entryPoints: { app: join(here, 'js/app.js') },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  charset: 'ascii',
  chunkNames: '[name]-[hash]',
  target: ['chrome123', 'firefox121', 'safari17.5'],
  legalComments: 'none',
})

await writeFile(join(dist, 'icons.svg'), await sprite(await iconsUsed()))
for (const file of await walk(join(here, 'img'))) {
  await writeFile(join(dist, relative(join(here, 'img'), file)), await readFile(file))
}

const hash = createHash('sha256')
for (const file of await walk(dist)) {
  const body = await readFile(file)
  hash.update(relative(dist, file)).update('\0').update(body)
  if (!compressible.has(extname(file))) continue
  await writeFile(`${file}.br`, await promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
  await writeFile(`${file}.gz`, await promisify(gzip)(body, { level: 9 }))
}
await writeFile(join(dist, 'hash.txt'), hash.digest('hex').slice(0, 12))
