import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { errorText } from '../../host/error_text.ts'
import { parseJson } from '../../host/parse_json.ts'
import { weekdays } from '../../service/applications/policy/policy_hours.ts'
import { PolicySectionError } from '../../service/applications/policy/policy_section_error.ts'
import {
  checkSections,
  isObject,
  isSectionName,
  type PolicySections,
} from '../../service/applications/policy/policy_sections.ts'
import { CommandError } from './context.ts'

/** Where an option is written: section, keys, and the text as a value of the policy JSON. */
interface SectionOption {
  readonly flags: string
  readonly description: string
  readonly path: readonly [section: string, ...keys: string[]]
  readonly parse?: (text: string) => unknown
  readonly choices?: readonly string[]
}

const newUsers = { enroll: 'enroll', allow: 'no-mfa', deny: 'deny' } as const

/** Options that set one key of a section each. */
const table: readonly SectionOption[] = [
  {
    flags: '--new-users <behavior>',
    description: 'what happens to unknown users, and to users without a device',
    path: ['new_user', 'new_user_behavior'],
    choices: Object.keys(newUsers),
    parse: (text) => Object.entries(newUsers).find(([name]) => name === text)?.[1],
  },
  {
    flags: '--without-device <behavior>',
    description: 'the same for existing users without a device only',
    path: ['user_without_device', 'behavior'],
    choices: ['as-new-user', ...Object.keys(newUsers)],
    parse: (text) => (text === 'allow' ? 'no-mfa' : text),
  },
  {
    flags: '--second-factor <behavior>',
    description: 'enforce a second factor, bypass it, or deny every sign-in',
    path: ['authentication_policy', 'user_auth_behavior'],
    choices: ['enforce', 'bypass', 'deny'],
  },
  {
    flags: '--block-methods <list>',
    description:
      'comma-separated methods that are not allowed: duo-push, duo-passcode, phonecall, sms, hardware-token, bypass',
    path: ['authentication_methods', 'blocked_auth_list'],
  },
  {
    flags: '--verified-push <when>',
    description: 'whether a push requires a code',
    path: ['authentication_methods', 'require_verified_push'],
    choices: ['off', 'required'],
    parse: (text) => text === 'required',
  },
  {
    flags: '--verified-push-digits <digits>',
    description: 'digits of the code that a login shows, 3 to 8',
    path: ['authentication_methods', 'verified_push_digits'],
  },
  {
    flags: '--block-networks <list>',
    description: 'comma-separated networks whose sign-ins are denied',
    path: ['authorized_networks', 'blocked', 'ip_list'],
  },
  {
    flags: '--require-networks <list>',
    description: 'comma-separated networks that always require a second factor',
    path: ['authorized_networks', 'mfa_required', 'ip_list'],
  },
  {
    flags: '--trust-networks <list>',
    description: 'comma-separated networks that require no second factor',
    path: ['authorized_networks', 'no_2fa_required', 'ip_list'],
  },
  {
    flags: '--trust-unenrolled <on|off>',
    description: 'whether trusted networks also let in users who are not enrolled',
    path: ['authorized_networks', 'no_2fa_required', 'require_enrollment'],
    choices: ['on', 'off'],
    parse: (text) => text === 'off',
  },
  {
    flags: '--deny-other-networks <on|off>',
    description: 'whether sign-ins from networks in no list are denied',
    path: ['authorized_networks', 'deny_other_access'],
    choices: ['on', 'off'],
    parse: (text) => text === 'on',
  },
  {
    flags: '--hours <hours>',
    description: 'when sign-ins are allowed: "mon-fri 08:00-18:00, sat 09:00-12:00", or any',
    path: ['access_hours', 'allowed'],
    parse: parseHours,
  },
  {
    flags: '--time-zone <zone>',
    description: 'time zone of --hours, such as Europe/Berlin (default: UTC)',
    path: ['access_hours', 'time_zone'],
  },
  {
    flags: '--lockout-threshold <count>',
    description: 'number of wrong passcodes in a row before the user is locked',
    path: ['lockout', 'threshold'],
  },
  {
    flags: '--lockout-minutes <minutes>',
    description: 'how long the first lock lasts',
    path: ['lockout', 'minutes'],
  },
  {
    flags: '--fatigue-limit <count>',
    description: 'pushes without approval before further ones are held back; 0 for no limit',
    path: ['push_fatigue', 'limit'],
  },
  {
    flags: '--fatigue-minutes <minutes>',
    description: 'the time in which these pushes are counted',
    path: ['push_fatigue', 'minutes'],
  },
]

