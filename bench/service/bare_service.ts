/**
 * The least that an Auth API on node:https can do: signature checked, "allow" answered, nothing
 * kept. Started with the PEM files of its certificate and key and the secret key; prints its port.
 */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  parseAuthorization,
  parseEncodedParameters,
  signingKey,
  verifiedVersion,
} from '../../src/duo/index.ts'

const [certificateFile = '', keyFile = '', skey = ''] = process.argv.slice(2)
const key = signingKey(skey)
const allow = JSON.stringify({
  stat: 'OK',
  response: { result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' },
})
const fail = JSON.stringify({ stat: 'FAIL', code: 40103, message: 'Invalid signature' })

const server = createServer(
  { cert: readFileSync(certificateFile), key: readFileSync(keyFile) },
  (request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => answer(request, body, response))
  },
)
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const { method = '', url = '', headers } = request
  const signature = parseAuthorization(headers.authorization ?? '')?.signature ?? ''
  const version = verifiedVersion(
    {
      ...{ method, hosts: [headers.host ?? ''], path: url, body, date: headers.date },
      ...{ query: [], form: parseEncodedParameters(body), headers: [] },
    },
    signature,
    key,
  )
  const text = version === undefined ? fail : allow
  response.writeHead(version === undefined ? 401 : 200, {
    'content-type': 'application/json',
    'content-length': text.length,
  })
  response.end(text)
}
