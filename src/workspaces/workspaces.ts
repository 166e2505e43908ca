import { lookup } from 'node:dns/promises'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { programRoot } from '../host/program_root.ts'
import { addAwsApi } from './api/aws_api.ts'
import { type DirectoryOptions, WorkspacesDirectory } from './directory/directory.ts'
import type { Resolve } from './directory/radius_server.ts'
import type { EventStreams } from './web/event_streams.ts'
import type { ShownLink } from './web/page_api.ts'
import { addWeb } from './web/web.ts'

const loopback = '127.0.0.1'
const maxConnections = 256
const pageFolder = join(programRoot, 'web/dist/sign_in')

export interface WorkspacesOptions extends Omit<DirectoryOptions, 'resolve'> {
  readonly resolve?: Resolve
  /** Port on loopback; 0 for any free one. */
  readonly port: number
  /** Pages for trying the directory, such as the push app. */
  readonly links?: readonly ShownLink[]
}

/** A simulated directory and its web server on loopback. */
export class Workspaces {
  readonly directory: WorkspacesDirectory
  readonly #server: FastifyInstance
  readonly #streams: EventStreams

  private constructor(
    directory: WorkspacesDirectory,
    server: FastifyInstance,
    streams: EventStreams,
  ) {
    this.directory = directory
    this.#server = server
    this.#streams = streams
  }

  /** @throws A system error if the port can't be bound. */
  static async start({
    port,
    links = [],
    resolve = resolveByDns,
    ...options
  }: WorkspacesOptions): Promise<Workspaces> {
    const directory = new WorkspacesDirectory({ ...options, resolve })
    const server = Fastify({ forceCloseConnections: true })
    server.server.maxConnections = maxConnections
    addAwsApi(server, [directory])
    const streams = await addWeb(server, directory, {
      pageFolder,
      links,
      port: () => portOf(server),
    })
    try {
      directory.start()
      await server.listen({ host: loopback, port })
    } catch (error) {
      await directory.close()
      throw error
    }
    return new Workspaces(directory, server, streams)
  }

  get port(): number {
    return portOf(this.#server)
  }

  get url(): string {
    return `http://${loopback}:${this.port}`
  }

  async close(): Promise<void> {
    this.#streams.close()
    await this.#server.close()
    await this.directory.close()
  }
}

function portOf(server: FastifyInstance): number {
  const bound = server.server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server does not listen')
  return bound.port
}

const resolveByDns: Resolve = async (name) => {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}
