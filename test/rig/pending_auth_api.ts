import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formParameters, isSigned, makeCertificate } from './auth_api_double.ts'

export type Decision = 'allow' | 'deny'

interface Transaction {
  readonly txid: string
  readonly username: string
  decision: Decision | undefined
  /** Whether a poll has reported that it waits. */
  reported: boolean
  readonly held: Set<() => void>
}

export interface PendingAuthApiOptions {
  /** How long `auth_status` is held; 0 to answer every poll at once. */
  readonly holdMs: number
  /** Verifies every signature, which takes a third of the CPU of a poll. */
  readonly verify?: boolean
}

/**
 * An Auth API over HTTP/1.1 whose pushes wait until the test answers them: `auth` with and without
 * `async=1`, and `auth_status` as the vendor's API has it, where the first poll of a status is answered at
 * once and later ones are held until the status changes.
 */
export class PendingAuthApi {
  readonly #options: PendingAuthApiOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'pending-auth-api-'))
  readonly #transactions = new Map<string, Transaction>()
  readonly #byUser = new Map<string, Transaction>()
  #server: Server
  #port = 0
  polls = 0
  pollsHeld = 0
  maxPollsHeld = 0
  connections = 0
  maxConnections = 0
  /** Receives the user of each push. */
  pushed: ((username: string) => void) | undefined
  /** Decides whether the next poll is answered in another way. */
  disturb: ((txid: string) => 'reset' | number | undefined) | undefined

  private constructor(options: PendingAuthApiOptions) {
    this.#options = options
    makeCertificate(this.#folder)
    this.#server = this.#createServer()
  }

  static async start(options: PendingAuthApiOptions): Promise<PendingAuthApi> {
    const api = new PendingAuthApi(options)
    await api.listen()
    return api
  }

  get port(): number {
    return this.#port
  }

  get caFile(): string {
    return join(this.#folder, 'cert.pem')
  }

  /** Pushes that were sent, also to users who have answered. */
  get pushes(): number {
    return this.#transactions.size
  }

  users(): string[] {
    return [...this.#byUser.keys()]
  }

  /** Answers the push of a user. */
  answer(username: string, decision: Decision): void {
    const transaction = this.#byUser.get(username)
    if (transaction === undefined) throw new Error(`no push waits for ${username}`)
    transaction.decision = decision
    for (const wake of transaction.held) wake()
  }

  /** Answers one push of several to a user: 0 is the first one that was sent. */
  answerPush(index: number, decision: Decision): void {
    const transaction = [...this.#transactions.values()][index]
    if (transaction === undefined) throw new Error(`there is no push ${index}`)
    transaction.decision = decision
    for (const wake of transaction.held) wake()
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    this.#port = address.port
  }

  /** Ends all connections, as a stopped process does; the transactions remain. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
    this.#server = this.#createServer()
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true })
  }

  #createServer(): Server {
    const server = createServer({
      cert: readFileSync(this.caFile),
      key: readFileSync(join(this.#folder, 'key.pem')),
      keepAliveTimeout: 15_000,
    })
    server.on('secureConnection', (socket) => {
      this.connections++
      this.maxConnections = Math.max(this.maxConnections, this.connections)
      socket.once('close', () => this.connections--)
    })
    server.on('request', (request, response) => void this.#receive(request, response))
    return server
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const encoded = request.method === 'GET' ? query : body
    // for clients that sign nothing
    if (path === '/wait-for-user') return this.#auth(formParameters(encoded), response)
    if (this.#options.verify !== false && !isSigned(request, path, encoded)) {
      return send(response, 401, { stat: 'FAIL', code: 40103, message: 'Invalid signature' })
    }
    const parameters = formParameters(encoded)
    switch (path) {
      case '/auth/v2/check':
        return sendOk(response, { time: Math.floor(Date.now() / 1000) })
      case '/auth/v2/preauth':
        return sendOk(response, { result: 'auth', status_msg: 'Account is active', devices })
      case '/auth/v2/auth':
        return this.#auth(parameters, response)
      case '/auth/v2/auth_response': {
        const proof = `S=proof of ${parameters.username}`
        return this.#auth(parameters, response, { factor: 'push', authenticator_response: proof })
      }
      case '/auth/v2/auth_status':
        return this.#status(parameters.txid ?? '', response)
      default:
        return send(response, 404, { stat: 'FAIL', code: 40401, message: 'Resource not found' })
    }
  }

  #auth(
    { username = '', async = '0', factor }: Record<string, string>,
    response: ServerResponse,
    known: object = {},
  ): void {
    const txid = randomUUID()
    const transaction: Transaction = {
      ...{ txid, username },
      ...{ reported: false, held: new Set() },
      // only pushes and calls wait for the user
      decision: factor === 'sms' || factor === 'passcode' ? 'deny' : undefined,
    }
    this.#transactions.set(txid, transaction)
    this.#byUser.set(username, transaction)
    this.pushed?.(username)
    if (async === '1') return sendOk(response, { txid, ...known })
    this.#hold(transaction, response, Number.POSITIVE_INFINITY)
  }

  #status(txid: string, response: ServerResponse): void {
    this.polls++
    const disturbed = this.disturb?.(txid)
    if (disturbed === 'reset') return void response.destroy()
    if (disturbed !== undefined) {
      return send(response, disturbed, {
        ...{ stat: 'FAIL', code: disturbed * 100 + 1, message: 'disturbed' },
      })
    }
    const transaction = this.#transactions.get(txid)
    if (transaction === undefined) {
      const message = 'Invalid request parameters'
      return send(response, 400, { stat: 'FAIL', code: 40002, message, message_detail: 'txid' })
    }
    const { holdMs } = this.#options
    if (!transaction.reported || transaction.decision !== undefined || holdMs === 0) {
      transaction.reported = true
      return sendOk(response, toStatus(transaction))
    }
    this.#hold(transaction, response, holdMs)
  }

  #hold(transaction: Transaction, response: ServerResponse, holdMs: number): void {
    const end = () => {
      clearTimeout(timer)
      if (transaction.held.delete(wake)) this.pollsHeld--
    }
    const wake = () => {
      end()
      sendOk(response, toStatus(transaction))
    }
    const timer = holdMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(wake, holdMs)
    transaction.held.add(wake)
    this.pollsHeld++
    this.maxPollsHeld = Math.max(this.maxPollsHeld, this.pollsHeld)
    response.on('close', end)
    if (transaction.decision !== undefined) wake()
  }
}

const devices = [
  {
    ...{ device: 'DPFZRS9FB0D46QFTM891', type: 'phone', name: '', number: 'XXX-XXX-0100' },
    capabilities: ['auto', 'push', 'sms', 'phone', 'mobile_otp'],
  },
]

/** The message names the user, so that results that were swapped can be told apart. */
function toStatus({ decision, username }: Transaction): object {
  if (decision === undefined) {
    return { result: 'waiting', status: 'pushed', status_msg: 'Pushed a login request' }
  }
  return { result: decision, status: decision, status_msg: `${decision} for ${username}` }
}

function sendOk(response: ServerResponse, answer: object): void {
  send(response, 200, { stat: 'OK', response: answer })
}

function send(response: ServerResponse, status: number, answer: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}
