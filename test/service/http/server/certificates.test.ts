import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { serverCertificate } from '../../../../src/service/http/server/certificate_files.ts'
import { skipWithout } from '../../../rig/debian_package.ts'
import { TestService } from '../../../rig/service.ts'

const dayMs = 24 * 60 * 60_000

describe('the certificate of the data folder', () => {
  let folder: string
  const now = Date.now()

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-certificate-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('is kept across starts, with keys that only the owner can read', async () => {
    const first = await serverCertificate(folder, ['mfa.example.com'], undefined, now)
    const second = await serverCertificate(folder, ['mfa.example.com'], undefined, now)
    assert.equal(second.certificate, first.certificate)
    for (const key of ['ca.key', 'server.key']) {
      assert.equal(statSync(join(folder, key)).mode & 0o777, 0o600)
    }
  })

  test('passes openssl verify -x509_strict for each name', {
    skip: skipWithout('openssl', '/usr/bin/openssl'),
  }, () => {
    for (const name of [
      ['-verify_hostname', 'localhost'],
      ['-verify_hostname', 'mfa.example.com'],
      ['-verify_ip', '127.0.0.1'],
    ]) {
      const verified = execFileSync(
        'openssl',
        [
          ...['verify', '-x509_strict', '-purpose', 'sslserver', ...name],
          ...['-CAfile', join(folder, 'ca.pem'), join(folder, 'server.pem')],
        ],
        { encoding: 'utf8' },
      )
      assert.match(verified, /: OK/)
    }
  })

  test('is renewed for another name and a month before expiry, by the same authority', async () => {
    const authority = readFileSync(join(folder, 'ca.pem'), 'utf8')
    const original = await serverCertificate(folder, ['mfa.example.com'], undefined, now)
    const renamed = await serverCertificate(folder, ['other.example.com'], undefined, now)
    assert.notEqual(renamed.certificate, original.certificate)
    const same = await serverCertificate(
      folder,
      ['other.example.com'],
      undefined,
      now + 700 * dayMs,
    )
    assert.equal(same.certificate, renamed.certificate)
    const renewed = await serverCertificate(
      folder,
      ['other.example.com'],
      undefined,
      now + 800 * dayMs,
    )
    assert.notEqual(renewed.certificate, renamed.certificate)
    assert.equal(readFileSync(join(folder, 'ca.pem'), 'utf8'), authority)
  })

  test('is a CERTIFICATE_FILE error if the key of the authority is missing', async () => {
    rmSync(join(folder, 'ca.key'))
    await assert.rejects(serverCertificate(folder, [], undefined, now), {
      code: 'CERTIFICATE_FILE',
    })
  })

  test('is a CERTIFICATE_FILE error if the configured files do not match', async () => {
    const certificateFile = join(folder, 'server.pem')
    const configured = { certificateFile, keyFile: join(folder, 'none.key') }
    await assert.rejects(serverCertificate(folder, [], configured, now), {
      code: 'CERTIFICATE_FILE',
    })
  })
})

describe('TLS', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start()
  })
  after(() => service.close())

  const handshake = (options: { servername?: string; maxVersion?: 'TLSv1.1' | 'TLSv1.2' }) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(
        { host: '127.0.0.1', port: service.service.port, ca: service.ca, ...options },
        () => {
          resolve(socket.getProtocol() ?? '')
          socket.destroy()
        },
      )
      socket.on('error', reject)
    })

  test('passes verification by address and by name', async () => {
    assert.equal(await handshake({}), 'TLSv1.3')
    assert.equal(await handshake({ servername: 'localhost', maxVersion: 'TLSv1.2' }), 'TLSv1.2')
    await assert.rejects(handshake({ servername: 'elsewhere.example' }), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('negotiates HTTP/1.0', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const { port } = service.service
    const options = { host: '127.0.0.1', port, ca: service.ca, ALPNProtocols: ['http/1.0'] }
    const socket = connect(options, () => socket.write('GET /auth/v2/ping HTTP/1.0\r\n\r\n'))
    let answer = ''
    socket.on('data', (octets) => {
      answer += octets.toString()
    })
    socket.on('error', reject)
    socket.on('end', () => resolve(answer))
    assert.match(await promise, /^HTTP\/1\.1 200 [\s\S]*"stat":"OK"/)
  })

  test('refuses TLS 1.1', async () => {
    const old = handshake({ maxVersion: 'TLSv1.1' })
    await assert.rejects(old)
  })
})
