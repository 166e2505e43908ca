import { z } from 'zod'
import { AccessError } from '../access_error.ts'
import { authMethods } from './authentication_methods.ts'
import { isClockTime, isTimeZone, weekdays } from './policy_hours.ts'
import { isNetwork } from './policy_networks.ts'

const newUserBehaviors = ['enroll', 'no-mfa', 'deny'] as const
export type NewUserBehavior = (typeof newUserBehaviors)[number]

/** Clients send lists as arrays or comma-separated, and booleans as text (vendor's Terraform tests). */
const toList = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
    : value
const toBoolean = (value: unknown): unknown =>
  value === 'true' ? true : value === 'false' ? false : value
/** `Number` alone would read an empty text and null as 0, which is no limit for some keys. */
const toInteger = (value: unknown): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value

const list = <Entry extends z.ZodType<unknown, unknown>>(entry: Entry) =>
  z.preprocess(toList, z.array(entry)).default([])
const boolean = (byDefault: boolean) => z.preprocess(toBoolean, z.boolean()).default(byDefault)
const integer = (min: number, max: number) => {
  const message = `expected ${min} to ${max}`
  return z.preprocess(toInteger, z.int(message).min(min, message).max(max, message))
}
const network = z
  .string()
  .refine(isNetwork, 'expected an address, a network (CIDR) or a range of addresses')
const clockTime = z.string().refine(isClockTime, 'expected a time from 00:00 to 24:00')

const hours = z
  .looseObject({
    days: z.preprocess(toList, z.array(z.enum(weekdays)).min(1)).default([...weekdays]),
    from: clockTime,
    /** Before `from`, the hours end on the next day. */
    to: clockTime,
  })
  .refine(({ from, to }) => from !== to, 'from and to must differ; a whole day is 00:00 to 24:00')

/**
 * The sections that the service evaluates, with their keys, values and built-in defaults. The first
 * five are the vendor's (`/admin/v2/policies`), the others are our own.
 */
const schemas = {
  new_user: z.looseObject({ new_user_behavior: z.enum(newUserBehaviors).default('enroll') }),
  authentication_policy: z.looseObject({
    user_auth_behavior: z.enum(['enforce', 'bypass', 'deny']).default('enforce'),
  }),
  authentication_methods: z.looseObject({
    /** Kept for clients; a method that is not blocked is allowed, whether or not it is listed here. */
    allowed_auth_list: list(z.enum(authMethods)),
    blocked_auth_list: list(z.enum(authMethods)),
    require_verified_push: boolean(false),
    /** Digits of the code that a login shows. */
    verified_push_digits: integer(3, 8).default(3),
  }),
  authorized_networks: z.looseObject({
    no_2fa_required: z
      .looseObject({ ip_list: list(network), require_enrollment: boolean(true) })
      .prefault({}),
    mfa_required: z.looseObject({ ip_list: list(network) }).prefault({}),
    blocked: z.looseObject({ ip_list: list(network) }).prefault({}),
    deny_other_access: boolean(false),
  }),
  user_without_device: z.looseObject({
    /** For users who exist and have nothing to sign in with. */
    behavior: z.enum(['as-new-user', ...newUserBehaviors]).default('as-new-user'),
  }),
  access_hours: z.looseObject({
    time_zone: z.string().refine(isTimeZone, 'expected an IANA time zone').default('UTC'),
    /** No entry allows any time. */
    allowed: z.array(hours).default([]),
  }),
  /** A key that is missing has the value of `[lockout]` in countersign.cfg. */
  lockout: z.looseObject({
    threshold: integer(1, 9999).optional(),
    minutes: integer(1, 1440).optional(),
  }),
  /** A key that is missing has the value of `[push]` in countersign.cfg. */
  push_fatigue: z.looseObject({
    /** 0 for no limit. */
    limit: integer(0, 100).optional(),
    minutes: integer(1, 1440).optional(),
  }),
} as const

/** Parsed once, because most sign-ins use the defaults of most sections. */
const defaults = {
  new_user: schemas.new_user.parse({}),
  authentication_policy: schemas.authentication_policy.parse({}),
  authentication_methods: schemas.authentication_methods.parse({}),
  authorized_networks: schemas.authorized_networks.parse({}),
  user_without_device: schemas.user_without_device.parse({}),
  access_hours: schemas.access_hours.parse({}),
  lockout: schemas.lockout.parse({}),
  push_fatigue: schemas.push_fatigue.parse({}),
} as const

