import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { errorText } from '../../host/error_text.ts'
import type { ServedDirectory } from './directory_server.ts'
import type { EventStreams } from './event_streams.ts'

const loginSchema = z.object({
  username: z.string().max(256),
  password: z.string().max(1024),
  mfaCode: z.string().max(1024).default(''),
})

/** Adds the routes of the sign-in page and of `workspaces login`; all answers are JSON or a download. */
export function addSimRoutes(
  server: FastifyInstance,
  directory: ServedDirectory,
  streams: EventStreams,
): void {
  server.register(async (sim) => {
    sim.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    sim.get('/sim/directory', async () => directory.describe())
    sim.post('/sim/login', async (request, reply) => {
      const parsed = loginSchema.safeParse(request.body)
      if (!parsed.success) return reply.code(400).send(badLogin)
      return await directory.login(parsed.data)
    })
    sim.get('/sim/events', (request, reply) => streams.follow(request, reply))
    sim.get('/sim/knobs', async () => directory.knobs())
    sim.get('/sim/knob-table', async () => directory.knobTable())
    sim.put('/sim/knobs', async (request, reply) => {
      try {
        directory.setKnobs(request.body)
      } catch (error) {
        return reply.code(400).send({ code: 'invalid_knobs', message: errorText(error) })
      }
      return directory.knobs()
    })
    sim.get('/sim/trace.pcap', async (_request, reply) => {
      reply.header('content-disposition', 'attachment; filename="trace.pcap"')
      return reply.type('application/vnd.tcpdump.pcap').send(Buffer.from(directory.toPcap()))
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
