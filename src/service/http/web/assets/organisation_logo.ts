import type { FastifyInstance } from 'fastify'

/** An image with what changes when it changes. */
export interface LogoImage {
  readonly png: Buffer
  readonly version: string
}

const daySecs = 86_400

/** Adds `/organisation/logo.png`, which pages, apps and the Admin Panel show. */
export function addOrganisationLogo(
  server: FastifyInstance,
  current: () => LogoImage | undefined,
): void {
  server.get<{ Querystring: { v?: unknown } }>('/organisation/logo.png', async (request, reply) => {
    const logo = current()
    if (logo === undefined) return reply.code(404).send()
    const isVersioned = request.query.v === logo.version
    reply
      .header('cache-control', isVersioned ? `public, max-age=${daySecs}, immutable` : 'no-cache')
      .header('content-security-policy', "default-src 'none'")
      .header('x-content-type-options', 'nosniff')
      .header('etag', `"${logo.version}"`)
      .type('image/png')
    if (request.headers['if-none-match'] === `"${logo.version}"`) return reply.code(304).send()
    return reply.send(logo.png)
  })
}
