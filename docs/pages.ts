import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readKeptFigures } from '../bench/kept_figures.ts'
import type { ConfigTable } from '../src/config/option.ts'
import { buildReferencePage } from '../src/config/reference_page.ts'
import { proxyTable } from '../src/proxy/sections/section_table.ts'
import { serviceTable } from '../src/service/config/service_table.ts'
import { adminApiPage } from './admin_api_page.ts'
import { fillFigures } from './figure_tables.ts'
import { knobsPage } from './knobs_page.ts'
import { settingsPage } from './settings_page.ts'

/** The pages of this folder that are generated, whole or in parts, from option tables, schemas and measured figures. A test compares them. */
export const pages: ReadonlyMap<string, () => string> = new Map([
  ['admin-api.md', () => format(adminApiPage(readIntroduction('admin-api.md')))],
  ['authproxy.cfg.md', () => format(buildPage('authproxy.cfg.md', proxyTable))],
  ['countersign.cfg.md', () => format(buildPage('countersign.cfg.md', serviceTable))],
  ['performance.md', () => format(fillFigures(readPage('performance.md'), readKeptFigures()))],
  ['scale.md', () => format(fillFigures(readPage('scale.md'), readKeptFigures()))],
  ['workspaces-knobs.md', () => format(knobsPage(readIntroduction('workspaces-knobs.md')))],
  ['settings.md', () => format(settingsPage(readIntroduction('settings.md')))],
])

/** The introduction in `parts/`, followed by the tables. */
function buildPage(file: string, table: ConfigTable): string {
  return buildReferencePage(table, readIntroduction(file))
}

/** A page of which some parts are generated, and the rest is written by hand. */
function readPage(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8')
}

function readIntroduction(file: string): string {
  return readFileSync(join(import.meta.dirname, 'parts', file), 'utf8')
}

/** Formats Markdown as the rest of the project, with aligned columns. */
function format(markdown: string): string {
  const root = join(import.meta.dirname, '..')
  const biome = join(root, 'node_modules/.bin/biome')
  const ran = spawnSync(biome, ['format', '--stdin-file-path=docs/page.md'], {
    cwd: root,
    input: markdown,
    encoding: 'utf8',
  })
  if (ran.status !== 0) throw new Error(`biome format: ${ran.error?.message ?? ran.stderr}`)
  return ran.stdout
}
