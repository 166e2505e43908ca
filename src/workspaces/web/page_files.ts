import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { contentSecurityPolicy, noDevicesPolicy } from '../../web_page/content_security_policy.ts'
import { pageNotBuilt } from '../../web_page/page_not_built.ts'

const yearMs = 31_536_000_000

/**
 * Adds the sign-in page and the files that it loads.
 *
 * @param folder `sign_in` in the output of `web/build.ts`.
 */
export async function addPageFiles(server: FastifyInstance, folder: string): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
  })
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', contentSecurityPolicy())
    reply.header('permissions-policy', noDevicesPolicy)
  })
  if (existsSync(join(folder, 'assets'))) {
    await server.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      immutable: true,
      maxAge: yearMs,
    })
  }
  server.get('/color_scheme.js', async (_request, reply) => {
    reply.header('cache-control', 'no-cache').type('text/javascript; charset=utf-8')
    return await readFile(join(folder, 'color_scheme.js'))
  })
  server.get('/', async (_request, reply) => {
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8')
    const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined)
    if (page === undefined) return reply.code(503).send(notBuilt)
    // the component library inserts style elements, which need the nonce
    const nonce = randomBytes(16).toString('base64')
    reply.header('content-security-policy', contentSecurityPolicy(nonce))
    return reply.send(page.replaceAll('CSP_NONCE', nonce))
  })
}

const notBuilt = pageNotBuilt('WorkSpaces sign-in', { startAgain: 'the directory' })
