import type { Log } from '../../host/log.ts'
import type { Integration } from '../applications/integrations.ts'
import { describeSource } from '../applications/policy/policy_layers.ts'
import { logRefusedName } from './refused_name.ts'
import type { Subject, SubjectRequest, Subjects } from './subject.ts'
import type { AttemptRequest } from './transaction/attempt.ts'
import { queueLimits, UserQueue } from './user_queue.ts'

/** A request of an application for one user, with the settings of the application. */
export interface AuthRequest extends AttemptRequest {
  readonly integration: Integration
  readonly methods?: SubjectRequest['methods']
}

/** Reads the users of requests, with a limit for each user, and logs refused usernames. */
export class SubjectReads {
  readonly #subjects: Subjects
  readonly #log: Log
  /** Keyed by budget and typed name: requests at the portal must not delay sign-ins of the same user. */
  readonly #queue = new UserQueue({ ...queueLimits, atOnce: 8 })

  constructor(subjects: Subjects, log: Log) {
    this.#subjects = subjects
    this.#log = log
  }

  /** @returns `undefined` for an unknown identifier. */
  async read(request: AuthRequest): Promise<Subject | undefined> {
    const { user, budget = 'sign-in' } = request
    const name = 'userId' in user ? user.userId : user.username.trim().toLowerCase()
    const subject = await this.#queue.run(`${budget} ${name}`, () => this.#subjects.read(request))
    if (subject?.nameRefusal !== undefined) {
      logRefusedName(request, subject.nameRefusal, this.#log)
    }
    for (const { section, source, reason } of subject?.policy.unreadable ?? []) {
      this.#log.error("denied a sign-in because a section of its policy can't be read", {
        application: request.integration.name,
        policy: describeSource(source),
        section,
        reason,
      })
    }
    return subject
  }
}