export type SectionName = keyof typeof schemas
export const sectionNames: readonly SectionName[] = Object.keys(schemas).filter(isSectionName)

type Parsed = { readonly [Name in SectionName]: z.output<(typeof schemas)[Name]> }

/** The limits of countersign.cfg, which apply where no policy says otherwise. */
export interface ConfiguredLimits {
  readonly lockout: { readonly threshold: number; readonly minutes: number }
  readonly push_fatigue: { readonly limit: number; readonly minutes: number }
}

/** Every section that the service evaluates, complete. */
export type PolicyRules = Omit<Parsed, keyof ConfiguredLimits> & ConfiguredLimits

/** What a policy sets: sections that the service evaluates, and others that it keeps unchanged. */
export type PolicySections = Readonly<Record<string, unknown>>

export function isSectionName(name: string): name is SectionName {
  return Object.hasOwn(schemas, name)
}

/**
 * Checks the sections of a policy. Values become arrays, booleans and numbers; what the service does
 * not know is kept unchanged.
 *
 * @throws {AccessError} `ACCESS_POLICY_SECTION` with the key that is wrong.
 */
export function checkSections(sections: unknown): PolicySections {
  if (!isObject(sections)) {
    throw new AccessError('ACCESS_POLICY_SECTION', 'sections: expected a JSON object')
  }
  return Object.fromEntries(
    Object.entries(sections).map(([name, given]) => [
      name,
      isSectionName(name) ? keepGiven(given, parse<unknown>(name, schemas[name], given)) : given,
    ]),
  )
}

/**
 * @param sections What the policies set; a key that a section leaves out has its default.
 * @throws {AccessError} `ACCESS_POLICY_SECTION`
 */
export function readRules(sections: PolicySections, limits: ConfiguredLimits): PolicyRules {
  const read = <Output>(name: SectionName, schema: z.ZodType<Output>, byDefault: Output): Output =>
    sections[name] === undefined ? byDefault : parse(name, schema, sections[name])
  const lockout = read('lockout', schemas.lockout, defaults.lockout)
  const fatigue = read('push_fatigue', schemas.push_fatigue, defaults.push_fatigue)
  return {
    new_user: read('new_user', schemas.new_user, defaults.new_user),
    authentication_policy: read(
      'authentication_policy',
      schemas.authentication_policy,
      defaults.authentication_policy,
    ),
    authentication_methods: read(
      'authentication_methods',
      schemas.authentication_methods,
      defaults.authentication_methods,
    ),
    authorized_networks: read(
      'authorized_networks',
      schemas.authorized_networks,
      defaults.authorized_networks,
    ),
    user_without_device: read(
      'user_without_device',
      schemas.user_without_device,
      defaults.user_without_device,
    ),
    access_hours: read('access_hours', schemas.access_hours, defaults.access_hours),
    lockout: {
      threshold: lockout.threshold ?? limits.lockout.threshold,
      minutes: lockout.minutes ?? limits.lockout.minutes,
    },
    push_fatigue: {
      limit: fatigue.limit ?? limits.push_fatigue.limit,
      minutes: fatigue.minutes ?? limits.push_fatigue.minutes,
    },
  }
}

function parse<Output>(name: SectionName, schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = [name, ...(issue?.path ?? [])].map(String).join('.')
  throw new AccessError('ACCESS_POLICY_SECTION', `${path}: ${describeIssue(issue)}`)
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'wrong value'
  const message =
    issue.code === 'invalid_value' ? `expected one of ${issue.values.join(', ')}` : issue.message
  const { input } = issue
  const isShown = typeof input === 'string' || typeof input === 'number'
  return isShown ? `${message}, not ${JSON.stringify(input)}` : message
}

/** The parsed values of the keys that were given, so that a policy stores only what it sets. */
function keepGiven(value: unknown, parsed: unknown): unknown {
  if (!isObject(value) || !isObject(parsed)) return parsed
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, keepGiven(inner, parsed[key])]),
  )
}

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
