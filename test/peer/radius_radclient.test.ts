import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { replyMessages, Type } from '../../src/radius/index.ts'
import type { AccessRequest, Answer } from '../../src/radius/udp/access_request.ts'
import type { RadiusServer } from '../../src/radius/udp/server.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { acceptBob, client, secret, startServer } from '../rig/radius_peer.ts'
import { until } from '../rig/until.ts'

const skip = skipWithout('freeradius-utils', '/usr/bin/radclient')

interface Outcome {
  readonly exitCode: number
  readonly output: string
}

/** Runs a program of FreeRADIUS's until it ends; its exit status is a result like its output. */
function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ exitCode, output: stdout + stderr })
    })
    child.stdin?.end(input)
  })
}

describe('radclient and radtest of FreeRADIUS', { skip }, () => {
  let server: RadiusServer
  const asked: AccessRequest[] = []
  let answer: (request: AccessRequest) => Promise<Answer> = acceptBob

  before(async () => {
    server = await startServer({
      answer: (request) => {
        asked.push(request)
        return answer(request)
      },
      clients: [
        client(),
        client({ name: 'strict', addresses: '127.0.0.20', messageAuthenticator: 'required' }),
      ],
    })
  })

  after(() => server.close())

  function radclient(lines: readonly string[], ...args: string[]): Promise<Outcome> {
    asked.length = 0
    const all = ['-x', '-r', '1', '-t', '3', ...args]
    const command = args.includes('status') ? 'status' : 'auth'
    return run(
      'radclient',
      [
        ...all.filter((arg) => arg !== 'status'),
        `127.0.0.1:${server.address.port}`,
        command,
        secret,
      ],
      `${lines.join('\n')}\n`,
    )
  }

  const bob = ['User-Name = "bob"', 'User-Password = "hello"']

  test('PAP without Message-Authenticator', async () => {
    const { exitCode, output } = await radclient(['Packet-Src-IP-Address = 127.0.0.2', ...bob])
    assert.equal(exitCode, 0, output)
    assert.match(output, /Received Access-Accept/)
    assert.match(output, /Message-Authenticator = 0x/)
    assert.equal(asked[0]?.peer.address, '127.0.0.2')
  })

  test('PAP with Message-Authenticator; a wrong password is rejected', async () => {
    const signed = ['Message-Authenticator = 0x00', 'Packet-Src-IP-Address = 127.0.0.3']
    const right = await radclient([...signed, ...bob])
    assert.equal(right.exitCode, 0, right.output)
    const wrong = await radclient([...signed, 'User-Name = "bob"', 'User-Password = "no"'])
    assert.equal(wrong.exitCode, 1)
    assert.match(wrong.output, /Received Access-Reject/)
  })

  test('auto: an unsigned request after a signed test is answered', async () => {
    const from = 'Packet-Src-IP-Address = 127.0.0.4'
    await radclient([from, 'Message-Authenticator = 0x00', ...bob])
    const { exitCode, output } = await radclient([from, ...bob])
    assert.equal(exitCode, 0, output)
  })

  test('auto: after twenty signed requests an unsigned one gets no reply', async () => {
    const from = 'Packet-Src-IP-Address = 127.0.0.11'
    const signed = [from, 'Message-Authenticator = 0x00', ...bob].join('\n')
    await radclient([Array.from({ length: 20 }, () => signed).join('\n\n')])
    const { exitCode, output } = await radclient([from, ...bob], '-t', '0.3')
    assert.equal(exitCode, 1)
    assert.match(output, /No reply from server/)
    assert.equal(asked.length, 0)
  })

  test('required: an unsigned request gets no reply, a signed one does', async () => {
    const from = 'Packet-Src-IP-Address = 127.0.0.20'
    assert.match((await radclient([from, ...bob], '-t', '0.3')).output, /No reply from server/)
    const signed = await radclient([from, 'Message-Authenticator = 0x00', ...bob])
    assert.equal(signed.exitCode, 0, signed.output)
  })

  test('passwords of every length and any characters', async () => {
    const passwords = ['x', 'x'.repeat(16), 'x'.repeat(17), 'y'.repeat(128), 'pä$$w€rd', 'a b,c#d']
    for (const password of passwords) {
      answer = async (request) => ({
        code: Buffer.from(request.password ?? []).toString() === password ? 2 : 3,
        attributes: [],
      })
      const lines = ['Packet-Src-IP-Address = 127.0.0.5', 'User-Name = "ünal"']
      const { exitCode, output } = await radclient([...lines, `User-Password = "${password}"`])
      answer = acceptBob
      assert.equal(exitCode, 0, output)
      assert.equal(asked[0]?.username, 'ünal')
    }
  })

  test('a long text arrives complete, split between characters into attributes of 253 octets', async () => {
    const text = 'Grüße: '.concat('€'.repeat(200))
    answer = async () => ({ code: 3, attributes: replyMessages(text) })
    const { output } = await radclient(['Packet-Src-IP-Address = 127.0.0.6', ...bob])
    answer = acceptBob
    const parts = [...output.matchAll(/Reply-Message = "(.*)"/g)].map((match) => match[1])
    assert.equal(parts.length, 3)
    assert.equal(parts.join(''), text)
  })

  test('returns Proxy-State attributes in order', async () => {
    const states = ['Proxy-State = 0x01', 'Proxy-State = 0x0203', 'Proxy-State = 0x01']
    const from = 'Packet-Src-IP-Address = 127.0.0.7'
    const { output } = await radclient([from, 'Message-Authenticator = 0x00', ...bob, ...states])
    const received = output.slice(output.indexOf('Received'))
    assert.deepEqual(
      [...received.matchAll(/Proxy-State = (0x\w+)/g)].map((match) => match[1]),
      ['0x01', '0x0203', '0x01'],
    )
  })

  test('tells CHAP and MS-CHAP from PAP', async () => {
    const from = 'Packet-Src-IP-Address = 127.0.0.8'
    await radclient([from, 'User-Name = "bob"', 'CHAP-Password = "hello"'])
    assert.equal(asked[0]?.passwordProblem, 'chap')
    await radclient([
      from,
      'User-Name = "User"',
      'MS-CHAP-Challenge = 0x5B5D7C7D7B3F2F3E3C2C602132262628',
      `MS-CHAP2-Response = 0x0700${'11'.repeat(48)}`,
    ])
    assert.equal(asked[0]?.passwordProblem, 'mschap')
    await radclient([from, 'User-Name = "bob"', 'PaloAlto-Client-Source-IP = "192.0.2.7"'])
    assert.equal(asked[0]?.passwordProblem, 'absent')
    assert.equal(asked[0]?.named('PaloAlto-Client-Source-IP'), '192.0.2.7')
  })

  test('Access-Challenge with a State', async () => {
    answer = async () => ({
      code: 11,
      attributes: [
        ...replyMessages('Enter a passcode'),
        { type: Type.State, value: Buffer.from('token') },
      ],
    })
    const { output } = await radclient(['Packet-Src-IP-Address = 127.0.0.9', ...bob])
    answer = acceptBob
    assert.match(output, /Received Access-Challenge/)
    assert.match(output, /State = 0x746f6b656e/)
  })

  test('Status-Server', async () => {
    const { exitCode, output } = await radclient(['Message-Authenticator = 0x00'], 'status')
    assert.equal(exitCode, 0, output)
    assert.match(output, /Received Access-Accept/)
    assert.equal(asked.length, 0)
  })

  test('a retransmission during processing does not ask again', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = server.counters.duplicatesInProgress
    answer = async (request) => {
      await promise
      return acceptBob(request)
    }
    const outcome = radclient(
      ['Packet-Src-IP-Address = 127.0.0.10', 'Message-Authenticator = 0x00', ...bob],
      '-r',
      '10',
      '-t',
      '0.2',
    )
    await until(() => server.counters.duplicatesInProgress - before >= 2)
    resolve()
    const { exitCode, output } = await outcome
    answer = acceptBob
    assert.equal(exitCode, 0, output)
    assert.equal(asked.length, 1)
  })

  test('answers 200 requests at a time', async () => {
    const input = Array.from({ length: 600 }, (_, index) =>
      ['Message-Authenticator = 0x00', `Calling-Station-Id = "${index}"`, ...bob].join('\n'),
    ).join('\n\n')
    const { output } = await run(
      'radclient',
      [
        '-q',
        '-s',
        '-p',
        '200',
        '-r',
        '3',
        '-t',
        '3',
        `127.0.0.1:${server.address.port}`,
        'auth',
        secret,
      ],
      input,
    )
    assert.match(output, /Accepted\s*:\s*600/)
    assert.match(output, /Lost\s*:\s*0/)
  })

  test('radtest pap', async () => {
    const args = (password: string) => [
      '-t',
      'pap',
      'bob',
      password,
      `127.0.0.1:${server.address.port}`,
      '0',
      secret,
    ]
    const right = await run('radtest', args('hello'))
    assert.match(right.output, /Received Access-Accept/)
    const wrong = await run('radtest', args('other'))
    assert.match(wrong.output, /Received Access-Reject/)
  })
})
