import type { FastifyInstance } from 'fastify'
import type { WorkspacesDirectory } from '../directory/directory.ts'
import { EventStreams } from './event_streams.ts'
import type { ShownLink } from './page_api.ts'
import { addPageFiles } from './page_files.ts'
import { checkRequest } from './request_gate.ts'
import { addSimRoutes } from './sim_routes.ts'

export interface WebOptions {
  /** `sign_in` in the output of `web/build.ts`. */
  readonly pageFolder: string
  /** Pages for trying the directory, such as the push app. */
  readonly links: readonly ShownLink[]
  /** The port on which the server listens. */
  readonly port: () => number
}

/**
 * Adds the sign-in page and its routes to the server of a directory, and refuses what other web pages send to it: also
 * to the API of AWS.
 *
 * @returns The streams of open pages, to be closed before the server.
 */
export async function addWeb(
  server: FastifyInstance,
  directory: WorkspacesDirectory,
  { pageFolder, links, port }: WebOptions,
): Promise<EventStreams> {
  server.addHook('onRequest', async (request, reply) => {
    const { method, url, headers } = request
    const refusal = checkRequest({ method, path: url.split('?', 1)[0] ?? '', headers }, port())
    if (refusal === undefined) return
    const { status, ...problem } = refusal
    return reply.code(status).header('connection', 'close').send(problem)
  })
  const streams = new EventStreams(directory.trace)
  await addPageFiles(server, pageFolder)
  addSimRoutes(server, directory, streams, links)
  return streams
}
