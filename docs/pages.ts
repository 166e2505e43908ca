import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { serviceConfigPage } from '../src/service/config/config_page.ts'
import { authproxyCfgPage } from './authproxy_cfg_page.ts'

/** The pages of this folder that are made from tables in the code; a test compares them. */
export const pages: ReadonlyMap<string, () => string> = new Map([
  ['authproxy.cfg.md', () => formatted(authproxyCfgPage())],
  ['countersign.cfg.md', () => formatted(serviceConfigPage())],
])

/** Laid out as every file of the project is, with the columns of tables below each other. */
function formatted(markdown: string): string {
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
