import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { EventStreams, type WatchedTrace } from './event_streams.ts'
import type { LoginAnswer, ShownDirectory, ShownKnob } from './page_api.ts'
import { addPageFiles } from './page_files.ts'
import { checkRequest } from './request_gate.ts'
import { addSimRoutes } from './sim_routes.ts'

/** An answer of the AWS API. */
export interface AwsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the HTTP server needs of the directory. */
export interface ServedDirectory {
  readonly trace: WatchedTrace & { toNdjson(): string }
  describe(): ShownDirectory
  login(request: {
    readonly username: string
    readonly password: string
    readonly mfaCode: string
  }): Promise<LoginAnswer>
  knobs(): Readonly<Record<string, unknown>>
  knobTable(): readonly ShownKnob[]
  /** Changes knobs; those that are not given stay. @throws With every problem in the message. */
  setKnobs(knobs: unknown): void
  toPcap(): Uint8Array
  /** Answers a request of the AWS API (JSON 1.1). */
  aws(target: string, body: string): Promise<AwsAnswer>
}

const loopback = '127.0.0.1'
const maxBodyOctets = 256 * 1024
const maxConnections = 256
const closeMs = 1000

/** The HTTP server of the simulated directory, on loopback only: the AWS API, the sign-in page, its routes. */
export class DirectoryServer {
  readonly #server: FastifyInstance
  readonly #streams: EventStreams

  private constructor(server: FastifyInstance, streams: EventStreams) {
    this.#server = server
    this.#streams = streams
  }

  /**
   * @param options.pageFolder `sign_in` in the output of `web/build.ts`.
   * @param options.port 0 for any free port.
   * @throws A system error if the port can't be bound.
   */
  static async start(
    directory: ServedDirectory,
    { port, pageFolder }: { readonly port: number; readonly pageFolder: string },
  ): Promise<DirectoryServer> {
    const server = fastify({ bodyLimit: maxBodyOctets, forceCloseConnections: true })
    server.server.maxConnections = maxConnections
    const streams = new EventStreams(directory.trace)
    server.addHook('onRequest', async (request, reply) => {
      const { method, url, headers } = request
      const path = url.split('?', 1)[0] ?? ''
      const refusal = checkRequest({ method, path, headers }, portOf(server))
      if (refusal === undefined) return
      const { status, ...problem } = refusal
      return reply.code(status).header('connection', 'close').send(problem)
    })
    await addPageFiles(server, pageFolder)
    addAwsApi(server, directory)
    addSimRoutes(server, directory, streams)
    await server.listen({ host: loopback, port })
    return new DirectoryServer(server, streams)
  }

  get port(): number {
    return portOf(this.#server)
  }

  /** Ends all streams and connections. */
  async close(): Promise<void> {
    this.#streams.close()
    const late = setTimeout(() => this.#server.server.closeAllConnections(), closeMs)
    await this.#server.close()
    clearTimeout(late)
  }
}

/** `POST /` with `X-Amz-Target`, as AWS's clients send it. */
function addAwsApi(server: FastifyInstance, directory: ServedDirectory): void {
  server.register(async (api) => {
    // clients of other protocols get AWS's own error
    api.removeAllContentTypeParsers()
    api.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    api.post('/', async (request, reply) => {
      const target = String(request.headers['x-amz-target'] ?? '')
      const body = typeof request.body === 'string' ? request.body : ''
      const answer = await directory.aws(target, body)
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    })
  })
}

function portOf(server: FastifyInstance): number {
  const bound: AddressInfo | string | null = server.server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server does not listen')
  return bound.port
}
