import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.5rem}@media(prefers-color-scheme:dark){body{background:#16181d;color:#e6e6e6}}'

/** Adds the few pages that a person may come across; each is complete in itself. */
export async function addPages(server: FastifyInstance): Promise<void> {
  await server.register(async (pages) => {
    await pages.register(helmet, {
      contentSecurityPolicy: {
        directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] },
      },
    })
    pages.get('/', async (_request, reply) => {
      reply.type('text/html; charset=utf-8')
      return page('Countersign', 'This is the MFA service. It answers signed requests on /auth/v2.')
    })
  })
}

function page(title: string, text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style><main><h1>${title}</h1><p>${text}</p></main></html>`
}
