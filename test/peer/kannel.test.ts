import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { smsText } from '../../src/service/authenticators/sms/sms_text.ts'
import { readServiceConfig } from '../../src/service/config/service_config.ts'
import type { SmsConfig } from '../../src/service/config/sms_section.ts'
import { SmsGateway } from '../../src/service/messaging/sms/sms_gateway.ts'
import { Kannel, skipKannel } from '../rig/kannel.ts'
import { parseResponse, TestService } from '../rig/service.ts'

const to = '+491701234567'

describe('kannel', { skip: skipKannel }, () => {
  let kannel: Kannel
  before(async () => {
    kannel = await Kannel.start()
  })
  after(() => kannel.close())

  /** As the administrator's page has it. */
  const configured = (password = 'hunter2'): SmsConfig => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/messages-and-calls.md'), 'utf8')
    const [, section = ''] = /```ini\n(; kannel\n[^`]*)```/.exec(page) ?? []
    const text = section
      .replace('127.0.0.1:13013', `127.0.0.1:${kannel.sendsmsPort}`)
      .replace('hidden', password)
    const { config, problems } = readServiceConfig(text, '/etc/countersign.cfg')
    assert.deepEqual(problems, [])
    assert(config !== undefined)
    return config.sms
  }
  const client = (password?: string) => {
    const { provider } = configured(password)
    assert(provider.kind === 'http')
    return new SmsGateway(provider.gateway)
  }

  test('without an SMS centre keeps a message, and delivers it when there is one', async () => {
    await client().sendSms(to, 'early')
    await kannel.connectCentre()
    assert.deepEqual(await kannel.message(), { from: 'VPN', to, text: 'early' })
  })

  test('delivers a message unchanged', async () => {
    const text = smsText(['1234567', '2345678'], {
      organisation: 'Acme',
      application: 'Zürich & Söhne + 100% [VPN] “€”',
      message: '=?#;',
    })
    assert.equal(text, '=?#; Zürich & Söhne + 100% (VPN) "EUR": 1234567 2345678')
    await client().sendSms(to, text)
    assert.deepEqual(await kannel.message(), { from: 'VPN', to, text })
  })

  test('loses characters outside GSM 03.38, which passcode texts never contain', async () => {
    await client().sendSms(to, '€ 😀')
    assert.deepEqual((await kannel.message()).text, '€ ????')
    const text = smsText(['1234567'], { organisation: 'Acme €', application: '😀', message: '' })
    await client().sendSms(to, text)
    assert.equal((await kannel.message()).text, 'Your Acme EUR passcode for ?: 1234567')
  })

  test('refuses a wrong password, and a number outside the allow list', async () => {
    await assert.rejects(client('guessed').sendSms(to, 'x'), {
      code: 'DELIVERY_REFUSED',
      message: /rejected the credentials \(status 403\)/,
    })
    await assert.rejects(client().sendSms('+4312345678', 'x'), {
      code: 'DELIVERY_REFUSED',
      message: /rejected the request \(status 400\)/,
    })
  })

  test('delivers a passcode that signs the user in', async () => {
    const service = await TestService.start({ config: { sms: configured() } })
    const { userId } = await service.addUser({ username: 'zoë' })
    await service.addPhone(userId, to)
    const auth = async (parameters: Readonly<Record<string, string>>) => {
      const named = { username: 'zoë', ...parameters }
      return parseResponse(await service.call({ path: '/auth/v2/auth', parameters: named }))
    }
    assert.equal((await auth({ factor: 'sms', device: 'auto' })).status, 'sent')
    const { text } = await kannel.message()
    const [, passcode = ''] =
      /^Your Countersign passcode for test authapi: (1\d{6})$/.exec(text) ?? []
    assert.equal((await auth({ factor: 'passcode', passcode })).result, 'allow')
    await service.close()
  })

  test('reports that kannel is not reachable', async () => {
    await kannel.stopSmsbox()
    await assert.rejects(client().sendSms(to, 'x'), {
      code: 'DELIVERY_UNREACHABLE',
      message: /can't reach .* \(ECONNREFUSED\)/,
    })
  })
})
