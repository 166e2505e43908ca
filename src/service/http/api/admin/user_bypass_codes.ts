import { z } from 'zod'
import { createBypassCodes } from '../../../administration/acts/bypass_codes.ts'
import { BypassCodes } from '../../../authenticators/bypass/bypass_codes.ts'
import type { Store } from '../../../store/store.ts'
import { bypassCodeSchema, describeBypassCodes } from './bypass_codes.ts'
import { type Endpoint, endpoint, list } from './endpoint.ts'
import { flag, integer, invalid, texts } from './parameters.ts'
import { requireUser } from './users.ts'

const maxCount = 10
const maxReuse = 100_000
const maxValidSecs = 10 * 365 * 86_400

/** Bypass codes of one user (duo.com/docs/adminapi, "Create Bypass Codes for User"). */
export function userBypassCodeEndpoints(store: Store): readonly Endpoint[] {
  const codes = new BypassCodes(store)
  return [
    list({
      method: 'GET',
      path: '/admin/v1/users/:user_id/bypass_codes',
      permission: 'adminapi_read_resource',
      summary: 'Lists the bypass codes of a user; the codes themselves cannot be read again.',
      parameters: {},
      item: bypassCodeSchema,
      answer: async ({ id, now, db }, page) => {
        const { userId } = await requireUser(id('user_id'), db)
        return {
          items: await describeBypassCodes(await codes.list({ ...page, userId }, db), now, db),
          total: await codes.total(userId, db),
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/:user_id/bypass_codes',
      permission: 'adminapi_write_resource',
      summary: 'Creates bypass codes, in place of those before. The answer is a list of the codes.',
      parameters: {
        count: integer(1, maxCount).optional().describe('How many new codes, 10 by default.'),
        codes: texts(maxCount).optional().describe('The codes themselves, nine digits each.'),
        reuse_count: integer(0, maxReuse).default(1).describe('Uses of each code; 0 for no limit.'),
        valid_secs: integer(0, maxValidSecs).default(0).describe('Seconds; 0 for no end.'),
        preserve_existing: flag().default(false).describe('Keeps the codes from before.'),
      },
      response: z.array(z.string()),
      answer: async ({ id, parameters, administration, db }) => {
        const user = await requireUser(id('user_id'), db)
        const { count, codes: given, reuse_count: reuseCount, valid_secs: validSecs } = parameters
        if (given !== undefined && count !== undefined) {
          throw invalid('codes', 'expected either count or codes')
        }
        if (given?.some((code) => !/^\d{9}$/.test(code))) {
          throw invalid('codes', 'expected nine digits for each code')
        }
        if (given !== undefined && new Set(given).size < given.length) {
          throw invalid('codes', 'expected different codes')
        }
        const created = await administration.run(createBypassCodes, {
          user,
          codes: {
            count: given?.length ?? count ?? maxCount,
            codes: given,
            reuseCount,
            validSecs,
            preserveExisting: parameters.preserve_existing,
          },
        })
        return [...created.codes]
      },
    }),
  ]
}
