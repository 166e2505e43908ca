import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { contentSecurityPolicy } from '../../../../web_page/content_security_policy.ts'
import { pageNotBuilt } from '../../../../web_page/page_not_built.ts'

const yearMs = 31_536_000_000
const notBuilt = 503

/** The folders of the built browser apps. */
const apps = { push: 'push_app', portal: 'portal', admin: 'admin' } as const

/**
 * Adds the pages of the browser apps and the files they load.
 *
 * @param folder The output of `web/build.ts`.
 */
export async function addAssets(server: FastifyInstance, folder: string): Promise<void> {
  await server.register(async (assets) => {
    await assets.register(helmet, {
      contentSecurityPolicy: false,
      strictTransportSecurity: { includeSubDomains: false },
      frameguard: { action: 'deny' },
    })
    assets.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', contentSecurityPolicy(undefined, ownDirectives))
      reply.header('permissions-policy', 'camera=(self), microphone=(), geolocation=()')
    })
    if (existsSync(join(folder, 'assets'))) await addHashedFiles(assets, folder)
    addPushApp(assets, folder)
    addPortal(assets, folder)
    addAdmin(assets, folder)
  })
}

/** File names contain a hash of the content, so browsers request each file once. */
async function addHashedFiles(assets: FastifyInstance, folder: string): Promise<void> {
  await assets.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: yearMs,
    preCompressed: true,
  })
}

/** The page of the push app, and its files with fixed names. */
function addPushApp(assets: FastifyInstance, folder: string): void {
  assets.get('/app', async (_request, reply) => reply.redirect('/app/', 308))
  assets.get('/app/', async (_request, reply) => await sendPage(reply, folder, apps.push))
  addFixedFiles(assets, '/app', join(folder, apps.push))
}

/** The files of an app whose names have no hash. */
function addFixedFiles(assets: FastifyInstance, address: string, folder: string): void {
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name !== 'index.html')
    : []
  for (const name of files) {
    assets.get(`${address}/${name}`, async (_request, reply) => {
      reply.header('cache-control', 'no-cache')
      reply.type(mediaType(name))
      return await readFile(join(folder, name))
    })
  }
}

/** One page for all addresses of the portal, which the browser renders. */
function addPortal(assets: FastifyInstance, folder: string): void {
  assets.get('/portal', async (_request, reply) => await sendPage(reply, folder, apps.portal))
  assets.get('/portal/*', async (request, reply) => {
    if (request.url.startsWith('/portal/api/')) return reply.callNotFound()
    return await sendPage(reply, folder, apps.portal)
  })
}

/** One page for all addresses of the Admin Panel, which the browser renders. */
function addAdmin(assets: FastifyInstance, folder: string): void {
  addFixedFiles(assets, '/admin', join(folder, apps.admin))
  assets.get('/admin', async (_request, reply) => await sendPage(reply, folder, apps.admin))
  assets.get('/admin/*', async (request, reply) => {
    if (/^\/admin\/(?:api|v[1-9])(?:[/?]|$)/.test(request.url)) return reply.callNotFound()
    return await sendPage(reply, folder, apps.admin)
  })
}

/** The push app has a manifest and a service worker; these pages may send forms to their own server. */
const ownDirectives = { 'manifest-src': "'self'", 'worker-src': "'self'", 'form-action': "'self'" }

/** The component library inserts style elements, which need the nonce of the page. */
async function sendPage(reply: FastifyReply, folder: string, app: string): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').type('text/html; charset=utf-8')
  const page = await readFile(join(folder, app, 'index.html'), 'utf8').catch(() => undefined)
  if (page === undefined) return reply.code(notBuilt).send(missingPage)
  if (!page.includes('CSP_NONCE')) return reply.send(page)
  const nonce = randomBytes(16).toString('base64')
  reply.header('content-security-policy', contentSecurityPolicy(nonce, ownDirectives))
  return reply.send(page.replaceAll('CSP_NONCE', nonce))
}

function mediaType(name: string): string {
  if (name.endsWith('.js')) return 'text/javascript; charset=utf-8'
  if (name.endsWith('.webmanifest')) return 'application/manifest+json; charset=utf-8'
  return name.endsWith('.png') ? 'image/png' : 'application/octet-stream'
}

const missingPage = pageNotBuilt('Countersign', {
  works: 'Sign-ins work all the same. ',
  startAgain: 'the service',
})
