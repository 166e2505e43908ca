import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completeKeys, completeValues } from '../../src/config/completion.ts'
import { formatProblem } from '../../src/config/problem.ts'
import { checkProxyConfig } from '../../src/proxy/sections/read_proxy_config.ts'
import { proxyTable } from '../../src/proxy/sections/section_table.ts'
import { pushSection } from '../../src/service/config/push_section.ts'
import { serviceTable } from '../../src/service/config/service_table.ts'

describe('completion', () => {
  const offer = (section: string, ...present: string[]) =>
    completeKeys(proxyTable, section, present)
  const names = (section: string, ...present: string[]) =>
    offer(section, ...present).map(({ key }) => key)

  test('offers every key of the section with its meaning, form, default and words', () => {
    const failmode = offer('radius_server_duo_only2').find(({ key }) => key === 'failmode')
    assert.deepEqual(failmode, {
      key: 'failmode',
      meaning:
        'what happens to a login while the API is down: `safe` lets it in, `secure` rejects it; see failmode.md',
      form: '`safe`, `secure`',
      default: 'safe',
      words: ['safe', 'secure'],
      required: false,
    })
    assert(names('ldap_server_auto').includes('exempt_ou_1'))
    assert(!names('main').includes('failmode'))
    assert.deepEqual(names('nowhere'), [])
  })

  test('offers no key twice, and the next number of a numbered key', () => {
    const keys = names(
      'radius_server_duo_only',
      'skey_protected',
      'radius_ip_1',
      'radius_ip_4',
      'message_authenticator',
    )
    assert(!keys.includes('skey'))
    assert(keys.includes('radius_ip_5'))
    assert(keys.includes('radius_secret_1'))
    assert(keys.includes('message_authenticator_1'))
    assert(names('ad_client', 'host').includes('host_2'))
  })

  test('offers the keys of countersign.cfg in the same way', () => {
    const keys = completeKeys(serviceTable, 'push', ['web_push'])
    assert(!keys.some(({ key }) => key === 'web_push'))
    assert.deepEqual(
      keys.find(({ key }) => key === 'fatigue_limit'),
      {
        key: 'fatigue_limit',
        meaning: pushSection.options.fatigue_limit.meaning,
        form: 'integer, 0 to 1000',
        default: '5',
        words: [],
        required: false,
      },
    )
    assert.deepEqual(completeValues(serviceTable, 'push', 'fraud'), ['alert', 'lock'])
  })

  test('offers the words of a value', () => {
    const words = (key: string) => completeValues(proxyTable, 'radius_server_duo_only', key)
    assert.deepEqual(words('message_authenticator_2'), ['auto', 'required', 'off'])
    assert.deepEqual(words('debug'), ['true', 'false'])
    assert.deepEqual(words('ikey'), [])
    assert.deepEqual(words('colour'), [])
  })
})

test('a configuration can be checked without any file access', () => {
  const content = `[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey_protected=sealed1:AAAA
api_host=api-1234abcd.duosecurity.com
http_ca_certs_file=/not/there.pem
radius_ip_1=10.0.1.10
radius_secret_protected_1=sealed1:AAAA
raduis_secret_2=x
`
  assert.deepEqual(checkProxyConfig(content, '/nowhere/authproxy.cfg').map(formatProblem), [
    'authproxy.cfg:8: warning: raduis_secret_2 is not a key of [radius_server_duo_only] and has no effect; did you mean radius_secret_2?',
  ])
})
