import { createServer, type Server, type Socket } from 'node:net'
import { errorText } from '../../host/error_text.ts'
import type { Log } from '../../host/log.ts'
import {
  type ControlAnswer,
  type ControlRequest,
  isControlCommand,
  maxLineOctets,
} from './control_protocol.ts'
import { occupy } from './run_folder.ts'

/** Answers one command; must not throw for a request with wrong arguments. */
export type ControlHandler = (request: ControlRequest) => Promise<ControlAnswer>
export type ControlHandlers = Partial<Record<ControlRequest['command'], ControlHandler>>

const maxConnections = 32
/** A client has this long to send its request. */
const requestMs = 10_000

/** Answers the commands of `authproxyctl` and the Proxy Manager at the control socket. */
export class ControlServer {
  readonly #handlers: ControlHandlers
  readonly #log: Log
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #vacate: (() => void) | undefined

  private constructor(handlers: ControlHandlers, log: Log) {
    this.#handlers = handlers
    this.#log = log
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#receive(socket))
    this.#server.maxConnections = maxConnections
  }

  /**
   * Listens at the control socket of a run folder, and writes the process id there.
   *
   * @throws A system error, such as `EACCES`.
   */
  static async listen(runDir: string, handlers: ControlHandlers, log: Log): Promise<ControlServer> {
    const control = new ControlServer(handlers, log)
    try {
      control.#vacate = await occupy(runDir, control.#server)
    } catch (error) {
      control.#server.close()
      throw error
    }
    control.#server.on('error', (error) => log.warn(`the control socket failed: ${error.message}`))
    return control
  }

  /** Requests in progress get no answer. */
  close(): void {
    this.#vacate?.()
    this.#vacate = undefined
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #receive(socket: Socket): void {
    this.#sockets.add(socket)
    // a client that has gone away needs no answer
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    const timer = setTimeout(() => socket.destroy(), requestMs).unref()
    socket.on('close', () => clearTimeout(timer))
    const chunks: Buffer[] = []
    let octets = 0
    const take = (chunk: Buffer): void => {
      octets += chunk.length
      const end = chunk.indexOf(0x0a)
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end))
      if (end < 0 && octets <= maxLineOctets) return
      clearTimeout(timer)
      socket.off('data', take)
      // the rest is read and dropped: an unread rest would reset the connection before the answer
      socket.resume()
      const answer =
        end < 0 ? refused('the request is too long') : this.#answer(Buffer.concat(chunks))
      void Promise.resolve(answer).then((ready) => {
        socket.end(`${JSON.stringify(ready)}\n`)
        // a client that does not close its side must not keep the connection
        setTimeout(() => socket.destroy(), requestMs).unref()
      })
    }
    socket.on('data', take)
    socket.on('end', () => socket.end())
  }

  async #answer(line: Buffer): Promise<ControlAnswer> {
    const request = parseRequest(line.toString('utf8'))
    if (request === undefined) {
      return refused('the request is not a JSON object with a known command')
    }
    const handler = this.#handlers[request.command]
    if (handler === undefined) return refused(`this proxy has no command ${request.command}`)
    try {
      return await handler(request)
    } catch (error) {
      const reason = errorText(error)
      this.#log.error(`the command ${request.command} failed`, { error: String(error) })
      return refused(`${request.command} failed: ${reason}`)
    }
  }
}

function parseRequest(line: string): ControlRequest | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed !== 'object' || parsed === null || !('command' in parsed)) return undefined
    const { command } = parsed
    return isControlCommand(command) ? { ...parsed, command } : undefined
  } catch {
    return undefined
  }
}

function refused(line: string): ControlAnswer {
  return { ok: false, reason: 'failed', lines: [line] }
}
