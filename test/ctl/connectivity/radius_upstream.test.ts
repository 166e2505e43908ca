import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { checkRadiusUpstream } from '../../../src/ctl/connectivity/radius_upstream.ts'
import { systemClock } from '../../../src/host/clock.ts'
import { Secret } from '../../../src/host/secret.ts'
import { skipWithout } from '../../rig/debian_package.ts'
import { FreeRadius, freeradiusProgram } from '../../rig/freeradius.ts'
import { freePort } from '../../rig/running.ts'

const secret = 'secret-of-the-upstream'

async function check(port: number, { secret: used = secret, timeoutMs = 20_000 } = {}) {
  const probe = { clock: systemClock, signal: new AbortController().signal, timeoutMs }
  const upstream = { host: '127.0.0.1', port, secret: new Secret(used) }
  const findings = await checkRadiusUpstream(upstream, probe)
  return findings.map(({ severity, message, remedy = '' }) => `${severity}: ${message}; ${remedy}`)
}

describe('a RADIUS upstream (FreeRADIUS)', {
  skip: skipWithout('freeradius', freeradiusProgram),
}, () => {
  test('that rejects a user who does not exist is informational', async () => {
    await using server = await FreeRadius.start({
      secret,
      authorize: 'update control {\n Auth-Type := Reject\n}',
    })
    const [found, ...others] = await check(server.port)
    assert.match(found ?? '', /^info: .* rejects the user '.*', who does not exist: it is reached/)
    assert.deepEqual(others, [])
    // a RADIUS server does not answer a client with another secret
    const [wrong] = await check(server.port, { secret: 'another-secret', timeoutMs: 300 })
    assert.match(
      wrong ?? '',
      /^error: .* does not answer; check that this machine is one of its cli/,
    )
  })

  test('that accepts everyone is a warning', async () => {
    const authorize = 'update control {\n Auth-Type := Accept\n}'
    await using server = await FreeRadius.start({ secret, authorize })
    const [found] = await check(server.port)
    assert.match(
      found ?? '',
      /^warn: .* accepts the user .* with a random password; check its rules/,
    )
  })
})

describe('a RADIUS upstream', () => {
  test('where nothing listens is an error', async () => {
    const [found] = await check(await freePort())
    assert.match(
      found ?? '',
      /^error: nothing listens on UDP 127\.0\.0\.1:\d+; check host and port/,
    )
  })

  test('that answers with another secret is an error', async () => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    socket.on('message', (request, from) => {
      const reply = Buffer.alloc(20, 7)
      reply[0] = 3
      reply[1] = request[1] ?? 0
      reply.writeUInt16BE(20, 2)
      socket.send(reply, from.port, from.address)
    })
    const [found] = await check(socket.address().port, { timeoutMs: 300 })
    assert.match(found ?? '', /^error: .* answers, but with another secret; copy the secret/)
    socket.close()
  })
})
