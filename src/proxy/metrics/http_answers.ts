import { once } from 'node:events'
import { STATUS_CODES } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'

/** An answer to a request. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Answers `GET` and `HEAD` requests for a path; must not reject. */
export type AnswerPath = (path: string) => Promise<HttpAnswer>

const maxConnections = 128
/** So that one client leaves room for the others. */
const maxConnectionsPerAddress = 32
/** From the connection to the end of the answer. */
const maxLifeMs = 5_000
const maxHeadOctets = 8_192
const endOfHead = '\r\n\r\n'

/**
 * A small HTTP server for monitoring, in a process that has more important work: each connection gets one
 * answer and is closed, and whatever follows the first request is never read. `node:http` would parse and
 * answer thousands of pipelined requests before anything else gets its turn.
 *
 * At a limit of connections, the oldest one is closed, so that silent clients keep nobody out.
 */
export class HttpAnswers {
  readonly #answer: AnswerPath
  readonly #server: Server
  /** By age, the oldest first. */
  readonly #open = new Set<Socket>()

  private constructor(answer: AnswerPath) {
    this.#answer = answer
    // a client may close its side after the request
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#admit(socket))
  }

  /** @throws An error of the system, such as `EADDRINUSE`. */
  static async listen(
    { address, port }: { readonly address: string; readonly port: number },
    answer: AnswerPath,
  ): Promise<HttpAnswers> {
    const answers = new HttpAnswers(answer)
    answers.#server.listen(port, address)
    await once(answers.#server, 'listening')
    // such as EMFILE in accept; it must not end the proxy
    answers.#server.on('error', () => {})
    return answers
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
  }

  #admit(socket: Socket): void {
    const { remoteAddress } = socket
    const sameAddress = [...this.#open].filter((other) => other.remoteAddress === remoteAddress)
    if (sameAddress.length >= maxConnectionsPerAddress) this.#drop(sameAddress[0])
    else if (this.#open.size >= maxConnections) this.#drop(this.#open.values().next().value)
    this.#open.add(socket)
    const timer = setTimeout(() => socket.destroy(), maxLifeMs).unref()
    socket.on('close', () => {
      clearTimeout(timer)
      this.#open.delete(socket)
    })
    socket.on('error', () => socket.destroy())
    this.#readHead(socket)
  }

  #drop(socket: Socket | undefined): void {
    if (socket === undefined) return
    socket.destroy()
    this.#open.delete(socket)
  }

  #readHead(socket: Socket): void {
    let head = ''
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1', 0, maxHeadOctets)
      const end = head.indexOf(endOfHead)
      if (end < 0 && head.length < maxHeadOctets) return
      socket.off('data', read).off('end', giveUp).pause()
      if (end < 0) send(socket, { status: 431 }, true)
      else void this.#answerHead(socket, head.slice(0, end))
    }
    const giveUp = (): void => void socket.destroy()
    socket.on('data', read).on('end', giveUp)
  }

  async #answerHead(socket: Socket, head: string): Promise<void> {
    const [, method, path] = /^([A-Z]+) (\/\S*) HTTP\/1\.[01](?:\r\n|$)/.exec(head) ?? []
    if (path === undefined) return send(socket, { status: 400 }, true)
    if (method !== 'GET' && method !== 'HEAD') {
      return send(socket, { status: 405, headers: { allow: 'GET, HEAD' } }, true)
    }
    send(socket, await this.#answer(path), method === 'GET')
  }
}

function send(socket: Socket, { status, headers = {}, body = '' }: HttpAnswer, hasBody: boolean) {
  const fields = {
    ...headers,
    date: new Date().toUTCString(),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n')
  socket.end(`${head}${endOfHead}${hasBody ? body : ''}`, () => socket.destroy())
}
