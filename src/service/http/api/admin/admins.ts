import { z } from 'zod'
import { createAdministrator } from '../../../administration/acts/administrators.ts'
import type { Administrator } from '../../../administrators/administrator.ts'
import { Administrators } from '../../../administrators/administrators.ts'
import { AdministratorLinks, administratorLink } from '../../../administrators/links.ts'
import type { MailPort } from '../../../messaging/messaging.ts'
import type { StoreDb } from '../../../store/store.ts'
import { seconds } from '../auth_v2/endpoint.ts'
import { adminSchema, type BuildLinkMail, toAdminObject } from './admin_object.ts'
import { type Endpoint, endpoint, list, oldestFirst } from './endpoint.ts'
import { filled, flag, integer, invalid, text } from './parameters.ts'
import { unknown } from './refusal.ts'
import { sendLink } from './send_link.ts'

const maxText = 254
const maxDays = 31
const defaultDays = 7
const dayMs = 86_400_000
const reads = ['adminapi_admins', 'adminapi_admins_read'] as const
const writes = 'adminapi_admins'

const activationSchema = z.strictObject({
  admin_activation_id: z.string().describe('The admin_id of the new administrator.'),
  admin_role: z.string(),
  code: z.string().nullable().describe('Only in the answer that creates it.'),
  email: z.string(),
  email_sent: z.union([z.literal(0), z.literal(1)]),
  expires: z.int().nullable().describe('In seconds since 1970.'),
  link: z.string().nullable().describe('Only in the answer that creates it.'),
  message: z.string(),
  subject: z.string(),
  valid_days: z.int().nullable(),
})

const role = text(maxText).default('Read-only').describe('Such as Owner or Help Desk.')
const validDays = integer(1, maxDays).default(defaultDays).describe('Life of the activation link.')

