import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type ClientFrame,
  encodeBatch,
  encodeServiceFrame,
  isProof,
  joinedSignIns,
  messageConnections,
  messagesPath,
  messagesProtocol,
  oneCall,
  parseClientBatch,
  type ServiceFrame,
  signingKey,
  success,
} from '../../src/duo/index.ts'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../src/service/http/server/certificate_authority.ts'
import { testSkey } from './auth_api_double.ts'

export type Call = Extract<ClientFrame, { readonly id: number }>

/** An Auth API that takes messages from clients with `testSkey`, and does with each what a test says. */
export class MessageApi {
  readonly port: number
  readonly caFile: string
  readonly #server: Server
  readonly #sockets = new Set<WebSocket>()
  /** Frames in the order of their arrival. */
  readonly frames: ClientFrame[] = []
  /** WebSocket messages, each with the frames of a turn. */
  batches = 0
  /** What clients answer to `opening`. */
  readonly proofs: string[] = []
  /** Paths of plain requests but `check`. */
  readonly plain: string[] = []
  /** Answers or not, over `send`. */
  onCall: (call: Call, connection: MessageApi) => void = (call) => this.allow(call.id)
  /** In place of the connection, if it is set. */
  refusal: number | undefined
  /** The subprotocol that it chooses; `false` for none. */
  protocol: string | false = messagesProtocol
  /** Batches that it sends in place of the challenge, if they are set. */
  opening: readonly string[] | undefined
  readonly #maxOpen: number

  private constructor(server: Server, port: number, caFile: string, maxOpen: number) {
    this.#server = server
    this.#maxOpen = maxOpen
    this.port = port
    this.caFile = caFile
  }

  static async start({ maxOpen = 1000 } = {}): Promise<MessageApi> {
    const authority = await makeAuthority(Date.now())
    const { certificate, key } = await makeServerCertificate(authority, ['localhost'], Date.now())
    const caFile = join(mkdtempSync(join(tmpdir(), 'message-api-')), 'ca.pem')
    writeFileSync(caFile, authority.certificate)
    const server = createServer({ cert: certificate, key }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const api = new MessageApi(server, toPort(server), caFile, maxOpen)
    server.on('request', (request, response) => api.#answerPlain(request, response))
    const webSockets = new WebSocketServer({
      noServer: true,
      handleProtocols: () => api.protocol,
    })
    server.on('upgrade', (request, socket, head) => {
      const { refusal } = api
      if (refusal !== undefined || request.url !== messagesPath) {
        return void socket.end(`HTTP/1.1 ${refusal ?? 404} No\r\ncontent-length: 0\r\n\r\n`)
      }
      webSockets.handleUpgrade(request, socket, head, (open) => api.#converse(open))
    })
    return api
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size
  }

  get calls(): Call[] {
    return this.frames.filter((frame) => 'id' in frame)
  }

  allow(id: number, statusMsg = 'ok'): void {
    this.answer(id, 'allow', statusMsg)
  }

  answer(id: number, result: 'allow' | 'deny', statusMsg = 'ok'): void {
    const answer = success({ result, status: result, status_msg: statusMsg })
    this.send({ id, status: 200, answer })
  }

  /** Sends frames to every connection. */
  send(...frames: readonly ServiceFrame[]): void {
    this.sendText(encodeBatch(frames.map(encodeServiceFrame)))
  }

  sendText(text: string): void {
    for (const socket of this.#sockets) socket.send(text)
  }

  cut(): void {
    for (const socket of this.#sockets) socket.terminate()
  }

  /** Neither reads nor answers on the connections that are open, as a node that hangs. */
  hang(): void {
    for (const socket of this.#sockets) socket.pause()
  }

  resume(): void {
    for (const socket of this.#sockets) socket.resume()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #converse(socket: WebSocket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    if (this.opening !== undefined) {
      socket.on('message', (data) => this.proofs.push(data.toString()))
      for (const batch of this.opening) socket.send(batch)
      return
    }
    const challenge = randomBytes(32).toString('hex')
    socket.send(encodeBatch([encodeServiceFrame({ challenge })]))
    let isProven = false
    socket.on('message', (data) => {
      if (!isProven) {
        isProven = isProof(data.toString(), challenge, signingKey(testSkey))
        if (!isProven) return socket.close(1008)
        return socket.send(encodeBatch([encodeServiceFrame({ max_open: this.#maxOpen })]))
      }
      this.batches++
      for (const frame of parseClientBatch(data.toString()) ?? []) {
        this.frames.push(frame)
        if ('id' in frame) this.onCall(frame, this)
      }
    })
  }

  #answerPlain({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const [path = ''] = url.split('?', 1)
    const isCheck = path === '/auth/v2/check'
    if (!isCheck) this.plain.push(path)
    const answer = isCheck
      ? { time: 1, capabilities: [...oneCall, joinedSignIns, messageConnections] }
      : { result: 'allow', status: 'allow', status_msg: 'plain' }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(success(answer)))
  }
}

function toPort(server: Server): number {
  return (server.address() as AddressInfo).port
}
