import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findQuickFix } from '../../../src/manager/editor/quick_fix.ts'
import { buildStarterFile, starterProducts } from '../../../src/manager/editor/starter_file.ts'
import { applyChanges } from '../../../src/manager/editor/text_lines.ts'
import { checkProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'

const secret = 'a-new-secret-of-24-characters'
const server = `[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${'k'.repeat(40)}
api_host=mfa.corp.test
radius_ip_1=10.0.1.10
radius_secret_1=${'s'.repeat(24)}
`

/** Applies the first correction that the problems of a text offer. */
function corrected(text: string): { readonly label: string; readonly text: string } | undefined {
  for (const problem of checkProxyConfig(text, 'authproxy.cfg')) {
    const fix = findQuickFix(text, problem, () => secret)
    if (fix !== undefined) return { label: fix.label, text: applyChanges(text, fix.changes) }
  }
  return undefined
}

const cases: readonly (readonly [what: string, wrong: string, label: string, right: string])[] = [
  [
    'a misspelt key',
    `${server}fialmode=secure\n`,
    'Change to failmode',
    `${server}failmode=secure\n`,
  ],
  [
    'a misspelt numbered key',
    `${server}raduis_ip_2=10.0.2.10\n`,
    'Change to radius_ip_2',
    `${server}radius_ip_2=10.0.2.10\n`,
  ],
  [
    'a key without its number',
    `${server}radius_secret=x\n`,
    'Change to radius_secret_1',
    `${server}radius_secret_1=x\n`,
  ],
  [
    'a missing radius_secret_N',
    `${server}radius_ip_2=10.0.2.10\nport=1813\n`,
    'Add radius_secret_2 with a new random secret',
    `${server}radius_ip_2=10.0.2.10\nradius_secret_2=${secret}\nport=1813\n`,
  ],
  [
    'a misspelt section',
    server.replace('duo_only]', 'duoonly]'),
    'Change to [radius_server_duo_only]',
    server,
  ],
  [
    'a section in capitals',
    server.replace('[radius', '[RADIUS'),
    'Change to [radius_server_duo_only]',
    server,
  ],
  [
    'a repeated section',
    `${server}${server}port=1813\n`,
    'Change to [radius_server_duo_only2]',
    `${server}${server.replace('only]', 'only2]')}port=1813\n`,
  ],
  [
    'an address in api_host',
    server.replace('=mfa', '=https://mfa').replace('.test', '.test:8443/'),
    'Change to mfa.corp.test, and api_port to 8443',
    server.replace('.test', '.test\napi_port=8443'),
  ],
  ['a client with a port', server.replace('1.10', '1.10:1812'), 'Change to 10.0.1.10', server],
  [
    'a misspelt word',
    `${server}failmode=secur\n`,
    'Change to secure',
    `${server}failmode=secure\n`,
  ],
  [
    'an unknown client section',
    `[duo_only_client]\n${server}client=duo_only\n`,
    'Change to duo_only_client',
    `[duo_only_client]\n${server}client=duo_only_client\n`,
  ],
  [
    'an indented line',
    `${server}port=1812\n  failmode=secure\n`,
    'Remove the indentation',
    `${server}port=1812\nfailmode=secure\n`,
  ],
  ['a repeated key', `${server}port=1812\nport=1813\n`, 'Remove this line', `${server}port=1812\n`],
  [
    'a key in the wrong section',
    `[main]\nfailmode=secure\n${server}`,
    'Move to [radius_server_duo_only]',
    `[main]\n${server}failmode=secure\n`,
  ],
  [
    'a comment after a value',
    `${server}exempt_username_1=ann ; the CEO\n`,
    'Move the comment to a line of its own',
    `${server}; the CEO\nexempt_username_1=ann\n`,
  ],
  [
    'quotes',
    `${server}exempt_username_1="ann"\n`,
    'Remove the quotes',
    `${server}exempt_username_1=ann\n`,
  ],
  [
    'no server section',
    '[main]\n',
    'Add [radius_server_duo_only]',
    `[main]\n\n[radius_server_duo_only]\nikey=\nskey=\napi_host=\nradius_ip_1=\nradius_secret_1=${secret}\n`,
  ],
]

describe('quick fixes', () => {
  for (const [what, wrong, label, right] of cases) {
    test(`correct ${what}`, () => {
      assert.deepEqual(corrected(wrong), { label, text: right })
    })
  }

  test('keep the line ends of the file', () => {
    const text = `${server}radius_ip_2=10.0.2.10\n`.replaceAll('\n', '\r\n')
    assert(corrected(text)?.text.includes(`10.0.2.10\r\nradius_secret_2=${secret}\r\n`))
  })
})

describe('the guided start', () => {
  for (const { id, title } of starterProducts) {
    test(`writes a file for ${title} that has no problem`, () => {
      const text = buildStarterFile({
        product: id,
        ikey: 'DIWJ8X6AEYOR5OMC6TQ1',
        skey: 'k'.repeat(40),
        apiHost: 'mfa.corp.test',
        apiPort: 8443,
        caFile: '',
        clients: [
          { address: '10.0.1.10', secret: 's'.repeat(32) },
          { address: '10.0.2.0/24', secret: 't'.repeat(32) },
        ],
        port: 1812,
        failmode: 'secure',
      })
      assert.deepEqual(checkProxyConfig(text, 'authproxy.cfg'), [])
      assert(!text.includes('{port}'))
      if (id === 'workspaces') assert.match(text, /^; .*UDP port 1812 from the addresses below$/m)
    })
  }
})
