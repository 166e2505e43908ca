import type { PendingRequest } from '../../../src/push/app_message.ts'
import { clockTime } from '../../parts/moments.ts'
import { requestFacts } from './request_facts.ts'

interface DetailsParts {
  readonly request: PendingRequest
  readonly all: readonly PendingRequest[]
}

/** Who asks for what, from where, when: by it one knows one's own sign-in. */
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
        <dt>Asked at</dt>
        <dd>{clockTime(request.opened)}</dd>
      </div>
    </dl>
  )
}
