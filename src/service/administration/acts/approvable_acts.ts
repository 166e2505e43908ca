import { type ApprovableAct, approvable } from '../approvable_act.ts'
import { createAdministrator, resetAdministrator, updateAdministrator } from './administrators.ts'
import {
  createApplication,
  revealSecretKey,
  rotateSecretKey,
  updateApplication,
} from './applications.ts'
import { createBypassCodes } from './bypass_codes.ts'
import { deleteGroup } from './groups.ts'
import {
  attachPolicy,
  deletePolicy,
  detachPolicy,
  editApplicationPolicy,
  updatePolicy,
} from './policies.ts'
import { updateSettings } from './settings.ts'

/** Every act that declares an approval; a test compares it with the acts. */
export const approvableActs: readonly ApprovableAct[] = [
  approvable(createAdministrator),
  approvable(updateAdministrator),
  approvable(resetAdministrator),
  approvable(revealSecretKey),
  approvable(rotateSecretKey),
  approvable(createBypassCodes),
  approvable(deleteGroup),
  approvable(createApplication),
  approvable(updateApplication),
  approvable(updatePolicy),
  approvable(deletePolicy),
  approvable(attachPolicy),
  approvable(detachPolicy),
  approvable(editApplicationPolicy),
  approvable(updateSettings),
]
