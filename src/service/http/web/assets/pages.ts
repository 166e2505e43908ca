import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

const style = `
:root{color-scheme:light dark}
body{max-width:30rem;margin:12vh auto;padding:0 1.25rem;background:light-dark(#f6f7fb,#11131a);
color:light-dark(#171a26,#e9ebf4);font:16px/1.5 system-ui,sans-serif}
a{display:block;margin:1rem 0;padding:1rem 1.25rem;border:1px solid light-dark(#d9dce8,#2f3443);
border-radius:12px;background:light-dark(#fff,#1a1d27);color:inherit;text-decoration:none}
a:hover{border-color:light-dark(#2b4acb,#8ea6ff)}
b{display:block;color:light-dark(#2b4acb,#8ea6ff)}
p{color:light-dark(#565d76,#a4abc2)}`

/** For users who typed only the host name. */
const start = (organisation: string) => `<h1>${organisation}</h1>
<p>The second factor of your sign-ins.</p>
<a href="/portal"><b>Your devices</b>See and change what you sign in with.</a>
<a href="/app/"><b>The app</b>Approve sign-ins and make passcodes on this phone.</a>
<p>Programs ask on /auth/v2.</p>`

/**
 * Adds the start page, which needs no other file.
 *
 * @param organisation Its name as of now.
 */
export async function addPages(server: FastifyInstance, organisation: () => string): Promise<void> {
  await server.register(async (pages) => {
    await pages.register(helmet, {
      contentSecurityPolicy: {
        directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] },
      },
    })
    pages.get('/', async (_request, reply) => {
      reply.type('text/html; charset=utf-8')
      const name = escaped(organisation())
      return page(name, start(name))
    })
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function page(title: string, main: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style><main>${main}</main></html>`
}
