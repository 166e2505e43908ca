import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../../../host/clock.ts'
import type { Activated, ActivationPreview } from '../../../../push/app_message.ts'
import type { Activation, ActivationRefusal } from '../../../people/enrolment/activation.ts'
import { AppRefusal, type AppRefusalCode } from '../../gate/device_request.ts'
import type { RequestLimit } from '../../gate/request_limit.ts'
import type { AppAccount } from './app_account.ts'
import { appBodies, readBody } from './app_body.ts'
import { renderQrPng } from './qr_png.ts'

const refusals: Readonly<Record<ActivationRefusal, readonly [AppRefusalCode, string]>> = {
  unknown: ['unknown_code', 'there is no such activation code'],
  used: ['code_used', 'this activation code has been used'],
  expired: ['code_expired', 'this activation code has expired'],
  proof: ['wrong_proof', 'the proof does not match the key and the code'],
}

const activationCodePattern = /^[A-Za-z0-9]{20}$/
/** The vendor's format, with the host in base64url after the code. */
const activationUriPattern = /^duo:\/\/([A-Za-z0-9]{20})-[A-Za-z0-9_-]{1,340}$/

/**
 * Adds the activation of a phone and the links to it. These requests are not signed.
 *
 * @param publicHost Host name, with its port unless that is 443.
 */
export function addActivation(
  app: FastifyInstance,
  limit: RequestLimit,
  activation: Activation,
  account: AppAccount,
  publicHost: () => string,
  clock: Clock,
): void {
  app.post('/app/api/activate', async (request): Promise<Activated> => {
    limit.requireBudget(request)
    const { code, ...device } = readBody(appBodies.activation, request.body)
    const userAgent = request.headers['user-agent'] ?? ''
    const activated = await activation.activate(code, { ...device, userAgent })
    if (activated.kind === 'refused') {
      limit.countRefused(request)
      throw new AppRefusal(...refusals[activated.reason])
    }
    return {
      device: activated.phoneId,
      username: activated.user.username,
      account: account.name,
      logo: account.logo,
      oath: { secret: activated.oathSecret, digits: 6, stepSecs: 30, algorithm: 'SHA1' },
      vapidPublicKey: account.vapidPublicKey ?? null,
      time: clock.now(),
    }
  })
  app.post('/app/api/activation', async (request): Promise<ActivationPreview> => {
    limit.requireBudget(request)
    const { code } = readBody(appBodies.activationPreview, request.body)
    const preview = await activation.preview(code)
    if (preview.kind === 'refused') {
      limit.countRefused(request)
      throw new AppRefusal(...refusals[preview.reason])
    }
    const { user, phoneName } = preview
    return { account: account.name, username: user.username, name: phoneName }
  })
  // a fragment stays in the browser, so no log gets the code
  app.get<{ Params: { code: string } }>('/activate/:code', async (request, reply) => {
    const { code } = request.params
    return reply.redirect(
      activationCodePattern.test(code) ? `/app/#/activate/${code}` : '/app/',
      302,
    )
  })
  // accepts activation links only, or anyone could have this service show a QR code of any text
  app.get<{ Querystring: { value?: unknown } }>('/frame/qr', async (request, reply) => {
    const link = parseActivationLink(String(request.query.value ?? ''), publicHost())
    if (link === undefined) throw new AppRefusal('invalid', 'the value is not an activation code')
    reply.type('image/png')
    return renderQrPng(link)
  })
}

/** Converts a `duo:` URI to a link, since phones open `duo:` with another app. */
function parseActivationLink(value: string, apiHost: string): string | undefined {
  const url = `https://${apiHost}/activate/`
  const code = value.startsWith(url)
    ? value.slice(url.length)
    : activationUriPattern.exec(value)?.[1]
  return code !== undefined && activationCodePattern.test(code) ? url + code : undefined
}