/** Adds the options that set sections, one by one or as JSON. */
export function sectionOptions(command: Command): Command {
  for (const { flags, description, choices } of table) {
    const option = new Option(flags, description)
    command.addOption(choices === undefined ? option : option.choices(choices))
  }
  return command
    .option('--sections <json>', 'sections as JSON; each replaces the section of its name')
    .option('--sections-file <file>', 'the same from a file')
}

/**
 * The sections that the options set.
 *
 * @param before The sections of the policy, whose other keys stay.
 * @throws {CommandError} if the JSON can't be read, or with the option that has a wrong value.
 */
export function readSections(
  options: Readonly<Record<string, unknown>>,
  before: PolicySections,
): PolicySections {
  const given = { ...readJson(options) }
  for (const { flags, path, parse = (text: string) => text } of table) {
    const text = options[new Option(flags).attributeName()]
    if (typeof text !== 'string') continue
    const [section, ...keys] = path
    const value = parse(text)
    checkOption(flags, { [section]: withKey({}, keys, value) })
    given[section] = withKey(given[section] ?? before[section], keys, value)
  }
  return given
}

function checkOption(flags: string, sections: PolicySections): void {
  try {
    checkSections(sections)
  } catch (error) {
    if (!(error instanceof PolicySectionError)) throw error
    throw new CommandError(`${new Option(flags).long}: ${error.reason}`)
  }
}

/** The sections of `--delete-section`. @throws {InvalidArgumentError} */
export function readSectionNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new InvalidArgumentError('expected comma-separated names of sections')
}

/** What a list shows of a policy: the names of its sections. */
export function describeSections(sections: PolicySections): string {
  return Object.keys(sections)
    .map((name) => (isSectionName(name) ? name : `${name} (not evaluated)`))
    .join(', ')
}

function readJson({ sections, sectionsFile }: Readonly<Record<string, unknown>>): PolicySections {
  if (typeof sections !== 'string' && typeof sectionsFile !== 'string') return {}
  try {
    const text =
      typeof sections === 'string' ? sections : readFileSync(String(sectionsFile), 'utf8')
    const value = parseJson(text)
    if (isObject(value)) return value
  } catch (error) {
    const message = errorText(error)
    throw new CommandError(`the sections can't be read: ${message}`)
  }
  throw new CommandError('the sections must be a JSON object: {"new_user": {…}}')
}

function withKey(section: unknown, [key, ...inner]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const before = isObject(section) ? section : {}
  return { ...before, [key]: withKey(before[key], inner, value) }
}

/** Parses `mon-fri 08:00-18:00, sat 09:00-12:00`. */
function parseHours(text: string): unknown {
  if (text.trim() === 'any') return []
  return text.split(',').map((entry) => {
    const parts = /^\s*([a-z]{3})(?:-([a-z]{3}))?\s+(\d\d:\d\d)-(\d\d:\d\d)\s*$/.exec(
      entry.toLowerCase(),
    )
    const [, first = '', last = first, from, to] = parts ?? []
    const [start, end] = [dayIndex(first), dayIndex(last)]
    if (start < 0 || end < 0) {
      throw new CommandError(
        `--hours: '${entry.trim()}' is not understood; expected entries like mon-fri 08:00-18:00, sat 09:00-12:00`,
      )
    }
    const count = ((end - start + weekdays.length) % weekdays.length) + 1
    const days = Array.from(
      { length: count },
      (_, day) => weekdays[(start + day) % weekdays.length],
    )
    return { days, from, to }
  })
}

function dayIndex(name: string): number {
  const names: readonly string[] = weekdays
  return names.indexOf(name)
}
