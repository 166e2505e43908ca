import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WorkspacesDirectory } from '../directory/directory.ts'
import { KnobError } from '../knobs/knobs.ts'
import type { EventStreams } from './event_streams.ts'
import type { ShownDirectory, ShownLink } from './page_api.ts'
import { shownKnobs } from './shown_knobs.ts'

const maxBodyOctets = 64 * 1024
const loginSchema = z.object({
  username: z.string().max(256),
  password: z.string().max(1024),
  mfaCode: z.string().max(1024).default(''),
})

/** Adds the routes of the sign-in page and of `workspaces login`; all answers are JSON or a download. */
export function addSimRoutes(
  server: FastifyInstance,
  directory: WorkspacesDirectory,
  streams: EventStreams,
  links: readonly ShownLink[],
): void {
  void server.register(async (sim) => {
    // which other web pages could send without a preflight
    sim.removeContentTypeParser('text/plain')
    sim.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    sim.get(
      '/sim/directory',
      async (): Promise<ShownDirectory> => ({
        ...directory.describe(),
        links,
      }),
    )
    sim.post('/sim/login', { bodyLimit: maxBodyOctets }, async (request, reply) => {
      const parsed = loginSchema.safeParse(request.body)
      if (!parsed.success) return reply.code(400).send(badLogin)
      return await directory.login(parsed.data)
    })
    sim.get('/sim/events', (request, reply) => streams.follow(request, reply))
    sim.get('/sim/knobs', async () => directory.knobs)
    sim.get('/sim/knob-table', async () => shownKnobs())
    sim.put('/sim/knobs', { bodyLimit: maxBodyOctets }, async (request, reply) => {
      try {
        return directory.setKnobs(request.body)
      } catch (error) {
        if (!(error instanceof KnobError)) throw error
        return reply.code(400).send({ code: 'invalid_knobs', message: error.message })
      }
    })
    sim.get('/sim/trace.pcap', async (_request, reply) => {
      reply.header('content-disposition', 'attachment; filename="trace.pcap"')
      return reply.type('application/vnd.tcpdump.pcap').send(directory.capture.toPcap())
    })
    sim.get('/sim/trace.ndjson', async (_request, reply) => {
      reply.header('content-disposition', 'attachment; filename="trace.ndjson"')
      return reply.type('application/x-ndjson; charset=utf-8').send(directory.trace.toNdjson())
    })
  })
}

const badLogin = {
  code: 'bad_request',
  message: 'The body must be JSON: {"username": "…", "password": "…", "mfaCode": "…"}.',
}
