import { secret, type ValueType } from '../../config/value_type.ts'
import { Secret } from '../../host/secret.ts'
import { databaseUrlProblem } from '../store/database_url.ts'

/** A secret on one line. */
export const secretValue: ValueType<Secret> = {
  ...secret,
  parse: (value) => ({ value: new Secret(value) }),
}

/** Address of a PostgreSQL database; it is a secret, since it can contain a password. */
export const databaseUrl: ValueType<Secret> = {
  ...secretValue,
  parse: (value) => {
    const problem = databaseUrlProblem(value)
    return problem === undefined ? { value: new Secret(value) } : { problem }
  },
}
