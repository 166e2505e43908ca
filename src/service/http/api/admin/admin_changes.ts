import { z } from 'zod'
import {
  deleteAdministrator,
  resetAdministrator,
  updateAdministrator,
} from '../../../administration/acts/administrators.ts'
import type { Administration } from '../../../administration/administration.ts'
import type { Administrator } from '../../../administrators/administrator.ts'
import { Administrators } from '../../../administrators/administrators.ts'
import { administratorLink } from '../../../administrators/links.ts'
import type { MailPort } from '../../../messaging/messaging.ts'
import type { StoreDb } from '../../../store/store.ts'
import { seconds } from '../auth_v2/endpoint.ts'
import { adminSchema, type BuildLinkMail, toAdminObject } from './admin_object.ts'
import { done, type Endpoint, endpoint, nothing } from './endpoint.ts'
import { choice, filled, flag, integer, invalid, text } from './parameters.ts'
import { unknown } from './refusal.ts'
import { sendLink } from './send_link.ts'

const maxText = 254
const maxDays = 31
const defaultDays = 7
const permission = 'adminapi_admins'

const validDays = integer(1, maxDays).default(defaultDays).describe('Life of the link.')
const linkSchema = z.strictObject({
  admin_id: z.string(),
  email: z.string(),
  email_sent: z.union([z.literal(0), z.literal(1)]),
  expires: z.int().describe('In seconds since 1970.'),
  link: z.string(),
  valid_days: z.int(),
})

/** Changes of administrators (duo.com/docs/adminapi, "Administrators"). */
export function adminChangeEndpoints(
  mail: MailPort | undefined,
  buildMail: BuildLinkMail,
  address: () => string,
): readonly Endpoint[] {
  const administrators = new Administrators()

  const requireAdministrator = async (adminId: string, db: StoreDb): Promise<Administrator> => {
    const administrator = await administrators.byId(adminId, db)
    if (administrator === undefined) throw unknown('admin_id')
    return administrator
  }
  const requirePending = async (adminId: string, db: StoreDb): Promise<Administrator> => {
    const administrator = await requireAdministrator(adminId, db)
    if (administrator.status === 'pending_activation') return administrator
    throw invalid('admin_id', 'the administrator is activated already')
  }

  const createLink = async (
    { adminId, email, name }: Administrator,
    days: number,
    sends: boolean,
    administration: Administration,
  ) => {
    if (sends && mail === undefined) throw invalid('admin_id', 'the service can send no mail')
    const lost = { adminId, email, password: true, factors: true, validDays: days }
    const { link } = await administration.run(resetAdministrator, lost)
    const url = administratorLink(address(), link.code)
    const message = buildMail({ email, name }, url)
    return {
      admin_id: adminId,
      email,
      email_sent: sends && mail !== undefined ? await sendLink(mail, message) : (0 as const),
      expires: seconds(link.expires),
      link: url,
      valid_days: days,
    }
  }

  return [
    endpoint({
      method: 'POST',
      path: '/admin/v1/admins/:admin_id',
      permission,
      summary: 'Changes an administrator.',
      parameters: {
        name: filled(maxText).optional(),
        phone: text(32).optional(),
        role: filled(maxText).optional(),
        status: choice(['Active', 'Disabled']).optional(),
      },
      response: adminSchema,
      answer: async ({ id, parameters, administration, db }) => {
        const { adminId } = await requireAdministrator(id('admin_id'), db)
        const { name, phone, role, status } = parameters
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(phone === undefined ? {} : { phone }),
          ...(role === undefined ? {} : { role }),
          ...(status === undefined
            ? {}
            : { status: status === 'Active' ? ('active' as const) : ('disabled' as const) }),
        }
        const { after } = await administration.run(updateAdministrator, { adminId, change })
        return toAdminObject(after)
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/admins/:admin_id',
      permission,
      summary: 'Deletes an administrator. An unknown one is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const found = await administrators.byId(id('admin_id'), db)
        if (found !== undefined) {
          await administration.run(deleteAdministrator, { adminId: found.adminId })
        }
        return done
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/admins/activations/:admin_activation_id',
      permission,
      summary: 'Deletes an administrator who is not activated. An unknown one is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const found = await administrators.byId(id('admin_activation_id'), db)
        if (found?.status === 'pending_activation') {
          await administration.run(deleteAdministrator, { adminId: found.adminId })
        }
        return done
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/admins/:admin_id/activation_link',
      permission,
      summary: 'Creates a new activation link in place of the one before.',
      parameters: { valid_days: validDays },
      response: linkSchema,
      answer: async ({ id, parameters: { valid_days: days }, administration, db }) =>
        createLink(await requirePending(id('admin_id'), db), days, false, administration),
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/admins/:admin_id/activation_link/email',
      permission,
      summary: 'Creates a new activation link, and mails it.',
      parameters: { valid_days: validDays },
      response: linkSchema,
      answer: async ({ id, parameters: { valid_days: days }, administration, db }) =>
        createLink(await requirePending(id('admin_id'), db), days, true, administration),
    }),
    ...(['reset', 'clear_inactivity'] as const).map((name) =>
      endpoint({
        method: 'POST',
        path: `/admin/v1/admins/:admin_id/${name}`,
        permission,
        summary:
          name === 'reset'
            ? 'Changes nothing: wrong passwords are counted by address, and lock no account.'
            : 'Changes nothing: administrators do not expire.',
        parameters: {},
        response: nothing,
        answer: async ({ id, db }) => {
          await requireAdministrator(id('admin_id'), db)
          return done
        },
      }),
    ),
    endpoint({
      method: 'POST',
      path: '/admin/v1/admins/:admin_id/password_mgmt',
      permission,
      summary: 'Refuses external passwords: administrators choose their own.',
      parameters: {
        has_external_password_mgmt: flag()
          .default(false)
          .refine((external) => !external, 'external passwords are not supported'),
        password: text(0).optional().describe('Not supported.'),
      },
      response: z.strictObject({
        admin_id: z.string(),
        email: z.string(),
        has_external_password_mgmt: z.literal(false),
      }),
      answer: async ({ id, db }) => {
        const { adminId, email } = await requireAdministrator(id('admin_id'), db)
        return { admin_id: adminId, email, has_external_password_mgmt: false as const }
      },
    }),
  ]
}
