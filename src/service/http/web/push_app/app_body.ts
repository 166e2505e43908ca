import * as z from 'zod'
import { decisions } from '../../../../push/signed_text.ts'
import { AppRefusal } from '../../gate/device_request.ts'

const text = (maxLength: number) => z.string().max(maxLength)

/** Schemas of the app's request bodies. */
export const appBodies = {
  activation: z.strictObject({
    code: text(64),
    publicKey: text(256),
    proof: text(128),
    name: text(256),
    platform: text(256),
  }),
  activationPreview: z.strictObject({ code: text(64) }),
  answer: z.strictObject({
    txid: text(64),
    decision: z.enum(decisions),
    time: z.number().int().nonnegative(),
    code: text(16).optional(),
    signature: text(128),
  }),
  subscription: z.strictObject({
    subscription: z
      .strictObject({
        endpoint: z.url({ protocol: /^https$/ }).max(2048),
        expirationTime: z.number().nullish(),
        keys: z.strictObject({ p256dh: text(128), auth: text(64) }),
      })
      .nullable(),
  }),
} as const

/** @throws {AppRefusal} `invalid` */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(body))
  if (parsed.success) return parsed.data
  throw new AppRefusal('invalid', 'the body does not match the schema of this endpoint')
}

function parseJson(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : undefined
  } catch {
    return undefined
  }
}
