import { z } from 'zod'
import { authMethods } from './authentication_methods.ts'
import { isClockTime, isTimeZone, weekdays } from './policy_hours.ts'
import { isNetwork } from './policy_networks.ts'
import { PolicySectionError } from './policy_section_error.ts'

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

type Message = (issue: { readonly input?: unknown }) => string
const expected =
  (what: string): Message =>
  ({ input }) =>
    `expected ${what}, not ${JSON.stringify(input)}`
const isNot =
  (what: string): Message =>
  ({ input }) =>
    `'${String(input)}' is not ${what}`

const list = <Entry extends z.ZodType<unknown, unknown>>(entry: Entry) =>
  z.preprocess(toList, z.array(entry)).default([])
const boolean = (byDefault: boolean) =>
  z.preprocess(toBoolean, z.boolean({ error: expected('true or false') })).default(byDefault)
const integer = (min: number, max: number) => {
  const error = expected(`${min} to ${max}`)
  return z.preprocess(toInteger, z.int({ error }).min(min, { error }).max(max, { error }))
}
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: expected(`one of ${values.join(', ')}`) })
const method = z.enum(authMethods, {
  error: isNot(`a method; choose from ${authMethods.join(', ')}`),
})
const network = z.string().refine(isNetwork, { error: isNot('an address, network or range') })
const timeZone = z
  .string()
  .refine(isTimeZone, { error: isNot('a time zone; write it like Europe/Berlin') })
const clockTime = z.string().refine(isClockTime, { error: isNot('a time from 00:00 to 24:00') })

const hours = z
  .looseObject({
    days: z.preprocess(toList, z.array(oneOf(weekdays)).min(1)).default([...weekdays]),
    from: clockTime,
    /** Before `from`, the hours end on the next day. */
    to: clockTime,
  })
  .refine(({ from, to }) => from !== to, 'from and to must differ; a whole day is 00:00 to 24:00')

/**
 * The sections that the service evaluates, with their keys, values and built-in defaults. The first
 * four are the vendor's (`/admin/v2/policies`), the others are our own.
 */
const schemas = {
  new_user: z.looseObject({ new_user_behavior: oneOf(newUserBehaviors).default('enroll') }),
  authentication_policy: z.looseObject({
    user_auth_behavior: oneOf(['enforce', 'bypass', 'deny']).default('enforce'),
  }),
  authentication_methods: z.looseObject({
    /** Kept for clients; a method that is not blocked is allowed, whether or not it is listed here. */
    allowed_auth_list: list(method),
    blocked_auth_list: list(method),
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
    behavior: oneOf(['as-new-user', ...newUserBehaviors]).default('as-new-user'),
  }),
  access_hours: z.looseObject({
    time_zone: timeZone.default('UTC'),
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
const ownSections: readonly SectionName[] = [
  'user_without_device',
  'access_hours',
  'lockout',
  'push_fatigue',
]

/** A section with its defaults; a limit that is absent has the value of countersign.cfg. */
export type ParsedSections = {
  readonly [Name in SectionName]: z.output<(typeof schemas)[Name]>
}

/** The limits of countersign.cfg, which apply where no policy says otherwise. */
export interface ConfiguredLimits {
  readonly lockout: { readonly threshold: number; readonly minutes: number }
  readonly push_fatigue: { readonly limit: number; readonly minutes: number }
}

/** Every section that the service evaluates, complete. */
export type PolicyRules = Omit<ParsedSections, keyof ConfiguredLimits> & ConfiguredLimits

/** What a policy sets: sections that the service evaluates, and others that it keeps unchanged. */
export type PolicySections = Readonly<Record<string, unknown>>

export function isSectionName(name: string): name is SectionName {
  return Object.hasOwn(schemas, name)
}

/** A section or key that the service does not evaluate. */
export interface UnknownKey {
  /** `new_usr`, or with its section: `new_user.new_user_behaviour`. */
  readonly path: string
  readonly name: string
  /** The names that the service evaluates at this place. */
  readonly known: readonly string[]
}

/**
 * Checks the sections of a policy. Values become arrays, booleans and numbers. Unknown sections, and
 * unknown keys of the vendor's sections, are kept unchanged; our own sections have no other keys.
 *
 * @throws {PolicySectionError} with the key that is wrong.
 */
export function checkSections(sections: unknown): PolicySections {
  if (!isObject(sections)) throw new PolicySectionError('sections', 'expected a JSON object')
  for (const { path, known } of findUnknownKeys(sections)) {
    if (!ownSections.some((own) => path.startsWith(`${own}.`))) continue
    throw new PolicySectionError(path, `there is no such key; choose from ${known.join(', ')}`)
  }
  return Object.fromEntries(
    Object.entries(sections).map(([name, given]) => [
      name,
      isSectionName(name) ? keepGiven(given, parse<unknown>(name, schemas[name], given)) : given,
    ]),
  )
}

/** Finds the sections and keys that are kept, but not evaluated. */
export function findUnknownKeys(sections: PolicySections): UnknownKey[] {
  return Object.entries(sections).flatMap(([name, value]) =>
    isSectionName(name)
      ? findKeysOutside(schemas[name], value, name)
      : [{ path: name, name, known: sectionNames }],
  )
}

function findKeysOutside(schema: unknown, value: unknown, path: string): UnknownKey[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return findKeysOutside(schema.unwrap(), value, path)
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((entry, at) => findKeysOutside(schema.element, entry, `${path}.${at}`))
  }
  if (!(schema instanceof z.ZodObject) || !isObject(value)) return []
  const known = Object.keys(schema.shape)
  return Object.entries(value).flatMap(([name, inner]) =>
    known.includes(name)
      ? findKeysOutside(schema.shape[name], inner, `${path}.${name}`)
      : [{ path: `${path}.${name}`, name, known }],
  )
}

/**
 * Reads one section.
 *
 * @param value `undefined` for the built-in default.
 * @returns `undefined` if this version can't read the value.
 */
export function readSection<Name extends SectionName>(
  name: Name,
  value: unknown,
): ParsedSections[Name] | undefined {
  const schema: z.ZodType<unknown> = schemas[name]
  const parsed = schema.safeParse(value ?? {})
  // the schema of a section parses to the type of that section
  return parsed.success ? (parsed.data as ParsedSections[Name]) : undefined
}

/** Rules, and the sections that have their defaults because they could not be read. */
export interface ReadRules {
  readonly rules: PolicyRules
  readonly problems: readonly { readonly section: SectionName; readonly reason: string }[]
}

/** @param sections What the policies set; a key that a section leaves out has its default. */
export function readRules(sections: PolicySections, limits: ConfiguredLimits): ReadRules {
  const problems: { readonly section: SectionName; readonly reason: string }[] = []
  const read = <Output>(
    name: SectionName,
    schema: z.ZodType<Output>,
    byDefault: Output,
  ): Output => {
    if (sections[name] === undefined) return byDefault
    try {
      return parse(name, schema, sections[name])
    } catch (error) {
      if (!(error instanceof PolicySectionError)) throw error
      problems.push({ section: name, reason: error.message })
      return byDefault
    }
  }
  const lockout = read('lockout', schemas.lockout, defaults.lockout)
  const fatigue = read('push_fatigue', schemas.push_fatigue, defaults.push_fatigue)
  const rules = {
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
  return { rules, problems }
}

function parse<Output>(name: SectionName, schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = [name, ...(issue?.path ?? [])].map(String).join('.')
  throw new PolicySectionError(path, issue?.message ?? 'wrong value')
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
