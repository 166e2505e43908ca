import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { formatDuration } from '../drawing/sequence_layout.ts'

/** State, controllers and RADIUS settings, as AWS describes them. */
export function DirectorySection({ directory }: { readonly directory: ShownDirectory }) {
  const { directoryId, name, type, stage, controllers, radius } = directory
  return (
    <>
      <section>
        <h3>Directory</h3>
        <dl className="facts">
          <dt>Identifier</dt>
          <dd>
            <code>{directoryId}</code>
          </dd>
          <dt>Name</dt>
          <dd>{name}</dd>
          <dt>Type</dt>
          <dd>{type}</dd>
          <dt>Stage</dt>
          <dd>{stage}</dd>
          {controllers.map((controller) => (
            <ControllerFact key={controller.name} {...controller} />
          ))}
        </dl>
      </section>
      <section>
        <h3>
          RADIUS <RadiusState status={radius?.status} />
        </h3>
        {radius === undefined ? (
          <p className="dim">
            RADIUS is not enabled, so the client does not ask for an MFA code. Enable it with
            “workspaces enable” or with EnableRadius of the AWS API.
          </p>
        ) : (
          <RadiusFacts radius={radius} />
        )}
      </section>
    </>
  )
}

function ControllerFact({ name, address, zone }: ShownDirectory['controllers'][number]) {
  return (
    <>
      <dt>{name.replace('controller-', 'Controller ')}</dt>
      <dd>
        <code>{address}</code> in {zone}
      </dd>
    </>
  )
}

/** `Completed`, with its colour. */
export function RadiusState({ status }: { readonly status: string | undefined }) {
  const states: Readonly<Record<string, string>> = {
    Completed: 'accepted',
    Failed: 'denied',
    Creating: 'running',
  }
  return (
    <span className="state" data-state={states[status ?? ''] ?? 'done'}>
      {status ?? 'Not enabled'}
    </span>
  )
}

function RadiusFacts({ radius }: { readonly radius: NonNullable<ShownDirectory['radius']> }) {
  const { servers, port, timeout, retries, protocol, label, lastProbe } = radius
  return (
    <>
      <dl className="facts">
        <dt>{servers.length === 1 ? 'Server' : 'Servers'}</dt>
        <dd>
          <code>{servers.join(', ')}</code>, port {port}
        </dd>
        <dt>Timeout</dt>
        <dd>
          {timeout} s, {retries} {retries === 1 ? 'retry' : 'retries'}
        </dd>
        <dt>Protocol</dt>
        <dd>{protocol}</dd>
        {label !== undefined && (
          <>
            <dt>Label</dt>
            <dd>{label}</dd>
          </>
        )}
      </dl>
      {lastProbe.length > 0 && (
        <table className="probes">
          <caption>Last probe</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {lastProbe.map(({ controller, server, result, isValid, rttMs }) => (
              <tr key={`${controller} ${server}`}>
                <td>{controller.replace('controller-', 'Controller ')}</td>
                <td>
                  <code>{server}</code>
                </td>
                <td>
                  {isValid ? '✓' : '✕'} {result}
                  {rttMs !== undefined && `, ${formatDuration(rttMs)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
