import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../../../host/clock.ts'
import type { Activated } from '../../../../push/app_message.ts'
import type { Activation, ActivationRefusal } from '../../../people/enrolment/activation.ts'
import { AppRefusal, type AppRefusalCode } from '../../gate/device_request.ts'
import type { RequestLimit } from '../../gate/request_limit.ts'
import type { AppAccount } from './app_account.ts'
import { appBodies, readBody } from './app_body.ts'
import { qrPng } from './qr_png.ts'

const refusals: Readonly<Record<ActivationRefusal, readonly [AppRefusalCode, string]>> = {
  unknown: ['unknown_code', 'there is no such activation code'],
  used: ['code_used', 'this activation code has been used'],
  expired: ['code_expired', 'this activation code has expired'],
  proof: ['wrong_proof', 'the key has not been proved'],
}

const activationCode = /^[A-Za-z0-9]{20}$/
/** The vendor's form, with the host in base64url after the code. */
const activationUri = /^duo:\/\/([A-Za-z0-9]{20})-[A-Za-z0-9_-]{1,340}$/

/**
 * Adds the activation of a phone, whose requests are not signed yet, and the links to it.
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
    limit.requireSome(request)
    const { code, ...device } = readBody(appBodies.activation, request.body)
    const userAgent = request.headers['user-agent'] ?? ''
    const activated = await activation.activate(code, { ...device, userAgent })
    if (activated.kind === 'refused') {
      limit.refused(request)
      throw new AppRefusal(...refusals[activated.reason])
    }
    return {
      device: activated.phoneId,
      username: activated.user.username,
      account: account.name,
      oath: { secret: activated.oathSecret, digits: 6, stepSecs: 30, algorithm: 'SHA1' },
      vapidPublicKey: account.vapidPublicKey ?? null,
      time: clock.now(),
    }
  })
  // a fragment stays in the browser, and out of all logs
  app.get<{ Params: { code: string } }>('/activate/:code', async (request, reply) => {
    const { code } = request.params
    return reply.redirect(activationCode.test(code) ? `/app/#/activate/${code}` : '/app/', 302)
  })
  // activation links only: else anyone could show any text as a QR code of this service
  app.get<{ Querystring: { value?: unknown } }>('/frame/qr', async (request, reply) => {
    const link = activationUrlIn(String(request.query.value ?? ''), publicHost())
    if (link === undefined) throw new AppRefusal('invalid', 'the value is no activation code')
    reply.type('image/png')
    return qrPng(link)
  })
}

/** Always a link, which any camera app opens; `duo:` belongs to another program. */
function activationUrlIn(value: string, apiHost: string): string | undefined {
  const url = `https://${apiHost}/activate/`
  const code = value.startsWith(url) ? value.slice(url.length) : activationUri.exec(value)?.[1]
  return code !== undefined && activationCode.test(code) ? url + code : undefined
}
