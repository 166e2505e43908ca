import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { pairs, signedOctets } from '../rig/octet_request.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import type { RawRequest } from '../rig/service_client.ts'
import { until } from '../rig/until.ts'

const nginx = '/usr/sbin/nginx'

/** As short as documentation shows it: Host becomes the upstream's address. */
const configuration = (folder: string, port: number, upstream: number) => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass https://127.0.0.1:${upstream}; }
  }
}
`

describe('nginx in front of the service', { skip: skipWithout('nginx', nginx) }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const log = new RecordingLog()
  let service: TestService
  let running: Running
  let port: number

  before(async () => {
    const config = { ...defaultConfig('.'), publicUrl: 'https://mfa.example.com' }
    service = await TestService.start({ config, log })
    port = await freePort()
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, configuration(folder, port, service.port))
    running = new Running(nginx, ['-c', file, '-p', folder, '-e', join(folder, 'error.log')])
    await until(async () => (await send({ method: 'GET', path: '/auth/v2/ping' })) !== undefined)
  })
  after(async () => {
    await running.stop()
    await service.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const send = ({ method, path, body = '', headers }: RawRequest) =>
    new Promise<{ status: number; text: string } | undefined>((resolve) => {
      const sent = request(
        {
          ...{ host: '127.0.0.1', port, method, path },
          headers: { ...headers, host: 'mfa.example.com' },
        },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += String(chunk)
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        },
      )
      sent.on('error', () => resolve(undefined))
      sent.end(body)
    })
  const preauth = (host: string, version: 2 | 5) =>
    send(
      signedOctets(service.integration, {
        ...{ method: 'POST', path: '/auth/v2/preauth', version, host },
        ...(version === 2
          ? { form: pairs({ username: 'alice' }) }
          : { body: Buffer.from('{"username":"alice"}'), contentType: 'application/json' }),
      }),
    )

  for (const version of [2, 5] as const) {
    test(`requests signed for public_url are accepted, version ${version}`, async () => {
      const answer = await preauth('mfa.example.com', version)
      assert.equal(answer?.status, 200)
      assert.match(answer.text, /"result":"enroll"/)
    })
  }

  test('requests signed for another host are refused, and the log names the Host header', async () => {
    const answer = await preauth('other.example.com', 2)
    assert.equal(answer?.status, 401)
    assert.ok(log.has(`host: '127.0.0.1:${service.port}'`), log.lines.join('\n'))
  })
})
