import { AuthApiFailure, type Failure, failures } from '../../../../duo/index.ts'
import { AdministrationError } from '../../../administration/administration_error.ts'
import {
  AdministratorError,
  type AdministratorErrorCode,
} from '../../../administrators/administrator.ts'
import { AccessError, type AccessErrorCode } from '../../../applications/access_error.ts'
import { PolicySectionError } from '../../../applications/policy/policy_section_error.ts'
import { DeliveryError } from '../../../messaging/messaging.ts'
import { DirectoryError, type DirectoryErrorCode } from '../../../people/user.ts'
import { SettingError } from '../../../settings/setting_error.ts'

/** The failure for a refusal, and the parameter that it is usually about; empty if the message has it. */
type Row = readonly [failure: Failure, parameter: string]

const { duplicate, invalidParameters, notFound } = failures

const directory: Readonly<Record<DirectoryErrorCode, Row>> = {
  DIRECTORY_NAME_TAKEN: [duplicate, 'name'],
  DIRECTORY_LOOK_ALIKE: [duplicate, 'name'],
  DIRECTORY_NAME: [invalidParameters, 'name'],
  DIRECTORY_FIELD: [invalidParameters, ''],
  DIRECTORY_STATUS: [invalidParameters, 'status'],
  DIRECTORY_NUMBER: [invalidParameters, 'number'],
  DIRECTORY_SECRET: [invalidParameters, 'secret'],
  DIRECTORY_SERIAL_TAKEN: [duplicate, 'serial'],
  DIRECTORY_YUBIKEY: [invalidParameters, 'aes_key'],
  DIRECTORY_TOO_MANY: [invalidParameters, 'count'],
  DIRECTORY_NOT_FOUND: [notFound, 'id'],
}

const access: Readonly<Record<AccessErrorCode, Row>> = {
  ACCESS_NAME: [invalidParameters, 'name'],
  ACCESS_NAME_TAKEN: [duplicate, 'name'],
  ACCESS_OWN_APPLICATION: [invalidParameters, 'integration_key'],
  ACCESS_POLICY_CHANGED: [duplicate, 'sections'],
  ACCESS_GONE: [notFound, 'integration_key'],
  ACCESS_POLICY_GLOBAL: [invalidParameters, 'policy_key'],
  ACCESS_POLICY_GONE: [notFound, 'policy_key'],
  ACCESS_POLICY_NAME: [invalidParameters, 'policy_name'],
  ACCESS_POLICY_NAME_TAKEN: [duplicate, 'policy_name'],
  ACCESS_POLICY_SECTION: [invalidParameters, 'sections'],
  ACCESS_POLICY_SHARED: [duplicate, 'policy_key'],
  ACCESS_SETTING: [invalidParameters, 'notes'],
}

const administrator: Readonly<Partial<Record<AdministratorErrorCode, Row>>> = {
  email: [invalidParameters, 'email'],
  email_taken: [duplicate, 'email'],
  name: [invalidParameters, 'name'],
  role: [invalidParameters, 'role'],
  not_found: [notFound, 'admin_id'],
  last_owner: [invalidParameters, 'admin_id'],
  conflict: [invalidParameters, 'status'],
}

/** @returns The failure that tells a client why an act was refused; other errors as they are. */
export function toFailure(error: unknown, parameter?: string): unknown {
  if (error instanceof AdministrationError) {
    return new AuthApiFailure(failures.accessForbidden, error.message)
  }
  if (error instanceof AdministratorError) {
    const [failure, name] = administrator[error.code] ?? [invalidParameters, 'admin_id']
    return new AuthApiFailure(failure, `${name}: ${error.message}`)
  }
  if (error instanceof SettingError) {
    return new AuthApiFailure(invalidParameters, error.message)
  }
  if (error instanceof DeliveryError) {
    return new AuthApiFailure(invalidParameters, `the message was not sent: ${error.message}`)
  }
  if (error instanceof PolicySectionError) {
    return new AuthApiFailure(invalidParameters, `sections.${error.message}`)
  }
  const row =
    error instanceof DirectoryError
      ? directory[error.code]
      : error instanceof AccessError
        ? access[error.code]
        : undefined
  if (row === undefined || !(error instanceof Error)) return error
  const [failure, usual] = row
  const name = usual === '' ? '' : (parameter ?? usual)
  return new AuthApiFailure(failure, name === '' ? error.message : `${name}: ${error.message}`)
}

/** An identifier in the path that names nothing. @param name The parameter of the path. */
export function unknown(name: string): AuthApiFailure {
  return new AuthApiFailure(failures.notFound, name)
}

/** Names the parameter that a refusal of `work` is about. */
export async function about<Result>(parameter: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw toFailure(error, parameter)
  }
}

/** Puts the place of an entry in a list before the parameters that refusals of `work` name. */
export async function within<Result>(place: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const failure = toFailure(error)
    if (!(failure instanceof AuthApiFailure)) throw failure
    const { code, detail } = failure
    const row = Object.values(failures).find((known) => known.code === code)
    if (row === undefined) throw failure
    throw new AuthApiFailure(row, detail === undefined ? place : `${place}.${detail}`)
  }
}
