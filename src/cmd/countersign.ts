import { Command } from 'commander'
import { version } from '../host/version.ts'
import { addAppVerb } from './countersign/app.ts'
import { addBypassVerb } from './countersign/bypass.ts'
import { runProgram } from './countersign/context.ts'
import { addDataVerbs } from './countersign/data.ts'
import { addExplainVerb } from './countersign/explain.ts'
import { addGroupVerb } from './countersign/group.ts'
import { addInitVerb } from './countersign/init.ts'
import { addLogVerb } from './countersign/log.ts'
import { addOutboxVerb } from './countersign/outbox.ts'
import { addPhoneVerb } from './countersign/phone.ts'
import { addPolicyVerb } from './countersign/policy.ts'
import { addServiceVerb } from './countersign/service.ts'
import { addTokenVerb } from './countersign/token.ts'
import { addUpVerb } from './countersign/up.ts'
import { addUserVerb } from './countersign/user.ts'

const program = new Command('countersign')
  .description('Self-hosted MFA for RADIUS: runs the service and manages its data.')
  .version(version)

addUpVerb(program)
addServiceVerb(program)
addInitVerb(program)
addUserVerb(program)
addPhoneVerb(program)
addTokenVerb(program)
addBypassVerb(program)
addGroupVerb(program)
addAppVerb(program)
addPolicyVerb(program)
addExplainVerb(program)
addLogVerb(program)
addOutboxVerb(program)
addDataVerbs(program)

await runProgram(program)
