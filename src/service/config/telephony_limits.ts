import type { Options } from '../../config/option.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { integer } from '../../config/value_type.ts'
import { phonePrefixes } from './phone_number_value.ts'

/** Limits of messages or calls; 0 for no limit. */
export interface TelephonyLimits {
  readonly userPerHour: number
  readonly userPerDay: number
  readonly numberPerHour: number
  readonly numberPerDay: number
  /** Of the whole service: limits what fraud over many users and numbers can cost. */
  readonly allPerHour: number
  /** Prefixes that numbers must begin with, such as `+49`; empty for all countries. */
  readonly allowedPrefixes: readonly string[]
}

const limit = integer({ min: 0, max: 1_000_000 })

/**
 * The options that limit messages or calls.
 *
 * @param what Beginning of their meanings: `Messages`.
 */
export function buildLimitOptions(what: string, { allPerHour }: { allPerHour: string }) {
  return {
    user_per_hour: {
      type: limit,
      default: '10',
      meaning: `${what} to one user in an hour; 0 for no limit`,
    },
    user_per_day: {
      type: limit,
      default: '30',
      meaning: `${what} to one user in a day; 0 for no limit`,
    },
    number_per_hour: {
      type: limit,
      default: '10',
      meaning: `${what} to one number in an hour; 0 for no limit`,
    },
    number_per_day: {
      type: limit,
      default: '30',
      meaning: `${what} to one number in a day; 0 for no limit`,
    },
    all_per_hour: {
      type: limit,
      default: allPerHour,
      meaning: `${what} to all users in an hour, which limits what fraud can cost; 0 for no limit`,
    },
    allowed_prefixes: {
      type: phonePrefixes,
      meaning: 'Prefixes that numbers must begin with, such as `+49, +43`; default: all countries',
    },
  } satisfies Options
}

export function readLimits(
  values: SectionValues<ReturnType<typeof buildLimitOptions>>,
): TelephonyLimits {
  return {
    userPerHour: values.get('user_per_hour'),
    userPerDay: values.get('user_per_day'),
    numberPerHour: values.get('number_per_hour'),
    numberPerDay: values.get('number_per_day'),
    allPerHour: values.get('all_per_hour'),
    allowedPrefixes: values.get('allowed_prefixes') ?? [],
  }
}
