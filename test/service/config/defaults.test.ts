import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { formatProblem } from '../../../src/config/problem.ts'
import { silentLog } from '../../../src/host/log.ts'
import { startService } from '../../../src/service/compose/service.ts'
import { defaultConfig, readServiceConfig } from '../../../src/service/config/service_config.ts'
import { serviceTable } from '../../../src/service/config/service_table.ts'
import { listDefaults, withDefault } from '../../rig/config_table.ts'
import { freePort } from '../../rig/running.ts'

const file = '/etc/countersign/countersign.cfg'

/** What a change of a default needs besides itself to have an effect. */
const contexts: Readonly<Record<string, string>> = {
  twilio: '[sms]\nprovider=twilio\n[twilio]\naccount_sid=AC1\nauth_token=t\nfrom=+15550101234\n',
  http_gateway: '[sms]\nprovider=http\n[http_gateway]\nurl=https://sms.example/?t={to}&m={text}\n',
  mail: '[mail]\nprovider=smtp\nfrom=mfa@example.com\nhost=localhost\n',
}

describe('defaults of countersign.cfg', () => {
  const defaults = listDefaults(serviceTable, {
    'service.host_names': 'mfa.example.com',
    'service.data_folder': 'elsewhere',
    'push.fraud': 'lock',
    'sms.provider': 'outbox',
    'sms.sms_message': 'Codes for',
    'phone.provider': 'outbox',
    'phone.keypress_confirm': '5',
    'phone.keypress_fraud': '7',
    'twilio.base_url': 'https://voice.example.com',
    'mail.provider': 'outbox',
  })

  for (const changed of defaults) {
    const { section, key, other } = changed
    test(`[${section}] ${key}: a changed default has the same effect as writing ${other}`, () => {
      const context = key === 'provider' ? '' : (contexts[section] ?? '')
      const read = (text: string, table = serviceTable) => {
        const { config, problems } = readServiceConfig(text, file, table)
        assert.deepEqual(problems.map(formatProblem), [])
        if (config === undefined) return undefined
        // an option that the file sets is also fixed in the Admin Panel
        const { writtenLines: _, ...values } = config
        return values
      }
      const follows = read(context, withDefault(serviceTable, changed))
      assert.deepEqual(follows, read(`${context}[${section}]\n${key}=${other}\n`))
      assert.notDeepEqual(follows, read(context))
    })
  }

  test('the service listens on the default port of the table', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
    const other = String(await freePort())
    const change = { section: 'service', key: 'port', default: '8443', other }
    const config = defaultConfig(folder, withDefault(serviceTable, change))
    const service = await startService({
      folder,
      address: '127.0.0.1',
      config,
      clock: { now: () => Date.now() },
      log: silentLog,
    })
    try {
      assert.equal(String(service.port), other)
    } finally {
      await service.close()
    }
  })
})
