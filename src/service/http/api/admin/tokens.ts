import { Secret as OathSecret } from 'otpauth'
import { z } from 'zod'
import { AuthApiFailure, failures } from '../../../../duo/index.ts'
import { Secret } from '../../../../host/secret.ts'
import {
  createToken,
  createYubikey,
  deleteToken,
  resyncToken,
} from '../../../administration/acts/tokens.ts'
import { type HardwareToken, HardwareTokens } from '../../../authenticators/hardware_tokens.ts'
import type { NewToken } from '../../../authenticators/oath/oath_tokens.ts'
import type { NewYubikey } from '../../../authenticators/yubikey/yubikeys.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing, oldestFirst } from './endpoint.ts'
import { choice, filled, integer, invalid } from './parameters.ts'
import { unknown } from './refusal.ts'
import { shortUserSchema } from './short_user.ts'
import { readShortUsers } from './short_users.ts'

const maxSerialLength = 128
const types = ['h6', 'h8', 'yk', 't6', 't8'] as const
type TokenType = (typeof types)[number]
const typesByKind: Readonly<Record<string, TokenType>> = {
  'hotp-6': 'h6',
  'hotp-8': 'h8',
  'totp-6': 't6',
  'totp-8': 't8',
  yubikey: 'yk',
}

/** A token as its user contains it. */
export const shortTokenSchema = z.strictObject({
  serial: z.string(),
  token_id: z.string(),
  totp_step: z.int().nullable().describe('Seconds; null for tokens without a clock.'),
  type: z.enum(types),
})

const tokenSchema = z.strictObject({
  ...shortTokenSchema.shape,
  admins: z.array(z.never()),
  users: z.array(shortUserSchema),
})

export function toShortToken(token: HardwareToken): z.infer<typeof shortTokenSchema> {
  return {
    serial: token.serial,
    token_id: token.tokenId,
    totp_step: token.stepSecs,
    type: typesByKind[token.kind] ?? 'h6',
  }
}

