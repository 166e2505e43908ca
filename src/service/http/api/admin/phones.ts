import { createPhone, deletePhone, updatePhone } from '../../../administration/acts/phones.ts'
import { type ListedPhone, Phones } from '../../../authenticators/phone/phones.ts'
import type { StoreDb } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing, oldestFirst } from './endpoint.ts'
import { choice, integer, text } from './parameters.ts'
import { type PhoneObjects, phoneSchema, phoneTypes, platforms } from './phone_object.ts'
import { unknown } from './refusal.ts'

const maxText = 64
const maxExtension = 16
const noDelay = integer(0, 0).optional().describe('Delays are not supported: 0 or empty.')

const fields = {
  number: text(maxText).optional().describe('In international form; without +, of the US.'),
  extension: text(maxExtension).optional(),
  name: text(maxText).optional(),
  type: choice(phoneTypes).optional(),
  platform: choice(platforms).optional(),
  predelay: noDelay,
  postdelay: noDelay,
}

/** Phones (duo.com/docs/adminapi, "Phones"). */
export function phoneEndpoints(objects: PhoneObjects): readonly Endpoint[] {
  const phones = new Phones()

  const describe = async (phoneId: string, now: number, db: StoreDb) => {
    const phone = await requirePhone(phoneId, phones, db)
    const [described] = await objects.describe([phone], now, db)
    if (described === undefined) throw unknown('phone_id')
    return described
  }

  return [
    list({
      method: 'GET',
      path: '/admin/v1/phones',
      permission: 'adminapi_read_resource',
      summary: 'Lists phones, or finds those with a number.',
      parameters: { number: text(maxText).optional(), extension: text(maxExtension).optional() },
      item: phoneSchema,
      answer: async ({ parameters: { number, extension }, now, db }, page) => {
        if (number === undefined || number === '') {
          const { items } = await phones.page({ ...page, sort: oldestFirst }, db)
          return {
            items: await objects.describe(items, now, db),
            total: await phones.total({}, db),
          }
        }
        const found = await phones.byNumber(toInternational(number), db)
        const matching = found.filter(
          (phone) => extension === undefined || phone.extension === extension,
        )
        return { items: await objects.describe(matching, now, db), total: 'all' }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/phones',
      permission: 'adminapi_write_resource',
      summary: 'Creates a phone without a user.',
      parameters: fields,
      response: phoneSchema,
      answer: async ({ parameters, administration, now, db }) => {
        const phone = toFields(parameters)
        const { phoneId } = await administration.run(createPhone, { phone })
        return await describe(phoneId, now, db)
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/phones/:phone_id',
      permission: 'adminapi_read_resource',
      summary: 'Shows a phone.',
      parameters: {},
      response: phoneSchema,
      answer: ({ id, now, db }) => describe(id('phone_id'), now, db),
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/phones/:phone_id',
      permission: 'adminapi_write_resource',
      summary: 'Changes a phone.',
      parameters: fields,
      response: phoneSchema,
      answer: async ({ id, parameters, administration, now, db }) => {
        const phone = await requirePhone(id('phone_id'), phones, db)
        await administration.run(updatePhone, { phone, change: toFields(parameters) })
        return await describe(phone.phoneId, now, db)
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/phones/:phone_id',
      permission: 'adminapi_write_resource',
      summary: 'Deletes a phone. An unknown one is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const phone = await phones.listed(id('phone_id'), db)
        if (phone !== undefined) await administration.run(deletePhone, { phoneId: phone.phoneId })
        return done
      },
    }),
  ]
}

/** @throws {AuthApiFailure} 40401 */
async function requirePhone(phoneId: string, phones: Phones, db: StoreDb): Promise<ListedPhone> {
  const phone = await phones.listed(phoneId, db)
  if (phone === undefined) throw unknown('phone_id')
  return phone
}

interface GivenFields {
  readonly number?: string | undefined
  readonly extension?: string | undefined
  readonly name?: string | undefined
  readonly type?: (typeof phoneTypes)[number] | undefined
  readonly platform?: (typeof platforms)[number] | undefined
}

function toFields({ number, extension, name, type, platform }: GivenFields) {
  return {
    ...(number === undefined ? {} : { number: toInternational(number) }),
    ...(extension === undefined ? {} : { extension }),
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type: type === 'unknown' ? '' : type }),
    ...(platform === undefined ? {} : { platform: platform === 'unknown' ? '' : platform }),
  }
}

/** The vendor's API takes a number without + for one of the country code 1. */
function toInternational(number: string): string {
  const digits = number.trim()
  if (digits === '' || digits.startsWith('+')) return digits
  const bare = digits.replace(/\D/g, '')
  return bare.length === 11 && bare.startsWith('1') ? `+${bare}` : `+1${bare}`
}