/** Administrators (duo.com/docs/adminapi, "Administrators"). */
export function adminEndpoints(
  mail: MailPort | undefined,
  buildMail: BuildLinkMail,
  address: () => string,
): readonly Endpoint[] {
  const administrators = new Administrators()

  const describe = async (adminId: string, db: StoreDb) => {
    const administrator = await administrators.byId(adminId, db)
    if (administrator === undefined) throw unknown('admin_id')
    return toAdminObject(administrator)
  }

  return [
    list({
      method: 'GET',
      path: '/admin/v1/admins',
      permission: reads,
      summary: 'Lists administrators.',
      parameters: {},
      item: adminSchema,
      answer: async ({ db }, page) => {
        const { items } = await administrators.page({ ...page, sort: oldestFirst }, db)
        return { items: items.map(toAdminObject), total: await administrators.total(db) }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/admins',
      permission: writes,
      summary:
        'Creates an administrator, who chooses password and factor with the link that is mailed.',
      parameters: {
        name: filled(maxText),
        email: filled(maxText),
        phone: text(32).optional(),
        role,
        send_email: flag().default(true).describe('With 0, nobody receives the link.'),
        valid_days: validDays,
      },
      response: adminSchema,
      answer: async ({ parameters, administration }) => {
        const { send_email: sends, valid_days: days, phone, ...account } = parameters
        if (sends && mail === undefined) throw invalid('email', 'the service can send no mail')
        const { administrator, link } = await administration.run(createAdministrator, {
          ...account,
          validDays: days,
          ...(phone === undefined ? {} : { phone }),
        })
        const url = administratorLink(address(), link.code)
        if (sends) await mail?.send(buildMail(administrator, url))
        return toAdminObject(administrator)
      },
    }),
    list({
      method: 'GET',
      path: '/admin/v1/admins/activations',
      permission: reads,
      summary: 'Lists administrators who did not use their activation link yet.',
      parameters: {},
      item: activationSchema,
      answer: async ({ now, db }, page) => {
        const pending = { status: 'pending_activation' } as const
        const { items } = await administrators.page({ ...page, ...pending, sort: oldestFirst }, db)
        const adminIds = items.map(({ adminId }) => adminId)
        const expiries = await new AdministratorLinks().openUntil(adminIds, now, db)
        return {
          items: items.map(({ adminId, email, role: name }) => {
            const expires = expiries.get(adminId)
            return {
              admin_activation_id: adminId,
              admin_role: name,
              code: null,
              email,
              email_sent: 0 as const,
              expires: expires === undefined ? null : seconds(expires),
              link: null,
              message: '',
              subject: '',
              valid_days: expires === undefined ? null : Math.ceil((expires - now) / dayMs),
            }
          }),
          total: await administrators.total(db, pending),
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/admins/activations',
      permission: writes,
      summary: 'Creates an administrator, and answers with the activation link.',
      parameters: {
        email: filled(maxText),
        admin_name: text(maxText).optional().describe('By default, the e-mail address.'),
        admin_role: role,
        send_email: flag().default(false),
        valid_days: validDays,
      },
      response: activationSchema,
      answer: async ({ parameters, administration }) => {
        const { email, send_email: sends, valid_days: days } = parameters
        if (sends && mail === undefined) throw invalid('send_email', 'the service can send no mail')
        const { administrator, link } = await administration.run(createAdministrator, {
          email,
          name: parameters.admin_name ?? email,
          role: parameters.admin_role,
          validDays: days,
        })
        const url = administratorLink(address(), link.code)
        const sent = buildMail(administrator, url)
        return {
          admin_activation_id: administrator.adminId,
          admin_role: administrator.role,
          code: link.code.reveal(),
          email: administrator.email,
          email_sent: sends && mail !== undefined ? await sendLink(mail, sent) : (0 as const),
          expires: seconds(link.expires),
          link: url,
          message: sent.text,
          subject: sent.subject,
          valid_days: days,
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/admins/allowed_auth_methods',
      permission: reads,
      summary: 'Shows the second factors of administrators, which are fixed.',
      parameters: {},
      response: z.strictObject({
        hardware_token_enabled: z.literal(false),
        mobile_otp_enabled: z.literal(true),
        push_enabled: z.literal(true),
        sms_enabled: z.literal(false),
        verified_push_enabled: z.literal(false),
        verified_push_length: z.null(),
        voice_enabled: z.literal(false),
        webauthn_enabled: z.literal(true),
        yubikey_enabled: z.literal(false),
      }),
      answer: async () => ({ ...allowedMethods }),
    }),
    list({
      method: 'GET',
      path: '/admin/v1/admins/password_mgmt',
      permission: reads,
      summary: 'Lists administrators; each chooses their own password.',
      parameters: {},
      item: passwordSchema,
      answer: async ({ db }, page) => {
        const { items } = await administrators.page({ ...page, sort: oldestFirst }, db)
        return { items: items.map(toPassword), total: await administrators.total(db) }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/admins/:admin_id/password_mgmt',
      permission: reads,
      summary: 'Shows that an administrator chooses their own password.',
      parameters: {},
      response: passwordSchema,
      answer: async ({ id, db }) => {
        const administrator = await administrators.byId(id('admin_id'), db)
        if (administrator === undefined) throw unknown('admin_id')
        return toPassword(administrator)
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/admins/:admin_id',
      permission: reads,
      summary: 'Shows an administrator.',
      parameters: {},
      response: adminSchema,
      answer: ({ id, db }) => describe(id('admin_id'), db),
    }),
  ]
}

const allowedMethods = {
  hardware_token_enabled: false,
  mobile_otp_enabled: true,
  push_enabled: true,
  sms_enabled: false,
  verified_push_enabled: false,
  verified_push_length: null,
  voice_enabled: false,
  webauthn_enabled: true,
  yubikey_enabled: false,
} as const

const passwordSchema = z.strictObject({
  admin_id: z.string(),
  email: z.string(),
  has_external_password_mgmt: z.literal(false),
})

function toPassword({ adminId, email }: Administrator): z.infer<typeof passwordSchema> {
  return { admin_id: adminId, email, has_external_password_mgmt: false }
}
