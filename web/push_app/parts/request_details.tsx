import type { PendingRequest } from '../../../src/push/app_message.ts'
import { clockTime } from '../../parts/date_text.ts'
import { requestFacts } from './request_facts.ts'

interface DetailsParts {
  readonly request: PendingRequest
  readonly all: readonly PendingRequest[]
}

/** The details by which users recognise their own sign-in. */
export function RequestDetails({ request, all }: DetailsParts) {
  return (
    <dl className="card facts">
      {requestFacts(request, all).map(({ name, value, differs }) => (
        <div key={name} className={differs ? 'fact fact-differs' : 'fact'}>
          <dt>{name}</dt>
          <dd>
            {value}
            {differs && <span className="chip">differs</span>}
          </dd>
        </div>
      ))}
      <div className="fact">
        <dt>Time</dt>
        <dd>{clockTime(request.opened)}</dd>
      </div>
    </dl>
  )
}
