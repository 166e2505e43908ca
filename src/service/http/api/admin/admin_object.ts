import { z } from 'zod'
import type { Administrator } from '../../../administrators/administrator.ts'
import type { MailMessage } from '../../../messaging/messaging.ts'
import { seconds } from '../auth_v2/endpoint.ts'

export const adminSchema = z.strictObject({
  admin_id: z.string(),
  admin_units: z.array(z.never()),
  created: z.int().describe('In seconds since 1970.'),
  email: z.string(),
  hardtoken: z.null(),
  last_login: z.int().nullable().describe('In seconds since 1970.'),
  name: z.string(),
  password_change_required: z.literal(false),
  phone: z.string().nullable(),
  restricted_by_admin_units: z.literal(false),
  role: z.string(),
  status: z.enum(['Active', 'Disabled', 'Pending Activation']),
  subaccount_role: z.null(),
})
const statuses = {
  active: 'Active',
  disabled: 'Disabled',
  pending_activation: 'Pending Activation',
} as const

export function toAdminObject(administrator: Administrator): z.infer<typeof adminSchema> {
  const { adminId, created, email, lastLogin, name, phone, role, status } = administrator
  return {
    admin_id: adminId,
    admin_units: [],
    created: seconds(created),
    email,
    hardtoken: null,
    last_login: lastLogin === null ? null : seconds(lastLogin),
    name,
    password_change_required: false,
    phone: phone === '' ? null : phone,
    restricted_by_admin_units: false,
    role,
    status: statuses[status],
    subaccount_role: null,
  }
}

/** Builds the mail with a one-time link for an administrator. */
export type BuildLinkMail = (
  administrator: Pick<Administrator, 'email' | 'name'>,
  link: string,
) => MailMessage