/** Hardware tokens (duo.com/docs/adminapi, "Tokens"). */
export function tokenEndpoints(store: Store): readonly Endpoint[] {
  const tokens = new HardwareTokens(store)

  const described = async (items: readonly HardwareToken[], now: number, db: StoreDb) => {
    const userIds = items.flatMap(({ userId }) => (userId === null ? [] : [userId]))
    const users = await readShortUsers(userIds, now, db)
    return items.map((token) => {
      const user = users.get(token.userId ?? '')
      return { ...toShortToken(token), admins: [], users: user === undefined ? [] : [user] }
    })
  }
  const describe = async (token: HardwareToken, now: number, db: StoreDb) => {
    const [one] = await described([token], now, db)
    if (one === undefined) throw unknown('token_id')
    return one
  }
  const find = async (tokenId: string, db: StoreDb) => {
    const found = await tokens.named(tokenId, db)
    return found.find((token) => token.tokenId === tokenId && token.phoneId === null)
  }
  const requireToken = async (tokenId: string, db: StoreDb) => {
    const token = await find(tokenId, db)
    if (token === undefined) throw unknown('token_id')
    return token
  }

  return [
    list({
      method: 'GET',
      path: '/admin/v1/tokens',
      permission: 'adminapi_read_resource',
      summary: 'Lists hardware tokens, or finds one by its type and serial.',
      parameters: { type: choice(types).optional(), serial: filled(maxSerialLength).optional() },
      item: tokenSchema,
      answer: async ({ parameters: { type, serial }, now, db }, page) => {
        if (serial !== undefined) {
          const found = (await tokens.named(serial, db)).filter(
            (token) =>
              token.serial === serial &&
              token.phoneId === null &&
              (type === undefined || typesByKind[token.kind] === type),
          )
          return { items: await described(found, now, db), total: 'all' }
        }
        if (type !== undefined) throw invalid('serial', 'expected together with type')
        const { items } = await tokens.page({ ...page, standalone: true, sort: oldestFirst }, db)
        const total = await tokens.total({ standalone: true }, db)
        return { items: await described(items, now, db), total }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/tokens',
      permission: 'adminapi_write_resource',
      summary: 'Creates a hardware token.',
      parameters: {
        type: choice(types),
        serial: filled(maxSerialLength),
        secret: filled(256).optional().describe('Hexadecimal, for h6, h8, t6 and t8.'),
        counter: integer(0, Number.MAX_SAFE_INTEGER).optional().describe('For h6 and h8.'),
        totp_step: integer(1, 3600).optional().describe('Seconds, for t6 and t8; 30 by default.'),
        private_id: filled(12).optional().describe('12 hexadecimal digits, for yk.'),
        aes_key: filled(32).optional().describe('32 hexadecimal digits, for yk.'),
      },
      response: tokenSchema,
      answer: async ({ parameters, administration, now, db }) => {
        const tokenId = await administration.together(async (run) => {
          if (parameters.type === 'yk') {
            const yubikey = toNewYubikey(parameters)
            return (await run(createYubikey, { yubikey })).tokenId
          }
          const token = toNewToken(parameters.type, parameters)
          return (await run(createToken, { user: undefined, token })).token.tokenId
        })
        return await describe(await requireToken(tokenId, db), now, db)
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/tokens/:token_id',
      permission: 'adminapi_read_resource',
      summary: 'Shows a hardware token.',
      parameters: {},
      response: tokenSchema,
      answer: async ({ id, now, db }) => describe(await requireToken(id('token_id'), db), now, db),
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/tokens/:token_id/resync',
      permission: 'adminapi_write_resource',
      summary: 'Resynchronises a token of type h6 or h8 with three of its codes in a row.',
      parameters: { code1: filled(16), code2: filled(16), code3: filled(16) },
      response: nothing,
      answer: async ({ id, parameters: { code1, code2, code3 }, administration, db }) => {
        const { tokenId, kind } = await requireToken(id('token_id'), db)
        if (!kind.startsWith('hotp'))
          throw invalid('token_id', 'only tokens of type h6 and h8 can be resynchronised')
        const codes = [code1, code2, code3]
        if (await administration.run(resyncToken, { tokenId, codes })) return done
        throw invalid('code1', 'these are not three consecutive codes of the token')
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/tokens/:token_id',
      permission: 'adminapi_write_resource',
      summary: 'Deletes a hardware token. An unknown token is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const token = await find(id('token_id'), db)
        if (token !== undefined) {
          await administration.run(deleteToken, { tokenId: token.tokenId })
        }
        return done
      },
    }),
  ]
}

interface TokenSecrets {
  readonly serial: string
  readonly secret?: string | undefined
  readonly counter?: number | undefined
  readonly totp_step?: number | undefined
  readonly private_id?: string | undefined
  readonly aes_key?: string | undefined
}

function toNewYubikey({
  serial,
  private_id: privateId,
  aes_key: aesKey,
}: TokenSecrets): NewYubikey {
  return {
    serial,
    publicId: '',
    privateId: new Secret(required('private_id', privateId)),
    aesKey: new Secret(required('aes_key', aesKey)),
  }
}

function toNewToken(type: Exclude<TokenType, 'yk'>, given: TokenSecrets): NewToken {
  const kind = type.startsWith('h') ? 'hotp' : 'totp'
  return {
    kind,
    digits: type.endsWith('8') ? 8 : 6,
    serial: given.serial,
    secret: toBase32(required('secret', given.secret)),
    ...(kind === 'hotp' ? { counter: given.counter ?? 0 } : {}),
    ...(given.totp_step === undefined ? {} : { stepSecs: given.totp_step }),
  }
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new AuthApiFailure(failures.missingParameters, name)
  return value
}

/** The vendor's API takes hexadecimal; other text must be base32. */
function toBase32(secret: string): Secret {
  const isHexadecimal = /^([0-9a-f]{2})+$/i.test(secret)
  return new Secret(isHexadecimal ? OathSecret.fromHex(secret).base32 : secret)
}
