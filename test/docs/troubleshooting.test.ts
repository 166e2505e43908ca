import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { hole, type LogMessage, loggedMessages, textsIn } from '../rig/log_messages.ts'

const page = resolve(import.meta.dirname, '../../docs/troubleshooting.md')

/** Where a call gets its message from if it is not in the call. An empty list needs a reason. */
const sources: Readonly<Record<string, readonly string[]>> = {
  'src/proxy/front/radius_front.ts': [
    'src/proxy/front/password_text.ts',
    'src/proxy/front/radius_login.ts',
    'src/proxy/front/user_name.ts',
  ],
  'src/proxy/front/radius_login.ts': ['src/proxy/front/radius_login.ts'],
  'src/cmd/authproxy.ts': ['src/host/service_manager.ts'],
  'src/cmd/countersign/run_service.ts': ['src/host/service_manager.ts'],
  // passes on what others log
  'src/proxy/proxy_logs.ts': [],
  'src/proxy/second_factor/primary_only_verdict.ts': [
    'src/proxy/second_factor/primary_only_verdict.ts',
  ],
  'src/proxy/startup_check.ts': ['src/proxy/startup_check.ts'],
  'src/proxy/logged_proxy.ts': [
    'src/proxy/listen_error.ts',
    'src/proxy/logged_proxy.ts',
    'src/proxy/startup_check.ts',
  ],
  // findings of the connectivity tool, whose page explains them
  'src/ctl/connectivity/startup_connectivity.ts': ['src/ctl/connectivity/startup_connectivity.ts'],
  'src/proxy/second_factor/failmode.ts': ['src/proxy/second_factor/failmode.ts'],
  'src/radius/udp/authenticity.ts': ['src/radius/udp/authenticity.ts'],
  'src/radius/udp/drop_log.ts': ['src/radius/udp/drop_log.ts'],
  'src/service/http/voice/voice.ts': ['src/service/http/voice/webhook_signature.ts'],
  'src/radius/udp/server.ts': ['src/radius/udp/server.ts'],
  // passes on what others log
  'src/proxy/front/section_log.ts': [],
  // `countersign up`, for a trial: prints the warnings of the configuration
  'src/first_run/up.ts': [],
}

/** Parts of messages, and texts for users that stand in the same files. */
const noMessages = [
  'accepts users without a second factor',
  'rejects every sign-in',
  '; until then failmode=… …',
  'The sign-in request could not be read.',
  'The sign-in service gave no answer. Please try again.',
  'The sign-in service cannot be reached. Please contact your administrator.',
  '… failed: …: …; …',
  'The sign-in service is busy. Please try again.',
  'the server is closed, or listens already',
  'the server was closed before it listened',
  'the server does not listen',
  'source port 0',
  'it ended with …',
  'Signing in is not possible here at the moment. Please contact your administrator.',
  'Please sign in again.',
  'Countersign Authentication Proxy … starting with …',
]

/** Substrings that scripts look for in Duo's log. */
const vendorTexts = [
  'Success. Logging you in',
  'invalidCredentials',
  'data 52e',
  'Invalid SKEY',
  'Invalid integration key in request credentials',
  '40102',
  'CryptUnprotectData',
  'The data is invalid',
  'Invalid secret',
  'Cannot decode password',
  'dropping packet',
  'Unknown Client',
  'Missing or improperly formatted password',
  'Attempt to bindRequest multiple times in the same LDAP connection',
  'Error sending AD auth request',
  'invalid Credentials,',
  'User timeout caused connection failure',
  'DNS lookup failed',
  'DNSLookupError',
  'Denied Duo login on preauth failure',
  'TCPTimedOutError',
  'allowed Duo login on preauth failure',
  'Could not open private key file',
  'Tried to search security group DN for object sid but it could not be found',
  'enroll',
  'Allowing unknown user',
  'Login timed out',
  '0xA3',
  'sections must have the exact same',
  'Invalid LDAP filter',
  'data 525',
  'data 531',
  'data 532',
  'data 533',
  'data 773',
  'data 775',
  'data 1',
]

describe('docs/troubleshooting.md', () => {
  const text = readFileSync(page, 'utf8')
  const [catalogue = '', vendorPart = ''] = text
    .slice(text.indexOf('## The proxy at its start'))
    .split("## Texts of Duo's proxy")
  /** The texts in the first column of each table. */
  const rows = catalogue
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => (line.split(' | ')[0] ?? '').match(/`[^`]+`/g) ?? [])
    .map((code) => code.slice(1, -1))
  const calls = loggedMessages()
  const messages = [
    ...calls,
    ...Object.values(sources)
      .flat()
      .flatMap((file) => textsIn(file)),
  ].filter(({ text: message }) => message !== undefined && isMessage(message))

  test('has every warning and error that proxy and service log', () => {
    const missing = messages.filter((message) => !rows.some((row) => describes(row, message)))
    assert.deepEqual(
      missing.map(({ at, text: message }) => `${at}: ${message}`),
      [],
    )
  })

  test('has no message that nothing logs', () => {
    const stale = rows.filter((row) => !messages.some((message) => describes(row, message)))
    assert.deepEqual(stale, [])
  })

  test('knows where the other messages come from', () => {
    const unknown = calls.filter(
      ({ file, text: message }) =>
        (message === undefined || !isMessage(message)) && sources[file] === undefined,
    )
    assert.deepEqual(
      unknown.map(({ at }) => at),
      [],
      'add the file that has the texts to `sources` in this test',
    )
  })

  test("says what became of each text in Duo's log", () => {
    const missing = vendorTexts.filter((vendorText) => !vendorPart.includes(`\`${vendorText}\``))
    assert.deepEqual(missing, [])
  })
})

/** Whether a text says anything beside what is known at run time only. */
function isMessage(text: string): boolean {
  return /[a-z]{3}/i.test(text.replaceAll(hole, '')) && !noMessages.includes(text)
}

/** Whether a row of the page is about a message: its parts occur in the message, in this order. */
function describes(row: string, { text = '' }: LogMessage): boolean {
  // a call's own text may be the beginning of a row, and a text from a table its end
  return containsInOrder(text, row) || row.endsWith(text)
}

function containsInOrder(text: string, row: string): boolean {
  let from = 0
  for (const part of row.split(hole).map((one) => one.trim())) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return true
}
