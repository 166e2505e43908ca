/**
 * The least that can hold calls which wait for an answer, on what Node brings: nothing signed is
 * looked at, nothing is kept, and each waits with a timer. Takes the requests of our load, whose
 * phones are called as their users are. Started with the PEM files of its certificate and key, and
 * `http1` or `http2`; prints its port.
 */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { success } from '../../src/duo/index.ts'

const lifeMs = 60_000
const keepAliveMs = 75_000

interface Waiting {
  readonly response: ServerResponse
  readonly timer: NodeJS.Timeout
}

const [certificateFile = '', keyFile = '', protocol] = process.argv.slice(2)
const waiting = new Map<string, Waiting>()
const streams = new Map<string, ServerResponse>()

const options = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) }
const http1 = createServer({ ...options, keepAliveTimeout: keepAliveMs }, (request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => answer(request, body, response))
})
const http2 = createSecureServer({ ...options, allowHTTP1: true }, (request, response) => {
  http1.emit('request', request, response)
})
const server = protocol === 'http2' ? http2 : http1
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const phone = String(request.headers['x-countersign-device'])
  switch (request.url) {
    case '/auth/v2/check':
      return send(response, JSON.stringify(success({ time: 0, capabilities: ['http2'] })))
    case '/auth/v2/auth':
      return wait(new URLSearchParams(body).get('username') ?? '', response)
    case '/app/api/stream':
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      streams.set(phone, response)
      return
    case '/app/api/requests':
      return send(response, shown(phone))
    case '/app/api/answer':
      settle(phone, 'allow')
      return send(response, '{}')
    case '/metrics':
      return send(response, `countersign_waiting_calls ${waiting.size}\n`)
    default:
      response.writeHead(404).end()
  }
}

function wait(username: string, response: ServerResponse): void {
  const timer = setTimeout(() => settle(username, 'deny'), lifeMs)
  waiting.set(username, { response, timer })
  streams.get(username)?.write(`event: requests\ndata: ${shown(username)}\n\n`)
}

function settle(username: string, result: 'allow' | 'deny'): void {
  const settled = waiting.get(username)
  if (settled === undefined) return
  waiting.delete(username)
  clearTimeout(settled.timer)
  const status = result === 'allow' ? result : 'timeout'
  send(settled.response, JSON.stringify(success({ result, status, status_msg: '' })))
}

function shown(username: string): string {
  return JSON.stringify({ requests: [{ txid: username }] })
}

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
  response.end(text)
}
