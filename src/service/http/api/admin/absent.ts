import { z } from 'zod'
import { type Endpoint, list } from './endpoint.ts'

/** Objects of the vendor's service that do not exist here. Clients that list everything get no error. */
const kinds = [
  'u2ftokens',
  'desktoptokens',
  'endpoints',
  'registered_devices',
  'desktop_authenticators',
] as const

const unitsSummary =
  'Answers an empty list: there are no administrative units; roles limit administrators.'

export const absentEndpoints: readonly Endpoint[] = [
  ...kinds.map((kind) =>
    list({
      method: 'GET',
      path: `/admin/v1/${kind}`,
      permission: 'adminapi_read_resource',
      summary: 'Answers an empty list: objects of this kind do not exist here.',
      parameters: {},
      item: z.never(),
      answer: async () => ({ items: [], total: 0 }),
    }),
  ),
  list({
    method: 'GET',
    path: '/admin/v1/administrative_units',
    permission: 'adminapi_admins',
    summary: unitsSummary,
    parameters: {},
    item: z.never(),
    answer: async () => ({ items: [], total: 0 }),
  }),
]
