import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminApiEndpoints } from '../src/service/compose/admin_api_face.ts'
import { configuredLimits } from '../src/service/compose/configured_limits.ts'
import { defaultConfig } from '../src/service/config/service_config.ts'
import type { Endpoint } from '../src/service/http/api/admin/endpoint.ts'
import { documentedParameters } from '../src/service/http/api/admin/openapi.ts'
import { Settings } from '../src/service/settings/settings.ts'
import { Store } from '../src/service/store/store.ts'

/** Settings have more parameters than a table can show. */
const maxRows = 40

/** Lists every endpoint of the Admin API with its parameters, after an introduction. */
export function adminApiPage(introduction: string): string {
  const groups = Map.groupBy(endpoints, ({ path }) => path.split('/')[3] ?? '')
  const sections = [...groups].map(
    ([name, own]) => `## ${name.replaceAll('_', ' ')}\n\n${own.map(describe).join('\n\n')}`,
  )
  return `${introduction.trim()}\n\n${sections.join('\n\n')}\n`
}

function describe(endpoint: Endpoint): string {
  const { method, path, permissions, summary } = endpoint
  const shown = path.replace(/:(\w+)/g, '{$1}')
  const permission = permissions.map((name) => `\`${name}\``).join(' or ')
  const lines = [`### \`${method} ${shown}\``, '', `${summary} Permission: ${permission}.`]
  const parameters = documentedParameters(endpoint)
  if (parameters.length === 0) return lines.join('\n')
  if (parameters.length > maxRows) {
    return [...lines, '', 'Its parameters are the keys that GET answers.'].join('\n')
  }
  const rows = parameters.map(({ name, required, schema }) => {
    const values = Array.isArray(schema.enum)
      ? schema.enum.map((value) => `\`${value}\``).join(', ')
      : ''
    const meaning = [String(schema.description ?? ''), values].filter((text) => text !== '')
    return `| \`${name}\` | ${required ? 'yes' : ''} | ${meaning.join(' ').replaceAll('|', '\\|')} |`
  })
  return [...lines, '', '| parameter | required | meaning |', '| --- | --- | --- |', ...rows].join(
    '\n',
  )
}

/** Endpoints only keep the store; a page asks them for their schemas alone. */
async function readEndpoints(): Promise<readonly Endpoint[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-docs-'))
  const store = await Store.open({ folder, migrate: true })
  const config = defaultConfig(folder)
  try {
    return adminApiEndpoints({
      store,
      delivery: {},
      policyLimits: configuredLimits(config),
      settings: new Settings(config),
      smsBatches: { send: async () => {} },
      verificationPush: {
        send: async () => ({ kind: 'refused', message: '' }),
        answer: async () => undefined,
      },
      publicHost: () => 'localhost',
      logo: () => undefined,
      adminUrl: () => '',
      linkMail: ({ email: to }, text) => ({ to, subject: '', text }),
      sendInvitation: undefined,
    })
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

const endpoints = await readEndpoints()
