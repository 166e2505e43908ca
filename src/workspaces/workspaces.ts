import { lookup } from 'node:dns/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { addAwsApi } from './api/aws_api.ts'
import { type DirectoryOptions, WorkspacesDirectory } from './directory/directory.ts'
import type { Resolve } from './directory/radius_server.ts'

const loopback = '127.0.0.1'
const maxConnections = 256

export interface WorkspacesOptions extends Omit<DirectoryOptions, 'resolve'> {
  readonly resolve?: Resolve
  /** Port on loopback; 0 for any free one. */
  readonly port: number
}

/** A simulated directory and its web server on loopback. */
export class Workspaces {
  readonly directory: WorkspacesDirectory
  readonly #server: FastifyInstance

  private constructor(directory: WorkspacesDirectory, server: FastifyInstance) {
    this.directory = directory
    this.#server = server
  }

  /** @throws A system error if the port can't be bound. */
  static async start({
    port,
    resolve = resolveByDns,
    ...options
  }: WorkspacesOptions): Promise<Workspaces> {
    const directory = new WorkspacesDirectory({ ...options, resolve })
    const server = Fastify({ forceCloseConnections: true })
    server.server.maxConnections = maxConnections
    addAwsApi(server, [directory])
    try {
      directory.start()
      await server.listen({ host: loopback, port })
    } catch (error) {
      await directory.close()
      throw error
    }
    return new Workspaces(directory, server)
  }

  get port(): number {
    const bound = this.#server.server.address()
    if (bound === null || typeof bound === 'string') throw new Error('the server does not listen')
    return bound.port
  }

  get url(): string {
    return `http://${loopback}:${this.port}`
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.directory.close()
  }
}

const resolveByDns: Resolve = async (name) => {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}
