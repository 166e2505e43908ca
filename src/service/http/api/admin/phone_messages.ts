import { z } from 'zod'
import { activatePhone, sendPhoneMessage } from '../../../administration/acts/phones.ts'
import type { Administration } from '../../../administration/administration.ts'
import { type Phone, Phones } from '../../../authenticators/phone/phones.ts'
import type { SmsBatches } from '../../../authenticators/sms/sms_batches.ts'
import type { Delivery } from '../../../messaging/messaging.ts'
import type { StoreDb } from '../../../store/store.ts'
import { ActivationLink } from '../auth_v2/activation_link.ts'
import { done, type Endpoint, endpoint, nothing } from './endpoint.ts'
import { flag, integer, invalid, text } from './parameters.ts'
import type { PhoneObjects } from './phone_object.ts'
import { unknown } from './refusal.ts'

const daySecs = 86_400
const maxValidSecs = 30 * daySecs
const maxMessage = 160

const validSecs = integer(1, maxValidSecs)
  .default(daySecs)
  .describe('How long the activation link is valid, a day by default.')
const withInstallation = flag().default(false)
const activationMessage = text(maxMessage)
  .default('To activate the app for sign-ins, open <acturl>')
  .refine((message) => message.includes('<acturl>'), 'expected a text with <acturl>')
const installationMessage = text(maxMessage)
  .default('To install the app for sign-ins, open <insturl>')
  .refine((message) => message.includes('<insturl>'), 'expected a text with <insturl>')

/** Activation of a phone's app, and messages to it (duo.com/docs/adminapi, "Phones"). */
export function phoneMessageEndpoints(
  objects: PhoneObjects,
  delivery: Delivery,
  passcodes: Pick<SmsBatches, 'send'>,
  publicHost: () => string,
): readonly Endpoint[] {
  const phones = new Phones()
  const permission = 'adminapi_write_resource'
  const installationUrl = () => `https://${publicHost()}/app/`

  /** @throws {AuthApiFailure} 40401, 40002 */
  const requirePhone = async (phoneId: string, db: StoreDb): Promise<Phone> => {
    const listed = await phones.listed(phoneId, db)
    if (listed === undefined) throw unknown('phone_id')
    const { userId } = listed
    if (userId === null) throw invalid('phone_id', 'attach the phone to a user first')
    return { ...listed, userId }
  }

  const requireSmartphone = async (phoneId: string, db: StoreDb): Promise<Phone> => {
    const phone = await requirePhone(phoneId, db)
    const [{ type, platform } = { type: '', platform: '' }] = await objects.describeShort(
      [phone],
      db,
    )
    if (type === 'Mobile' && platform !== 'Unknown') return phone
    throw invalid('phone_id', 'set type=mobile and a platform of the phone first')
  }

  const activate = async (phone: Phone, secs: number, administration: Administration) => {
    const { code } = await administration.run(activatePhone, { phone, validSecs: secs })
    return new ActivationLink(code, publicHost())
  }

  const send = async (phone: Phone, message: string): Promise<void> => {
    if (delivery.sms === undefined || phone.number === '') {
      throw invalid('phone_id', 'messages cannot be sent to this phone')
    }
    const { phoneId, userId, number } = phone
    const context = 'administrator'
    await delivery.sms.send({ phoneId, userId, number, text: message, txid: null, context })
  }

  return [
    endpoint({
      method: 'POST',
      path: '/admin/v1/phones/:phone_id/activation_url',
      permission,
      summary: 'Creates a link that activates the app on a phone.',
      parameters: { valid_secs: validSecs, install: withInstallation },
      response: z.strictObject({
        activation_barcode: z.string(),
        activation_url: z.string(),
        installation_url: z.string().optional(),
        valid_secs: z.int(),
      }),
      answer: async ({ id, parameters: { valid_secs: secs, install }, administration, db }) => {
        const phone = await requireSmartphone(id('phone_id'), db)
        const link = await activate(phone, secs, administration)
        return {
          activation_barcode: link.barcode,
          activation_url: link.url,
          ...(install ? { installation_url: installationUrl() } : {}),
          valid_secs: secs,
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/phones/:phone_id/send_sms_activation',
      permission,
      summary: 'Sends a link that activates the app on a phone.',
      parameters: {
        valid_secs: validSecs,
        install: withInstallation,
        activation_msg: activationMessage,
        installation_msg: installationMessage,
      },
      response: z.strictObject({
        activation_barcode: z.string(),
        activation_msg: z.string(),
        installation_msg: z.string().optional(),
        valid_secs: z.int(),
      }),
      answer: async ({ id, parameters, administration, db }) => {
        const phone = await requireSmartphone(id('phone_id'), db)
        await administration.run(sendPhoneMessage, { phone, message: 'activation' })
        const link = await activate(phone, parameters.valid_secs, administration)
        const activation = parameters.activation_msg.replace('<acturl>', link.url)
        const installation = parameters.installation_msg.replace('<insturl>', installationUrl())
        if (parameters.install) await send(phone, installation)
        await send(phone, activation)
        return {
          activation_barcode: link.barcode,
          activation_msg: activation,
          ...(parameters.install ? { installation_msg: installation } : {}),
          valid_secs: parameters.valid_secs,
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/phones/:phone_id/send_sms_installation',
      permission,
      summary: 'Sends the address of the app to a phone.',
      parameters: { installation_msg: installationMessage },
      response: z.strictObject({ installation_msg: z.string() }),
      answer: async ({ id, parameters, administration, db }) => {
        const phone = await requireSmartphone(id('phone_id'), db)
        await administration.run(sendPhoneMessage, { phone, message: 'installation' })
        const message = parameters.installation_msg.replace('<insturl>', installationUrl())
        await send(phone, message)
        return { installation_msg: message }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/phones/:phone_id/send_sms_passcodes',
      permission,
      summary: 'Sends new passcodes to a phone; they replace the ones before.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const phone = await requirePhone(id('phone_id'), db)
        if (delivery.sms === undefined || phone.number === '') {
          throw invalid('phone_id', 'messages cannot be sent to this phone')
        }
        await administration.run(sendPhoneMessage, { phone, message: 'passcodes' })
        await passcodes.send(phone, '', null)
        return done
      },
    }),
  ]
}
