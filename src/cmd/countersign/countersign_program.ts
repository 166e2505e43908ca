import { Command } from 'commander'
import { version } from '../../host/version.ts'
import { addAdminVerb } from './admin.ts'
import { addAppVerb } from './app.ts'
import { addBypassVerb } from './bypass.ts'
import { addDataVerbs } from './data.ts'
import { addExplainVerb } from './explain.ts'
import { addGroupVerb } from './group.ts'
import { addInitVerb } from './init.ts'
import { addLogVerb } from './log.ts'
import { addOutboxVerb } from './outbox.ts'
import { addPhoneVerb } from './phone.ts'
import { addPolicyVerb } from './policy.ts'
import { addServiceVerb } from './service.ts'
import { addSettingsVerb } from './settings.ts'
import { addTokenVerb } from './token.ts'
import { addUpVerb } from './up.ts'
import { addUserVerb } from './user.ts'

/** The program `countersign` with all its verbs. */
export function countersignProgram(): Command {
  const program = new Command('countersign')
    .description('Self-hosted MFA for RADIUS: runs the service and manages its data.')
    .version(version)
  addUpVerb(program)
  addServiceVerb(program)
  addInitVerb(program)
  addAdminVerb(program)
  addUserVerb(program)
  addPhoneVerb(program)
  addTokenVerb(program)
  addBypassVerb(program)
  addGroupVerb(program)
  addAppVerb(program)
  addPolicyVerb(program)
  addSettingsVerb(program)
  addExplainVerb(program)
  addLogVerb(program)
  addOutboxVerb(program)
  addDataVerbs(program)
  return program
}
